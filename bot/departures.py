"""
Servers that removed the bot: what is stored of them goes after some days, unless they come back.

A bot without intents is not told of its removal, so Discord's list of servers is compared once a day with the servers
that something is stored of. A list can be wrong. So a server counts as gone only when it was missing twice in a row,
and a list that shrank by more than a fifth is not believed at all until the operator accepts its size.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol, assert_never

from bot.background import in_background
from bot.errors import BotError

log = logging.getLogger(__name__)

PAUSE = timedelta(hours=20)  # between comparisons at least; a little less than a day, so that a restart skips none
LOOK_EVERY = 3600.0  # seconds between looks whether a comparison is due; also after one that failed
ABSENCES = 2  # comparisons in a row without a server before it counts as gone
NAMED = 20  # ids of deleted servers in the line that the operator reads


class ServersUnknown(BotError):
    """Discord's list of servers could not be read to its end; ``str(error)`` says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Roll:
    """The last comparison."""

    compared_at: datetime  # aware
    servers: int  # how many the last list that was believed had, or the size the operator accepted since


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """A server that is missing from the list."""

    absent_since: datetime  # aware; the first comparison without it
    absences: int  # comparisons in a row without it, at least 1

    def goes_on(self, days: int) -> datetime:
        """Return when the server has been missing for *days*."""
        return self.absent_since + timedelta(days=days)

    def is_due(self, *, now: datetime, days: int) -> bool:
        """Return whether the data of the server is to be deleted *now*."""
        return self.absences >= ABSENCES and now >= self.goes_on(days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """What the database knows of servers before a comparison."""

    held: frozenset[int]  # servers that something is stored of
    departures: Mapping[int, Departure]  # by server id
    in_use: frozenset[int]  # missing servers in which the bot was used since: they authorized it without its user


@dataclass(frozen=True, slots=True)
class NotDue:
    """The last comparison was not long ago, or another process was faster with this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Untrusted:
    """The list shrank by more than a fifth: nothing is counted and nothing deleted."""

    servers: int  # how many it has
    before: int  # how many the last one had


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What a list that is believed says."""

    servers: int  # how many it has
    departures: Mapping[int, Departure]  # every server that is missing now, by id
    returned: frozenset[int]  # servers that were missing and no longer are
    due: frozenset[int]  # missing servers whose data is to be deleted now


def compare(
    present: Collection[int], *, last: Roll | None, records: Records, now: datetime, days: int
) -> Untrusted | Compared:
    """Return what follows from the list *present*, when data is kept for *days* after a server left."""
    before = 0 if last is None else last.servers
    if len(present) * 5 < before * 4:
        return Untrusted(servers=len(present), before=before)
    there = records.in_use.union(present)
    departures = {guild_id: _missing_again(records.departures.get(guild_id), now) for guild_id in records.held - there}
    return Compared(
        servers=len(present),
        departures=departures,
        returned=frozenset(records.departures.keys() & there),
        due=frozenset(guild_id for guild_id, missing in departures.items() if missing.is_due(now=now, days=days)),
    )


def _missing_again(known: Departure | None, now: datetime) -> Departure:
    if known is None:
        return Departure(absent_since=now, absences=1)
    return Departure(absent_since=known.absent_since, absences=known.absences + 1)


class DepartureRecords(Protocol):
    """Where comparisons are remembered, and what is stored of servers."""

    async def last_roll(self) -> Roll | None: ...
    async def records(self) -> Records: ...
    async def settle(self, outcome: Untrusted | Compared, *, last: Roll | None, now: datetime) -> bool: ...
    async def delete_server(self, guild_id: int) -> Mapping[str, int]: ...


ListServers = Callable[[], Awaitable[Collection[int]]]


async def compare_when_due(
    store: DepartureRecords,
    list_servers: ListServers,
    *,
    now: datetime,
    days: int,
    on_deleted: Callable[[int], None],
) -> NotDue | Untrusted | Compared:
    """
    Compare the list if that is due, remember the outcome and delete what has to go.

    *on_deleted* gets the id of each server right after its rows are gone. The comparison is claimed when its outcome is
    written, not before: a list that cannot be read costs no day, and of two processes one finds that it was overtaken.

    Raises:
        ServersUnknown: The list could not be read; nothing was changed.
    """
    last = await store.last_roll()
    if last is not None and abs(now - last.compared_at) < PAUSE:  # a date in the future is a clock put right since
        return NotDue()
    records = await store.records()  # before the list: a server that joins in between is not missing from it
    outcome = compare(await list_servers(), last=last, records=records, now=now, days=days)
    if not await store.settle(outcome, last=last, now=now):
        return NotDue()
    if isinstance(outcome, Compared) and outcome.due:
        rows: Counter[str] = Counter()
        for guild_id in sorted(outcome.due):
            rows.update(await store.delete_server(guild_id))
            on_deleted(guild_id)
        _log_deleted(outcome.due, rows)
    return outcome


@asynccontextmanager
async def watch_departures(
    store: DepartureRecords,
    list_servers: ListServers,
    *,
    days: int,
    on_deleted: Callable[[int], None],
    look_every: float = LOOK_EVERY,
) -> AsyncIterator[None]:
    """Compare the list of servers daily, and delete the data of those gone for *days*, until the context ends."""

    async def run() -> None:
        trouble = ""  # what the last look failed of; the same is not told twice in a row
        while True:
            try:
                now = datetime.now(UTC)
                _log_outcome(await compare_when_due(store, list_servers, now=now, days=days, on_deleted=on_deleted))
                trouble = ""
            except ServersUnknown as error:
                if str(error) != trouble:
                    log.warning("The list of servers could not be compared; it is tried again every hour. %s", error)
                trouble = str(error)
            except Exception as error:  # the database is away, or a defect: the next look tries again
                reason = f"{type(error).__name__}: {error}".splitlines()[0]
                log.warning("The list of servers could not be compared; it is tried again every hour. %s", reason)
                log.debug("The failed comparison.", exc_info=error)
            await asyncio.sleep(look_every)

    async with in_background(run(), name="departures"):
        yield


def _log_outcome(outcome: NotDue | Untrusted | Compared) -> None:
    match outcome:
        case NotDue():
            pass
        case Untrusted(servers=servers, before=before):
            log.warning(
                "Discord lists %d servers, after %d the last time. A list that shrank by more than a fifth is not "
                "believed: no server counts as gone and nothing was deleted. If the bot really is in so few servers, "
                "run: natobot db departures --accept %d",
                servers,
                before,
                servers,
            )
        case Compared():
            log.info(
                "Compared the list of %d servers: %d of which something is stored are missing, %d came back.",
                outcome.servers,
                len(outcome.departures.keys() - outcome.due),
                len(outcome.returned),
            )
        case _:
            assert_never(outcome)


def _log_deleted(servers: Collection[int], rows: Mapping[str, int]) -> None:
    named = ", ".join(map(str, sorted(servers)[:NAMED])) + (", …" if len(servers) > NAMED else "")
    counts = ", ".join(f"{table} {count}" for table, count in rows.items())
    log.info("Servers that removed the bot: deleted what was stored of %d (%s). Rows: %s.", len(servers), named, counts)
