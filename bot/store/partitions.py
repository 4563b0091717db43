"""
The parts of the query log on PostgreSQL: one for each day, made ahead, dropped whole.

A part holds the interactions that Discord made on a day (UTC), known by their ids
(https://docs.discord.com/developers/reference#snowflakes). Rows of days that have no part go to ``queries_other``, as
do ids that are no snowflakes of ours; they are deleted one by one. With SQLite there are no parts, and nothing here
does anything.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import delete, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.failures import reason_of
from bot.store.schema import queries

log = logging.getLogger(__name__)

DAYS_AHEAD = 7  # a bot that is away for longer puts rows into the part for all others
LOCK_PATIENCE_MS = 3_000  # while a part is put in or taken out, rows wait for whoever reads the log
_EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
_PREFIX = "queries_"
_PARTS = """
    SELECT part.relname FROM pg_inherits JOIN pg_class part ON part.oid = inhrelid
    WHERE inhparent = 'queries'::regclass AND part.relname <> 'queries_other' ORDER BY part.relname
"""


@dataclass(frozen=True, slots=True)
class Part:
    """A table that is a part of the log."""

    name: str

    @property
    def day(self) -> date | None:
        """The day it is of; ``None`` for what was there before there were parts."""
        try:
            return datetime.strptime(self.name, f"{_PREFIX}%Y_%m_%d").replace(tzinfo=UTC).date()
        except ValueError:
            return None


def part_of(day: date) -> Part:
    """Return the part that *day* has, whether or not it was made."""
    return Part(f"{_PREFIX}{day:%Y_%m_%d}")


def first_id(day: date) -> int:
    """Return the smallest id that Discord can have made on *day*."""
    begin = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return int((begin - _EPOCH) / timedelta(milliseconds=1)) << 22


async def parts(connection: AsyncConnection) -> Sequence[Part]:
    """Return the parts there are, oldest first, without the one for all others."""
    if connection.dialect.name != "postgresql":
        return ()
    return [Part(str(row[0])) for row in await connection.execute(text(_PARTS))]


async def make_ahead(connection: AsyncConnection, today: date) -> int:
    """
    Make the parts of *today* and the next days that are missing; return how many were made.

    A day of which rows lie elsewhere already gets none. What cannot be made is said in the log and tried again with the
    next call: rows are taken all the same.
    """
    if not await _has_parts(connection):
        return 0
    there = set(await parts(connection))
    made = 0
    for day in (today + timedelta(days=ahead) for ahead in range(DAYS_AHEAD + 1)):
        if part_of(day) in there or await _has_rows(connection, day):
            continue
        try:
            async with connection.begin_nested():
                await _make(connection, day)
        except DBAPIError as error:
            log.warning("The parts of the log from %s on could not be made yet: %s", day, reason_of(error))
            break  # the next would wait as long for the same reader
        made += 1
    return made


async def close_ended(connection: AsyncConnection, before: date) -> Sequence[Part]:
    """
    Return the parts of which all days and rows lie before *before*.

    Nobody writes into them until the transaction ends, so that what is counted in them stays true; reading goes on.
    """
    ended = []
    for part in await parts(connection):
        if part.day is not None and part.day >= before:
            continue
        await connection.execute(text(f'LOCK TABLE "{part.name}" IN SHARE ROW EXCLUSIVE MODE'))
        newest = (await connection.execute(text(f'SELECT max(asked_at) FROM "{part.name}"'))).scalar()  # noqa: S608
        if newest is None or newest < before.isoformat():
            ended.append(part)
    return ended


async def let_go(connection: AsyncConnection, before: date, ended: Sequence[Part]) -> None:
    """
    Delete the rows that were asked before *before*; the *ended* parts are dropped with all they hold.

    Readers of the log wait from the first drop to the end of the transaction, so nothing long may follow.
    """
    old = queries.c.asked_at < before.isoformat()
    if not ended:
        await connection.execute(delete(queries).where(old))
        return
    others = set(await parts(connection)) - set(ended) | {Part(f"{_PREFIX}other")}
    for part in others:  # each by itself: through the whole table it would go through the ended ones too
        await connection.execute(
            text(f'DELETE FROM "{part.name}" WHERE asked_at < :before'),  # noqa: S608
            {"before": before.isoformat()},
        )
    await _limit_waiting(connection)
    for part in ended:
        await connection.execute(text(f'DROP TABLE "{part.name}"'))


async def _has_parts(connection: AsyncConnection) -> bool:
    """Whether the log is in parts: not with SQLite, and not before the migration that makes them."""
    if connection.dialect.name != "postgresql":
        return False
    kind = await connection.execute(text("SELECT relkind FROM pg_class WHERE oid = 'queries'::regclass"))
    return kind.scalar_one() in {"p", b"p"}


async def _has_rows(connection: AsyncConnection, day: date) -> bool:
    within = queries.c.interaction_id.between(first_id(day), first_id(day + timedelta(days=1)) - 1)
    return (await connection.execute(select(queries.c.interaction_id).where(within).limit(1))).first() is not None


async def _make(connection: AsyncConnection, day: date) -> None:
    """Make the part of *day* beside the log and put it in, which holds rows up for a moment only."""
    name, begin, end = part_of(day).name, first_id(day), first_id(day + timedelta(days=1))
    await _limit_waiting(connection)
    await connection.execute(text(f'CREATE TABLE "{name}" (LIKE queries INCLUDING DEFAULTS INCLUDING CONSTRAINTS)'))
    await connection.execute(
        text(f'ALTER TABLE queries ATTACH PARTITION "{name}" FOR VALUES FROM ({begin}) TO ({end})')
    )


async def _limit_waiting(connection: AsyncConnection) -> None:
    await connection.execute(text(f"SET LOCAL lock_timeout = {LOCK_PATIENCE_MS}"))
