"""
All that differs between two editions of a pack, for the people who write it.

``differences.py`` compares statements, which servers are told of; this adds the rest: titles, summaries, sources, the
glossary, the timeline, what is retired and how many examples there are.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from bot.knowledge.content import SectionContent, Statement, TopicContent, content_of
from bot.knowledge.differences import EditionDifference, differences
from bot.knowledge.figures import FigureChange, changed_figures
from bot.knowledge.matching import matches_of
from bot.knowledge.models import Knowledge, Topic, Wordings
from bot.knowledge.tables import Row

_STATEMENTS = frozenset({"claims", "misconceptions"})  # compared one by one
_EXAMPLES = frozenset({"asks", "aliases"})  # counted
_NOT_HERE = frozenset({"id", "sections"}) | _STATEMENTS | _EXAMPLES
OUT_OF_SCOPE = "out-of-scope/"  # before the id of a kind of question that is not answered


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeEdition:
    """An edition with everything the search learns from."""

    knowledge: Knowledge
    wordings: Mapping[str, Wordings]  # by language


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryAdded:
    """Something that has a name of its own is new."""

    part: str  # of the pack: section, source, term, event, figure, chart, retired, out-of-scope
    name: str
    text: str  # what it says, in short


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRemoved:
    """It is no longer there."""

    part: str
    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChanged:
    """It is still there and one thing about it is another."""

    part: str
    name: str
    field: str  # as the key in the file: title, command.description, shelf_life_days.figure
    before: str  # empty when it had none
    after: str  # empty when it has none
    figures: tuple[FigureChange, ...] = ()  # where nothing but figures and dates differs


Detail = EntryAdded | EntryRemoved | FieldChanged


@dataclass(frozen=True, slots=True, kw_only=True)
class ExamplesChanged:
    """Other example questions for a topic, or for a kind of question that is not answered."""

    name: str  # id of the topic or of the kind
    before: int
    after: int
    added: tuple[str, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PackDifference:
    """All that differs from one edition to another."""

    statements: EditionDifference
    details: tuple[Detail, ...]
    examples: tuple[ExamplesChanged, ...]

    @property
    def is_empty(self) -> bool:
        """Whether both say the same; comments, layout and the order of things may differ."""
        said = self.statements
        return not (said.added_topics or said.removed_topics or said.topics or self.details or self.examples)


def pack_differences(before: WholeEdition, after: WholeEdition) -> PackDifference:
    """Return what changed from *before* to *after*."""
    old, new = before.knowledge, after.knowledge
    return PackDifference(
        statements=differences(content_of(old), content_of(new)),
        details=(
            *_fields("pack", old.pack.id, old.pack, new.pack),
            *(
                detail
                for id_, topic in new.topics.items()
                if id_ in old.topics
                for detail in _topic(old.topics[id_], topic)
            ),
            *_entries("retired", old.retired, new.retired),
            *_entries("source", old.sources, new.sources),
            *_entries("term", {t.term: t for t in old.glossary}, {t.term: t for t in new.glossary}),
            *_events(old, new),
            *_entries("figure", _rows(old), _rows(new)),
            *_entries("chart", old.charts, new.charts),
            *_entries("out-of-scope", {g.id: g for g in old.out_of_scope}, {g.id: g for g in new.out_of_scope}),
        ),
        examples=tuple(_examples(before, after)),
    )


def _topic(old: Topic, new: Topic) -> Iterator[Detail]:
    yield from _fields("topic", new.id, old, new)
    before, after = ({f"{t.id}/{section.id}": section for section in t.sections} for t in (old, new))
    yield from _entries("section", before, after)
    for name, section in after.items():
        lead, former = section.claims[0].text, before[name].claims if name in before else ()
        if lead in {claim.text for claim in former[1:]} and former[0].text in {c.text for c in section.claims}:
            yield FieldChanged(part="section", name=name, field="first claim", before=former[0].text, after=lead)


def _entries(part: str, before: Mapping[str, BaseModel], after: Mapping[str, BaseModel]) -> Iterator[Detail]:
    yield from (
        EntryAdded(part=part, name=name, text=_gist(entry)) for name, entry in after.items() if name not in before
    )
    for name, entry in after.items():
        if name in before:
            yield from _fields(part, name, before[name], entry)
    yield from (
        EntryRemoved(part=part, name=name, text=_gist(entry)) for name, entry in before.items() if name not in after
    )


def _events(old: Knowledge, new: Knowledge) -> Iterator[Detail]:
    """Events have no names: they are told apart as statements are, and named by their day."""
    matches = matches_of(_as_topic(old), _as_topic(new))
    for item in matches.after:
        event, partner = new.timeline[item.position], matches.partners.get(item)
        if partner is None:
            yield EntryAdded(part="event", name=event.date, text=event.text)
        else:
            yield from _fields("event", event.date, old.timeline[partner.position], event)
    kept = {partner.position for partner in matches.partners.values()}
    for position, event in enumerate(old.timeline):
        if position not in kept:
            yield EntryRemoved(part="event", name=event.date, text=event.text)


def _rows(knowledge: Knowledge) -> dict[str, Row]:
    """Return every row of every table, by the table's id and its own name."""
    return {f"{table_id}/{table.name(row)}": row for table_id, table in knowledge.tables.items() for row in table.rows}


def _as_topic(knowledge: Knowledge) -> TopicContent:
    statements = tuple(Statement(text=event.text) for event in knowledge.timeline)
    section = SectionContent(id="timeline", title="timeline", statements=statements)
    return TopicContent(id="timeline", command="timeline", title="timeline", sections=(section,))


def _fields(part: str, name: str, old: BaseModel, new: BaseModel) -> Iterator[FieldChanged]:
    before, after = dict(_flat(old)), dict(_flat(new))
    for field in {**after, **before}:
        was, is_ = before.get(field, ""), after.get(field, "")
        if was != is_:
            yield FieldChanged(
                part=part, name=name, field=field, before=was, after=is_, figures=changed_figures(was, is_)
            )


def _flat(model: BaseModel) -> Iterator[tuple[str, str]]:
    """Yield the fields of *model* that are compared here, as texts."""
    for key, value in model.model_dump(mode="json", by_alias=True).items():
        if key in _NOT_HERE or value is None:
            continue
        if isinstance(value, Mapping):
            prefix = "" if key == "cells" else f"{key}."  # a row is its cells
            yield from ((prefix + inner, _text(held)) for inner, held in value.items())
        else:
            yield key, _text(value)


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _gist(entry: BaseModel) -> str:
    """Return what an entry says, or is called; where a retired topic leads."""
    fields = dict(_flat(entry))
    if "moved_to" in fields:
        return f"leads to {fields['moved_to']} since {fields['since']}"
    return next((fields[key] for key in ("definition", "title") if key in fields), "")


def _examples(before: WholeEdition, after: WholeEdition) -> Iterator[ExamplesChanged]:
    olds, news = _examples_by_name(before), _examples_by_name(after)
    for name in {**news, **olds}:
        old, new = olds.get(name, Counter()), news.get(name, Counter())
        if old != new:
            yield ExamplesChanged(
                name=name,
                before=old.total(),
                after=new.total(),
                added=tuple((new - old).elements()),
                removed=tuple((old - new).elements()),
            )


def _examples_by_name(edition: WholeEdition) -> Mapping[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}

    def add(name: str, texts: Iterable[str]) -> None:
        found.setdefault(name, Counter()).update(texts)

    for topic in edition.knowledge.topics.values():
        add(topic.id, (*topic.asks, *topic.aliases))
    for group in edition.knowledge.out_of_scope:
        add(f"{OUT_OF_SCOPE}{group.id}", group.asks)
    for wording in edition.wordings.values():
        for topic_id, asks in wording.asks.items():
            add(topic_id, asks)
        for group_id, asks in wording.out_of_scope.items():
            add(f"{OUT_OF_SCOPE}{group_id}", asks)
    return found
