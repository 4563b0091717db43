"""From starting the process to READY, ours beside a bare discord.py bot, in turn on the same small Discord."""

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.factories import REAL_PACK
from tests.wire.discord import WireDiscord, open_discord
from tests.wire.process import environment

ROUNDS = 9


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


async def measure() -> None:
    """Print the medians and their ratio."""
    with tempfile.TemporaryDirectory() as name:
        async with open_discord() as discord:
            folder = Path(name)
            await seconds_to_ready(discord, folder, "bot", "run")  # registers the commands, fills the file cache
            bare, ours, help_ = [], [], []
            for _ in range(ROUNDS):
                bare.append(await seconds_to_ready(discord, folder, "benchmarks.bare_bot"))
                ours.append(await seconds_to_ready(discord, folder, "bot", "run"))
                help_.append(await seconds_to_end("bot", "--help"))
            writes = len(discord.writes())
    ratio = statistics.median(ours) / statistics.median(bare)
    print(f"start to ready, bare discord.py bot   {statistics.median(bare) * 1000:7.0f} ms")
    print(f"start to ready, this bot              {statistics.median(ours) * 1000:7.0f} ms, {ratio:.2f} times as long")
    print(f"command writes in {ROUNDS + 1} starts           {writes:7d}")
    print(f"natobot --help                        {statistics.median(help_) * 1000:7.0f} ms")
