"""Servers that are missing from Discord's list, what is stored of servers, and deleting it."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, exists, or_, select, union, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.departures import Compared, Departure, Records, Roll, Untrusted
from bot.store.database import patient
from bot.store.inserts import insert_new
from bot.store.schema import (
    departures,
    news_deliveries,
    queries,
    server_changes,
    server_roll,
    server_settings,
    settings_drafts,
)
from bot.store.servers import server_signal
from bot.store.signals import send_signal

_OF_SERVERS = (queries, server_settings, server_changes, settings_drafts, news_deliveries)
_THE_ROLL = 1  # its id: there is one


class DepartureStore:
    """The tables ``server_roll`` and ``departures``, and every row that belongs to a server."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def last_roll(self) -> Roll | None:
        """Return the last comparison, or ``None`` before the first."""
        async with self._engine.connect() as connection:
            row = (await connection.execute(select(server_roll))).mappings().one_or_none()
        return None if row is None else Roll(compared_at=_moment(row["compared_at"]), servers=row["servers"])

    async def missing(self) -> Mapping[int, Departure]:
        """Return the servers that were missing at the last comparison, by id, those missing longest first."""
        async with self._engine.connect() as connection:
            return await _missing(connection)

    async def records(self) -> Records:
        """Return which servers something is stored of, which of them are missing, and which of those use the bot."""
        # DISTINCT walks the index on guild_id: with 200,000 rows, of 300 or 10,000 servers, it takes 15 to 30 ms with
        # SQLite and 50 to 120 with PostgreSQL, once a day. A recursive query that skips would save little.
        held = union(
            *(select(table.c.guild_id).where(table.c.guild_id.is_not(None)).distinct() for table in _OF_SERVERS)
        )
        in_use = select(departures.c.guild_id).where(
            or_(
                exists().where(
                    queries.c.guild_id == departures.c.guild_id, queries.c.asked_at > departures.c.absent_since
                ),
                exists().where(
                    server_changes.c.guild_id == departures.c.guild_id,
                    server_changes.c.changed_at > departures.c.absent_since,
                ),
            )
        )
        async with patient(self._engine) as long_running, long_running.connect() as connection:
            return Records(
                held=frozenset((await connection.execute(held)).scalars()),
                departures=await _missing(connection),
                in_use=frozenset((await connection.execute(in_use)).scalars()),
            )

    async def settle(self, outcome: Untrusted | Compared, *, last: Roll | None, now: datetime) -> bool:
        """
        Remember *outcome*, all or nothing; return ``False`` when another process has compared since *last*.

        The size of a list that is not believed is not taken over, and no absence is counted.
        """
        async with self._engine.begin() as connection:
            if not await self._claim(connection, outcome, last=last, now=now):
                return False
            if isinstance(outcome, Compared):
                await connection.execute(delete(departures))
                if outcome.departures:
                    rows = [
                        {"guild_id": guild_id, "absent_since": _text(gone.absent_since), "absences": gone.absences}
                        for guild_id, gone in outcome.departures.items()
                    ]
                    await connection.execute(departures.insert(), rows)
        return True

    async def _claim(
        self, connection: AsyncConnection, outcome: Untrusted | Compared, *, last: Roll | None, now: datetime
    ) -> bool:
        """Make this comparison the last one, unless there is a later one than *last*: the row count decides."""
        if last is None:
            first = insert_new(self._engine, server_roll)
            row = {"id": _THE_ROLL, "compared_at": _text(now), "servers": outcome.servers}
            return bool((await connection.execute(first.values(row))).rowcount)
        values: dict[str, object] = {"compared_at": _text(now)}
        if isinstance(outcome, Compared):
            values["servers"] = outcome.servers
        unchanged = server_roll.c.compared_at == _text(last.compared_at)
        return bool((await connection.execute(update(server_roll).where(unchanged).values(values))).rowcount)

    async def accept_size(self, servers: int) -> bool:
        """Let the next list be compared with one of *servers*; return ``False`` when none was compared yet."""
        async with self._engine.begin() as connection:
            return bool((await connection.execute(update(server_roll).values(servers=servers))).rowcount)

    async def note_return(self, guild_id: int) -> None:
        """Count a server as there again: it has added the bot."""
        async with self._engine.begin() as connection:
            await connection.execute(delete(departures).where(departures.c.guild_id == guild_id))

    async def delete_server(self, guild_id: int) -> Mapping[str, int]:
        """
        Delete every row of a server, all or nothing; return how many there were by table.

        Every process is told to forget the settings it may have in memory.
        """
        async with patient(self._engine) as long_running, long_running.begin() as connection:
            await connection.execute(delete(departures).where(departures.c.guild_id == guild_id))
            deleted = {
                table.name: int((await connection.execute(delete(table).where(table.c.guild_id == guild_id))).rowcount)
                for table in _OF_SERVERS
            }
            await send_signal(connection, server_signal(guild_id))
        return deleted


async def _missing(connection: AsyncConnection) -> Mapping[int, Departure]:
    rows = await connection.execute(select(departures).order_by(departures.c.absent_since, departures.c.guild_id))
    return {
        row["guild_id"]: Departure(absent_since=_moment(row["absent_since"]), absences=row["absences"])
        for row in rows.mappings()
    }


def _text(value: datetime) -> str:
    """Word a moment as ``queries.asked_at`` is, so that the two can be compared."""
    return value.isoformat(timespec="milliseconds")


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
