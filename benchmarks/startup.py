"""From starting the process to READY, ours beside a bare discord.py bot, in turn on the same small Discord."""

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.factories import REAL_PACK
from tests.wire.discord import WireDiscord, serve
from tests.wire.process import environment

ROUNDS = 9
SERVERS = (10, 10_000)  # that the bot is in, by READY


async def seconds_to_ready(discord: WireDiscord, folder: Path, *command: str) -> float:
    """Start a process, wait for its READY, stop it; return the seconds that took."""
    discord.ready.clear()
    gateway = discord.url.replace("http://", "ws://") + "/gateway"
    started = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *command),
        cwd=REAL_PACK.parents[1],
        env={**environment(discord, folder), "DISCORD_GATEWAY_URL": gateway},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    async with asyncio.timeout(60):
        await discord.ready.wait()
    taken = time.perf_counter() - started
    process.terminate()
    await process.wait()
    return taken


async def seconds_to_end(*command: str) -> float:
    """Run a process to its end; return the seconds that took."""
    started = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *command), cwd=REAL_PACK.parents[1], stdout=asyncio.subprocess.DEVNULL
    )
    await process.wait()
    return time.perf_counter() - started


async def starts(servers: int, folder: Path) -> tuple[float, float, int]:
    """Return the medians of a bare bot and of ours in so many servers, and how often commands were written."""
    folder.mkdir()
    async with serve(WireDiscord(servers=servers)) as discord:
        await seconds_to_ready(discord, folder, "bot", "run")  # registers the commands, fills the file cache
        bare, ours = [], []
        for _ in range(ROUNDS):
            bare.append(await seconds_to_ready(discord, folder, "benchmarks.bare_bot"))
            ours.append(await seconds_to_ready(discord, folder, "bot", "run"))
        return statistics.median(bare), statistics.median(ours), len(discord.writes())


async def measure() -> None:
    """Print the medians and their ratios."""
    with tempfile.TemporaryDirectory() as name:
        for servers in SERVERS:
            bare, ours, writes = await starts(servers, Path(name) / str(servers))
            print(f"in {servers:,} servers")
            print(f"  start to ready, bare discord.py bot {bare * 1000:7.0f} ms")
            print(f"  start to ready, this bot            {ours * 1000:7.0f} ms, {ours / bare:.2f} times as long")
            print(f"  command writes in {ROUNDS + 1} starts         {writes:7d}")
    help_ = statistics.median([await seconds_to_end("bot", "--help") for _ in range(ROUNDS)])
    print(f"natobot --help                        {help_ * 1000:7.0f} ms")
