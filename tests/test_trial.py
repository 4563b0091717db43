"""``natobot try``: the real bot in a browser page."""

import asyncio
import re
import signal
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import simcord

from bot.app import open_bot
from bot.delivery.command_sync import CommandSync
from bot.trial import WallClock, complete_interactions, open_trial
from tests.browser import CHROMIUM, act_as, choose, open_page, send_command, type_command
from tests.conftest import World, settings_for
from tests.wire.discord import WireDiscord
from tests.wire.process import BotProcess, run_bot


async def address_of(bot: BotProcess) -> str:
    """Wait for the page's address to be printed."""
    async with asyncio.timeout(30):
        while (found := re.search(r"http://127\.0\.0\.1:\d+/#\S+", bot.output())) is None:
            assert bot.process.returncode is None, bot.output()
            await asyncio.sleep(0.05)
    return found[0]


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")
async def test_a_newcomer_talks_to_the_bot_in_the_page(tmp_path: Path) -> None:
    """One command serves the page; a typed command is answered; the menu opens a section; Ctrl-C ends cleanly."""
    arguments = ("try", "--no-browser")
    async with run_bot(WireDiscord(), tmp_path, arguments=arguments, ready=False) as bot:
        async with open_page(await address_of(bot)) as page:
            await type_command(page, "/article5")
            await page.get_by_text("Key points").wait_for()
            await page.get_by_role("combobox", name="Read more about…").click()
            await page.get_by_role("option", name="Does it cover Ukraine?").click()
            await page.get_by_role("heading", name="Does it cover Ukraine?").wait_for()
        bot.stop(signal.SIGINT)
        status = await bot.exit_status()

    assert status == 0
    assert "Traceback" not in bot.output()
    assert (tmp_path / "data" / "try" / "bot.db").exists()


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")
async def test_an_admin_sets_up_the_server_in_the_page(tmp_path: Path) -> None:
    """The panel changes in place, a note is written in a form, and the next answer obeys both."""
    arguments = ("try", "--no-browser")
    async with (
        run_bot(WireDiscord(), tmp_path, arguments=arguments, ready=False) as bot,
        open_page(await address_of(bot), height=1500) as page,
    ):
        await act_as(page, "admin")
        await send_command(page, "/settings panel", "How the bot speaks in this server")
        await choose(page, "Who sees answers", "Only the person who asked sees answers")
        await page.get_by_text("shown only to the person who asked, unless").wait_for()
        await choose(page, "Write, change or remove a note…", "Above every answer")
        await page.get_by_role("dialog").get_by_role("textbox").fill("Be kind.")
        await page.get_by_role("button", name="Submit").click()
        await page.get_by_text("every answer: Be kind.").wait_for()
        await act_as(page, "member")
        await send_command(page, "/article5", "Key points")
        answer = page.locator("article.channel-message").filter(has_text="Key points").last

        assert "Only you can see this" in await answer.inner_text()
        assert "Be kind." in await answer.inner_text()
        assert "Show to everyone" not in await answer.inner_text()


async def test_a_taken_port_is_explained(tmp_path: Path) -> None:
    """Another program has the port: one line that names it and the way out, and exit status 78."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        arguments = ("try", "--no-browser", "--port", str(other.getsockname()[1]))
        async with run_bot(WireDiscord(), tmp_path, arguments=arguments, ready=False) as bot:
            assert await bot.exit_status() == 78

    assert f"port {arguments[-1]}. Choose another with --port" in bot.output()
    assert "Traceback" not in bot.output()


async def test_the_trial_has_a_server_to_act_in(tmp_path: Path) -> None:
    """There are two channels and two people, and the bot goes by its name."""
    async with (
        open_bot(settings_for(tmp_path), command_sync=CommandSync()) as bot,
        open_trial(bot.client) as preview,
    ):
        snapshot = await preview.snapshot()
        (guild,) = preview.env.backend.guilds.values()

    channels = {channel.name for channel in preview.env.backend.channels.values() if channel.guild_id == guild.id}
    assert {"general", "news"} <= channels
    assert [viewer.name for viewer in preview.viewers] == ["member", "admin"]
    assert preview.env.backend.bot_user.name == "natobot"
    assert "Welcome" in str(snapshot)


async def test_interactions_say_what_discord_says(world: World) -> None:
    """SimCord leaves out the reader's language and how the app was installed; the trial adds both."""
    seen: list[dict[str, Any]] = []
    world.bot.client._connection.parsers["INTERACTION_CREATE"] = seen.append
    complete_interactions(world.bot.client, "uk")

    await world.member.slash(world.channel, "aid")
    await world.env.create_user("loner").slash("aid")

    assert [payload["locale"] for payload in seen] == ["uk", "uk"]
    assert [list(payload["authorizing_integration_owners"]) for payload in seen] == [["0"], ["1"]]


def test_the_trial_s_clock_is_the_machine_s() -> None:
    """Answers and log rows of a trial carry today's date."""
    clock = WallClock()
    clock.advance(3600)

    assert abs(clock.now() - datetime.now(UTC) - timedelta(hours=1)) < timedelta(minutes=1)


def test_the_pinned_version_is_the_one_we_complete() -> None:
    """Another version may have closed these gaps, or moved them."""
    assert simcord.__version__ == "3.2.1"
