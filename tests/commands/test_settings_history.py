"""/settings: undo, history and reset."""

from tests.commands import panel as on
from tests.commands.panel import chosen, noted, opened, pressed, used
from tests.commands.reading import labels_of, parts_of, text_of
from tests.conftest import World


async def test_undo_goes_back_step_by_step(world: World) -> None:
    """Each press takes back one more change, until nothing is left to take back."""
    panel = await opened(world)
    await chosen(world, panel, on.ANSWERS, ["private"])
    await chosen(world, panel, on.TEXTS, ["false"])

    first = await pressed(world, panel, on.UNDO)
    second = await pressed(world, panel, on.UNDO)
    third = await pressed(world, panel, on.UNDO)

    assert "**Undone.** Questions without an answer: never kept as text → kept as text" in first
    assert "**Undone.** Answers in this server: shown only to the person who asked → shown to everyone" in second
    assert "nothing to undo" in third
    assert "**Answers** are shown to everyone" in text_of(await opened(world))


async def test_there_is_nothing_to_undo_at_first(world: World) -> None:
    """The button is there but cannot be pressed; a press that comes all the same is answered."""
    panel = await opened(world)
    (button,) = [item for item in parts_of(panel) if item.get("label") == on.UNDO]

    result = await on.forged_press(world.admin, panel, button["custom_id"])

    assert button["disabled"]
    assert result.acknowledged
    assert "nothing to undo" in text_of(panel)


async def test_a_change_after_an_undo_can_be_undone_itself(world: World) -> None:
    """Undo always takes back the newest change that still holds."""
    panel = await opened(world)
    await chosen(world, panel, on.ANSWERS, ["private"])
    await pressed(world, panel, on.UNDO)
    await chosen(world, panel, on.LANGUAGE, ["en"])

    text = await pressed(world, panel, on.UNDO)
    more = await pressed(world, panel, on.UNDO)

    assert "**Undone.** Language: English → follows the member" in text
    assert "nothing to undo" in more


async def test_history_says_who_changed_what_and_when(world: World) -> None:
    """Newest first, with the person, the moment, and from what to what; undoing is told as such."""
    panel = await opened(world)
    await chosen(world, panel, on.ANSWERS, ["private"])
    await pressed(world, panel, on.UNDO)

    text = text_of(await used(world, "history"))

    newest, oldest = text.index("**2.**"), text.index("**1.**")
    assert newest < oldest
    assert f"<@{world.admin.id}> (undo)" in text[newest:oldest]
    assert "<t:" in text[oldest:]
    assert "shown to everyone → shown only to the person who asked" in text[oldest:]


async def test_history_has_pages(world: World) -> None:
    """Older changes are one press away, down to the first."""
    panel = await opened(world)
    for n in range(13):
        await chosen(world, panel, on.ANSWERS, ["private" if n % 2 == 0 else "public"])
    page = await used(world, "history")

    first = text_of(page)
    second = await pressed(world, page, "Older")

    assert "**13.**" in first
    assert "**4.**" in first
    assert "**3.**" not in first
    assert "**3.**" in second
    assert "**1.**" in second
    assert "Older" not in labels_of(page)
    assert "How the bot speaks" in await pressed(world, page, on.BACK)


async def test_an_empty_history_says_so(world: World) -> None:
    """Before anything was decided there is a sentence, not an empty page."""
    assert "Nothing was changed yet" in text_of(await used(world, "history"))


async def test_reset_asks_first_and_can_be_undone(world: World) -> None:
    """It shows what would change; declined, nothing does; confirmed, everything does, and undo brings it back."""
    panel = await opened(world)
    await chosen(world, panel, on.ANSWERS, ["private"])
    await noted(world, panel, "aid", "Read this.")

    asked = await used(world, "reset")
    question = text_of(asked)
    declined = await pressed(world, asked, "Change nothing")
    asked = await used(world, "reset")
    done = await pressed(world, asked, "Reset everything")
    undone = await pressed(world, asked, on.UNDO)

    assert "This would change" in question
    assert "shown only to the person who asked → shown to everyone" in question
    assert "**Nothing was changed.**" in declined
    assert "**Answers** are shown only" in declined
    assert "**Saved.**" in done
    assert "**Answers** are shown to everyone" in done
    assert "**Undone.**" in undone
    assert "Read this." in undone
    assert "**Answers** are shown only" in undone


async def test_reset_of_what_is_untouched_says_so(world: World) -> None:
    """There is no button to press for nothing."""
    message = await used(world, "reset")

    assert "**Nothing to reset.**" in text_of(message)
    assert labels_of(message) == [on.BACK]
