"""The query log's rows: writing them once each. ``query_reports.py`` reads them."""

import logging
from collections.abc import Collection, Iterator, Sequence
from itertools import chain
from operator import attrgetter
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.query import Query
from bot.query_lines import encodable
from bot.store.database import sqlite_path
from bot.store.failures import is_about_values, reason_of
from bot.store.inserts import insert_new
from bot.store.schema import queries
from bot.store.sqlite_file import ReplacedFile, identity_of

log = logging.getLogger(__name__)

_COLUMNS = tuple(column.name for column in queries.columns)  # in the order in which the INSERT below takes them
_TEXT = _COLUMNS.index("text")
_values_of = attrgetter(*_COLUMNS)

# Rows of one statement on SQLite. Its driver lets go of the interpreter and takes it back for each statement; while
# answers are given, doing that for each row costs several times what the row does.
_TOGETHER = (100, 10)

Values = tuple[Any, ...]


class QueryStore:
    """The ``queries`` table of a database whose schema is up to date."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        # Compiled once and given tuples: SQLAlchemy's own way through each row costs four times what the database does.
        self._insert = str(insert_new(engine, queries).compile(dialect=engine.dialect))
        self._file = sqlite_path(engine.url)
        together = _TOGETHER if engine.dialect.name == "sqlite" else ()
        self._inserts = {size: _of_rows(self._insert, size) for size in together}

    async def add(self, rows: Sequence[Query]) -> None:
        """
        Store *rows* in one transaction; a row whose interaction is there already is left as it is.

        A row that the database can never hold is reported and passed over, so that it does not keep out all others.

        Raises:
            ReplacedFile: The database's file was deleted or replaced meanwhile; the rows may not be in the new one.
        """
        try:
            await self._add_together([_storable(row) for row in rows])
        except (DBAPIError, ValueError, OverflowError) as error:  # SQLite's driver raises the latter two by itself
            if isinstance(error, DBAPIError) and not is_about_values(error):
                raise
            if len(rows) == 1:
                log.error("The row of interaction %d was lost: %s", rows[0].interaction_id, reason_of(error))
                return
            half = len(rows) // 2
            await self.add(rows[:half])
            await self.add(rows[half:])

    async def _add_together(self, values: list[Values]) -> None:
        before = self._file and identity_of(self._file)
        async with self._engine.begin() as connection:
            for statement, parameters in self._statements(values):
                await connection.exec_driver_sql(statement, parameters)
        # SQLite writes into a file that was deleted without a word. One that is made meanwhile is no harm.
        if before is not None and self._file and identity_of(self._file) != before:
            raise ReplacedFile(self._file)

    def _statements(self, values: list[Values]) -> Iterator[tuple[str, Values | list[Values]]]:
        """Yield what stores *values*: statements with what they take, once or row by row."""
        start = 0
        for size, statement in self._inserts.items():
            while len(values) - start >= size:
                yield statement, tuple(chain.from_iterable(values[start : start + size]))
                start += size
        if start < len(values):
            yield self._insert, values[start:]

    async def known(self, interaction_ids: Collection[int]) -> frozenset[int]:
        """Return those of *interaction_ids*, at most some hundreds, that are stored."""
        statement = select(queries.c.interaction_id).where(queries.c.interaction_id.in_(interaction_ids))
        async with self._engine.connect() as connection:
            return frozenset((await connection.execute(statement)).scalars())


def _of_rows(insert: str, count: int) -> str:
    """Return an INSERT of *count* rows, from that of one."""
    row = f"({', '.join('?' * len(_COLUMNS))})"
    assert insert.count(row) == 1, insert
    return insert.replace(row, ", ".join([row] * count))


def _storable(row: Query) -> Values:
    values: Values = _values_of(row)
    if row.text is None:
        return values
    # NUL is the one character that PostgreSQL's text cannot hold.
    return (*values[:_TEXT], encodable(row.text.replace("\0", "")), *values[_TEXT + 1 :])
