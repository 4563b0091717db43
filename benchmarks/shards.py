"""One process with as many gateway connections as a bot in many servers needs: the start, the memory, the answers."""

import asyncio
import math
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks.beside import BOTS, cpu_seconds, memory_mib, running
from tests.wire.discord import serve
from tests.wire.sharding import ShardedDiscord

COUNTS = (1, 16, 64)  # connections; Discord recommends about one for a thousand servers
AT_ONCE = 16  # sessions that may be asked for at once; Discord allows it from 150,000 servers
SPACING = 5.0  # seconds between them, as Discord prescribes
ANSWERS = 400
IDLE = 10.0  # seconds


async def measure() -> None:
    """Print what each number of connections costs."""
    print("   connections  all there  least possible     memory  CPU idle  answer p50")
    for count in COUNTS:
        with tempfile.TemporaryDirectory() as root:
            folder = Path(root)
            discord = ShardedDiscord(shards=1, validates=False)
            async with serve(discord), running(discord, folder, BOTS["ours"]):
                await asyncio.sleep(3.0)  # the first start makes the bot's files
            discord = ShardedDiscord(shards=count, max_concurrency=AT_ONCE, spacing=SPACING * 0.98, validates=False)
            async with serve(discord), running(discord, folder, BOTS["ours"]) as (pid, ready):
                await asyncio.sleep(3.0)
                answer = await _answer_of(discord)
                used = cpu_seconds(pid)
                await asyncio.sleep(IDLE)
                idle = (cpu_seconds(pid) - used) / IDLE
                least = (math.ceil(count / AT_ONCE) - 1) * SPACING
                print(
                    f"  {count:>12} {ready:>8.1f} s {least:>13.0f} s {memory_mib(pid):>6.0f} MiB {idle:>9.1%} "
                    f"{answer * 1000:>8.2f} ms   asked too early: {len(discord.too_early)}"
                )


async def _answer_of(discord: ShardedDiscord) -> float:
    """Return the median seconds of answers, one after the other on each connection in turn."""
    taken = []
    for number in range(ANSWERS):
        server = {"guild_id": str((1000 * discord.shards + number) << 22)}
        started = time.perf_counter()
        asked = await discord.interact(2, {"id": "1", "name": "article5", "type": 1, "options": []}, **server)
        await discord.answer_to(asked)
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)
