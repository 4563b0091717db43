"""Answers in one configured server beside answers in ten thousand, and what a server's first answer costs."""

import random
import statistics
import tempfile
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import orjson

from benchmarks.answering import answered, as_if_connected
from bot.app import Bot, open_bot
from bot.servers.models import DEFAULTS, ServerSettings, SettingsChange
from bot.servers.registry import Servers
from bot.store.database import open_engine, upgrade
from bot.store.servers import ServerStore
from tests.conftest import settings_for
from tests.wire.discord import interaction_payload

MANY = 10_000  # servers
ANSWERS = 1500  # of each kind, in turns, so that a noisy moment hits both
WRITTEN_IN = 500  # servers whose settings go through the store; the others are put into memory

CONFIGURED = ServerSettings.model_validate(
    {
        "private_channels": list(range(1, 26)),
        "public_channels": [600],
        "sharers": [7, 8, 9],
        "hidden_topics": ["scenarios", "unilateral"],
        "note": "Please stay civil. " * 10,
        "topic_notes": {"aid": "Figures change monthly."},
    }
)


async def measure() -> None:
    """Print the ratio, the cost of a first answer and the memory of ten thousand servers' settings."""
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    servers = Servers()
    for guild_id in range(MANY):
        servers.remember(guild_id, CONFIGURED.model_copy(update={"note": f"Note {guild_id}. " * 15}))
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    with tempfile.TemporaryDirectory() as name:
        settings = settings_for(Path(name))
        await _write_settings(settings.database.url, settings.database.folder)
        async with open_bot(settings, command_sync=None) as bot:
            as_if_connected(bot.client)
            first = [await _answer(bot, 1_000_000 + i, i) for i in range(1, WRITTEN_IN + 1)]
            one, many = await _compare(bot)
    print(f"answer in one configured server          p50 {_ms(one)}")
    print(f"answer in one of {MANY:,} of them        p50 {_ms(many)}")
    print(f"  ratio                                  {statistics.median(many) / statistics.median(one):.2f}")
    print(f"first answer in a server, settings read  p50 {_ms(first[50:])}")
    print(f"memory of the settings of {MANY:,}       {(after - before) / 2**20:.1f} MiB")


async def _write_settings(url: str, folder: Path) -> None:
    folder.mkdir(parents=True)
    async with open_engine(url) as engine:
        await upgrade(engine)
        store = ServerStore(engine)
        for guild_id in range(1_000_001, 1_000_001 + WRITTEN_IN):
            change = SettingsChange(version=1, at=datetime.now(UTC), by=1, before=DEFAULTS, after=CONFIGURED)
            await store.write(guild_id, change)


async def _compare(bot: Bot) -> tuple[list[float], list[float]]:
    for guild_id in range(2_000_000, 2_000_000 + MANY):
        bot.servers.remember(guild_id, CONFIGURED.model_copy())
    chosen = random.Random(1)
    one, many = [], []
    for i in range(ANSWERS):
        one.append(await _answer(bot, 1_000_001, 10_000 + 2 * i))
        many.append(await _answer(bot, 2_000_000 + chosen.randrange(MANY), 10_001 + 2 * i))
    return one[100:], many[100:]


async def _answer(bot: Bot, guild_id: int, interaction_id: int) -> float:
    payload = interaction_payload(interaction_id, "article5", {}) | {"guild_id": str(guild_id)}
    payload["guild"] = {"id": str(guild_id), "locale": "en-US", "features": []}
    payload["authorizing_integration_owners"] = {"0": str(guild_id)}
    seconds, _ = await answered(bot.client, orjson.dumps(payload))
    return seconds


def _ms(times: list[float]) -> str:
    return f"{statistics.median(times) * 1000:.2f} ms"
