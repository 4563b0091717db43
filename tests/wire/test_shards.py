"""A bot in so many servers that Discord wants several connections, against a small Discord on a real socket."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bot.app import Bot
from bot.delivery.identifies import IdentifyLedger
from bot.errors import ConfigurationError
from bot.loop_watch import LoopLag
from bot.metrics import Metrics
from tests.wire.in_process import EAGER, LONG, connecting
from tests.wire.sharding import ShardedDiscord, open_sharded

ORDERLY = replace(EAGER, spacing=0.25)  # a little more than the small Discord asks for


@asynccontextmanager
async def running(discord: ShardedDiscord, folder: Path) -> AsyncIterator[tuple[Bot, asyncio.Task[None]]]:
    """Run the bot in this process."""
    async with connecting(discord, folder, limits=ORDERLY) as running:
        yield running


async def ready(discord: ShardedDiscord, bot: Bot) -> None:
    async with asyncio.timeout(LONG):
        await discord.ready.wait()
        while not bot.client.link.connected:
            await asyncio.sleep(0.01)


async def ask(discord: ShardedDiscord, shard: int) -> int:
    """Ask something in a server of *shard*; return the interaction's id."""
    server = {"guild_id": str((1000 * discord.shards + shard) << 22)}
    return await discord.interact(2, {"id": "1", "name": "article5", "type": 1, "options": []}, **server)


async def answers(discord: ShardedDiscord) -> bool:
    """Whether servers of every shard are answered."""
    asked = [await ask(discord, shard) for shard in range(discord.shards)]
    return all([(await discord.answer_to(one, within=LONG))["type"] == 4 for one in asked])


@pytest.mark.parametrize(("shards", "at_once"), [(3, 1), (5, 2), (6, 16)])
async def test_there_are_as_many_connections_as_discord_recommends(tmp_path: Path, shards: int, at_once: int) -> None:
    """As many are begun at once as Discord allows, no session is asked for twice, and every server is answered."""
    async with open_sharded(shards=shards, max_concurrency=at_once) as discord, running(discord, tmp_path) as (bot, _):
        await ready(discord, bot)

        assert sorted(identify["shard"] for identify in discord.identifies) == [[n, shards] for n in range(shards)]
        assert discord.too_early == []
        assert await answers(discord)


async def test_a_single_connection_is_not_called_a_shard(tmp_path: Path) -> None:
    """A small bot signs in as it always did."""
    async with open_sharded(shards=1) as discord, running(discord, tmp_path) as (bot, _):
        await ready(discord, bot)

        assert [identify.get("shard") for identify in discord.identifies] == [None]
        assert await answers(discord)


async def test_a_lost_connection_is_resumed_and_the_others_go_on(tmp_path: Path) -> None:
    """What happened meanwhile in the servers of the lost one is answered late, in the others at once."""
    async with open_sharded(shards=3) as discord, running(discord, tmp_path) as (bot, _):
        await ready(discord, bot)
        await discord.drop(1)
        missed = await ask(discord, 1)
        others = [await ask(discord, shard) for shard in (0, 2)]

        for asked in (*others, missed):
            assert (await discord.answer_to(asked, within=LONG))["type"] == 4
        await ready(discord, bot)
        assert [resume["session_id"] for resume in discord.resumes] == ["1"]
        assert len(discord.identifies) == 3
        assert bot.client.link.losses == 1


async def test_a_lost_connection_shows_in_the_metrics(tmp_path: Path) -> None:
    """Whoever watches sees that a part of the servers is not answered."""
    async with open_sharded(shards=3) as discord, running(discord, tmp_path) as (bot, _):
        await ready(discord, bot)
        assert _gauge(bot, "natobot_gateway_shards") == _gauge(bot, "natobot_gateway_shards_connected") == 3
        assert _gauge(bot, "natobot_gateway_connected") == 1
        assert _gauge(bot, "natobot_gateway_latency_seconds") is not None

        bot.client.link.stopping = True  # so that it stays away
        await discord.drop(1)
        async with asyncio.timeout(LONG):
            while _gauge(bot, "natobot_gateway_shards_connected") == 3:
                await asyncio.sleep(0.01)

        assert _gauge(bot, "natobot_gateway_shards_connected") == 2
        assert _gauge(bot, "natobot_gateway_connected") == 0


async def test_a_bot_that_has_grown_opens_more_connections(tmp_path: Path) -> None:
    """When Discord no longer takes a session for too many servers, all begin anew with as many as it wants now."""
    async with open_sharded(shards=2) as discord, running(discord, tmp_path) as (bot, _):
        await ready(discord, bot)
        discord.shards = discord.required = 4
        discord.ready.clear()
        await discord.sockets[0].send_json({"op": 9, "s": None, "t": None, "d": False})  # the session is over

        await ready(discord, bot)

        assert sorted(identify["shard"] for identify in discord.identifies[-4:]) == [[n, 4] for n in range(4)]
        assert await answers(discord)


async def test_a_recommendation_that_discord_itself_refuses_ends_the_bot(tmp_path: Path) -> None:
    """It does not sign in for ever, and says what can be done."""
    async with open_sharded(shards=2, required=3) as discord, running(discord, tmp_path) as (_, task):
        with pytest.raises(ConfigurationError, match="refuses 2 connections as too few"):
            async with asyncio.timeout(LONG):
                await task

        assert len(discord.identifies) <= 4


async def test_stopping_closes_every_connection_politely(tmp_path: Path) -> None:
    """Discord then knows that the sessions are over, and no reply is lost."""
    async with open_sharded(shards=3) as discord, running(discord, tmp_path) as (bot, task):
        await ready(discord, bot)
        asked = [await ask(discord, shard) for shard in range(3)]
        for one in asked:
            await discord.answer_to(one, within=LONG)

        assert await bot.client.drain(5.0) == 0

        async with asyncio.timeout(LONG):
            await task
            while len(discord.closed_with) < 3:
                await asyncio.sleep(0.01)
        assert discord.closed_with == dict.fromkeys(range(3), 1000)


async def test_sessions_of_one_start_are_counted_as_one(tmp_path: Path) -> None:
    """A bot with many connections may be started as often as one with a single one."""
    async with open_sharded(shards=5, max_concurrency=5) as discord, running(discord, tmp_path) as (bot, _):
        await ready(discord, bot)

    ledger = IdentifyLedger(tmp_path / "sign-ins.txt")
    assert len(ledger.within(3600)) == 5
    assert ledger.wait_for(2, 3600) == 0
    assert ledger.wait_for(1, 3600) > 3000


def _gauge(bot: Bot, name: str) -> float | None:
    metrics = Metrics(
        client=bot.client,
        replies=bot.client.replies,
        query_log=bot.query_log,
        library=bot.library,
        loop_lag=LoopLag(),
        http=None,
    )
    lines = metrics.text().splitlines()
    return next((float(line.split()[1]) for line in lines if line.startswith(f"{name} ")), None)
