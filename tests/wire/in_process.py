"""The bot in the process of the tests, connected to a small Discord with waits made short."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.app import Bot, open_bot
from bot.delivery.connection import Pace
from bot.delivery.gateway import run_gateway, use_api
from bot.delivery.identifies import IdentifyLedger, IdentifyLimits
from tests.conftest import settings_for
from tests.wire.discord import WireDiscord

LONG = 20.0  # seconds; the machine may be busy
QUICK = Pace(silence=LONG, attempt=5.0, first_wait=0.02, longest_wait=0.2, settled=0.0, closing=0.2)
EAGER = IdentifyLimits(first_wait=0.02, longest_wait=0.05, spacing=0.0)


@asynccontextmanager
async def connecting(
    discord: WireDiscord, folder: Path, *, pace: Pace = QUICK, limits: IdentifyLimits = EAGER
) -> AsyncIterator[tuple[Bot, asyncio.Task[None]]]:
    """Run the bot; yield it and what keeps it connected."""
    use_api(discord.api_url)
    async with open_bot(settings_for(folder), command_sync=None) as bot:
        ledger = IdentifyLedger(folder / "sign-ins.txt")
        running = run_gateway(bot.client, discord.token, patience=LONG, ledger=ledger, pace=pace, limits=limits)
        task = asyncio.create_task(running)
        try:
            yield bot, task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
