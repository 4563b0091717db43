"""The query log's rows: writing them once each. ``query_reports.py`` reads them."""

import logging
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.query import Query
from bot.store.failures import is_about_values, reason_of
from bot.store.inserts import insert_new
from bot.store.schema import queries

log = logging.getLogger(__name__)


class QueryStore:
    """The ``queries`` table of a database whose schema is up to date."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._insert = insert_new(engine, queries)

    async def add(self, rows: Sequence[Query]) -> None:
        """
        Store *rows* in one transaction; a row whose interaction is there already is left as it is.

        A row that the database can never hold is reported and passed over, so that it does not keep out all others.
        """
        try:
            await self._add_together(rows)
        except DBAPIError as error:
            if not is_about_values(error):
                raise
            if len(rows) == 1:
                log.error("The row of interaction %d was lost: %s", rows[0].interaction_id, reason_of(error))
                return
            for row in rows:
                await self.add([row])

    async def _add_together(self, rows: Sequence[Query]) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(self._insert, [_storable(row) for row in rows])


def _storable(row: Query) -> dict[str, Any]:
    values = asdict(row)
    if row.text is not None:
        values["text"] = row.text.replace("\0", "")  # the one character that PostgreSQL's text cannot hold
    return values
