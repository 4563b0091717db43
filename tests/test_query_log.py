"""The log beside the reply: nothing recorded is lost, and nothing waits for the database."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import orjson
import pytest

from bot.query import Query
from bot.query_journal import QueryJournal
from bot.query_lines import COLUMNS, read_rows
from bot.query_log import QueryLog, QuerySink, open_query_log
from bot.store.database import open_engine, upgrade
from bot.store.queries import QueryStore
from tests.factories import make_query

SOON = 0.01  # seconds a row waits for others, where a test waits for it to be written


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


def ids_in(path: Path) -> list[int]:
    with path.open("rb") as lines:
        return [row.interaction_id for row in read_rows(lines) if isinstance(row, Query)]


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not is_so():
            await asyncio.sleep(0.005)


async def until_written(log: QueryLog, count: int) -> None:
    await until(lambda: log.state.written >= count)


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

    async with open_query_log(sink.open, QueryJournal.open(tmp_path / "j"), window=SOON) as log:
        log.record(make_query(1))
        await until(lambda: log.state.failing == "OSError: the database is away")
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

    async with open_query_log(open_sink, None, window=SOON) as log:
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
    assert "1 lines of the query journal were damaged" in caplog.text


async def test_memory_is_bounded_and_the_rest_waits_in_the_journal(tmp_path: Path) -> None:
    """However long the database is away, memory does not grow and no row is lost."""
    sink = ListSink()
    sink.works = False

    async with open_query_log(sink.open, QueryJournal.open(tmp_path / "j"), queue_limit=10, window=SOON) as log:
        for i in range(100):
            log.record(make_query(i))
        await until(lambda: log.state.failing is not None)
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
    assert ids_in(tmp_path / "j") == [1]


async def test_a_journal_that_fails_does_not_stop_the_answer(tmp_path: Path) -> None:
    """A full disk costs the journal, not the reply or the row."""
    full = QueryJournal.open(tmp_path / "j", size_limit=0)
    sink = ListSink()

    async with open_query_log(sink.open, full, window=SOON) as log:
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
        async with open_query_log(open_sink, QueryJournal.open(tmp_path / "j"), window=SOON) as log:
            log.record(make_query(1))
            await until(lambda: "locked" in (log.state.failing or ""))
            locker.rollback()
            locker.close()
            await until_written(log, 1)

        with sqlite3.connect(path) as reader:
            assert reader.execute("SELECT interaction_id FROM queries").fetchall() == [(1,)]


async def test_rows_that_come_one_after_the_other_share_a_transaction() -> None:
    """Two hundred answers a second are a few transactions, not two hundred."""
    sink = ListSink()

    async with open_query_log(sink.open, None, window=60) as log:
        for i in range(20):
            log.record(make_query(i))
            await asyncio.sleep(0.001)

    assert sink.batches == [20]


async def test_whoever_needs_the_rows_does_not_wait_for_the_window() -> None:
    """`/privacy` sees what was asked a moment ago, at once."""
    sink = ListSink()

    async with open_query_log(sink.open, None, window=3600) as log:
        log.record(make_query(1))
        await asyncio.sleep(0.01)
        async with asyncio.timeout(5):
            await log.flushed()

        assert sink.ids == [1]


async def test_a_full_batch_does_not_wait_for_the_window() -> None:
    """A rush is written as it comes; memory does not fill up with it."""
    sink = ListSink()

    async with open_query_log(sink.open, None, window=3600) as log:
        await asyncio.sleep(0.01)
        for i in range(500):
            log.record(make_query(i))
        await until_written(log, 500)


async def test_half_a_character_in_a_question_costs_no_row(tmp_path: Path) -> None:
    """Discord's JSON can carry one half of a surrogate pair; UTF-8 cannot."""
    sink = ListSink()
    sink.works = False

    async with open_query_log(sink.open, QueryJournal.open(tmp_path / "j"), closing_patience=0.05) as log:
        log.record(make_query(1, text="who \ud83d pays"))

    with (tmp_path / "j").open("rb") as lines:
        assert [row.text for row in read_rows(lines) if isinstance(row, Query)] == ["who ? pays"]


async def test_a_number_that_nothing_can_hold_costs_its_row_only(
    caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    """A row beyond every column is named in the log and counted; the next is stored."""
    sink = ListSink()

    async with open_query_log(sink.open, QueryJournal.open(tmp_path / "j")) as log:
        log.record(make_query(1, answer_us=2**70))
        log.record(make_query(2))

    assert sink.ids == [2]
    assert log.state.dropped == 1
    assert "interaction 1 was lost" in caplog.text


async def test_written_rows_leave_the_journal_while_others_come(tmp_path: Path) -> None:
    """The journal does not grow for ever under steady traffic: it is written anew with what still waits."""
    journal = QueryJournal.open(tmp_path / "j")
    for i in range(6000):
        journal.append(make_query(i))
    grown = (tmp_path / "j").stat().st_size

    assert journal.keep([make_query(5999)])

    assert grown > 1024 * 1024
    assert ids_in(tmp_path / "j") == [5999]
    journal.append(make_query(6000))
    assert ids_in(tmp_path / "j") == [5999, 6000]


async def test_a_journal_that_was_deleted_is_made_again(tmp_path: Path) -> None:
    """Somebody tidies the folder under the bot; the next rows are safe again after the next write."""
    sink = ListSink()

    async with open_query_log(sink.open, QueryJournal.open(tmp_path / "j"), window=SOON, closing_patience=0.05) as log:
        log.record(make_query(1))
        (tmp_path / "j").unlink()
        await until_written(log, 1)
        sink.works = False
        log.record(make_query(2))

    assert ids_in(tmp_path / "j") == [2]


async def test_rows_in_a_journal_that_was_deleted_are_saved_at_the_end(tmp_path: Path) -> None:
    """Neither the database nor the journal has them, so a file of their own does."""
    sink = ListSink()
    sink.works = False
    journal = QueryJournal.open(tmp_path / "j")

    async with open_query_log(sink.open, journal, folder=tmp_path, queue_limit=2, closing_patience=0.05) as log:
        for i in range(5):
            log.record(make_query(i))
        (tmp_path / "j").unlink()

    assert log.state.saved_to is not None
    assert sorted(set(ids_in(log.state.saved_to))) == [0, 1, 2, 3, 4]
    assert log.state.dropped == 0


async def test_garbage_in_the_journal_costs_its_lines_only(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Readable rows are written, the rest is counted and said in one line."""
    journal = QueryJournal.open(tmp_path / "j")
    for i in range(3):
        journal.append(make_query(i))
    journal.close()
    lines = (tmp_path / "j").read_bytes().splitlines(keepends=True)
    garbage = [b"\x00\xff\xfe rubbish\n", b'["not","enough"]\n', b'{"interaction_id":"nine"}\n', b"[]\n"]
    (tmp_path / "j").write_bytes(b"".join([garbage[0], *lines[1:3], *garbage[1:], lines[3], b"\xff\xfe[1,2"]))
    sink = ListSink()

    async with open_query_log(sink.open, QueryJournal.open(tmp_path / "j")) as log:
        log.record(make_query(9))

    assert sorted(sink.ids) == [0, 1, 2, 9]
    assert log.state.unreadable == 5
    assert caplog.text.count("were damaged") == 1


async def test_a_journal_of_an_earlier_version_is_read(tmp_path: Path) -> None:
    """Rows written as objects, without the newest columns, are rows."""
    old = {name: getattr(make_query(1), name) for name in COLUMNS if name != "text"}
    (tmp_path / "j").write_bytes(orjson.dumps(old) + b"\n")
    sink = ListSink()

    async with open_query_log(sink.open, QueryJournal.open(tmp_path / "j")):
        pass

    assert sink.rows == [make_query(1)]


async def test_losses_are_reported_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    """A long outage does not fill the log with one line for each lost row."""
    sink = ListSink()
    sink.works = False

    async with open_query_log(sink.open, None, queue_limit=10, closing_patience=0.05) as log:
        for i in range(1000):
            log.record(make_query(i))

        assert log.state.dropped == 990
        assert caplog.text.count("were lost so far") == 1
