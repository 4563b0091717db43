"""The query log's rows: writing them once each, counting them, handing them out."""

import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.query import Query
from bot.store.failures import is_about_values, reason_of
from bot.store.inserts import insert_new
from bot.store.schema import queries

log = logging.getLogger(__name__)

EXPORT_CHUNK = 1000  # rows held in memory at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicCount:
    """How often a topic was answered."""

    topic: str
    section: str | None  # None for the overview, or when sections are not told apart
    answers: int
    askers: int  # distinct people, as far as one key tells them apart


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

    async def top(
        self, *, since: datetime | None = None, topic: str | None = None, limit: int = 20
    ) -> Sequence[TopicCount]:
        """Return the most answered topics, or the most answered sections of *topic*, most first."""
        by_section = [queries.c.section] if topic else []
        in_order = [queries.c.section.nulls_first()] if topic else []  # databases differ in where they put them
        statement = (
            select(
                queries.c.topic,
                *by_section,
                func.count().label("answers"),
                func.count(func.distinct(queries.c.user_key)).label("askers"),
            )
            .where(queries.c.topic.is_not(None))
            .group_by(queries.c.topic, *by_section)
            .order_by(func.count().desc(), queries.c.topic, *in_order)
            .limit(limit)
        )
        if since is not None:
            statement = statement.where(queries.c.asked_at >= since.isoformat(timespec="milliseconds"))
        if topic is not None:
            statement = statement.where(queries.c.topic == topic)
        async with self._engine.connect() as connection:
            found = (await connection.execute(statement)).mappings().all()
        return [
            TopicCount(topic=row["topic"], section=row.get("section"), answers=row["answers"], askers=row["askers"])
            for row in found
        ]

    async def export(self, *, since: datetime | None = None) -> AsyncIterator[dict[str, Any]]:
        """Yield the rows oldest first, without what identifies a person beyond the pseudonym."""
        statement = select(queries).order_by(queries.c.asked_at, queries.c.interaction_id)
        if since is not None:
            statement = statement.where(queries.c.asked_at >= since.isoformat(timespec="milliseconds"))
        async with self._engine.connect() as connection:
            result = await connection.stream(statement.execution_options(yield_per=EXPORT_CHUNK))
            async for row in result.mappings():
                yield dict(row)


def _storable(row: Query) -> dict[str, Any]:
    values = asdict(row)
    if row.text is not None:
        values["text"] = row.text.replace("\0", "")  # the one character that PostgreSQL's text cannot hold
    return values
