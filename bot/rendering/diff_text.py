"""What differs between two editions, in words for a terminal."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import assert_never

from bot.knowledge.content import Statement, TopicContent
from bot.knowledge.differences import Added, Change, Changed, Confirmed, Moved, Removed, Resourced
from bot.knowledge.figures import FigureChange
from bot.knowledge.pack_differences import (
    OUT_OF_SCOPE,
    Detail,
    EntryAdded,
    EntryRemoved,
    ExamplesChanged,
    FieldChanged,
    PackDifference,
)

_PARTS = {
    "retired": "Retired topics",
    "source": "Sources",
    "term": "Glossary",
    "event": "Timeline",
    "figure": "Figures",
    "chart": "Pictures",
    "out-of-scope": "What is not answered",
}
_LONG = 60  # characters from which two texts stand on lines of their own


def diff_lines(difference: PackDifference) -> Iterator[str]:
    """Yield the lines that tell a maintainer all that changed, topic by topic, then the rest of the pack."""
    before, after = difference.statements.before, difference.statements.after
    yield f"From edition {before.edition} to edition {after.edition}."
    if difference.is_empty:
        same = before.edition == after.edition
        yield "Nothing differs." if same else "They say the same; only comments, layout or the order of things differ."
    yield from _block("The pack", (line for detail in _of("pack", difference) for line in _detail(detail)))
    for topic in difference.statements.added_topics:
        yield from _block(f"{topic.id} · new topic", _topic_in_short(topic))
    for topic in difference.statements.removed_topics:
        yield from _block(f"{topic.id} · no longer a topic", _topic_in_short(topic))
    for topic in after.topics.values():
        if topic.id in before.topics:
            yield from _block(f"{topic.id} · {topic.title}", _topic(topic, difference))
    for part, title in _PARTS.items():
        yield from _block(title, _part(part, difference))


def _block(title: str, lines: Iterable[str]) -> Iterator[str]:
    """Yield *lines* under *title*; nothing when there are none."""
    told = list(lines)
    if told:
        yield ""
        yield title
        yield from (f"  {line}" for line in told)


def _of(part: str, difference: PackDifference) -> Iterator[Detail]:
    return (detail for detail in difference.details if detail.part == part)


def _topic_in_short(topic: TopicContent) -> Iterator[str]:
    statements = sum(len(section.statements) for section in topic.sections)
    sections = _counted(len(topic.sections), "section")
    yield f"/{topic.command}: {topic.title}; {sections}, {_counted(statements, 'statement')}"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _topic(topic: TopicContent, difference: PackDifference) -> Iterator[str]:
    for detail in _of("topic", difference):
        if detail.name == topic.id:
            yield from _detail(detail, named=False)
    for detail in _of("section", difference):
        topic_id, _, section = detail.name.partition("/")
        if topic_id == topic.id:
            yield from _detail(detail, name=f"section {section}")
    for changed in difference.statements.topics:
        if changed.after.id == topic.id:
            for change in changed.changes:
                yield from _statement(change)
    yield from (_examples(item, "") for item in difference.examples if item.name == topic.id)


def _part(part: str, difference: PackDifference) -> Iterator[str]:
    for detail in _of(part, difference):
        yield from _detail(detail)
    if part == "out-of-scope":
        kinds = (item for item in difference.examples if item.name.startswith(OUT_OF_SCOPE))
        yield from (_examples(item, f"{item.name.removeprefix(OUT_OF_SCOPE)}: ") for item in kinds)


def _detail(detail: Detail, *, named: bool = True, name: str | None = None) -> Iterator[str]:
    name = name or detail.name
    match detail:
        case EntryAdded(text=text):
            yield f"{name}: new. {text}"
        case EntryRemoved(text=text):
            yield f"{name}: gone. {text}"
        case FieldChanged(part=part, field=field):
            label = f"{name}, {field}" if named and part != "pack" else field
            yield from _from_to(label, detail.before, detail.after, detail.figures)
        case _:
            assert_never(detail)


def _from_to(label: str, before: str, after: str, figures: Sequence[FigureChange]) -> Iterator[str]:
    if max(len(before), len(after)) < _LONG:
        yield f"{label}: {before or 'none'} → {after or 'none'}"
        return
    yield f"{label}: {_figures(figures) if figures else 'changed'}"
    yield f"  now     {after or 'none'}"
    yield f"  before  {before or 'none'}"


def _statement(change: Change) -> Iterator[str]:
    match change:
        case Added(section=section, after=after):
            yield f"{section}: new claim" if not after.says else f"{section}: new correction"
            yield f"  {_sentence(after)}"
        case Removed(section=section, before=before):
            yield f"{section}: gone"
            yield f"  {_sentence(before)}"
        case Changed(section=section, before=before, after=after, figures=figures):
            reworded = _sentence(before) != _sentence(after)
            what = _figures(figures) if figures else "reworded" if reworded else "to be taken in another way"
            yield "; ".join([f"{section}: {what}", *_notes(before, after)])
            yield f"  {'now     ' if reworded else ''}{_sentence(after)}"
            if reworded:
                yield f"  before  {_sentence(before)}"
        case Resourced(section=section, before=before, after=after):
            yield "; ".join([f"{section}: other sources", *_notes(before, after)])
            yield f"  {_sentence(after)}"
        case Confirmed(section=section, before=before, after=after):
            later = after.as_of and before.as_of and after.as_of > before.as_of
            yield "; ".join([f"{section}: {'confirmed anew' if later else 'dated anew'}", *_notes(before, after)])
            yield f"  {_sentence(after)}"
        case Moved(section=section, section_before=section_before, after=after):
            yield f"{section}: moved here from {section_before}"
            yield f"  {_sentence(after)}"
        case _:
            assert_never(change)


def _notes(before: Statement, after: Statement) -> Iterator[str]:
    """Yield what differs about two wordings of a statement apart from the words."""
    if before.kind != after.kind:
        yield f"{before.kind} → {after.kind}"
    if before.as_of != after.as_of:
        yield f"as of {_day(before.as_of)} → {_day(after.as_of)}"
    if before.review_by != after.review_by:
        yield f"review by {_day(before.review_by)} → {_day(after.review_by)}"
    gone = [id_ for id_ in before.sources if id_ not in after.sources]
    come = [id_ for id_ in after.sources if id_ not in before.sources]
    if gone and come:
        yield f"{', '.join(gone)} → {', '.join(come)}"
    elif gone or come:
        yield f"without {', '.join(gone)}" if gone else f"now also {', '.join(come)}"


def _day(day: date | None) -> str:
    return day.isoformat() if day else "none"


def _figures(figures: Sequence[FigureChange]) -> str:
    return "; ".join(f"{figure.before} → {figure.after}" for figure in figures)


def _sentence(statement: Statement) -> str:
    return f"“{statement.says}” {statement.text}" if statement.says else statement.text


def _examples(item: ExamplesChanged, name: str) -> str:
    return f"{name}example questions: {item.before} → {item.after} ({len(item.added)} new, {len(item.removed)} gone)"
