"""What a row of the query log costs the process that answers: all of its threads, from ``record`` to the commit."""

import asyncio
import gc
import json
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.query import Query
from bot.query_journal import QueryJournal
from bot.query_lines import line_of
from bot.query_log import QueryLog, open_query_log
from bot.store.database import open_engine, upgrade
from bot.store.queries import QueryStore
from tests.factories import make_query

RATE = 200  # rows a second
SECONDS = 4  # of each round; a multiple of the log's window
ROUNDS = 5  # with the log and without, in turns, so that a noisy moment hits both
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
                await _at_a_steady_rate(log)
                await _at_full_speed(log)
            await _each_part(store, QueryJournal.open(folder / "other.journal"))


async def _at_a_steady_rate(log: QueryLog) -> None:
    costs = []
    for number in range(ROUNDS):
        first = number * RATE * SECONDS + 10
        idle = await _paced(first, lambda _: None)
        logged = await _paced(first, log.record, log)
        costs.append((logged - idle) / (RATE * SECONDS))
    calls: list[int] = []
    await _paced(900_000, lambda row: calls.append(_thread_time(log.record, row)), log)
    timing = statistics.median(_thread_time(lambda _: None, row) for row in make_rows(1000, first=1))
    shown = ", ".join(f"{_us(cost)}" for cost in costs)
    print(f"per row at {RATE}/s, journal to commit   {_us(statistics.median(costs))} µs of CPU ({shown})")
    print(f"  record() among them                {_us((statistics.median(calls) - timing) / 1e9)} µs")


def _thread_time(call: Callable[[Query], object], row: Query) -> int:
    before = time.thread_time_ns()
    call(row)
    return time.thread_time_ns() - before


async def _paced(first: int, take: Callable[[Query], None], log: QueryLog | None = None) -> float:
    """
    Return the CPU seconds of the process while rows come at the rate and, with *log*, are written.

    Each row is made just before, after a moment of other work: an answer that is logged has just been made.
    """
    gc.collect()
    started, cpu = time.perf_counter(), time.process_time()
    for i in range(RATE * SECONDS):
        _answer_something()
        take(make_rows(1, first=first + i)[0])
        await asyncio.sleep(max(0.0, started + (i + 1) / RATE - time.perf_counter()))
    if log is not None:
        await log.flushed()
    return time.process_time() - cpu


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
    for size in (100, 200, 400, 500):
        part = make_rows(8000, first=3_000_000 + size * 100_000)
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
