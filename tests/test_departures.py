"""Servers that removed the bot: when they count as gone, and when their data goes."""

import asyncio
import logging
from collections.abc import AsyncIterator, Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.departures import (
    Compared,
    Departure,
    NotDue,
    Records,
    Roll,
    ServersUnknown,
    Untrusted,
    compare,
    compare_when_due,
    watch_departures,
)
from bot.store.database import open_engine, upgrade
from bot.store.departures import DepartureStore
from bot.store.queries import QueryStore
from bot.store.query_reports import QueryReports
from tests.factories import make_query

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAY = timedelta(days=1)
YESTERDAY = NOW - DAY


def make_records(
    held: Collection[int] = (), departures: dict[int, Departure] | None = None, in_use: Collection[int] = ()
) -> Records:
    return Records(held=frozenset(held), departures=departures or {}, in_use=frozenset(in_use))


def missing(days: float, absences: int) -> Departure:
    return Departure(absent_since=NOW - timedelta(days=days), absences=absences)


def compared(present: Collection[int], records: Records, *, days: int = 30) -> Compared:
    """Compare a list that is as long as the last one."""
    outcome = compare(present, last=None, records=records, now=NOW, days=days)
    assert isinstance(outcome, Compared)
    return outcome


@pytest.mark.parametrize(
    ("before", "listed", "believed"),
    [
        pytest.param(None, 0, True, id="nothing to compare with"),
        pytest.param(0, 0, True, id="none, as before"),
        pytest.param(100, 100, True, id="as many"),
        pytest.param(100, 140, True, id="more"),
        pytest.param(100, 80, True, id="a fifth fewer"),
        pytest.param(100, 79, False, id="more than a fifth fewer"),
        pytest.param(4, 3, False, id="one of four is more than a fifth"),
        pytest.param(5, 4, True, id="one of five is a fifth"),
        pytest.param(1, 0, False, id="the only one"),
        pytest.param(100, 0, False, id="an empty list"),
    ],
)
def test_a_list_that_shrank_by_more_than_a_fifth_is_not_believed(
    before: int | None, listed: int, believed: bool
) -> None:
    """A list can be cut short, or be that of another bot; data must not go because of it."""
    last = None if before is None else Roll(compared_at=YESTERDAY, servers=before)

    outcome = compare(range(1, listed + 1), last=last, records=make_records(), now=NOW, days=30)

    assert isinstance(outcome, Compared) is believed


@pytest.mark.parametrize(
    ("known", "absences", "due"),
    [
        pytest.param(None, 1, False, id="first absence"),
        pytest.param(missing(1, 1), 2, False, id="second absence, a day later"),
        pytest.param(missing(29.99, 29), 30, False, id="just before 30 days"),
        pytest.param(missing(30, 29), 30, True, id="30 days"),
        pytest.param(missing(30, 1), 2, True, id="the bot was off in between"),
        pytest.param(missing(90, 50), 51, True, id="overdue"),
        pytest.param(missing(-5, 9), 10, False, id="noted by a clock that was ahead"),
    ],
)
def test_data_goes_after_30_days_and_two_absences(known: Departure | None, absences: int, due: bool) -> None:
    """The days count from the first absence; one absence alone is never enough."""
    outcome = compared([1, 2], make_records({1, 7}, {} if known is None else {7: known}))

    assert outcome.departures[7].absences == absences
    assert outcome.departures[7].absent_since == (NOW if known is None else known.absent_since)
    assert outcome.due == ({7} if due else set())


def test_the_days_can_be_configured() -> None:
    """An operator who promises less keeps less."""
    records = make_records({7}, {7: missing(5, 4)})

    assert compared([], records, days=5).due == {7}
    assert compared([], records, days=6).due == set()


def test_a_server_that_comes_back_is_no_longer_missing() -> None:
    """Its data stays, and a later absence counts from the start."""
    outcome = compared([7], make_records({7}, {7: missing(40, 40)}))

    assert outcome.returned == {7}
    assert outcome.departures == {}
    assert outcome.due == set()


def test_a_server_in_which_the_bot_is_used_is_not_gone() -> None:
    """A server may have authorized the commands without the bot's user; then it is in no list, but it is there."""
    outcome = compared([], make_records({7}, {7: missing(40, 40)}, in_use={7}))

    assert outcome.departures == {}
    assert outcome.due == set()


def test_a_server_of_which_nothing_is_stored_is_not_remembered() -> None:
    """There is nothing to delete, so its absence is nobody's business."""
    outcome = compared([], make_records(set(), {7: missing(3, 3)}))

    assert outcome.departures == {}


class Lists:
    """Gives one list of servers after the other, and counts how often it was asked."""

    def __init__(self, *lists: Collection[int] | Exception) -> None:
        self.left = list(lists)
        self.asked = 0
        self.exhausted = asyncio.Event()  # set when there is no further list

    async def __call__(self) -> Collection[int]:
        self.asked += 1
        if not self.left:
            self.exhausted.set()
            await asyncio.Event().wait()
        given = self.left.pop(0)
        if isinstance(given, Exception):
            raise given
        return given


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    """A database in which something is stored of the servers 1 to 6 and of no server."""
    async with open_engine(f"sqlite+aiosqlite:///{tmp_path}/bot.db") as engine:
        await upgrade(engine)
        old = "2026-10-01T12:00:00.000+00:00"
        await QueryStore(engine).add(
            [make_query(i, guild_id=i, asked_at=old) for i in range(1, 7)] + [make_query(9, guild_id=None)]
        )
        yield engine


def unnoticed(_guild_id: int) -> None:
    """Nobody keeps anything of the server elsewhere."""


async def look(
    store: DepartureStore, lists: Lists, day: float, deleted: list[int] | None = None
) -> NotDue | Untrusted | Compared:
    """Look whether a comparison is due, so many days after the first."""
    on_deleted = unnoticed if deleted is None else deleted.append
    return await compare_when_due(store, lists, now=NOW + day * DAY, days=30, on_deleted=on_deleted)


async def servers_of(engine: AsyncEngine) -> list[int | None]:
    return [row["guild_id"] async for row in QueryReports(engine).export()]


async def test_the_data_of_a_server_that_left_is_deleted(engine: AsyncEngine, caplog: pytest.LogCaptureFixture) -> None:
    """After 30 days without it its rows are gone, others' are not, and the operator reads how many."""
    caplog.set_level(logging.INFO)
    store, deleted = DepartureStore(engine), list[int]()
    lists = Lists({1, 2, 3, 4, 5, 6}, *[{1, 2, 3, 4, 5}] * 3)

    for day in (0, 1, 2):
        await look(store, lists, day, deleted)
    before = await servers_of(engine)
    await look(store, lists, 31, deleted)

    assert 6 in before
    assert await servers_of(engine) == [1, 2, 3, 4, 5, None]
    assert deleted == [6]
    assert await store.missing() == {}
    assert "deleted what was stored of 1 (6). Rows: queries 1," in caplog.text


async def test_coming_back_cancels_the_deletion(engine: AsyncEngine) -> None:
    """The days start again with the next absence."""
    store = DepartureStore(engine)
    all_, without = {1, 2, 3, 4, 5, 6}, {1, 2, 3, 4, 5}
    lists = Lists(all_, without, without, all_, without, without)

    for day in (0, 1, 2, 29, 30, 40):
        await look(store, lists, day)

    assert 6 in await servers_of(engine)
    assert await store.missing() == {6: Departure(absent_since=NOW + 30 * DAY, absences=2)}


async def test_a_list_is_compared_once_in_20_hours(engine: AsyncEngine) -> None:
    """Restarts and further processes do not count absences faster."""
    store = DepartureStore(engine)
    lists = Lists({1, 2, 3, 4, 5, 6}, {1, 2, 3, 4, 5})

    await look(store, lists, 0)
    outcomes = [await look(store, lists, hours / 24) for hours in (0, 1, 19.9)]
    asked = lists.asked
    await look(store, lists, 20 / 24)

    assert outcomes == [NotDue()] * 3
    assert (asked, lists.asked) == (1, 2)


async def test_a_comparison_dated_in_the_future_does_not_end_them(engine: AsyncEngine) -> None:
    """A clock that was ahead once, and was put right, costs nothing."""
    store = DepartureStore(engine)
    lists = Lists({1}, {1})

    await look(store, lists, 4000)

    assert isinstance(await look(store, lists, 0), Compared)


async def test_of_two_processes_one_counts(engine: AsyncEngine) -> None:
    """Two replicas that look at the same moment make one absence, not two."""
    store = DepartureStore(engine)
    await look(store, Lists({1, 2, 3, 4, 5, 6}), 0)
    lists = Lists(*[{1, 2, 3, 4, 5}] * 2)

    outcomes = await asyncio.gather(look(store, lists, 1), look(store, lists, 1.01))

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Compared", "NotDue"]
    assert [gone.absences for gone in (await store.missing()).values()] == [1]


async def test_a_short_list_stays_refused(engine: AsyncEngine) -> None:
    """Being short twice does not make a list right: its size is not taken over, and nothing is counted."""
    store = DepartureStore(engine)
    lists = Lists({1, 2, 3, 4, 5, 6}, *[{1, 2}] * 3)
    await look(store, lists, 0)

    outcomes = [await look(store, lists, day) for day in (1, 2, 33)]

    assert outcomes == [Untrusted(servers=2, before=6)] * 3
    assert await store.missing() == {}
    assert len(await servers_of(engine)) == 7


async def test_a_short_list_can_be_accepted(engine: AsyncEngine) -> None:
    """An operator whose bot really lost that many goes on from there; absences count from then."""
    store = DepartureStore(engine)
    lists = Lists({1, 2, 3, 4, 5, 6}, *[{1, 2}] * 2)
    await look(store, lists, 0)
    await look(store, lists, 1)

    accepted = await store.accept_size(2)
    outcome = await look(store, lists, 2)

    assert accepted
    assert isinstance(outcome, Compared)
    assert outcome.departures.keys() == {3, 4, 5, 6}


async def test_a_list_that_cannot_be_read_costs_no_day(engine: AsyncEngine) -> None:
    """Discord was away for a moment: the next look compares."""
    store = DepartureStore(engine)
    lists = Lists({1, 2, 3, 4, 5, 6}, ServersUnknown("Away."), {1, 2, 3, 4, 5})
    await look(store, lists, 0)

    with pytest.raises(ServersUnknown):
        await look(store, lists, 1)
    outcome = await look(store, lists, 1 + 1 / 24)

    assert isinstance(outcome, Compared)
    assert outcome.departures.keys() == {6}


async def test_the_same_trouble_is_told_once(engine: AsyncEngine, caplog: pytest.LogCaptureFixture) -> None:
    """While Discord is away the log says so in one line, and the look goes on."""
    lists = Lists(*[ServersUnknown("Discord did not give it: it rests.")] * 3)

    async with watch_departures(DepartureStore(engine), lists, days=30, on_deleted=unnoticed, look_every=0):
        await lists.exhausted.wait()

    warnings = [record.getMessage() for record in caplog.records if "could not be compared" in record.getMessage()]
    assert len(warnings) == 1
    assert "it rests" in warnings[0]


async def test_a_defect_does_not_end_the_looks(engine: AsyncEngine, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever goes wrong once, the next look is made."""
    lists = Lists(KeyError("id"))

    async with watch_departures(DepartureStore(engine), lists, days=30, on_deleted=unnoticed, look_every=0):
        await lists.exhausted.wait()

    assert "KeyError" in caplog.text


async def test_a_refused_list_tells_the_operator_what_to_run(
    engine: AsyncEngine, caplog: pytest.LogCaptureFixture
) -> None:
    """The line in the log names both sizes and the command that accepts the new one."""
    store = DepartureStore(engine)
    await look(store, Lists({1, 2, 3, 4, 5, 6}), -1000)

    async with (
        watch_departures(store, Lists({1, 2}), days=30, on_deleted=unnoticed),
        asyncio.timeout(10),
    ):
        while "--accept 2" not in caplog.text:
            await asyncio.sleep(0.01)

    assert "Discord lists 2 servers, after 6 the last time" in caplog.text
