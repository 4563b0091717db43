"""Cards that are kept look as if they were made anew."""

from collections.abc import Iterator
from contextvars import copy_context
from dataclasses import replace
from datetime import date

import orjson
import pytest

from bot.answers.figures import find_figures
from bot.answers.models import OVERVIEW, Figures, Found, FoundChart, FoundRow
from bot.knowledge.models import Kind, Knowledge
from bot.rendering import prepared
from bot.rendering.cards import topic_card
from bot.rendering.components import Gallery, Reader
from bot.rendering.figure_cards import figures_card
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


def every_figure(knowledge: Knowledge) -> Iterator[Figures]:
    """Yield some rows, every ranking, and every chart alone and below a row."""
    for topic in knowledge.topics.values():
        table = knowledge.table_of(topic.id)
        measures = tuple(table.spec.measure.choices) if table is not None and table.spec.measure else ()
        rows = [
            FoundRow(topic=topic, table=table, row=row, measure=measure)
            for row in (table.rows[::7] if table is not None else ())
            for measure in (None, *measures)
            if table is not None
        ]
        yield from rows
        yield from (find_figures(topic, knowledge, measure=measure) for measure in measures)
        for chart in knowledge.charts_of(topic.id):
            yield from (FoundChart(topic=topic, chart=chart, row=row) for row in (None, *rows[:2]))


@pytest.mark.parametrize("gallery", [None, Gallery(png=b"", alt="A picture")])
def test_every_figure_is_what_it_would_be(real_pack: Knowledge, gallery: Gallery | None) -> None:
    """So it is with rows, rankings and charts, with their picture and without."""
    cards, reader = PreparedCards(), READERS["with a server's note"]
    other = replace(reader, owner=5)
    found = list(every_figure(real_pack))
    for figures in found:
        anew = figures_card(figures, real_pack, reader, gallery=gallery, note="Note.").payload()

        assert cards.figures_card(figures, real_pack, other, gallery=gallery, note="Note.").payload() != anew
        assert cards.figures_card(figures, real_pack, reader, gallery=gallery, note="Note.").payload() == anew
    assert len(found) > 50


def test_beside_a_file_a_card_has_its_components(real_pack: Knowledge) -> None:
    """discord.py writes a payload with files itself, and knows nothing of JSON that is there already."""
    chart = real_pack.charts["largest-donors"]
    found = FoundChart(topic=real_pack.topics["aid"], chart=chart)
    gallery = Gallery(png=b"png", alt="A picture")
    reader = READERS["public"]

    def components() -> list[dict[str, object]]:
        take_json()
        return PreparedCards().figures_card(found, real_pack, reader, gallery=gallery).payload()

    assert copy_context().run(components) == figures_card(found, real_pack, reader, gallery=gallery).payload()


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
