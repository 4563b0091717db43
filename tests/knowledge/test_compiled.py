from pathlib import Path

import pytest

from bot.knowledge.compiled import read_compiled, write_compiled
from bot.knowledge.models import Knowledge
from tests.factories import make_knowledge, make_retired


def test_a_compiled_edition_is_the_same_edition(tmp_path: Path, real_pack: Knowledge) -> None:
    """Nothing is lost on the way through the file, not even the order of topics."""
    write_compiled(tmp_path / "data" / "edition.json", real_pack)

    again = read_compiled(tmp_path / "data" / "edition.json", real_pack.fingerprint)

    assert again == real_pack
    assert list(again.topics) == list(real_pack.topics)


def test_retired_topics_are_compiled_too(tmp_path: Path) -> None:
    """A start from the compiled edition keeps redirecting commands."""
    knowledge = make_knowledge(tmp_path / "pack", retired=[make_retired(note="It was filled in.")])
    write_compiled(tmp_path / "edition.json", knowledge)

    assert read_compiled(tmp_path / "edition.json", knowledge.fingerprint) == knowledge


def test_a_compiled_edition_of_other_files_is_not_used(tmp_path: Path, real_pack: Knowledge) -> None:
    """An edited pack is read and checked anew."""
    write_compiled(tmp_path / "edition.json", real_pack)

    assert read_compiled(tmp_path / "edition.json", "00000000") is None


@pytest.mark.parametrize("spoilt", [b"", b"{}", b"natobot 0.0.0 x\n{}"])
def test_a_spoilt_file_is_passed_over(tmp_path: Path, real_pack: Knowledge, spoilt: bytes) -> None:
    """A cache that was damaged or left by another version costs time, not the start."""
    (tmp_path / "edition.json").write_bytes(spoilt)

    assert read_compiled(tmp_path / "edition.json", real_pack.fingerprint) is None


def test_a_torn_file_is_passed_over(tmp_path: Path, real_pack: Knowledge) -> None:
    """So does one whose end is missing."""
    path = tmp_path / "edition.json"
    write_compiled(path, real_pack)
    path.write_bytes(path.read_bytes()[:-100])

    assert read_compiled(path, real_pack.fingerprint) is None
