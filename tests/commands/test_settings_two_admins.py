"""/settings with two admins at once: the later sees the earlier's change, and nothing is lost silently."""

from tests.commands import panel as on
from tests.commands.panel import chosen, manager_in, noted, opened, pressed, standing_in, used
from tests.commands.reading import custom_id_of, text_of
from tests.conftest import World


async def test_the_later_admin_sees_what_the_earlier_changed(world: World) -> None:
    """Two change the same thing: the second is told who changed it to what, and nothing of theirs is saved."""
    other, _ = manager_in(world)
    mine, theirs = await opened(world), await opened(world, other)
    await chosen(world, mine, on.ANSWERS, ["private"])
    await chosen(world, theirs, on.ANSWERS, ["public"], other)
    text = text_of(theirs)

    again = await chosen(world, theirs, on.ANSWERS, ["public"], other)

    assert "**Not saved.** Somebody else changed this in the meantime." in text
    assert f"<@{world.admin.id}> changed Answers in this server" in text
    assert "**Answers** are shown only to the person who asked" in text
    assert "**Saved.**" in again


async def test_two_admins_change_different_things(world: World) -> None:
    """Both changes hold, and the later of the two reads about the other's."""
    other, _ = manager_in(world)
    mine, theirs = await opened(world), await opened(world, other)
    await chosen(world, mine, on.ANSWERS, ["private"])

    text = await chosen(world, theirs, on.TEXTS, ["false"], other)

    assert "**Saved.** Questions without an answer: kept as text → never kept as text" in text
    assert f"Meanwhile <@{world.admin.id}> changed Answers in this server" in text
    assert "**Answers** are shown only" in text
    assert "are never kept as text" in text


async def test_undo_never_takes_back_what_was_not_seen(world: World) -> None:
    """Somebody else's newer change is shown first; the next press may take it back."""
    other, _ = manager_in(world)
    mine = await opened(world)
    await chosen(world, mine, on.ANSWERS, ["private"])
    theirs = await opened(world, other)
    await chosen(world, theirs, on.TEXTS, ["false"], other)

    first = await pressed(world, mine, on.UNDO)
    second = await pressed(world, mine, on.UNDO)

    assert "**Not saved.**" in first
    assert "are never kept as text" in first
    assert "**Undone.** Questions without an answer" in second


async def test_two_notes_written_at_once(world: World) -> None:
    """The second form is not saved over the first, and what was written into it is given back."""
    other, _ = manager_in(world)
    mine, theirs = await opened(world), await opened(world, other)
    my_form = await world.admin.select(mine, ["all"], custom_id=custom_id_of(mine, on.NOTE))
    their_form = await other.select(theirs, ["all"], custom_id=custom_id_of(theirs, on.NOTE))
    await on.submitted(world.admin, my_form, "Mine.")
    await on.submitted(other, their_form, "Theirs,\nlong thought about.")

    assert "**Not saved.**" in text_of(theirs)
    assert "> Theirs,\n> long thought about." in text_of(theirs)
    assert "- every answer: Mine." in text_of(theirs)


async def test_notes_of_different_topics_do_not_collide(world: World) -> None:
    """Two admins can write about two topics at once."""
    other, _ = manager_in(world)
    mine, theirs = await opened(world), await opened(world, other)
    await noted(world, mine, "aid", "On aid.")

    text = await noted(world, theirs, "stance", "On stance.", other)

    assert "**Saved.**" in text
    assert "- `aid`: On aid." in text
    assert "- `stance`: On stance." in text


async def test_an_import_is_not_applied_over_what_changed_since_its_preview(world: World) -> None:
    """What the preview showed no longer holds: the admin is told, and nothing is half applied."""
    other, _ = manager_in(world)
    preview = await used(world, "import", file=("s.yaml", b"answers: private\n"))
    await chosen(world, await opened(world, other), on.TEXTS, ["false"], other)

    text = await pressed(world, preview, "Apply")

    assert "**Not saved.**" in text
    assert "**Answers** are shown to everyone" in text
    assert "are never kept as text" in text


async def test_a_reset_does_not_undo_what_its_question_did_not_show(world: World) -> None:
    """The same for a reset that was asked before somebody else's change."""
    other, _ = manager_in(world)
    await chosen(world, await opened(world), on.ANSWERS, ["private"])
    question = await used(world, "reset")
    await chosen(world, await opened(world, other), on.TEXTS, ["false"], other)

    text = await pressed(world, question, "Reset everything")

    assert "**Not saved.**" in text
    assert "are never kept as text" in text


async def test_a_form_shows_the_note_that_stands_now(world: World) -> None:
    """Opened on a panel that somebody else's change has overtaken, the form has the newer text."""
    other, _ = manager_in(world)
    theirs = await opened(world, other)
    await noted(world, await opened(world), "all", "Newer.")

    form = await other.select(theirs, ["all"], custom_id=custom_id_of(theirs, on.NOTE))

    assert standing_in(form) == "Newer."
