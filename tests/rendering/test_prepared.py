"""Cards that are kept look as if they were made anew."""

from contextvars import copy_context
from dataclasses import replace
from datetime import date

import orjson
import pytest

from bot.answers.models import OVERVIEW, Found
from bot.knowledge.models import Kind, Knowledge
from bot.rendering import prepared
from bot.rendering.cards import topic_card
from bot.rendering.components import Reader
from bot.rendering.prepared import PreparedCards, encode, take_json

TODAY = date(2026, 11, 26)
READERS = {
    "public": Reader(owner=7, private=False, today=TODAY),
    "private": Reader(owner=8, private=True, today=TODAY),
    "private, not to be shared": Reader(owner=9, private=True, today=TODAY, may_share=False),
    "with a server's note": Reader(owner=10, private=False, today=TODAY, notes={"": "Be kind.", "aid": "Old."}),
    "with a notice": Reader(owner=11, private=True, today=TODAY, notice="Settings are away."),
    "years later": Reader(owner=12, private=False, today=date(2039, 1, 1)),
    "the longest id": Reader(owner=2**63 - 1, private=False, today=TODAY),
}


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_every_page_is_what_it_would_be(real_pack: Knowledge, reader: Reader) -> None:
    """Made the first time or taken from memory, for this reader or after another one: the payload is the same."""
    cards = PreparedCards()
    for topic in real_pack.topics.values():
        for page in (OVERVIEW, *topic.page_titles):
            found = Found(topic=topic, page=page)
            anew = topic_card(found, real_pack, reader).payload()

            assert cards.topic_card(found, real_pack, replace(reader, owner=5)).payload() != anew
            assert cards.topic_card(found, real_pack, reader).payload() == anew


def test_what_is_kept_is_bounded(real_pack: Knowledge, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand servers with notes of their own do not fill the memory."""
    monkeypatch.setattr(prepared, "KEPT", 3)
    cards = PreparedCards()
    found = Found(topic=real_pack.topics["aid"])

    for number in range(9):
        cards.topic_card(found, real_pack, Reader(owner=1, private=False, today=TODAY, notes={"": f"Note {number}"}))

    assert len(cards) == 3


def test_who_takes_json_gets_the_same_payload(real_pack: Knowledge) -> None:
    """Components that are JSON already stand in the payload as if they had been made and written out."""
    found, reader = Found(topic=real_pack.topics["aid"]), READERS["with a server's note"]
    cards = PreparedCards()

    def send() -> bytes:
        take_json()
        return encode({"type": 4, "data": {"components": cards.topic_card(found, real_pack, reader).payload()}})

    sent = copy_context().run(send)
    anew = topic_card(found, real_pack, reader).payload()

    assert orjson.loads(sent) == {"type": 4, "data": {"components": anew}}
    assert cards.topic_card(found, real_pack, reader).payload() == anew


def test_everything_else_is_written_as_it_is() -> None:
    """What is made of plain kinds is written as those."""
    payload = {"kind": Kind.EVENT, "items": [1, None, True], "text": "Київ"}

    assert orjson.loads(encode(payload)) == {"kind": "event", "items": [1, None, True], "text": "Київ"}
