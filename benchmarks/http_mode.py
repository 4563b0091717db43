"""Interactions over HTTP: ours with its log, beside aiohttp that verifies signatures and returns constant bytes."""

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.beside import cpu_seconds, memory_mib
from tests.factories import REAL_PACK
from tests.ports import free_ports
from tests.wire.discord import WireDiscord, serve
from tests.wire.load import Load, Outcomes, signed_requests
from tests.wire.posting import PUBLIC_KEY
from tests.wire.process import environment

WARM = 500  # interactions before anything is measured
ROUNDS, FLOOD, IN_FLIGHT = 15, 2_000, 64  # interactions as fast as they go, so many at a time
PACED_ROUNDS, RATE, PACED = 3, 500, 4_000  # interactions at so many a second
FORGED_ROUNDS, QUIET_RATE, QUIET = 3, 150, 1_500  # interactions beside forged requests
FORGED_RATE = 10_000 / 60  # a second


@dataclass(slots=True)
class Figures:
    """What was measured of one server, a value a round."""

    rate: list[float] = field(default_factory=list)  # answers a second
    cpu: list[float] = field(default_factory=list)  # seconds per answer
    p50: list[float] = field(default_factory=list)  # seconds, at the paced rate
    p99: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)  # MiB after all of it


@asynccontextmanager
async def running(command: Sequence[str], port: int, **changes: str) -> AsyncIterator[int]:
    """Start a server, wait until it listens; yield its process id; stop it."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *command),
        cwd=REAL_PACK.parents[1],
        env={name: os.environ[name] for name in ("PATH", "HOME", "LANG", "PYTHONPATH") if name in os.environ} | changes,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=None,
    )
    try:
        async with asyncio.timeout(60):
            while not await _listens(port):
                await asyncio.sleep(0.05)
        yield process.pid
    finally:
        process.terminate()
        await process.wait()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


@asynccontextmanager
async def bare(_: Path, port: int) -> AsyncIterator[int]:
    """Run the server that everything is compared with."""
    async with running(("benchmarks.bare_http", str(port), PUBLIC_KEY), port) as pid:
        yield pid


@asynccontextmanager
async def ours(folder: Path, port: int) -> AsyncIterator[int]:
    """Run the bot, with its log in SQLite."""
    async with serve(WireDiscord(validates=False)) as discord:
        variables = environment(
            discord,
            folder,
            BOT__DELIVERY__MODE="http",
            BOT__HTTP__PORT=str(port),
            BOT__HTTP__LINGER_SECONDS="0",
            BOT__KNOWLEDGE__RELOAD_SECONDS="0",
            BOT__LOG__LEVEL="error",
            DISCORD_PUBLIC_KEY=PUBLIC_KEY,
        )
        async with running(("bot", "run"), port, **variables) as pid:
            await asyncio.sleep(2.0)  # commands written, database open
            yield pid


SERVERS = {"bare": bare, "ours": ours}


def all_answered(outcomes: Outcomes) -> None:
    """Make sure that every request was answered: what fails fast is no figure."""
    if set(outcomes.statuses) != {200}:
        raise SystemExit(f"not all were answered: {dict(outcomes.statuses)}")


async def measured(folder: Path) -> Mapping[str, Figures]:
    """Measure every server, all of them up, in turn by moments: the machine's own speed changes within seconds."""
    first_id = int(time.time() * 1000 - 1_420_070_400_000) << 22
    figures = {name: Figures() for name in SERVERS}
    async with AsyncExitStack() as stack:
        loads, pids = {}, {}
        for name, port in zip(SERVERS, free_ports(len(SERVERS)), strict=True):
            pids[name] = await stack.enter_async_context(SERVERS[name](folder / name, port))
            loads[name] = Load(port)
            all_answered((await loads[name].flood(signed_requests(first_id, WARM), in_flight=IN_FLIGHT))[0])
        for number in range(ROUNDS):
            for name, load in loads.items():
                requests = signed_requests(first_id + (number + 1) * 100_000, FLOOD)
                before = cpu_seconds(pids[name])
                outcomes, seconds = await load.flood(requests, in_flight=IN_FLIGHT)
                all_answered(outcomes)
                figures[name].cpu.append((cpu_seconds(pids[name]) - before) / FLOOD)
                figures[name].rate.append(FLOOD / seconds)
        for number in range(PACED_ROUNDS):
            for name, load in loads.items():
                requests = signed_requests(first_id + (number + 1) * 100_000 + FLOOD, PACED)
                outcomes = await load.paced(requests, rate=RATE)
                all_answered(outcomes)
                figures[name].p50.append(outcomes.quantile(0.5))
                figures[name].p99.append(outcomes.quantile(0.99))
        for name, pid in pids.items():
            figures[name].memory.append(memory_mib(pid))
            loads[name].close()
    return figures


@dataclass(slots=True)
class Forgeries:
    """What forged requests cost the good ones, a value a round."""

    alone: list[float] = field(default_factory=list)  # seconds, p99 of good ones
    beside: list[float] = field(default_factory=list)  # the same while forged ones come
    refused: int = 0  # forged requests
    sent: int = 0


async def forgeries(folder: Path) -> Forgeries:
    """Measure good interactions alone and beside ten thousand bad signatures a minute, in turn."""
    figures = Forgeries()
    (port,) = free_ports(1)
    first_id = (int(time.time() * 1000 - 1_420_070_400_000) << 22) + 90_000_000
    async with ours(folder, port):
        load = Load(port)
        await load.flood(signed_requests(first_id, WARM), in_flight=8)
        for _ in range(FORGED_ROUNDS):
            first_id += 1_000_000
            alone = await load.paced(signed_requests(first_id, QUIET), rate=QUIET_RATE)
            bad = signed_requests(first_id + 200_000, int(QUIET / QUIET_RATE * FORGED_RATE), forged=True)
            good = signed_requests(first_id + 400_000, QUIET)
            beside, refused = await asyncio.gather(
                load.paced(good, rate=QUIET_RATE), Load(port).paced(bad, rate=FORGED_RATE)
            )
            all_answered(alone)
            all_answered(beside)
            figures.alone.append(alone.quantile(0.99))
            figures.beside.append(beside.quantile(0.99))
            figures.refused += refused.statuses[401]
            figures.sent += refused.statuses.total()
        load.close()
    return figures


async def measure() -> None:
    """Print the medians of each server, their ratio, and what forged requests cost the good ones."""
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root)
        figures = await measured(folder)
        forged = await forgeries(folder / "ours")
    print(f"{'':<42}{'bare':>9}{'ours':>9}{'ours/bare':>11}")
    for title, key, scale in (
        (f"answers a second on a core, {IN_FLIGHT} in flight", "rate", 1.0),
        ("CPU per answer, µs", "cpu", 1_000_000.0),
        (f"answer at {RATE}/s, p50, ms", "p50", 1000.0),
        (f"answer at {RATE}/s, p99, ms", "p99", 1000.0),
        ("memory after the load, MiB", "memory", 1.0),
    ):
        one, other = (statistics.median(getattr(figures[name], key)) for name in SERVERS)
        print(f"{title:<42}{one * scale:>9.1f}{other * scale:>9.1f}{other / one:>11.2f}")
    alone, beside = (statistics.median(found) * 1000 for found in (forged.alone, forged.beside))
    print(
        f"answer at {QUIET_RATE}/s, p99: {alone:.1f} ms alone, {beside:.1f} ms beside "
        f"{FORGED_RATE * 60:,.0f} bad signatures a minute ({forged.refused:,} of {forged.sent:,} refused)"
    )
