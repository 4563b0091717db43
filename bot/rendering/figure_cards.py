"""A row of figures, a ranking, a picture -> the card Discord shows. Pure."""

from collections.abc import Iterator, Sequence

from bot.answers.figures import row_label
from bot.answers.models import Figures, FoundChart, FoundRanking, FoundRow
from bot.knowledge.chart_data import chart_data
from bot.knowledge.models import Knowledge
from bot.knowledge.tables import Column, ColumnType, OnCard, Row, Table
from bot.rendering import wording
from bot.rendering.cards import SourceNumbers, action_buttons, footer, page_select, related_buttons
from bot.rendering.charts.words import figure, figure_lines, measured, with_unit
from bot.rendering.components import Card, Gallery, Reader

RANKED = 15  # rows of a ranking
FEWEST_RANKED = 5  # rows among which a place says something
MOST_LINES = 20  # of figures that stand for a picture


def figures_card(
    found: Figures, knowledge: Knowledge, reader: Reader, *, gallery: Gallery | None = None, note: str | None = None
) -> Card:
    """
    Return the card of figures.

    Without a *gallery* the figures of a picture stand in words; *note* says what becomes of the picture.
    """
    topic = found.topic
    texts = _texts(found, knowledge, SourceNumbers(knowledge), reader, in_words=gallery is None)
    return Card(
        *reader.above(topic.id),
        *texts,
        *([f"-# {note}"] if note else []),
        footer(knowledge, reader),
        gallery=gallery,
        rows=(
            [page_select(topic, found.page, knowledge, reader)],
            related_buttons(topic, knowledge, reader),
            action_buttons(topic.id, found.page, knowledge.edition, reader),
        ),
    )


def cited_by(found: Figures, knowledge: Knowledge, reader: Reader) -> tuple[str, ...]:
    """Return the ids of what figures rest on, numbered as on their card."""
    numbers = SourceNumbers(knowledge)
    for _ in _texts(found, knowledge, numbers, reader, in_words=False):
        pass
    return tuple(numbers.order)


def figures_title(found: Figures, knowledge: Knowledge, reader: Reader) -> str:
    """Return what figures are called."""
    match found:
        case FoundRow(table=table, row=row):
            return row_label(row, table, knowledge, locale=reader.language)
        case FoundRanking(table=table, measure=measure):
            return f"{table.spec.title}: {_column_of(table, measure).title}"
        case FoundChart(chart=chart):
            return chart.title


def _texts(
    found: Figures, knowledge: Knowledge, numbers: SourceNumbers, reader: Reader, *, in_words: bool
) -> Iterator[str]:
    match found:
        case FoundRow():
            yield from _row(found, knowledge, numbers, reader)
        case FoundRanking():
            yield from _ranking(found, knowledge, numbers, reader)
        case FoundChart():
            yield from _chart(found, knowledge, numbers, reader, in_words=in_words)


def _row(found: FoundRow, knowledge: Knowledge, numbers: SourceNumbers, reader: Reader) -> Iterator[str]:
    table, row = found.table, found.row
    yield f"## {figures_title(found, knowledge, reader)}\n{table.spec.title}"
    chosen = table.spec.measure.choices[found.measure] if table.spec.measure and found.measure else None
    lines = [
        line
        for column in table.spec.columns
        if column.card is not OnCard.HIDDEN and (chosen is None or column.name == chosen)
        for line in _cell(table, row, column, numbers)
    ]
    if chosen is None and (trend := _trend(table, row, numbers)):
        lines.append(trend)
    yield "\n".join(lines)
    if table.spec.note:
        yield f"-# {table.spec.note}"


def _cell(table: Table, row: Row, column: Column, numbers: SourceNumbers) -> Iterator[str]:
    """Yield the line of one value, with its day and sources; nothing where nothing is known."""
    cell = row.text(column.name)
    if not cell:
        return
    day = table.day(row, column)
    details = [
        _place(table, row, column) if column.card is OnCard.RANKED else "",
        row.text(column.basis_in) if column.basis_in else "",
        wording.day(day) if day and column.type is not ColumnType.DAY else "",
        numbers.links(table.sources(row, column)),
    ]
    yield f"**{column.title}** {_shown(cell, column)}\n-# {' · '.join(filter(None, details))}"


def _shown(cell: str, column: Column) -> str:
    match column.type:
        case ColumnType.NUMBER:
            decimals = max(column.decimals, min(len(cell.partition(".")[2]), 2))
            return with_unit(float(cell), decimals, column.unit)
        case ColumnType.DAY | ColumnType.MONTH:
            return wording.partial_day(cell)
        case _:
            return cell


def _place(table: Table, row: Row, column: Column) -> str:
    """Return a row's place among those it can be compared with: ``3rd of 41 countries``."""
    place = table.place(row, column)
    if place is None or place[1] < FEWEST_RANKED or row.number(column.name) == 0 or table.spec.option is None:
        return ""
    return f"{wording.ordinal(place[0])} of {place[1]} {table.spec.option.plural}"


def _trend(table: Table, row: Row, numbers: SourceNumbers) -> str | None:
    columns = [table.spec.column(name) for name in table.spec.trend]
    known = [(column, value) for column in columns if (value := row.number(column.name)) is not None]
    if not known:
        return None
    values = " · ".join(f"{column.title} {figure(value, column.decimals)}" for column, value in known)
    first, last = known[0][0], known[-1][0]
    day = table.day(row, last)
    return (
        f"**By year** {values}\n"
        f"-# {first.unit or ''} · {f'to {wording.day(day)} · ' if day else ''}{numbers.links(table.sources(row, last))}"
    )


def _ranking(found: FoundRanking, knowledge: Knowledge, numbers: SourceNumbers, reader: Reader) -> Iterator[str]:
    table = found.table
    column = _column_of(table, found.measure)
    yield f"## {figures_title(found, knowledge, reader)}"
    known = [row for row in table.rows if row.number(column.name)]
    known.sort(key=lambda row: (-(row.number(column.name) or 0.0), table.name(row)))
    compared = max((table.peers(row, column) for row in known), key=len, default=())
    peers = [row for row in known if row in compared]
    others = [row for row in known if row not in compared]
    yield "\n".join(_ranked_lines(peers[:RANKED], table, column, knowledge, reader)) or wording.NO_FIGURES
    if len(peers) > RANKED:
        yield f"-# and {len(peers) - RANKED} more"
    if others:
        yield "\n".join(["Not ranked with them:", *(_ranked(row, table, column, knowledge, reader) for row in others)])
    days = [day for row in peers if (day := table.day(row, column)) is not None]
    cited = dict.fromkeys(id_ for row in peers for id_ in table.sources(row, column))
    details = [column.unit or "", f"by {wording.day(max(days))}" if days else "", numbers.links(cited)]
    yield f"-# {' · '.join(filter(None, details))}\n-# {table.spec.note or ''}".removesuffix("\n-# ")


def _ranked_lines(
    rows: Sequence[Row], table: Table, column: Column, knowledge: Knowledge, reader: Reader
) -> Iterator[str]:
    """Yield a line a row, equal values in one place."""
    for row in rows:
        place = table.place(row, column)
        yield f"{place[0] if place else 1}. {_ranked(row, table, column, knowledge, reader)}"


def _ranked(row: Row, table: Table, column: Column, knowledge: Knowledge, reader: Reader) -> str:
    value = figure(row.number(column.name) or 0.0, column.decimals)
    return f"{row_label(row, table, knowledge, locale=reader.language)} **{value}**"


def _chart(
    found: FoundChart, knowledge: Knowledge, numbers: SourceNumbers, reader: Reader, *, in_words: bool
) -> Iterator[str]:
    data = chart_data(found.chart, knowledge.tables[found.chart.table])
    if found.row is not None:
        yield from _row(found.row, knowledge, numbers, reader)
    lines = list(figure_lines(data)) if in_words else []
    left_out = data.left_out + max(0, len(lines) - MOST_LINES)
    more = [f"-# and {left_out} more"] if in_words and left_out else []
    yield "\n".join([f"### {found.chart.title}", *lines[:MOST_LINES], *more])
    note = f"\n-# {found.chart.note}" if found.chart.note else ""
    yield f"-# {measured(data)} · {numbers.links(data.sources)}{note}"


def _column_of(table: Table, measure: str) -> Column:
    assert table.spec.measure is not None, "a ranking has one"
    return table.spec.column(table.spec.measure.choices[measure])
