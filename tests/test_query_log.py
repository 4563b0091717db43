"""The log beside the reply: nothing recorded is lost, and nothing waits for the database."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.query import Query
from bot.query_journal import QueryJournal
from bot.query_log import QueryLog, QuerySink, open_query_log
from bot.store.database import open_engine, upgrade
from bot.store.queries import QueryStore
from tests.factories import make_query


class ListSink:
    """A database that can be switched off."""

    def __init__(self) -> None:
        self.rows: list[Query] = []
        self.works = True
        self.batches: list[int] = []

    async def add(self, rows: Sequence[Query]) -> None:
        await asyncio.sleep(0)
        if not self.works:
            raise OSError("the database is away")
        known = {row.interaction_id for row in self.rows}
        self.rows += [row for row in rows if row.interaction_id not in known]
        self.batches.append(len(rows))

    async def open(self) -> QuerySink:
        return self

    @property
    def ids(self) -> list[int]:
        return [row.interaction_id for row in self.rows]


async def until_written(log: QueryLog, count: int) -> None:
    async with asyncio.timeout(5):
        while log.state.written < count:
            await asyncio.sleep(0.005)


async def test_rows_recorded_just_before_closing_are_written() -> None:
    """Stopping the bot loses nothing that was recorded."""
    sink = ListSink()

    async with open_query_log(sink.open, None) as log:
        log.record(make_query(1))
        log.record(make_query(2))

    assert sink.ids == [1, 2]


async def test_what_waits_is_written_together() -> None:
    """A burst becomes few transactions, in order."""
    sink = ListSink()

    async with open_query_log(sink.open, None) as log:
        for i in range(1200):
            log.record(make_query(i))
        await until_written(log, 1200)

    assert sink.ids == list(range(1200))
    assert len(sink.batches) <= 4


async def test_rows_wait_for_a_database_that_is_away(tmp_path: Path) -> None:
    """What the database refuses is kept and written when it accepts again."""
    sink = ListSink()
    sink.works = False

    async with open_query_log(sink.open, QueryJournal.open(tmp_path / "j")) as log:
        log.record(make_query(1))
        await asyncio.sleep(0.02)
        assert log.state.failing == "OSError: the database is away"
        sink.works = True
        await until_written(log, 1)
        assert log.state.failing is None

    assert sink.ids == [1]


async def test_a_database_that_cannot_be_opened_is_tried_again() -> None:
    """A bot that starts before its database catches up."""
    sink = ListSink()
    attempts = 0

    async def open_sink() -> QuerySink:
        nonlocal attempts
        attempts += 1
        if attempts < 3:
            raise OSError("not yet")
        return sink

    async with open_query_log(open_sink, None) as log:
        log.record(make_query(1))
        await until_written(log, 1)

    assert attempts == 3


async def test_rows_left_in_the_journal_are_written_at_the_next_start(tmp_path: Path) -> None:
    """A process that was killed leaves its rows in a file; the next one writes them, once."""
    dead = QueryJournal.open(tmp_path / "j")
    for i in (1, 2, 3):
        dead.append(make_query(i))
    dead.close()
    sink = ListSink()
    sink.rows = [make_query(1)]  # had reached the database before the end

    async with open_query_log(sink.open, QueryJournal.open(tmp_path / "j")):
        pass

    assert sink.ids == [1, 2, 3]
    assert (tmp_path / "j").stat().st_size == 0


async def test_a_torn_row_does_not_spoil_the_others(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A row that was being written when the power went is passed over with a warning."""
    journal = QueryJournal.open(tmp_path / "j")
    journal.append(make_query(1))
    journal.close()
    with (tmp_path / "j").open("ab") as file:
        file.write(b'{"interaction_id":2,"asked')
    sink = ListSink()

    async with open_query_log(sink.open, QueryJournal.open(tmp_path / "j")):
        pass

    assert sink.ids == [1]
    assert "not a whole row" in caplog.text


async def test_memory_is_bounded_and_the_rest_waits_in_the_journal(tmp_path: Path) -> None:
    """However long the database is away, memory does not grow and no row is lost."""
    sink = ListSink()
    sink.works = False

    async with open_query_log(sink.open, QueryJournal.open(tmp_path / "j"), queue_limit=10) as log:
        for i in range(100):
            log.record(make_query(i))
        await asyncio.sleep(0.02)
        assert log.waiting == 10
        sink.works = True

    assert sorted(sink.ids) == list(range(100))
    assert log.state.dropped == 0


async def test_without_a_journal_what_does_not_fit_is_counted() -> None:
    """A loss that cannot be avoided is reported, not hidden."""
    sink = ListSink()
    sink.works = False

    async with open_query_log(sink.open, None, queue_limit=10, closing_patience=0.05) as log:
        for i in range(15):
            log.record(make_query(i))

    assert log.state.dropped == 15


async def test_closing_with_the_database_away_leaves_the_rows_in_the_journal(tmp_path: Path) -> None:
    """Shutting down during an outage ends in time and loses nothing."""
    sink = ListSink()
    sink.works = False

    async with open_query_log(sink.open, QueryJournal.open(tmp_path / "j"), closing_patience=0.05) as log:
        log.record(make_query(1))

    assert log.state.dropped == 0
    assert [row.interaction_id for row in QueryJournal.open(tmp_path / "j").rows()] == [1]


async def test_a_journal_that_fails_does_not_stop_the_answer(tmp_path: Path) -> None:
    """A full disk costs the journal, not the reply or the row."""
    full = QueryJournal.open(tmp_path / "j", size_limit=0)
    sink = ListSink()

    async with open_query_log(sink.open, full) as log:
        log.record(make_query(1))
        await until_written(log, 1)

    assert sink.ids == [1]


@asynccontextmanager
async def real_store(path: Path) -> AsyncIterator[QueryStore]:
    async with open_engine(f"sqlite+aiosqlite:///{path}") as engine:
        await upgrade(engine)
        yield QueryStore(engine)


async def test_a_locked_database_delays_the_log_only(tmp_path: Path) -> None:
    """Another program holds the file; recording goes on at once, and the rows arrive when it lets go."""
    path = tmp_path / "bot.db"
    async with real_store(path) as store:

        async def open_sink() -> QuerySink:
            return store

        locker = sqlite3.connect(path)
        locker.execute("BEGIN EXCLUSIVE")
        async with open_query_log(open_sink, QueryJournal.open(tmp_path / "j")) as log:
            log.record(make_query(1))
            async with asyncio.timeout(5):
                while log.state.failing is None:
                    await asyncio.sleep(0.01)
            assert "locked" in log.state.failing
            locker.rollback()
            locker.close()
            await until_written(log, 1)

        with sqlite3.connect(path) as reader:
            assert reader.execute("SELECT interaction_id FROM queries").fetchall() == [(1,)]
