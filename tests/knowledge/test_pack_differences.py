"""All that differs between two editions, beyond what servers are told."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.knowledge.loader import load_with_wordings
from bot.knowledge.pack_differences import (
    EntryAdded,
    EntryRemoved,
    ExamplesChanged,
    FieldChanged,
    PackDifference,
    WholeEdition,
    pack_differences,
)
from bot.rendering.diff_text import diff_lines
from tests.bridges import CHART, HEADER, pack_with
from tests.factories import PACK, SOURCES, make_claim, make_retired, make_topic, write_pack, write_yaml

TERM = {"term": "Span", "definition": "The reach between piers.", "topic": "bridge", "as_of": "2026-01-01"}


def edition(folder: Path, *topics: Mapping[str, Any], **files: Any) -> WholeEdition:
    knowledge, wordings = load_with_wordings(write_pack(folder, *topics, **files))
    return WholeEdition(knowledge=knowledge, wordings=wordings)


def compared(tmp_path: Path, before: Mapping[str, Any], after: Mapping[str, Any]) -> PackDifference:
    """Return how packs differ whose topic “bridge” has *before* and then *after*."""
    old, new = make_topic(**before), make_topic(**after)
    return pack_differences(edition(tmp_path / "old", old), edition(tmp_path / "new", new))


def compared_files(tmp_path: Path, before: Mapping[str, Any], after: Mapping[str, Any]) -> PackDifference:
    """Return how packs differ whose files are *before* and then *after*."""
    return pack_differences(edition(tmp_path / "old", **before), edition(tmp_path / "new", **after))


def term(**changes: Any) -> dict[str, Any]:
    return {**TERM, "sources": ["survey"], **changes}


def event(date: str, text: str) -> dict[str, Any]:
    return {"date": date, "text": text, "topic": "bridge", "sources": ["survey"]}


def section(section_id: str, *claims: dict[str, Any], title: str = "Length") -> dict[str, Any]:
    return {"id": section_id, "title": title, "claims": list(claims)}


def test_the_same_pack_twice_does_not_differ(tmp_path: Path) -> None:
    """Nothing is told, and the ids are the same."""
    difference = compared(tmp_path, {}, {})

    assert difference.is_empty
    assert list(diff_lines(difference))[1:] == ["Nothing differs."]


def test_comments_and_layout_are_no_difference_but_another_id(tmp_path: Path) -> None:
    """The id is made from the files, so that a reader is told why it is another."""
    before = edition(tmp_path / "old")
    write_pack(tmp_path / "new")
    with (tmp_path / "new" / "pack.yaml").open("a") as file:
        file.write("# A note.\n")
    knowledge, wordings = load_with_wordings(tmp_path / "new")

    lines = list(diff_lines(pack_differences(before, WholeEdition(knowledge=knowledge, wordings=wordings))))

    assert before.knowledge.edition in lines[0]
    assert knowledge.edition in lines[0]
    assert lines[1] == "They say the same; only comments, layout or the order of things differ."


@pytest.mark.parametrize(
    ("field", "change", "before", "after"),
    [
        ("title", {"title": "Bridges"}, "The bridge", "Bridges"),
        ("related", {"related": []}, "tunnel", ""),
        ("command.description", {"command": {"name": "bridge", "description": "Of"}}, "What is known about it", "Of"),
    ],
)
def test_what_stands_above_the_sections_is_compared(
    tmp_path: Path, field: str, change: Mapping[str, Any], before: str, after: str
) -> None:
    """Titles, summaries, commands and related topics are told with their earlier words."""
    whole = make_topic(related=["tunnel"], command={"name": "bridge", "description": "What is known about it"})
    others = (make_topic("tunnel"),)
    old = edition(tmp_path / "old", whole, *others)

    difference = pack_differences(old, edition(tmp_path / "new", {**whole, **change}, *others))

    assert difference.details == (FieldChanged(part="topic", name="bridge", field=field, before=before, after=after),)


def test_a_figure_in_a_summary_is_told_from_what_to_what(tmp_path: Path) -> None:
    """As in claims, where nothing but figures differs."""
    difference = compared(tmp_path, {"summary": "It is 300 metres long."}, {"summary": "It is 310 metres long."})

    (detail,) = difference.details
    assert isinstance(detail, FieldChanged)
    assert [(figure.before, figure.after) for figure in detail.figures] == [("300 metres long", "310 metres long")]


def test_sections_come_go_and_change_their_title(tmp_path: Path) -> None:
    """A section is known by its id."""
    before = {"sections": [section("length", make_claim("A.")), section("age", make_claim("B."))]}
    after = {"sections": [section("length", make_claim("A."), title="How long"), section("width", make_claim("C."))]}

    assert compared(tmp_path, before, after).details == (
        EntryAdded(part="section", name="bridge/width", text="Length"),
        FieldChanged(part="section", name="bridge/length", field="title", before="Length", after="How long"),
        EntryRemoved(part="section", name="bridge/age", text="Length"),
    )


def test_another_claim_in_front_is_told(tmp_path: Path) -> None:
    """The first claim is the one on the overview."""
    one, two = make_claim("It opened in May."), make_claim("Boats pass beneath.")

    difference = compared(
        tmp_path, {"sections": [section("facts", one, two)]}, {"sections": [section("facts", two, one)]}
    )

    assert [(d.field, d.before, d.after) for d in difference.details if isinstance(d, FieldChanged)] == [
        ("first claim", "It opened in May.", "Boats pass beneath.")
    ]


def test_glossary_and_sources_are_compared(tmp_path: Path) -> None:
    """Terms by their word, sources by their id."""
    before = {"glossary": [term(), term(term="Pier")]}
    after = {
        "glossary": [term(definition="The gap between piers."), term(term="Deck")],
        "sources": {**SOURCES, "gazette": {**SOURCES["gazette"], "url": "https://gazette.example/b"}},
    }

    assert compared_files(tmp_path, before, after).details == (
        FieldChanged(
            part="source",
            name="gazette",
            field="url",
            before="https://gazette.example/a_(b)",
            after="https://gazette.example/b",
        ),
        EntryAdded(part="term", name="Deck", text="The reach between piers."),
        FieldChanged(
            part="term",
            name="Span",
            field="definition",
            before="The reach between piers.",
            after="The gap between piers.",
        ),
        EntryRemoved(part="term", name="Pier", text="The reach between piers."),
    )


def test_events_are_known_by_their_sentence(tmp_path: Path) -> None:
    """A day that is known better is a change of the event, not another one."""
    before = [event("1999-05", "The bridge opened with a fair."), event("2001", "Lightning struck a pier.")]
    after = [event("1999-05-04", "The bridge opened with a fair."), event("2026", "A second lane was built.")]

    difference = compared_files(tmp_path, {"timeline": before}, {"timeline": after})

    (day,) = (detail for detail in difference.details if isinstance(detail, FieldChanged))
    assert (day.name, day.field, day.before, day.after) == ("1999-05-04", "date", "1999-05", "1999-05-04")
    assert difference.details[1:] == (
        EntryAdded(part="event", name="2026", text="A second lane was built."),
        EntryRemoved(part="event", name="2001", text="Lightning struck a pier."),
    )


def test_examples_are_counted_in_all_languages(tmp_path: Path) -> None:
    """Questions and short names of a topic, and questions that are not answered, wherever they stand."""
    food = {"id": "food", "title": "Food", "asks": ["soup"]}
    before = edition(tmp_path / "old", out_of_scope=[food])
    folder = write_pack(tmp_path / "new", out_of_scope=[{**food, "asks": ["stew"]}])
    (folder / "locales" / "de").mkdir(parents=True)
    write_yaml(folder / "locales" / "de" / "asks.yaml", {"bridge": ["ist die brücke offen"]})
    knowledge, wordings = load_with_wordings(folder)

    difference = pack_differences(before, WholeEdition(knowledge=knowledge, wordings=wordings))

    assert difference.examples == (
        ExamplesChanged(name="bridge", before=1, after=2, added=("ist die brücke offen",), removed=()),
        ExamplesChanged(name="out-of-scope/food", before=1, after=1, added=("stew",), removed=("soup",)),
    )


def test_a_retired_topic_is_told_with_where_it_leads(tmp_path: Path) -> None:
    """It is no longer a topic, and its command goes on."""
    before = edition(tmp_path / "old", make_topic(), make_topic("tunnel"))
    after = edition(tmp_path / "new", make_topic(), retired=[make_retired("tunnel")])

    lines = list(diff_lines(pack_differences(before, after)))

    assert "tunnel · no longer a topic" in lines
    assert "  tunnel: new. leads to bridge since 2026-11-01" in lines


def test_the_pack_itself_is_compared(tmp_path: Path) -> None:
    """How long claims keep, and the day of the edition."""
    lives = {**PACK["shelf_life_days"], "figure": "90"}

    difference = compared_files(tmp_path, {}, {"pack": {**PACK, "edition": "2026-11-26", "shelf_life_days": lives}})

    assert list(diff_lines(difference))[2:] == [
        "The pack",
        "  edition: 2026-11-01 → 2026-11-26",
        "  shelf_life_days.figure: 180 → 90",
    ]


STATEMENTS = {
    "figure": ({"text": "It is 310 metres long."}, "length: 300 metres long → 310 metres long"),
    "words": ({"text": "It is 300 metres in length."}, "length: reworded"),
    "kind": ({"kind": "analysis"}, "length: to be taken in another way; figure → analysis"),
    "source": ({"sources": ["gazette"]}, "length: other sources; survey → gazette"),
    "source added": ({"sources": ["survey", "gazette"]}, "length: other sources; now also gazette"),
    "later day": ({"as_of": "2026-05-01"}, "length: confirmed anew; as of 2026-01-01 → 2026-05-01"),
    "earlier day": ({"as_of": "2025-05-01"}, "length: dated anew; as of 2026-01-01 → 2025-05-01"),
    "review": ({"review_by": "2027-05-01"}, "length: dated anew; review by none → 2027-05-01"),
}


@pytest.mark.parametrize(("change", "told"), STATEMENTS.values(), ids=STATEMENTS)
def test_each_change_of_a_claim_has_its_words(tmp_path: Path, change: Mapping[str, Any], told: str) -> None:
    """A maintainer reads what happened to a claim, and all that differs about it."""
    claim = make_claim("It is 300 metres long.", kind="figure", as_of="2026-01-01")

    difference = compared(
        tmp_path, {"sections": [section("length", claim)]}, {"sections": [section("length", {**claim, **change})]}
    )

    assert f"  {told}" in list(diff_lines(difference))


def test_claims_come_go_and_move(tmp_path: Path) -> None:
    """Each with its section."""
    keeps, moves, goes = (make_claim(text) for text in ("It opened.", "Boats pass beneath it.", "Toll is taken."))
    before = [section("one", keeps, moves), section("two", goes)]
    after = [section("one", keeps), section("two", moves, make_claim("Lamps were set up on both sides."))]

    lines = list(diff_lines(compared(tmp_path, {"sections": before}, {"sections": after})))

    assert lines[3:] == [
        "  two: moved here from one",
        "    Boats pass beneath it.",
        "  two: new claim",
        "    Lamps were set up on both sides.",
        "  two: gone",
        "    Toll is taken.",
    ]


def test_figures_of_tables_and_pictures_are_compared(tmp_path: Path) -> None:
    """Cell by cell, so that a release that was taken over can be read before it is published."""
    old = pack_with(tmp_path / "old", (HEADER, "Old,PL,300,survey,,,", "Gone,DE,200,survey,,,"), charts=[CHART])
    new = pack_with(tmp_path / "new", (HEADER, "Old,PL,305,survey,,,"), charts=[CHART | {"title": "How long"}])
    editions = [WholeEdition(knowledge=k, wordings=w) for k, w in map(load_with_wordings, (old, new))]

    lines = "\n".join(diff_lines(pack_differences(*editions)))

    assert "bridges/Old, length: 300 -> 305" in lines.replace("→", "->")
    assert "bridges/Gone" in lines
    assert "How long" in lines
