from pathlib import Path

import pytest

from bot.knowledge.editions import Library, compare
from bot.knowledge.loader import load_knowledge
from tests.factories import make_knowledge, make_retired, make_topic, write_pack, write_yaml


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


def test_retiring_a_topic_does_not_concern_discord(tmp_path: Path) -> None:
    """The command stays as it is; only what it answers changes."""
    old = make_knowledge(tmp_path / "a", make_topic("bridge"), make_topic("tunnel"))
    new = make_knowledge(tmp_path / "b", make_topic("bridge"), retired=[make_retired("tunnel")])

    change = compare(old, new)

    assert change.removed_topics == ()
    assert not change.commands_differ


async def test_a_topic_that_vanished_is_named_with_what_to_do(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A file deleted without an entry in retired.yaml is not noticed first by members: the log says so."""
    library = Library(write_pack(tmp_path, make_topic("bridge"), make_topic("tunnel")), load=load_knowledge)

    (tmp_path / "topics" / "tunnel.yaml").unlink()
    change = await library.reload()

    assert change is not None
    assert change.removed_topics == ("tunnel",)
    assert "has no topic tunnel any more" in caplog.text
    assert "retired.yaml" in caplog.text


async def test_a_retired_entry_that_vanished_is_named_too(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Its command leads nowhere from then on, and Discord has to be told."""
    library = Library(write_pack(tmp_path, retired=[make_retired()]), load=load_knowledge)

    (tmp_path / "retired.yaml").unlink()
    change = await library.reload()

    assert change is not None
    assert change.removed_topics == ("tunnel",)
    assert change.commands_differ
    assert "has no topic tunnel any more" in caplog.text
