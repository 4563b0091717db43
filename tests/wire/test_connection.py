"""The connection to the gateway under faults, against a small Discord on a real socket, with waits made short."""

import asyncio
import gc
import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.app import Bot
from bot.delivery.connection import Pace
from bot.delivery.identifies import IdentifyLimits
from bot.errors import TryAgainLater
from tests.wire.gateway_faults import FaultyDiscord, open_faulty
from tests.wire.in_process import EAGER, LONG, QUICK, connecting


@pytest.fixture
async def discord() -> AsyncIterator[FaultyDiscord]:
    async with open_faulty() as discord:
        yield discord


@asynccontextmanager
async def running(
    discord: FaultyDiscord, folder: Path, *, pace: Pace = QUICK, limits: IdentifyLimits = EAGER, ready: bool = True
) -> AsyncIterator[tuple[Bot, asyncio.Task[None]]]:
    """Run the bot in this process, by default until it is connected."""
    async with connecting(discord, folder, pace=pace, limits=limits) as (bot, task):
        if ready:
            async with asyncio.timeout(LONG):
                await discord.ready.wait()
        yield bot, task


async def resumed(discord: FaultyDiscord) -> None:
    async with asyncio.timeout(LONG):
        await discord.resumed.wait()


async def answers(discord: FaultyDiscord) -> bool:
    reply = await discord.answer_to(await discord.slash("article5"), within=LONG)
    return bool(reply["type"] == 4)


async def test_a_silent_socket_is_left_and_the_session_resumed(discord: FaultyDiscord, tmp_path: Path) -> None:
    """When nothing comes in any more, the bot connects again and goes on where it was."""
    discord.heartbeat_ms = 400
    pace = Pace(silence=0.9, attempt=5.0, first_wait=0.02, longest_wait=0.2, settled=0.0, closing=0.2)
    async with running(discord, tmp_path, pace=pace):
        discord.acks = False
        await resumed(discord)
        discord.acks = True

        assert await answers(discord)
    assert len(discord.identifies) == 1


def test_silence_is_noticed_in_time() -> None:
    """A dead socket is left after 45 s at the latest, and never between two heartbeats of Discord's 41.25 s."""
    assert 41.25 < Pace().silence <= 45


async def test_missing_acknowledgements_are_noticed_although_events_arrive(
    discord: FaultyDiscord, tmp_path: Path
) -> None:
    """A socket that carries events but no acknowledgements is about to be dropped, so it is left first."""
    discord.heartbeat_ms = 300
    async with running(discord, tmp_path):
        discord.acks = False
        while not discord.resumes:
            if discord._socket is not None:
                await discord.send("TYPING_START", {})
            await asyncio.sleep(0.05)
        discord.acks = True
        await resumed(discord)

        assert await answers(discord)
    assert len(discord.identifies) == 1


@pytest.mark.parametrize("code", [1000, 1001, 4000, 4001, 4007, 4008, 4009])
async def test_a_closed_connection_is_resumed(discord: FaultyDiscord, tmp_path: Path, code: int) -> None:
    """Whatever Discord closes with, short of refusing the bot, the session goes on."""
    async with running(discord, tmp_path):
        await discord.drop(code)
        await resumed(discord)

        assert await answers(discord)
    assert len(discord.identifies) == 1
    assert discord.resumes[0]["session_id"] == "session"


async def test_an_aborted_connection_is_resumed(discord: FaultyDiscord, tmp_path: Path) -> None:
    """So it does when the network cuts it, and what was asked meanwhile is answered, once."""
    async with running(discord, tmp_path):
        await discord.abort()
        missed = await discord.slash("article5")
        await resumed(discord)

        assert (await discord.answer_to(missed, within=LONG))["type"] == 4
        assert await answers(discord)
    assert [reply.interaction_id for reply in discord.callbacks].count(missed) == 1
    assert len(discord.identifies) == 1


async def test_after_a_long_absence_those_who_still_wait_are_answered(discord: FaultyDiscord, tmp_path: Path) -> None:
    """Hundreds whose time is over come first in the replay; they take no place of those who can be helped."""
    async with running(discord, tmp_path) as (bot, _):
        await discord.abort()
        discord.clock_ahead = -10.0
        dead = [await discord.slash("article5") for _ in range(600)]
        discord.clock_ahead = 0.0
        alive = [await discord.slash("article5") for _ in range(50)]
        await resumed(discord)

        for interaction in alive:
            assert (await discord.answer_to(interaction, within=LONG))["type"] == 4
        assert await answers(discord)
        assert not bot.client.gate.refused
        assert bot.client.counts.late == len(dead)
    assert {reply.interaction_id for reply in discord.callbacks}.isdisjoint(dead)


async def test_being_asked_to_reconnect_is_followed(discord: FaultyDiscord, tmp_path: Path) -> None:
    """Discord moves sessions between machines by asking."""
    async with running(discord, tmp_path):
        await discord.send_raw(json.dumps({"op": 7, "d": None, "s": None, "t": None}))
        await resumed(discord)

        assert await answers(discord)
    assert len(discord.identifies) == 1


@pytest.mark.parametrize("frame", ["not json", '"a string"', '{"op": "odd"}', '{"op": 10, "d": {}}'])
async def test_an_unreadable_frame_does_not_end_the_process(discord: FaultyDiscord, tmp_path: Path, frame: str) -> None:
    """What cannot be read is left behind; the next question is answered."""
    async with running(discord, tmp_path) as (_, task):
        await discord.send_raw(frame)
        await asyncio.sleep(0.2)
        async with asyncio.timeout(LONG):
            await discord.ready.wait()

        assert await answers(discord)
        assert not task.done()


@pytest.mark.parametrize(
    "ready",
    [{"v": 10}, {"v": 10, "session_id": "broken", "resume_gateway_url": "ws://127.0.0.1:9", "guilds": []}],
    ids=["without a session", "without a user"],
)
async def test_a_start_that_cannot_be_read_is_tried_again(
    discord: FaultyDiscord, tmp_path: Path, ready: dict[str, object]
) -> None:
    """Discord's welcome lacking something is no reason to give up, nor to go on half connected."""
    discord.broken_readies, discord.broken_ready = 2, ready
    async with running(discord, tmp_path) as (bot, _):
        assert await answers(discord)
        assert bot.client.link.connected
    assert len(discord.identifies) == 3


async def test_a_gateway_that_accepts_and_says_nothing_is_tried_again(discord: FaultyDiscord, tmp_path: Path) -> None:
    """A connection without a greeting is closed and left for another."""
    discord.mute = 2
    pace = Pace(silence=LONG, attempt=0.5, first_wait=0.02, longest_wait=0.2, settled=0.0, closing=0.2)
    async with running(discord, tmp_path, pace=pace):
        assert await answers(discord)
    gc.collect()  # a socket left open would complain
    assert len(discord.identifies) == 1


async def test_after_an_outage_it_is_connected_soon(discord: FaultyDiscord, tmp_path: Path) -> None:
    """However often it tried in vain, it is back soon after the network is, and nobody has to restart it."""
    async with running(discord, tmp_path) as (bot, _):
        port = discord.port
        await discord.go_away()
        async with asyncio.timeout(LONG):
            while bot.client.link.connected:
                await asyncio.sleep(0.01)
        await asyncio.sleep(1.5)  # a dozen attempts at this pace
        await discord.come_back(port)
        async with asyncio.timeout(LONG):
            await discord.ready.wait()

        assert await answers(discord)
        assert bot.client.link.losses == 1


def test_the_longest_wait_after_an_outage_is_below_half_a_minute() -> None:
    """An attempt that began before the network was back, the wait after it, and some time to connect: 30 s."""
    pace = Pace()

    assert pace.attempt + pace.longest_wait <= 25


async def test_sessions_refused_for_ever_end_before_the_token_is_in_danger(
    discord: FaultyDiscord, tmp_path: Path
) -> None:
    """When Discord ends every session, the bot stops for its supervisor long before the day's budget is used."""
    discord.invalidates = True
    limits = IdentifyLimits(first_wait=0.01, longest_wait=0.02, per_hour=1000, per_day=12, spacing=0.0)
    async with running(discord, tmp_path, limits=limits, ready=False) as (_, task):
        with pytest.raises(TryAgainLater, match="signed in 12 times within a day"):
            await asyncio.wait_for(task, LONG)

    assert len(discord.identifies) == 12


async def test_a_session_refused_when_resuming_is_made_anew(discord: FaultyDiscord, tmp_path: Path) -> None:
    """A session that is too old to go on is replaced by a new one."""
    async with running(discord, tmp_path):
        discord.invalidates = True
        await discord.drop(4000)
        async with asyncio.timeout(LONG):
            while not discord.resumes:
                await asyncio.sleep(0.01)
        discord.invalidates = False
        async with asyncio.timeout(LONG):
            await discord.ready.wait()

        assert await answers(discord)
    assert len(discord.identifies) >= 2


async def test_a_budget_renewed_soon_is_waited_for(discord: FaultyDiscord, tmp_path: Path) -> None:
    """With too few sessions left, but new ones in a moment, the bot waits."""
    discord.session_limit = {"total": 1000, "remaining": 100, "reset_after": 300, "max_concurrency": 1}
    async with running(discord, tmp_path, ready=False):
        await asyncio.sleep(0.5)
        before = len(discord.identifies)
        discord.session_limit = {"total": 1000, "remaining": 1000, "reset_after": 86_400_000, "max_concurrency": 1}
        async with asyncio.timeout(LONG):
            await discord.ready.wait()

    assert before == 0


async def test_a_random_mixture_of_faults_is_survived(discord: FaultyDiscord, tmp_path: Path) -> None:
    """After twenty faults of any kind in a row, questions are answered and few sessions were asked for."""
    chance = random.Random(6)
    async with running(discord, tmp_path) as (_, task):
        for _ in range(20):
            async with asyncio.timeout(LONG):
                await discord.ready.wait()
            fault = chance.choice([4000, 1001, 4009, "abort", "garbage"])
            if fault == "garbage":  # the connection lives on
                await discord.send_raw("{")
                continue
            discord.ready.clear()
            if isinstance(fault, int):
                await discord.drop(fault)
            else:
                await discord.abort()
        async with asyncio.timeout(LONG):
            await discord.ready.wait()

        assert await answers(discord)
        assert not task.done()
    assert len(discord.identifies) <= 2
