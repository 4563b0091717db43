"""How the process starts, gives up and stops, as its command line runs it."""

import asyncio
import itertools
import re
import signal
import sqlite3
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from tests.wire import faults
from tests.wire.discord import WireDiscord
from tests.wire.gateway_faults import FaultyDiscord, open_faulty
from tests.wire.process import run_bot
from tests.wire.test_run import ask_often, logged_ids

LONG = 20.0  # seconds; the machine may be busy

JSON = {"Content-Type": "application/json"}
HTML = {"Content-Type": "text/html; charset=utf-8"}
NOT_READY = {
    "Discord is down": (503, JSON, '{"message": "unavailable", "code": 0}'),
    "a proxy is down": (502, HTML, "<html>Bad gateway</html>"),
    "a captive portal": (200, HTML, "<html>Please log in</html>"),
    "a captive portal that says JSON": (200, JSON, "<html>Please log in</html>"),
    "other JSON": (200, JSON, '{"hello": "world"}'),
    "a portal that forbids": (403, HTML, "<html>Not for you</html>"),
    "a portal that asks for a login": (401, HTML, "<html>Who are you?</html>"),
    "a network that asks for a login": (511, HTML, "<html>Who are you?</html>"),
    "Cloudflare limits the rate": (429, {**HTML, "Retry-After": "1"}, "<html>Slow down</html>"),
    "Discord limits the rate": (429, {**JSON, "Via": "1.1 google"}, '{"message": "slow", "retry_after": 0.2}'),
}


@pytest.fixture
async def discord() -> AsyncIterator[FaultyDiscord]:
    async with open_faulty() as discord:
        yield discord


@pytest.mark.parametrize(("status", "headers", "body"), NOT_READY.values(), ids=NOT_READY)
async def test_whatever_stands_before_discord_is_waited_out(
    discord: FaultyDiscord, tmp_path: Path, status: int, headers: dict[str, str], body: str
) -> None:
    """A start into a network that is not there yet ends connected, without a restart."""
    discord.login_answers.append(web.Response(status=status, headers=headers, body=body.encode()))

    async with run_bot(discord, tmp_path) as bot:
        answer = await discord.answer_to(await discord.slash("article5"), within=LONG)

    assert answer["type"] == 4
    assert "Traceback" not in bot.output()


async def test_a_name_that_cannot_be_resolved_is_tried_again_and_ends_with_75(tmp_path: Path) -> None:
    """Without DNS the bot waits, then leaves it to its supervisor."""
    settings = {"DISCORD_API_URL": "http://discord.invalid/api/v10", "BOT__DELIVERY__START_PATIENCE": "2"}
    async with run_bot(WireDiscord(), tmp_path, ready=False, **settings) as bot:
        status = await bot.exit_status(within=LONG)

    assert status == 75
    assert "trying again" in bot.output()
    assert "Traceback" not in bot.output()


async def test_a_gateway_that_is_not_there_ends_with_75(discord: FaultyDiscord, tmp_path: Path) -> None:
    """The patience at start holds for the gateway as well as for the API."""
    discord.close_code = 1011
    async with run_bot(discord, tmp_path, ready=False, BOT__DELIVERY__START_PATIENCE="2") as bot:
        status = await bot.exit_status(within=LONG)

    assert status == 75
    assert "gateway could not be reached" in bot.output()
    assert "Traceback" not in bot.output()


@pytest.mark.parametrize("code", [4004, 4012, 4013, 4014])
async def test_what_an_operator_has_to_change_ends_with_78(discord: FaultyDiscord, tmp_path: Path, code: int) -> None:
    """Token, version and intents: one clear line, and nobody tries again."""
    discord.close_code = code
    async with run_bot(discord, tmp_path, ready=False) as bot:
        status = await bot.exit_status(within=LONG)

    assert status == 78
    assert "natobot: Discord" in bot.output()
    assert "Traceback" not in bot.output()
    assert len(discord.identifies) == 1


async def test_a_budget_that_is_used_up_ends_with_75_and_no_sign_in(discord: FaultyDiscord, tmp_path: Path) -> None:
    """When Discord has no sessions left to give, signing in would cost the token."""
    discord.session_limit = {"total": 1000, "remaining": 0, "reset_after": 36_000_000, "max_concurrency": 1}
    async with run_bot(discord, tmp_path, ready=False) as bot:
        status = await bot.exit_status(within=LONG)

    assert status == 75
    assert "There are new ones in 10 hours" in bot.output()
    assert discord.identifies == []


async def test_a_crash_loop_is_stopped_without_a_request(discord: FaultyDiscord, tmp_path: Path) -> None:
    """A bot that was started fifty times within the hour leaves at once, and says when it will not."""
    ledger = tmp_path / "data" / "sign-ins.txt"
    ledger.parent.mkdir()
    ledger.write_text("".join(f"{time.time() - 60 * i:.3f}\n" for i in range(50, 0, -1)))

    async with run_bot(discord, tmp_path, ready=False) as bot:
        status = await bot.exit_status(within=LONG)

    assert status == 75
    assert re.search(r"50 times within the last hour.*signs in again in 1?\d minutes", bot.output())
    assert discord.requests == []


async def test_each_start_is_counted(discord: FaultyDiscord, tmp_path: Path) -> None:
    """The count outlives the process."""
    for _ in range(2):
        async with run_bot(discord, tmp_path) as bot:
            bot.stop()
            await bot.exit_status(within=LONG)

    assert len((tmp_path / "data" / "sign-ins.txt").read_text().splitlines()) == 2


async def test_it_is_back_half_a_minute_after_the_network(discord: FaultyDiscord, tmp_path: Path) -> None:
    """With its usual pace, an outage of some seconds is over soon after the network is back."""
    async with run_bot(discord, tmp_path) as bot:
        port = discord.port
        await discord.go_away()
        await asyncio.sleep(6)
        await discord.come_back(port)
        async with asyncio.timeout(30):
            await discord.ready.wait()
        answer = await discord.answer_to(await discord.slash("article5"), within=LONG)

    assert answer["type"] == 4
    assert "Not connected to Discord" in bot.output()
    assert "Connected again after" in bot.output()
    assert "Traceback" not in bot.output()


async def test_stopped_under_load_it_loses_nothing(discord: FaultyDiscord, tmp_path: Path) -> None:
    """Eight people ask all the time; each reply that Discord took is in the log, and the process ends in time."""
    async with run_bot(discord, tmp_path) as bot:
        discord.callback_delay = 0.05
        asking = [asyncio.create_task(ask_often(discord)) for _ in range(8)]
        while len(discord.callbacks) < 60:
            await asyncio.sleep(0.01)
        bot.stop()
        status = await bot.exit_status(within=10)
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)

    acknowledged = {callback.interaction_id for callback in discord.callbacks}
    assert status == 0
    assert acknowledged - logged_ids(tmp_path) == set()
    assert "could not be finished" not in bot.output()


async def test_a_second_signal_ends_at_once(discord: FaultyDiscord, tmp_path: Path) -> None:
    """Who does not want to wait for replies that hang asks twice."""
    async with run_bot(discord, tmp_path) as bot:
        discord.callback_delay = 60
        interaction = await discord.slash("article5")
        while ("POST", f"/interactions/{interaction}/interaction-token-{interaction}/callback") not in discord.requests:
            await asyncio.sleep(0.01)
        bot.stop()
        while "Stopping." not in bot.output():
            await asyncio.sleep(0.01)
        bot.stop(signal.SIGINT)
        status = await bot.exit_status(within=3)

    assert status == 0
    assert "Asked again" in bot.output()
    assert interaction in logged_ids(tmp_path)


async def test_stopped_while_starting_it_ends(tmp_path: Path) -> None:
    """A signal while Discord cannot be reached yet is obeyed."""
    async with run_bot(WireDiscord(), tmp_path, ready=False) as bot:
        async with asyncio.timeout(LONG):
            while "trying again" not in bot.output():
                await asyncio.sleep(0.01)
        bot.stop()
        status = await bot.exit_status(within=10)

    assert status == 0
    assert "Traceback" not in bot.output()


@pytest.mark.parametrize("after", [0.4, 0.7, 1.0])
async def test_stopped_at_any_moment_of_the_start_it_ends(discord: FaultyDiscord, tmp_path: Path, after: float) -> None:
    """Before there is anything to finish the system ends it; later it ends itself. It never hangs or complains."""
    async with run_bot(discord, tmp_path, ready=False) as bot:
        await asyncio.sleep(after)
        bot.stop()
        status = await bot.exit_status(within=10)

    assert status in (0, -signal.SIGTERM)
    assert "Traceback" not in bot.output()


async def test_stopped_while_disconnected_it_ends(discord: FaultyDiscord, tmp_path: Path) -> None:
    """A signal during an outage is obeyed."""
    async with run_bot(discord, tmp_path) as bot:
        await discord.go_away()
        async with asyncio.timeout(LONG):
            while "Not connected" not in bot.output():
                await asyncio.sleep(0.01)
        bot.stop()
        status = await bot.exit_status(within=10)

    assert status == 0
    assert "Traceback" not in bot.output()


async def test_stopped_while_the_database_hangs_it_ends_and_keeps_the_rows(
    discord: FaultyDiscord, tmp_path: Path
) -> None:
    """Another program holds the database; the rows wait in the journal."""
    async with run_bot(discord, tmp_path) as bot:
        await discord.answer_to(await discord.slash("article5"), within=LONG)
        async with asyncio.timeout(LONG):
            while not (tmp_path / "data" / "bot.db").exists() or (tmp_path / "data/queries.journal").stat().st_size:
                await asyncio.sleep(0.05)
        holder = sqlite3.connect(tmp_path / "data" / "bot.db", isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        interaction = await discord.slash("aid")
        await discord.answer_to(interaction, within=LONG)
        bot.stop()
        status = await bot.exit_status(within=12)
        holder.close()

    assert status == 0
    assert interaction in logged_ids(tmp_path)


async def test_commands_that_cannot_be_written_are_tried_again_while_it_answers(
    discord: FaultyDiscord, tmp_path: Path
) -> None:
    """A Discord that fails to take the commands does not keep the bot from answering, and takes them later."""
    discord.command_faults = iter([faults.status(503)])
    async with run_bot(discord, tmp_path) as bot:
        answer = await discord.answer_to(await discord.slash("article5"))
        refused = "did not take the commands" in bot.output()
        async with asyncio.timeout(3 * LONG):
            await discord.written.wait()

    assert answer["type"] == 4
    assert refused
    assert len(discord.writes()) == 2


async def test_commands_that_discord_refuses_are_not_tried_again(discord: FaultyDiscord, tmp_path: Path) -> None:
    """What is wrong with them has to change first; the bot answers, and ends at once when asked to."""
    discord.command_faults = itertools.repeat(faults.status(400, code=50035))
    async with run_bot(discord, tmp_path) as bot:
        await discord.answer_to(await discord.slash("article5"))
        bot.stop()
        status = await bot.exit_status(within=LONG)

    assert status == 0
    assert bot.output().count("did not take the commands") == len(discord.writes()) == 1
