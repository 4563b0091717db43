"""
Tables of figures: a CSV file each, and a description of what its columns mean.

``data/tables.yaml`` names each column with its meaning, unit, day and sources; the CSV has exactly these columns. A row
can be asked for by its name, so figures are answered from the same file that pictures are drawn from.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from bot.knowledge.fields import Day, Description, FileModel, Paragraph, SourceIds, Title, TopicId

ColumnName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
OptionName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z-]{1,31}$")]  # Discord: option naming
Code = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]  # ISO 3166-1 alpha-2, and EU
Noun = Annotated[str, StringConstraints(min_length=1, max_length=40)]
Unit = Annotated[str, StringConstraints(min_length=1, max_length=40)]


class ColumnType(StrEnum):
    """What the cells of a column hold."""

    NUMBER = "number"  # zero or more; a point before decimals
    TEXT = "text"
    DAY = "day"  # YYYY-MM-DD
    MONTH = "month"  # YYYY-MM
    YES_NO = "yes-no"
    CODE = "code"  # of a country
    SOURCES = "sources"  # ids, a space between two


class OnCard(StrEnum):
    """How a row's card tells a column."""

    HIDDEN = "hidden"
    SHOWN = "shown"
    RANKED = "ranked"  # with the row's place among rows of the same group and basis


class Column(FileModel):
    """One column of a table. An empty cell means that nothing is known."""

    name: ColumnName
    title: Title
    meaning: Paragraph
    type: ColumnType = ColumnType.NUMBER
    unit: Unit | None = None  # of numbers: "EUR billion", "percent of GDP"
    decimals: Annotated[int, Field(ge=0, le=3)] = 1  # shown
    card: OnCard = OnCard.HIDDEN
    as_of: Day | None = None  # where it is not the table's
    as_of_in: ColumnName | None = None  # the column that has each row's day
    basis_in: ColumnName | None = None  # the column that says how it was measured; only equal ones are compared
    sources: SourceIds | None = None  # where they are not the table's
    sources_in: ColumnName | None = None  # the column that has each row's own


class RowOption(FileModel):
    """The option of the topic's command that asks for one row."""

    name: OptionName
    description: Description
    noun: Noun  # what a row is: donor
    plural: Noun


class MeasureOption(FileModel):
    """The option that chooses among columns."""

    name: OptionName
    description: Description
    choices: Annotated[dict[OptionName, ColumnName], Field(min_length=2, max_length=10)]  # in the order offered


class TableSpec(FileModel):
    """What ``data/tables.yaml`` says of a table."""

    id: TopicId
    file: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,40}\.csv$")]
    title: Title
    topic: TopicId
    key: ColumnName  # the column that names a row
    code: ColumnName | None = None  # the column that has the country's code
    group: ColumnName | None = None  # only rows of one group are ranked against each other
    as_of: Day | None = None
    as_of_in: ColumnName | None = None
    sources: SourceIds
    note: Paragraph | None = None  # what to know before comparing
    option: RowOption | None = None
    measure: MeasureOption | None = None
    trend: Annotated[tuple[ColumnName, ...], Field(max_length=12)] = ()  # columns of one measure, in the order of time
    columns: Annotated[tuple[Column, ...], Field(min_length=1, max_length=40)]

    @model_validator(mode="after")
    def _names_its_own_columns(self) -> Self:
        names = [column.name for column in self.columns]
        if len(set(names)) < len(names):
            raise ValueError("columns names a column twice. Remove one")
        for name in self._named():
            if name not in names:
                raise ValueError(f"names the column “{name}”, which is not under columns. Add it there")
        for name, type_ in self._typed():
            if self.column(name).type is not type_:
                raise ValueError(f"uses the column “{name}” as {type_.value}, but its type is another. Change it")
        for column in self.columns:
            if not (column.as_of or column.as_of_in or self.as_of or self.as_of_in):
                raise ValueError(f"does not say of which day “{column.name}” is. Give the table or the column as_of")
        return self

    def _named(self) -> Iterator[str]:
        optional = (self.code, self.group, self.as_of_in)
        yield from (self.key, *(name for name in optional if name), *self.trend)
        yield from self.measure.choices.values() if self.measure else ()
        for column in self.columns:
            yield from (name for name in (column.as_of_in, column.basis_in, column.sources_in) if name)

    def _typed(self) -> Iterator[tuple[str, ColumnType]]:
        """Yield the columns that must hold something certain, or cards and pictures could not be made of them."""
        yield from ((self.code, ColumnType.CODE),) if self.code else ()
        yield from ((self.as_of_in, ColumnType.DAY),) if self.as_of_in else ()
        yield from ((name, ColumnType.NUMBER) for name in self.trend)
        yield from ((name, ColumnType.NUMBER) for name in (self.measure.choices.values() if self.measure else ()))
        for column in self.columns:
            yield from ((column.name, ColumnType.NUMBER),) if column.card is OnCard.RANKED else ()
            yield from ((column.as_of_in, ColumnType.DAY),) if column.as_of_in else ()
            yield from ((column.sources_in, ColumnType.SOURCES),) if column.sources_in else ()

    def column(self, name: str) -> Column:
        """
        Return the column of that name.

        Raises:
            KeyError: There is none.
        """
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> Mapping[str, Column]:
        return {column.name: column for column in self.columns}


class Row(FileModel):
    """One line of a table: cells by column, as they stand in the file."""

    cells: Mapping[str, str]

    def text(self, column: str) -> str:
        """Return what a cell holds; empty when nothing is known."""
        return self.cells[column]

    def number(self, column: str) -> float | None:
        """Return the number in a cell; ``None`` when nothing is known."""
        return float(self.cells[column]) if self.cells[column] else None


class Table(FileModel):
    """A table with its rows, in the order of the file."""

    spec: TableSpec
    rows: tuple[Row, ...]

    def name(self, row: Row) -> str:
        """Return what a row is called."""
        return row.text(self.spec.key)

    def code(self, row: Row) -> str | None:
        """Return the code of a row's country."""
        return row.text(self.spec.code) or None if self.spec.code else None

    def day(self, row: Row, column: Column) -> date | None:
        """Return the day on which a value was true; ``None`` when the row does not say."""
        if column.as_of is not None:
            return column.as_of
        named = column.as_of_in or (self.spec.as_of_in if self.spec.as_of is None else None)
        if named is None:
            return self.spec.as_of
        return date.fromisoformat(row.text(named)) if row.text(named) else None

    def sources(self, row: Row, column: Column) -> tuple[str, ...]:
        """Return the ids of what a value rests on."""
        own = tuple(row.text(column.sources_in).split()) if column.sources_in else ()
        return own or column.sources or self.spec.sources

    def peers(self, row: Row, column: Column) -> tuple[Row, ...]:
        """Return the rows that *row* may be compared with by *column*, itself included: of one group and basis."""
        same = [name for name in (self.spec.group, column.basis_in) if name]
        return tuple(
            other
            for other in self.rows
            if other.text(column.name) and all(other.text(name) == row.text(name) for name in same)
        )

    def place(self, row: Row, column: Column) -> tuple[int, int] | None:
        """Return the place of *row* by *column*, 1 for the largest, and among how many; ``None`` if not known."""
        value, peers = row.number(column.name), self.peers(row, column)
        if value is None or len(peers) < 2:
            return None
        return 1 + sum((other.number(column.name) or 0.0) > value for other in peers), len(peers)


class Names(FileModel):
    """What a country is called, besides its name in the tables."""

    by_language: Mapping[str, str] = Field(default_factory=dict)  # by Discord locale
    also: tuple[str, ...] = ()

    @property
    def every(self) -> tuple[str, ...]:
        return (*self.by_language.values(), *self.also)
