"""Two bots on one database: what an admin decides through one holds in both at once."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from tests.ports import free_ports
from tests.wire.discord import WireDiscord, open_discord
from tests.wire.process import run_bot
from tests.wire.replicas import Replica
from tests.wire.test_postgres import logged_ids

EPHEMERAL = 1 << 6
AT_ONCE = 1.0  # seconds within which replicas agree


@asynccontextmanager
async def two_bots(folder: Path, database_url: str) -> AsyncIterator[tuple[WireDiscord, WireDiscord]]:
    """Yield the Discord of each of two bots that share a database and have both answered."""
    async with AsyncExitStack() as stack:
        discords = [await stack.enter_async_context(open_discord()) for _ in range(2)]
        for name, discord in zip(("one", "other"), discords, strict=True):
            await stack.enter_async_context(run_bot(discord, folder / name, DATABASE_URL=database_url))
            if name == "one":  # replicas share the key of the pseudonyms, as docs/operating.md says
                shutil.copytree(folder / "one" / "data", folder / "other" / "data", ignore=only_the_key)
        for discord in discords:
            async with asyncio.timeout(10):
                while await is_private(discord):  # as answers are until the database is open
                    await asyncio.sleep(0.05)
        yield discords[0], discords[1]


def only_the_key(_: str, names: list[str]) -> list[str]:
    return [name for name in names if name != "pseudonyms.key"]


async def is_private(discord: WireDiscord) -> bool:
    answer = await discord.answer_to(await discord.slash("article5"))
    return bool(answer["data"].get("flags", 0) & EPHEMERAL)


async def open_panel(discord: WireDiscord) -> dict[str, Any]:
    """Return the message with the settings panel."""
    interaction = await discord.interact(
        2,
        {"id": "901", "name": "settings", "type": 1, "options": [{"name": "panel", "type": 1, "options": []}]},
    )
    return await discord.edit_of(interaction)


async def choose(discord: WireDiscord, panel: dict[str, Any], placeholder: str, value: str) -> dict[str, Any]:
    """Choose *value* in a select of the panel; return what the panel became."""
    select = next(item for item in every(panel["components"]) if item.get("placeholder") == placeholder)
    data = {"custom_id": select["custom_id"], "component_type": select["type"], "values": [value]}
    interaction = await discord.interact(3, data, message=discord.message(panel))
    return await discord.edit_of(interaction)


def every(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [found for item in items for found in (item, *every(item.get("components", [])))]


def text_of(panel: dict[str, Any]) -> str:
    return "\n".join(item["content"] for item in every(panel["components"]) if "content" in item)


async def test_replicas_agree_within_a_second(tmp_path: Path, postgres_url: str) -> None:
    """An admin makes answers private through one replica; within a second the other answers privately, and back."""
    async with two_bots(tmp_path, postgres_url) as (one, other):
        panel = await choose(one, await open_panel(one), "Who sees answers", "private")
        async with asyncio.timeout(AT_ONCE):
            while not await is_private(other):
                await asyncio.sleep(0.01)
        panel = await choose(other, await open_panel(other), "Who sees answers", "public")
        async with asyncio.timeout(AT_ONCE):
            while await is_private(one):
                await asyncio.sleep(0.01)

    assert "Saved" in text_of(panel)
    assert one.invalid == other.invalid == []


async def test_two_admins_at_two_replicas_lose_nothing(tmp_path: Path, postgres_url: str) -> None:
    """Who chooses on an older state is told what became of it, and that their choice was not saved."""
    async with two_bots(tmp_path, postgres_url) as (one, other):
        seen_by_one, seen_by_other = await open_panel(one), await open_panel(other)
        await choose(one, seen_by_one, "Who sees answers", "private")
        overtaken = await choose(other, seen_by_other, "Who sees answers", "public")
        beside = await choose(other, seen_by_other, "Questions without an answer", "false")

    assert "Not saved" in text_of(overtaken)
    assert "shown to everyone → shown only to the person who asked" in text_of(overtaken)
    assert "Saved" in text_of(beside)
    assert "Meanwhile" in text_of(beside)


async def test_an_opt_out_holds_in_every_replica(tmp_path: Path, postgres_url: str) -> None:
    """Who opts out through one replica leaves no row through the other either."""
    async with two_bots(tmp_path, postgres_url) as (one, other):
        data = {"id": "902", "name": "privacy", "type": 1, "options": [{"name": "opt-out", "type": 1, "options": []}]}
        await one.edit_of(await one.interact(2, data))
        await asyncio.sleep(AT_ONCE)
        asked = await other.slash("aid")
        await other.answer_to(asked)

    assert asked not in await logged_ids(postgres_url)


async def test_one_of_those_that_start_together_writes_the_commands(tmp_path: Path, postgres_url: str) -> None:
    """The others wait for it and find nothing to write: each comparison, and one write."""
    async with open_discord() as discord, AsyncExitStack() as stack:
        ports = free_ports(6)
        settings = {"DATABASE_URL": postgres_url}
        replicas = [
            Replica(discord, tmp_path / str(number), ports[number], ports[3 + number], settings) for number in range(3)
        ]
        for replica in replicas:
            stack.push_async_callback(replica.aclose)
        await asyncio.gather(*(replica.start() for replica in replicas))
        async with asyncio.timeout(20):
            while len(compared := [path for method, path in discord.requests if is_comparison(method, path)]) < 3:
                await asyncio.sleep(0.05)
            await discord.written.wait()
        await asyncio.sleep(0.5)  # whoever did not wait would write now

    assert len(compared) == 3
    assert len(discord.writes()) == 1


def is_comparison(method: str, path: str) -> bool:
    return method == "GET" and path.endswith("/commands")
