"""
Three replicas behind nginx on one PostgreSQL: restarted and killed in turn, without their database, at full load.

Needs nginx and PostgreSQL (Debian: nginx-light, postgresql).
"""

import asyncio
import signal
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks.beside import cpu_seconds
from tests import balancer
from tests.postgres import OwnPostgres, migrate, own_server
from tests.wire.discord import EPOCH_MS, WireDiscord, serve
from tests.wire.load import Load, Outcomes, signed_requests
from tests.wire.replicas import Replica, replicas_behind_nginx
from tests.wire.test_postgres import logged_ids

RATE = 150  # interactions a second
SECONDS = 30  # of each run; the database is away for as long
SETTLING = 5.0  # seconds after the start, which loads the search and opens the database
AROUND = 3  # seconds of load before the database goes and after it came back
FLOOD, IN_FLIGHT = 9_000, 64
CATCHING_UP = 60.0  # seconds for the log after a run


async def measure() -> None:
    """Print what became of the interactions of each run."""
    if not balancer.is_installed():
        print("nginx is not installed (Debian: apt-get install nginx-light)")
        return
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        database = stack.enter_context(own_server())
        await migrate(database.url)
        async with (
            serve(WireDiscord(validates=False)) as discord,
            replicas_behind_nginx(discord, folder, database.url, BOT__LOG__LEVEL="error") as (port, replicas),
        ):
            await asyncio.sleep(SETTLING)
            await _runs(port, replicas, database)


async def _runs(port: int, replicas: Sequence[Replica], database: OwnPostgres) -> None:
    async def restart_all(number: signal.Signals) -> None:
        for replica in replicas:
            await replica.stop(number)
            await replica.start()
            await asyncio.sleep(2.0)

    async def away() -> None:
        await asyncio.sleep(AROUND)
        database.stop()
        await asyncio.sleep(SECONDS)
        database.start()

    print(f"{'':<34}{'interactions':>13}{'failed':>8}{'p50':>10}{'p99':>10}{'slowest':>10}{'rows lost':>11}")
    for title, seconds, happening in (
        ("nothing happens", SECONDS / 3, lambda: asyncio.sleep(0)),
        ("each in turn: SIGTERM", SECONDS, lambda: restart_all(signal.SIGTERM)),
        ("each in turn: SIGKILL", SECONDS, lambda: restart_all(signal.SIGKILL)),
        (f"PostgreSQL away for {SECONDS} s", SECONDS + 2 * AROUND, away),
    ):
        await _paced(title, port, seconds, happening, database.url)
    await _flooded(port, replicas)


async def _paced(
    title: str, port: int, seconds: float, happening: Callable[[], Awaitable[None]], database_url: str
) -> None:
    beginning, count = (int(time.time() * 1000) - EPOCH_MS) << 22, int(RATE * seconds)
    load = Load(port)
    sending = asyncio.create_task(load.paced(signed_requests(beginning, count), rate=RATE))
    await happening()
    outcomes = await sending
    load.close()
    lost = await _not_logged(database_url, {beginning + number for number in range(count)})
    failed = outcomes.statuses.total() - outcomes.statuses[200]
    times = "".join(f"{outcomes.quantile(share) * 1000:>7.1f} ms" for share in (0.5, 0.99, 1.0))
    print(f"{title:<34}{count:>13,}{failed:>8}{times}{lost:>11}", flush=True)


async def _not_logged(database_url: str, asked: set[int]) -> int:
    """Return how many of *asked* the database still lacks when the log had time to catch up."""
    ends = time.monotonic() + CATCHING_UP
    while (missing := asked - await logged_ids(database_url)) and time.monotonic() < ends:
        await asyncio.sleep(0.5)
    return len(missing)


async def _flooded(port: int, replicas: Sequence[Replica]) -> None:
    beginning = (int(time.time() * 1000) - EPOCH_MS) << 22
    load = Load(port)
    requests = signed_requests(beginning, FLOOD)
    before = sum(cpu_seconds(replica.pid) for replica in replicas)
    outcomes, seconds = await load.flood(requests, in_flight=IN_FLIGHT)
    load.close()
    cpu = sum(cpu_seconds(replica.pid) for replica in replicas) - before
    _require_all(outcomes)
    print(
        f"all three, {IN_FLIGHT} in flight: {FLOOD / seconds:,.0f} answers a second on this machine, "
        f"{cpu / FLOOD * 1000:.2f} ms of CPU each"
    )


def _require_all(outcomes: Outcomes) -> None:
    if set(outcomes.statuses) != {200}:
        raise SystemExit(f"not all were answered: {dict(outcomes.statuses)}")
