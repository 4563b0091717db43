import json
import zlib
from pathlib import Path

import pytest

from bot.knowledge.content import EditionContent, content_of, dump_content, read_content
from bot.knowledge.differences import differences
from tests.factories import make_knowledge


@pytest.fixture
def content(tmp_path: Path) -> EditionContent:
    return content_of(make_knowledge(tmp_path))


def test_claims_and_corrections_are_statements(content: EditionContent) -> None:
    """A topic's corrections stand after its sections, with what they correct."""
    statements = [statement for section in content.topics["bridge"].sections for statement in section.statements]

    assert [(statement.says, statement.text, statement.kind) for statement in statements] == [
        ("", "The bridge opened on 4 May 1999.", "event"),
        ("", "It is 300 metres long.", "figure"),
        ("It is the longest of all", "Others are longer.", ""),
    ]


def test_content_is_the_same_after_it_was_stored(content: EditionContent) -> None:
    """An edition compared with its own stored content shows no difference."""
    stored = read_content(dump_content(content))

    assert stored == content
    assert differences(content, content).topics == ()


def test_content_of_another_version_is_read_as_far_as_it_is_known(content: EditionContent) -> None:
    """Fields of a later version are passed over; those an earlier one did not have get their defaults."""
    plain = json.loads(zlib.decompress(dump_content(content)))
    del plain["sources"], plain["topics"]["bridge"]["sections"][0]["statements"][0]["kind"]
    plain["mood"] = plain["topics"]["bridge"]["colour"] = "new"

    stored = read_content(zlib.compress(json.dumps(plain).encode()))

    assert stored is not None
    assert stored.sources == {}
    assert stored.topics["bridge"].sections[0].statements[0].text == "The bridge opened on 4 May 1999."


@pytest.mark.parametrize("stored", [b"", b"not compressed", zlib.compress(b"{}"), zlib.compress(b"[1")])
def test_content_that_cannot_be_read_counts_as_nothing(stored: bytes, caplog: pytest.LogCaptureFixture) -> None:
    """There is nothing to compare with then, and the log says so."""
    assert read_content(stored) is None
    assert "nothing is compared with it" in caplog.text
