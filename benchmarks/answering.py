"""From a received interaction to the finished reply payload, without the network; and loading the pack."""

import asyncio
import logging
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import discord
import orjson
from discord.webhook.async_ import AsyncWebhookAdapter, async_context

from bot.app import load_edition, open_bot
from bot.delivery.client import BotClient
from bot.knowledge.loader import load_knowledge
from tests.conftest import settings_for
from tests.factories import REAL_PACK
from tests.wire.discord import BOT_ID, BOT_USER, interaction_payload

ROUNDS = 2000
CASES = {"/article5": {}, "/aid section:donors": {"section": "donors"}}


class _Catcher(AsyncWebhookAdapter):
    """Takes the reply where it would go to the network, as the bytes that would be sent."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # of discord.py
        self.finished: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def create_interaction_response(self, interaction_id: int, token: str, **arguments: Any) -> Any:
        payload = orjson.dumps(arguments["params"].payload)
        self.finished.set_result(len(payload))
        return {"interaction": {"id": str(interaction_id), "type": 2}}


def as_if_connected(client: BotClient) -> None:
    """Let *client* take interactions without a connection."""
    state = client._connection
    state.application_id = BOT_ID
    state.user = discord.ClientUser(state=state, data=BOT_USER)  # type: ignore[arg-type]  # a plain dict
    client.http._HTTPClient__session = None  # type: ignore[attr-defined]  # read by Interaction, unused here
    logging.getLogger("bot.departures").disabled = True  # there is no Discord to list servers
    client._on_connected()


async def answered(client: BotClient, payload: bytes) -> tuple[float, int]:
    """Hand over a received interaction; return the seconds until its reply was ready, and the reply's bytes."""
    catcher = _Catcher()
    async_context.set(catcher)
    started = time.perf_counter()
    client._connection.parsers["INTERACTION_CREATE"](orjson.loads(payload))
    async with asyncio.timeout(5):
        size = await catcher.finished
    return time.perf_counter() - started, size


async def measure() -> None:
    """Print the median and the 99th percentile of each case."""
    with tempfile.TemporaryDirectory() as name:
        async with open_bot(settings_for(Path(name)), command_sync=None) as bot:
            as_if_connected(bot.client)
            for case, options in CASES.items():
                times = []
                size = 0
                for i in range(ROUNDS + 200):
                    payload = orjson.dumps(interaction_payload(i + 1, case.split()[0][1:], options))
                    seconds, size = await answered(bot.client, payload)
                    times.append(seconds)
                warm = sorted(times[200:])
                p50, p99 = warm[len(warm) // 2] * 1000, warm[len(warm) * 99 // 100] * 1000
                print(f"received to payload, {case:<21} p50 {p50:.2f} ms, p99 {p99:.2f} ms, {size:,} bytes")
    for title, load in (("pack loaded and validated", load_knowledge), ("  and every card checked", load_edition)):
        times = []
        for _ in range(9):
            started = time.perf_counter()
            load(REAL_PACK)
            times.append(time.perf_counter() - started)
        print(f"{title:<37} {statistics.median(times) * 1000:7.0f} ms")
