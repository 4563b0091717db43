"""
The bot in a local browser page: the real client in a simulated Discord, no account, no token, no network.

SimCord simulates Discord and draws the page. What it lacks for us is closed here in three places, each held by a test:
its clock stands still at 1 January 2026, its interactions do not say how the app was installed, and it cannot list the
commands that a server restricts.
"""

import asyncio
import logging
import webbrowser
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import discord
import simcord
from simcord._clock import Clock
from simcord.http import router

from bot.delivery.client import BotClient
from bot.errors import ConfigurationError

log = logging.getLogger(__name__)

WELCOME = (
    "Welcome. Type `/` in the box below and pick a command, for example `/article5` or `/topics`. Above, next to "
    "**Viewing as**, you can act as the member or as the admin."
)
WIDTH, HEIGHT = 1100, 900  # pixels of the page's Discord window


class WallClock(Clock):
    """A clock that goes with the machine's, so that cards and log rows carry today's date."""

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.elapsed)


def complete_interactions(client: discord.Client, locale: str) -> None:
    """Add to each simulated interaction what Discord sends and SimCord does not: locale and install context."""
    parsers: dict[str, Callable[[Any], None]] = client._connection.parsers
    parse = parsers["INTERACTION_CREATE"]

    def parse_completed(data: dict[str, Any]) -> None:
        owner = {"0": data["guild_id"]} if "guild_id" in data else {"1": data["user"]["id"]}
        parse({**data, "locale": locale, "authorizing_integration_owners": owner})

    parsers["INTERACTION_CREATE"] = parse_completed


def complete_routes() -> None:
    """Let SimCord answer which commands a server restricts, as Discord does for all of them at once."""
    template = "applications/{application_id}/guilds/{guild_id}/commands/permissions"

    def list_overrides(request: Any) -> list[dict[str, Any]]:
        guild_id = request.int_arg("guild_id")
        commands = request.backend.commands.get(None, {}).values()
        ids = [request.backend.application_id, *(int(command["id"]) for command in commands)]
        overrides = {id_: request.backend.get_command_permissions(guild_id, id_) for id_ in ids}
        return [
            {"id": str(id_), "guild_id": str(guild_id), "permissions": list(entries)}
            for id_, entries in overrides.items()
            if entries
        ]

    if template.split("/") not in [known for known, _ in router._ROUTES.get("GET", [])]:
        router.route("GET", template)(list_overrides)


@asynccontextmanager
async def open_trial(client: BotClient, *, locale: str = "en-US", port: int | None = None) -> AsyncIterator[Any]:
    """
    Yield a SimCord preview of a small server with *client* in it.

    It has the channels general and news, and two people to act as: a member and an admin.
    """
    complete_routes()
    env = simcord.Env(client, check_errors=False, settle_timeout=10.0)
    env.backend.clock = WallClock()
    env.backend.bot_user.name = "natobot"
    await env.start()
    try:
        complete_interactions(client, locale)
        guild = env.create_guild(name="Try the bot")
        general = guild.create_text_channel("general")
        guild.create_news_channel("news")
        admins = guild.create_role("Admins", permissions=discord.Permissions(administrator=True))
        member = guild.add_member(env.create_user("member"))
        admin = guild.add_member(env.create_user("admin"), roles=[admins])
        await admin.send(general, WELCOME)
        preview = env.preview(
            general, viewers=[member, admin], layout="channel", width=WIDTH, height=HEIGHT, locale=locale, port=port
        )
        async with preview:
            yield preview
    finally:
        await env.shutdown()


async def run_trial(client: BotClient, *, browser: bool, locale: str, port: int | None) -> None:
    """
    Serve the page until it is closed or the task is cancelled.

    Raises:
        ConfigurationError: The page cannot be served, for example because the port is taken.
    """
    try:
        async with open_trial(client, locale=locale, port=port) as preview:
            print(
                f"\nThe bot is ready. Open this address and type / in the message box:\n\n  {preview.url}\n", flush=True
            )
            print("Press Ctrl-C to stop.", flush=True)
            if browser:
                await asyncio.to_thread(webbrowser.open, preview.url)
            await preview.wait_closed()
    except simcord.SetupError as error:
        raise ConfigurationError(
            f"The page cannot be served: {error}. Choose another with --port, or leave --port out for a free one."
        ) from None
