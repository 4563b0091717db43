from pathlib import Path

from bot.knowledge.editions import Library, compare
from bot.knowledge.loader import load_knowledge
from tests.factories import make_knowledge, make_topic, write_pack, write_yaml


async def test_an_edited_file_is_in_use_after_a_reload(tmp_path: Path) -> None:
    """A maintainer saves a file and the next answer has it."""
    library = Library(write_pack(tmp_path), load=load_knowledge)

    write_pack(tmp_path, make_topic(title="The bridge, widened"))
    await library.reload()

    assert library.current.topics["bridge"].title == "The bridge, widened"


async def test_a_broken_edition_leaves_the_old_one_answering(tmp_path: Path) -> None:
    """A mistake in a file never reaches users; the library says why the files are not in use."""
    library = Library(write_pack(tmp_path), load=load_knowledge)
    before = library.current

    (tmp_path / "topics" / "bridge.yaml").write_text("id: bridge\nid: bridge\n")
    change = await library.reload()

    assert change is None
    assert library.current is before
    assert library.last_problem is not None
    assert "stands twice" in library.last_problem


async def test_mending_the_files_ends_the_problem(tmp_path: Path) -> None:
    """After the mistake is mended the new edition is in use and nothing is complained of."""
    library = Library(write_pack(tmp_path), load=load_knowledge)
    (tmp_path / "topics" / "bridge.yaml").write_text("id: [")
    await library.reload()

    write_pack(tmp_path, make_topic(title="Mended"))
    await library.reload()

    assert library.last_problem is None
    assert library.current.topics["bridge"].title == "Mended"


async def test_unchanged_files_are_not_read_again(tmp_path: Path) -> None:
    """Looking for edits costs nothing when there are none."""
    library = Library(write_pack(tmp_path), load=load_knowledge)
    before = library.current

    assert await library.reload() is None
    assert library.current is before


async def test_a_new_file_is_a_new_topic(tmp_path: Path) -> None:
    """A reload reports a topic that was added, and that Discord has to be told of its command."""
    library = Library(write_pack(tmp_path), load=load_knowledge)

    write_yaml(tmp_path / "topics" / "tunnel.yaml", make_topic("tunnel"))
    change = await library.reload()

    assert change is not None
    assert change.added_topics == ("tunnel",)
    assert change.commands_differ


def test_text_edits_do_not_concern_discord(tmp_path: Path) -> None:
    """Only names and descriptions of commands are registered; other edits need no restart."""
    old = make_knowledge(tmp_path / "a")
    new = make_knowledge(tmp_path / "b", make_topic(summary="Another summary."))

    assert not compare(old, new).commands_differ
