"""
What a chart shows: a table's figures, chosen, summed and ordered. Pure.

Pictures, their words for those who do not see them, and the lists that stand for them where nothing can be drawn are
all made from this, so they cannot differ.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from bot.knowledge.charts import Band, Chart, Form
from bot.knowledge.mistakes import near
from bot.knowledge.tables import Column, ColumnType, Row, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar, in one or more parts."""

    name: str  # of the row, the group, the month or the year
    parts: tuple[float, ...]  # a value for each of the chart's columns
    members: tuple[str, ...] = ()  # of counts: the names that are counted
    codes: tuple[str, ...] = ()  # of counts: their codes, or their names where there are none

    @property
    def total(self) -> float:
        return sum(self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One tile of a map."""

    name: str
    code: str
    column: int  # from the left, from 0
    row: int  # from the top, from 0
    value: str  # as it stands in the tile; empty when nothing is known
    band: int | None  # place in the chart's bands; None when outside all


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartData:
    """All that a picture of a chart tells."""

    chart: Chart
    columns: tuple[Column, ...]
    bars: tuple[Bar, ...]  # in the order they are drawn
    tiles: tuple[Tile, ...]
    left_out: int  # rows that are not among the largest
    unit: str
    as_of: date  # the latest day of a figure shown
    sources: tuple[str, ...]  # ids
    basis: str | None  # how the figures were measured, where the table says so for all of them alike

    @property
    def shown(self) -> int:
        return len(self.bars) or len(self.tiles)


def chart_data(chart: Chart, table: Table) -> ChartData:
    """Return what *chart*, which has no problems, shows of *table*."""
    columns = tuple(table.spec.column(name) for name in chart.columns)
    chosen = [row for row in table.rows if _is_chosen(chart, row)]
    known = [row for row in chosen if any(row.text(column.name) for column in columns)]
    bars = _bars(chart, table, columns, known)
    tiles = _tiles(chart, table, columns[0]) if chart.form is Form.TILES else ()
    shown = bars[: chart.largest] if chart.largest else bars
    return ChartData(
        chart=chart,
        columns=columns,
        bars=tuple(shown),
        tiles=tiles,
        left_out=len(bars) - len(shown),
        unit=chart.unit or columns[0].unit or "",
        as_of=max(day for row in known for column in columns if (day := table.day(row, column)) is not None),
        sources=tuple(dict.fromkeys(id_ for row in known for column in columns for id_ in table.sources(row, column))),
        basis=_basis(columns, known),
    )


def chart_problems(chart: Chart, table: Table) -> Iterator[tuple[str, str]]:
    """Yield the key and what is wrong of each mistake that keeps *chart* from being drawn."""
    names = [column.name for column in table.spec.columns]
    named = {"columns": chart.columns, "where": tuple(chart.where), "by": (chart.by,), "places": chart.places or ()}
    unknown = [(key, name) for key, group in named.items() for name in group if name is not None and name not in names]
    for key, name in unknown:
        yield key, f"the table “{table.spec.id}” has no column “{name}”.{near(name, names)}"
    if unknown:
        return
    wrong = [
        (key, name, types)
        for key, name, types in _types_needed(chart, table)
        if table.spec.column(name).type not in types
    ]
    for key, name, types in wrong:
        wanted = " or ".join(sorted(needed.value for needed in types))
        yield (
            key,
            f"the column “{name}” holds {table.spec.column(name).type.value}; a chart of this form needs {wanted}.",
        )
    if not wrong:
        yield from _problems_of_rows(chart, table)


def _problems_of_rows(chart: Chart, table: Table) -> Iterator[tuple[str, str]]:
    columns = [table.spec.column(name) for name in chart.columns]
    chosen = [row for row in table.rows if _is_chosen(chart, row)]
    known = [(row, column) for row in chosen for column in columns if row.text(column.name)]
    if not known:
        yield "where" if chart.where else "columns", "no row of the table has a figure for this chart."
        return
    if all(table.day(row, column) is None for row, column in known):
        yield "table", "no figure of this chart has a day. Fill in the column of days."
    if len({row.text(column.basis_in) for row, column in known if column.basis_in}) > 1:
        yield (
            "where",
            "figures that were measured in different ways stand beside each other. Choose those of one basis.",
        )
    if len({column.unit for column in columns}) > 1:
        yield "columns", "columns of different units cannot be added. Choose those of one unit."
    if chart.by and any(row.text(chart.by) == "" for row, _ in known):
        yield "by", "a row has no group. Fill in the column or choose rows."
    are_words = columns[0].type in {ColumnType.TEXT, ColumnType.YES_NO}
    if any((band.text is not None) is not are_words for band in chart.bands):
        yield "bands", f"{'text' if are_words else 'below'} is what these bands need. Write it for each."
    if any(row.text(name) == "" for row in table.rows for name in chart.places or ()):
        yield "places", "a row has no place on the map. Give every row a column and a row."
    elif chart.places and len({_place(chart.places, row) for row in table.rows}) < len(table.rows):
        yield "places", "two rows have the same place on the map. Move one."


def _is_chosen(chart: Chart, row: Row) -> bool:
    return all(row.text(name) == text for name, text in chart.where.items())


def _types_needed(chart: Chart, table: Table) -> Iterator[tuple[str, str, frozenset[ColumnType]]]:
    numbers = frozenset({ColumnType.NUMBER})
    of_columns = {
        Form.COUNTS: frozenset({ColumnType.DAY}),
        Form.TILES: frozenset({ColumnType.NUMBER, ColumnType.DAY, ColumnType.TEXT, ColumnType.YES_NO}),
    }.get(chart.form, numbers)
    yield from (("columns", name, of_columns) for name in chart.columns)
    yield from (("places", name, numbers) for name in chart.places or ())
    if chart.form is Form.MONTHS:
        yield "table", table.spec.key, frozenset({ColumnType.MONTH})


def _bars(chart: Chart, table: Table, columns: Sequence[Column], rows: Sequence[Row]) -> Sequence[Bar]:
    match chart.form:
        case Form.BARS:
            bars = [Bar(name=table.name(row), parts=_parts(columns, [row])) for row in rows]
            return sorted(bars, key=lambda bar: (-bar.total, bar.name))
        case Form.MONTHS:
            return [Bar(name=table.name(row), parts=_parts(columns, [row])) for row in sorted(rows, key=table.name)]
        case Form.GROUPS:
            assert chart.by is not None, "the form needs it"
            groups = dict.fromkeys(row.text(chart.by) for row in rows)
            bars = [
                Bar(name=group, parts=_parts(columns, [row for row in rows if row.text(chart.by) == group]))
                for group in groups
            ]
            return sorted(bars, key=lambda bar: (-bar.total, bar.name))
        case Form.COUNTS:
            years = sorted({row.text(columns[0].name)[:4] for row in rows})
            return [
                _count(table, year, [row for row in rows if row.text(columns[0].name)[:4] == year]) for year in years
            ]
        case Form.TILES:
            return []


def _count(table: Table, year: str, rows: Sequence[Row]) -> Bar:
    names = tuple(table.name(row) for row in rows)
    codes = tuple(table.code(row) or table.name(row) for row in rows)
    return Bar(name=year, parts=(float(len(rows)),), members=names, codes=codes)


def _parts(columns: Sequence[Column], rows: Sequence[Row]) -> tuple[float, ...]:
    """Return the sum of each column; what is not known adds nothing."""
    return tuple(round(sum(row.number(column.name) or 0.0 for row in rows), 9) for column in columns)


def _tiles(chart: Chart, table: Table, column: Column) -> tuple[Tile, ...]:
    """Return a tile for every row; those that are not chosen have no value, so that a map is always whole."""
    assert chart.places is not None, "the form needs it"
    tiles = []
    for row in table.rows:
        x, y = _place(chart.places, row)
        cell = row.text(column.name) if _is_chosen(chart, row) else ""
        value = cell[:4] if column.type is ColumnType.DAY else cell
        number = f"{float(cell):.{column.decimals}f}" if cell and column.type is ColumnType.NUMBER else None
        tiles.append(
            Tile(
                name=table.name(row),
                code=table.code(row) or table.name(row)[:2],
                column=x,
                row=y,
                value="" if column.type is ColumnType.TEXT else number or value,
                band=_band(chart.bands, value),
            )
        )
    return tuple(tiles)


def _band(bands: Sequence[Band], value: str) -> int | None:
    """Return the place of the band *value* belongs to."""
    if not value:
        return None
    for place, band in enumerate(bands):
        if band.text is not None:
            if band.text == value:
                return place
        elif band.below is None or float(value) < band.below:
            return place
    return None


def _place(places: tuple[str, str], row: Row) -> tuple[int, int]:
    return int(row.number(places[0]) or 0), int(row.number(places[1]) or 0)


def _basis(columns: Sequence[Column], rows: Sequence[Row]) -> str | None:
    found = {row.text(column.basis_in) for row in rows for column in columns if column.basis_in}
    return found.pop() if len(found) == 1 else None
