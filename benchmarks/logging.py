"""What a row of the query log costs the process that answers: all of its threads, from ``record`` to the commit."""

import asyncio
import json
import random
import statistics
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Generator, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.query import Query
from bot.query_journal import QueryJournal
from bot.query_lines import line_of
from bot.query_log import QueryLog, open_query_log
from bot.store.database import open_engine, upgrade
from bot.store.queries import QueryStore
from tests.factories import make_query

RATE = 200  # rows a second
SECONDS = 20  # a multiple of the log's window
UNPACED = 20_000  # rows
ANSWER = {"components": [{"type": 10, "id": i, "content": "A line of a card. " * 5} for i in range(20)]}
TOPICS = ("article5", "aid", "membership", "members", "consensus", "scenarios", "training")


def make_rows(count: int, *, first: int) -> list[Query]:
    """Return rows as a busy bot has them: many servers, people who come back, a tenth in free words."""
    chosen = random.Random(first)
    start = datetime(2026, 11, 25, tzinfo=UTC)
    return [
        make_query(
            (1_400_000_000_000 + (first + i) * 5) << 22,
            asked_at=(start + timedelta(milliseconds=5 * (first + i))).isoformat(timespec="milliseconds"),
            guild_id=10**18 + int(chosen.paretovariate(0.7)) % 5000,
            user_key=f"{int(chosen.paretovariate(0.5)) % 50_000 * 2**100 // 50_000:032x}",
            topic=chosen.choice(TOPICS),
            section=chosen.choice((None, "ukraine", "donors")),
            text="will the alliance send troops if the front moves west" if i % 10 == 0 else None,
            outcome="not-found" if i % 10 == 0 else "found",
        )
        for i in range(count)
    ]


async def measure() -> None:
    """Print the cost of a row at a steady rate, at full speed and of each part."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with open_engine(f"sqlite+aiosqlite:///{folder}/bot.db") as engine:
            await upgrade(engine)
            store = QueryStore(engine)

            async def open_store() -> QueryStore:
                return store

            async with open_query_log(open_store, QueryJournal.open(folder / "queries.journal")) as log:
                log.record(make_query(1))
                await log.flushed()
                await _at_full_speed(log)
            await _at_a_steady_rate(store, folder)
            await _each_part(store, QueryJournal.open(folder / "other.journal"))


async def _at_a_steady_rate(store: QueryStore, folder: Path) -> None:
    """
    Print what each thread spends on rows that come at the rate, each after the work of an answer.

    The CPU of the whole process would be the plainer measure, but the work between the rows is a hundred times theirs
    and differs by more than they cost. So the clocks of the threads are read around each step that the log takes.
    """

    async def open_store() -> QueryStore:
        return store

    with _timed_tasks(QueryLog.__name__) as timed:
        async with open_query_log(open_store, QueryJournal.open(folder / "paced.journal")) as log:
            log.record(make_query(2))
            await log.flushed()
            (writer,) = timed
            before, database = writer.spent, _other_threads()
            calls = [_thread_time(log.record, row) async for row in _paced(RATE * SECONDS)]
            await log.flushed()
    reading = statistics.mean([_thread_time(lambda _: None, row) async for row in _paced(5 * RATE)])
    line = line_of(make_rows(1, first=1)[0])
    with (folder / "lines").open("ab", buffering=0) as file:
        writing = statistics.mean([_thread_time(lambda _: file.write(line), row) async for row in _paced(5 * RATE)])
    record = statistics.mean(calls) - reading
    parts = (record, (writer.spent - before) / len(calls), (_other_threads() - database) / len(calls))
    recorded, written, stored = (_us(part / 1e9) for part in parts)
    print(f"per row at {RATE}/s, journal to commit   {_us(sum(parts) / 1e9)} µs of CPU")
    print(f"  record() {recorded}, the writer's task {written}, the database's thread {stored}")
    print(f"  nothing but such a line into a file  {_us((writing - reading) / 1e9)} µs")


async def _paced(count: int) -> AsyncIterator[Query]:
    """Yield rows at the rate, each just made, after a moment of other work: an answer that is logged has been made."""
    started = time.perf_counter()
    for i in range(count):
        _answer_something()
        yield make_rows(1, first=10 + i)[0]
        await asyncio.sleep(max(0.0, started + (i + 1) / RATE - time.perf_counter()))


class _TimedCoroutine(Coroutine[Any, Any, Any]):
    """A coroutine that counts the CPU of its steps, in nanoseconds, in ``spent``."""

    def __init__(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        self._coroutine = coroutine
        self.spent = 0

    def send(self, value: Any) -> Any:
        before = time.thread_time_ns()
        try:
            return self._coroutine.send(value)
        finally:
            self.spent += time.thread_time_ns() - before

    def throw(self, *error: Any) -> Any:
        return self._coroutine.throw(*error)

    def close(self) -> None:
        self._coroutine.close()

    def __await__(self) -> Generator[Any, Any, Any]:
        return self._coroutine.__await__()


@contextmanager
def _timed_tasks(owner: str) -> Iterator[list[_TimedCoroutine]]:
    """Count the CPU of every task that runs a method of the class *owner* and is made meanwhile."""
    timed: list[_TimedCoroutine] = []

    def make(loop: asyncio.AbstractEventLoop, coroutine: Any, **options: Any) -> asyncio.Task[Any]:
        if coroutine.__qualname__.startswith(f"{owner}."):
            timed.append(coroutine := _TimedCoroutine(coroutine))
        return asyncio.Task(coroutine, loop=loop, **options)

    loop = asyncio.get_running_loop()
    loop.set_task_factory(make)
    try:
        yield timed
    finally:
        loop.set_task_factory(None)


def _other_threads() -> int:
    """Return the nanoseconds of CPU that all threads but this one have spent."""
    others = (thread.ident for thread in threading.enumerate() if thread is not threading.current_thread())
    return sum(time.clock_gettime_ns(time.pthread_getcpuclockid(ident)) for ident in others if ident is not None)


def _thread_time(call: Callable[[Query], object], row: Query) -> int:
    before = time.thread_time_ns()
    call(row)
    return time.thread_time_ns() - before


def _answer_something() -> None:
    for _ in range(5):
        json.loads(json.dumps(ANSWER))


async def _at_full_speed(log: QueryLog) -> None:
    rows = make_rows(UNPACED, first=1_000_000)
    started, cpu = time.perf_counter(), time.process_time()
    longest = 0.0
    for start in range(0, UNPACED, 1000):
        for row in rows[start : start + 1000]:
            before = time.perf_counter()
            log.record(row)
            longest = max(longest, time.perf_counter() - before)
        while log.waiting > UNPACED / 4:  # what the queue cannot hold would be written from the journal
            await asyncio.sleep(0.005)
    await log.flushed()
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    print(f"per row at full speed                {_us(cpu / UNPACED)} µs of CPU, {UNPACED / seconds:,.0f} rows/s")
    print(f"  longest that record() took         {longest * 1000:.2f} ms")


async def _each_part(store: QueryStore, journal: QueryJournal) -> None:
    rows = make_rows(8000, first=2_000_000)
    print(f"  a row as a line                    {_us(_cost(rows, line_of))} µs")
    print(f"  a row into the journal             {_us(_cost(rows, journal.append))} µs, the line included")
    journal.close()
    for size in (1, 100, 400):
        part = make_rows(min(8000, 500 * size), first=3_000_000 + size * 100_000)
        cpu = time.process_time()
        for start in range(0, len(part), size):
            await store.add(part[start : start + size])
        print(f"  a row into the database, {size} at once {_us((time.process_time() - cpu) / len(part))} µs")


def _cost(rows: Sequence[Query], call: Callable[[Query], object]) -> float:
    cpu = time.process_time()
    for row in rows:
        call(row)
    return (time.process_time() - cpu) / len(rows)


def _us(seconds: float) -> str:
    return f"{seconds * 1_000_000:.1f}"
