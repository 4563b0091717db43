"""
Letting go of a day of the log on PostgreSQL, while others write: with few days kept, with many, and a busy day.

A day is counted, its words are blanked and it goes. What that takes must not depend on how many days there are.
"""

import asyncio
import itertools
import statistics
import time
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.database import open_engine, upgrade
from bot.store.partitions import first_id, make_ahead
from bot.store.queries import QueryStore
from bot.store.retention import release
from tests.factories import make_query
from tests.postgres import own_server

DAY_ROWS = 200_000
DAYS = (3, 15)  # kept before the measurement
BUSY_DAY_ROWS = 5_000_000  # of a bot in a million servers
WITH_TEXT = 20  # one row in so many
BATCH = 250  # rows that the log writes at a time
PAUSE = 0.05  # seconds between batches: 5,000 rows a second at the most
QUIET_SECONDS = 3.0
_ids = itertools.count(first_id(datetime.now(UTC).date()) + 1)
_FILL = """
    INSERT INTO queries
    SELECT :first + CAST(n AS bigint) * :step,
           to_char(
               CAST(:day AS date) + n * interval '86000 seconds' / CAST(:rows AS integer), 'YYYY-MM-DD"T"HH24:MI:SS.MS'
           )
               || '+00:00',
           500 + n % 20000, md5(CAST(n % 100000 AS text)), 'key00001', 'command', 'aid',
           (ARRAY['aid', 'article5', 'members', 'stance', 'faq'])[1 + n % 5], NULL, 'en', NULL, 'en-US',
           CASE WHEN n % :with_text = 0 THEN 'not-found' ELSE 'found' END, NULL, NULL, false, '2026-11-25-00000000',
           900, NULL, CASE WHEN n % :with_text = 0 THEN 'what somebody asked in some words ' || n END
    FROM generate_series(1, :rows) AS n
"""


async def measure() -> None:
    """Print what a release of one day costs with few days kept and with many, and what writers notice."""
    with own_server() as server:
        async with open_engine(server.url, command_patience=3600.0) as engine:
            await upgrade(engine)
            for kept in DAYS:
                await _fill(engine, range(kept + 1, -1, -1))
                await _release(engine, kept)
            await _fill(engine, [DAYS[-1] + 1], rows=BUSY_DAY_ROWS)
            await _release(engine, DAYS[-1])


async def _fill(engine: AsyncEngine, ages: Iterable[int], rows: int = DAY_ROWS) -> None:
    """Write the rows of the days that are so many days ago, where there are none yet."""
    today = datetime.now(UTC).date()
    for age in ages:
        await fill_day(engine, today - timedelta(days=age), rows)


async def fill_day(engine: AsyncEngine, day: date, rows: int) -> None:
    """Write so many rows of *day* into its part, unless there are some."""
    first, step = first_id(day), (86_400_000 << 22) // (rows + 1)
    async with engine.begin() as connection:
        await make_ahead(connection, day)
        is_there = text("SELECT EXISTS (SELECT FROM queries WHERE interaction_id BETWEEN :first AND :last)")
        if (await connection.execute(is_there, {"first": first, "last": first + step * rows})).scalar():
            return
        fields = {"first": first, "step": step, "day": day, "rows": rows, "with_text": WITH_TEXT}
        await connection.execute(text(_FILL), fields)


async def _release(engine: AsyncEngine, kept: int) -> None:
    """Let go of the day that is due when *kept* days are kept, and print what it cost."""
    await _clean_up(engine)
    quiet = await _write(engine, asyncio.create_task(asyncio.sleep(QUIET_SECONDS)))
    started = time.perf_counter()
    releasing = asyncio.create_task(release(engine, now=datetime.now(UTC), text_days=kept - 1, row_days=kept))
    busy = await _write(engine, releasing)
    released, took = await releasing, time.perf_counter() - started
    print(
        f"  {kept + 1} days: {released.rows:,} rows and {released.texts:,} texts let go of in {took:.2f} s, "
        f"cleaned up after in {await _clean_up(engine):.2f} s; a batch of {BATCH} rows written in "
        f"{statistics.median(quiet) * 1000:.1f} ms, meanwhile in {statistics.median(busy) * 1000:.1f} ms, "
        f"at most {max(busy) * 1000:.0f} ms"
    )


async def _clean_up(engine: AsyncEngine) -> float:
    """Do at once what PostgreSQL does in the background after rows were deleted or changed; return the seconds."""
    started = time.perf_counter()
    async with engine.connect() as connection:
        await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(text("VACUUM ANALYZE queries"))
    return time.perf_counter() - started


async def _write(engine: AsyncEngine, until: "asyncio.Task[Any]") -> list[float]:
    """Write batches as the log does until a task is done; return the seconds of each."""
    store, today, taken = QueryStore(engine), datetime.now(UTC).date(), []
    while not until.done():
        rows = [make_query(next(_ids), asked_at=f"{today}T12:00:00.000+00:00") for _ in range(BATCH)]
        started = time.perf_counter()
        await store.add(rows)
        taken.append(time.perf_counter() - started)
        await asyncio.sleep(PAUSE)
    return taken
