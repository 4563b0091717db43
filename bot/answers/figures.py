"""Finds what was asked of a topic's figures: a row, a ranking, a picture; and offers what there is while one types."""

from collections.abc import Mapping, Sequence

from bot.answers.lookup import MAX_CHOICES, NEAR, SAME, complete_names
from bot.answers.models import (
    Figures,
    FoundChart,
    FoundRanking,
    FoundRow,
    UnknownChart,
    UnknownMeasure,
    UnknownRow,
    UnknownSection,
)
from bot.answers.similarity import key_of, likeness, nearest
from bot.knowledge.models import Knowledge, Topic
from bot.knowledge.tables import Row, Table

WORTH_SUGGESTING = 75  # likeness from 0 to 100; less only looks odd: Croatia for Ukraine
CLOSE = 4.0  # points of likeness within which two rows are equally meant, so that neither is taken


def find_figures(
    topic: Topic, knowledge: Knowledge, *, row: str | None = None, measure: str | None = None, chart: str | None = None
) -> Figures:
    """
    Return what answers a question for figures, of which at least one is given; Discord passes whatever was typed.

    Raises:
        UnknownRow, UnknownMeasure, UnknownChart: This edition has no such thing; the error says what there is.
    """
    table = knowledge.table_of(topic.id)
    found = None
    if row is not None:
        if table is None:
            raise UnknownRow("row", ())
        found = FoundRow(
            topic=topic, table=table, row=find_row(row, table, knowledge), measure=_measure(measure, table)
        )
    if chart is not None:
        return find_chart(topic, chart, knowledge, row=found)
    if found is not None:
        return found
    if table is None or table.spec.measure is None:
        raise UnknownMeasure(())
    chosen = _measure(measure, table) or next(iter(table.spec.measure.choices))
    return FoundRanking(topic=topic, table=table, measure=chosen)


def find_page_of_figures(topic: Topic, page: str, knowledge: Knowledge) -> Figures:
    """
    Return what a page such as ``row/PL/military``, ``rank/all`` or ``chart/share-of-gdp`` names.

    Raises:
        UnknownSection: It names nothing of this edition.
        UnknownRow, UnknownMeasure, UnknownChart: As for ``find_figures``.
    """
    kind, _, name = page.partition("/")
    table = knowledge.table_of(topic.id)
    match kind:
        case "chart":
            return find_chart(topic, name, knowledge)
        case "rank":
            return find_figures(topic, knowledge, measure=name)
        case "row" if table is not None:
            key, _, measure = name.partition("/")
            row = _row_of_page(key, table)
            return FoundRow(topic=topic, table=table, row=row, measure=_measure(measure or None, table))
        case _:
            raise UnknownSection(topic)


def names_figures(page: str | None) -> bool:
    """Return whether a page is one of figures, rather than a section."""
    return page is not None and page.partition("/")[0] in {"row", "rank", "chart"} and "/" in page


def find_row(typed: str, table: Table, knowledge: Knowledge) -> Row:
    """
    Return the row of that name, in whatever language, or of nearly that name.

    Raises:
        UnknownRow: None is near enough; the error suggests up to three.
    """
    names = {key_of(name): row for row in table.rows for name in _names(row, table, knowledge)}
    key = key_of(typed)
    if key in names:
        return names[key]
    words = [name for name in names if len(name) > 2]  # a code is in nearly every name
    near = nearest(key, words, above=NEAR, limit=5)
    scores = ((likeness(key, name), name) for name in near)
    alike = sorted(((score, name) for score, name in scores if score >= WORTH_SUGGESTING), reverse=True)
    meant = {names[name].text(table.spec.key) for score, name in alike if score >= alike[0][0] - CLOSE}
    if alike and alike[0][0] >= SAME and len(meant) == 1:
        return names[alike[0][1]]
    noun = table.spec.option.noun if table.spec.option else "row"
    raise UnknownRow(noun, list(dict.fromkeys(table.name(names[name]) for _, name in alike))[:3])


def find_chart(topic: Topic, typed: str, knowledge: Knowledge, *, row: FoundRow | None = None) -> FoundChart:
    """
    Return the topic's chart of that id or title, or of nearly that.

    Raises:
        UnknownChart: There is none; the error lists those there are.
    """
    charts = knowledge.charts_of(topic.id)
    named = {key_of(name): chart for chart in charts for name in (chart.id, chart.title)}
    key = key_of(typed)
    best = max(named, key=lambda name: likeness(key, name), default=None)
    if best is None or likeness(key, best) < SAME:
        raise UnknownChart([chart.title for chart in charts])
    return FoundChart(topic=topic, chart=named[best], row=row)


def complete_rows(table: Table, knowledge: Knowledge, typed: str, *, locale: str) -> Sequence[tuple[str, str]]:
    """Return name and label of the rows that fit what was typed, best first; labels in the language of *locale*."""
    entries = [
        (table.name(row), row_label(row, table, knowledge, locale=locale), tuple(_names(row, table, knowledge)))
        for row in table.rows
    ]
    return complete_names(typed, entries)


def complete_charts(topic: Topic, knowledge: Knowledge, typed: str) -> Sequence[tuple[str, str]]:
    """Return id and title of the topic's charts that fit what was typed, best first."""
    return complete_names(
        typed, [(chart.id, chart.title, (chart.id, chart.title)) for chart in knowledge.charts_of(topic.id)]
    )


def complete_measures(table: Table, typed: str) -> Sequence[tuple[str, str]]:
    """Return the kinds that the table tells apart."""
    if table.spec.measure is None:
        return []
    choices = table.spec.measure.choices
    return [
        (choice, table.spec.column(column).title)
        for choice, column in choices.items()
        if choice.startswith(typed.strip().casefold())
    ][:MAX_CHOICES]


def row_label(row: Row, table: Table, knowledge: Knowledge, *, locale: str) -> str:
    """Return a row's flag and name, first as *locale* has it where that differs: ``🇩🇪 Deutschland (Germany)``."""
    name, code = table.name(row), table.code(row)
    local = _local_names(knowledge, locale).get(code or "")
    label = f"{local} ({name})" if local and local != name else name
    return f"{flag(code)} {label}" if code else label


def flag(code: str) -> str:
    """Return the flag of a country, two regional indicators (Unicode, UTS 51); Discord draws it."""
    return "".join(chr(0x1F1E6 + ord(letter) - ord("A")) for letter in code)


def _local_names(knowledge: Knowledge, locale: str) -> Mapping[str, str]:
    languages = [locale, *(["es-ES"] if locale.startswith("es") else [])]
    return {
        code: names.by_language[language]
        for code, names in knowledge.names.items()
        for language in languages
        if language in names.by_language
    }


def _names(row: Row, table: Table, knowledge: Knowledge) -> tuple[str, ...]:
    code = table.code(row)
    names = knowledge.names.get(code or "")
    return (table.name(row), *((code,) if code else ()), *(names.every if names else ()))


def _row_of_page(key: str, table: Table) -> Row:
    for place, row in enumerate(table.rows):
        if key == (table.code(row) or str(place)):
            return row
    raise UnknownRow(table.spec.option.noun if table.spec.option else "row", ())


def _measure(typed: str | None, table: Table) -> str | None:
    """Return the choice that was typed; ``None`` when nothing was."""
    if typed is None or table.spec.measure is None:
        return None
    choices = table.spec.measure.choices
    for choice, column in choices.items():
        if key_of(typed) in {key_of(choice), key_of(table.spec.column(column).title)}:
            return choice
    raise UnknownMeasure(list(choices))
