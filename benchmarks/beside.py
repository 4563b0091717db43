"""Ours beside a plain discord.py bot, and discord.py's floor, in turn on the same small Discord."""

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from tests.factories import REAL_PACK
from tests.wire.discord import WireDiscord, interaction_payload, member_of, serve, user_of
from tests.wire.process import environment

ROUNDS = 3  # of each bot, in turn: a noisy moment hits all
PACED = 50  # interactions a second
PACED_SECONDS = 8
IN_FLIGHT = 64
FLOOD_SECONDS = 5
WARM = 200  # interactions before anything is measured
FEW_SERVERS, MANY_SERVERS = 10, 10_000
BOTS = {
    "plain": ("benchmarks.plain_bot",),
    "floor": ("benchmarks.bare_bot",),
    "ours": ("bot", "run"),
}


@dataclass(slots=True)
class LoadDiscord(WireDiscord):
    """Takes replies as cheaply as Python can, and notes only when each was there."""

    replied: dict[int, asyncio.Future[float]] = field(default_factory=dict)

    async def _callback(self, request: web.Request) -> web.Response:
        await request.read()
        waiting = self.replied.pop(int(request.match_info["id"]), None)
        if waiting is not None:
            waiting.set_result(time.perf_counter())
        return web.Response(body=b'{"interaction":{"id":"1","type":2}}', content_type="application/json")

    async def ask(self, server: int = 500) -> float:
        """Send a slash command of a new member of *server*; return the seconds until its reply was there."""
        interaction_id = self.new_id()
        self.replied[interaction_id] = future = asyncio.get_running_loop().create_future()
        payload = interaction_payload(interaction_id, "article5", {}) | {
            "guild_id": str(server),
            "guild": {"id": str(server), "locale": "en-US", "features": []},
            "authorizing_integration_owners": {"0": str(server)},
            "member": member_of(user_of(str(interaction_id))),
        }
        started = time.perf_counter()
        await self.send("INTERACTION_CREATE", payload)
        async with asyncio.timeout(30):
            replied: float = await future
        return replied - started


@dataclass(slots=True)
class Figures:
    """What was measured of one bot, a value a round."""

    ready: list[float] = field(default_factory=list)  # seconds from start
    cpu: list[float] = field(default_factory=list)  # seconds per interaction, at the paced rate
    p50: list[float] = field(default_factory=list)  # seconds
    p99: list[float] = field(default_factory=list)
    rate: list[float] = field(default_factory=list)  # answers a second
    memory: list[float] = field(default_factory=list)  # MiB after the load


@asynccontextmanager
async def running(discord: WireDiscord, folder: Path, module: tuple[str, ...]) -> AsyncIterator[tuple[int, float]]:
    """Start a bot, wait for READY; yield its process id and the seconds that took; stop it."""
    discord.ready.clear()
    started = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *module),
        cwd=REAL_PACK.parents[1],
        env={
            **environment(discord, folder),
            "DISCORD_GATEWAY_URL": discord.url.replace("http://", "ws://") + "/gateway",
            "PLAIN_DATABASE": str(folder / "plain.db"),
            "BOT__KNOWLEDGE__RELOAD_SECONDS": "0",
        },
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(60):
            await discord.ready.wait()
        yield process.pid, time.perf_counter() - started
    finally:
        process.terminate()
        await process.wait()


def cpu_seconds(pid: int) -> float:
    """Return the CPU time a process has used, in all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mib(pid: int) -> float:
    """Return the memory a process holds (proportional set size), in MiB."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


async def first_start(name: str, folder: Path) -> float:
    """Start a bot where it never ran, which makes its files; return the seconds to READY."""
    async with serve(LoadDiscord()) as discord, running(discord, folder, BOTS[name]) as (_, ready):
        await asyncio.sleep(2.0)
    return ready


async def one_round(name: str, folder: Path, figures: Figures) -> None:
    """Measure a bot once: start, paced load, as much as it takes."""
    async with serve(LoadDiscord()) as discord, running(discord, folder, BOTS[name]) as (pid, ready):
        figures.ready.append(ready)
        await asyncio.sleep(2.0)  # commands written, database open
        for _ in range(WARM):
            await discord.ask()
        before = cpu_seconds(pid)
        times = await paced(discord)
        figures.cpu.append((cpu_seconds(pid) - before) / len(times))
        ordered = sorted(times)
        figures.p50.append(ordered[len(ordered) // 2])
        figures.p99.append(ordered[len(ordered) * 99 // 100])
        figures.rate.append(await flooded(discord))
        figures.memory.append(memory_mib(pid))


async def paced(discord: LoadDiscord) -> list[float]:
    """Ask at an even pace; return the seconds of each answer."""
    asked = []
    started = time.perf_counter()
    for number in range(PACED * PACED_SECONDS):
        await asyncio.sleep(max(0.0, started + number / PACED - time.perf_counter()))
        asked.append(asyncio.create_task(discord.ask()))
    return await asyncio.gather(*asked)


async def flooded(discord: LoadDiscord) -> float:
    """Keep a number of questions in flight; return the answers a second."""
    answers = 0
    ends = time.perf_counter() + FLOOD_SECONDS

    async def ask_on() -> None:
        nonlocal answers
        while time.perf_counter() < ends:
            await discord.ask()
            answers += 1

    started = time.perf_counter()
    await asyncio.gather(*(ask_on() for _ in range(IN_FLIGHT)))
    return answers / (time.perf_counter() - started)


async def memory_with(servers: int, folder: Path) -> tuple[float, float]:
    """Return our memory in MiB, and seconds to READY, when the bot is in so many servers and each has asked once."""
    await first_start("ours", folder)
    discord = LoadDiscord(servers=servers)
    async with serve(discord), running(discord, folder, BOTS["ours"]) as (pid, ready):
        await asyncio.sleep(2.0)
        for number in range(servers):
            await discord.ask(500 + number)
        await asyncio.sleep(1.5)
        return memory_mib(pid), ready


async def measure() -> None:
    """Print the medians of each bot and the ratios that matter."""
    figures = {name: Figures() for name in BOTS}
    with tempfile.TemporaryDirectory() as root:
        folders = {name: Path(root) / name for name in BOTS}
        for folder in folders.values():
            folder.mkdir()
        first = await first_start("ours", folders["ours"])
        for _ in range(ROUNDS):
            for name, folder in folders.items():
                await one_round(name, folder, figures[name])
        small, many = Path(root) / "few", Path(root) / "many"
        few, _ = await memory_with(FEW_SERVERS, small)
        lots, ready_lots = await memory_with(MANY_SERVERS, many)
    print(f"{'':<34}{'plain':>9}{'floor':>9}{'ours':>9}{'ours/plain':>12}{'ours/floor':>12}")
    for title, key, scale, unit in (
        ("CPU per answer, 50/s", "cpu", 1000, "ms"),
        ("answer at 50/s, p50", "p50", 1000, "ms"),
        ("answer at 50/s, p99", "p99", 1000, "ms"),
        (f"answers a second, {IN_FLIGHT} in flight", "rate", 1, ""),
        ("start to READY", "ready", 1000, "ms"),
        ("memory after the load", "memory", 1, "MiB"),
    ):
        plain, floor, ours = (statistics.median(getattr(figures[name], key)) for name in BOTS)
        values = "".join(f"{value * scale:>9.2f}" for value in (plain, floor, ours))
        print(f"{title + (f', {unit}' if unit else ''):<34}{values}{ours / plain:>12.2f}{ours / floor:>12.2f}")
    print(
        f"memory in {FEW_SERVERS} servers {few:.0f} MiB, in {MANY_SERVERS:,} {lots:.0f} MiB: {lots / few:.2f} times; ",
        end="",
    )
    print(f"start to READY in {MANY_SERVERS:,} {ready_lots * 1000:.0f} ms")
    print(f"a first start, which reads the pack anew: {first * 1000:.0f} ms")
