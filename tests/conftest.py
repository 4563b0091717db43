"""Fixtures shared by all tests."""

import logging
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import discord
import pytest
import simcord

from bot.app import Bot, open_bot
from bot.delivery.command_sync import CommandSync
from bot.errors import UserError
from bot.knowledge.loader import load_knowledge
from bot.knowledge.models import Knowledge
from bot.settings import Settings
from bot.trial import WallClock, complete_routes
from tests.factories import REAL_PACK

pytest_plugins = ("tests.postgres",)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test reads the settings of the machine it runs on, or leaves files in the checkout."""
    for name in list(os.environ):
        if name.startswith(("BOT_", "DISCORD_")) or name == "DATABASE_URL":
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def real_pack() -> Knowledge:
    return load_knowledge(REAL_PACK)


def settings_for(folder: Path, pack: Path = REAL_PACK, **sections: Any) -> Settings:
    return Settings.model_validate(
        {
            "knowledge": {"folder": pack, "reload_seconds": 0, "learn": False, "draw_ahead": False},
            "database": {"url": f"sqlite+aiosqlite:///{folder}/data/bot.db", "folder": folder / "data"},
            # One member does more in a moment than anybody could.
            "delivery": {"per_person": 0, "per_server": 0, "in_total": 0},
        }
        | sections
    )


@pytest.fixture(autouse=True)
def restored_logging() -> Iterator[None]:
    """Commands set up logging for their process; tests share one."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


@dataclass(slots=True, kw_only=True)
class World:
    """The whole bot in a simulated server with a channel and three people."""

    bot: Bot
    env: simcord.Env
    guild: simcord.GuildHandle
    channel: simcord.ChannelHandle
    member: simcord.MemberActor
    other: simcord.MemberActor
    admin: simcord.MemberActor
    defects_expected: bool = False  # set by tests that break something on purpose


@asynccontextmanager
async def _open_env(client: discord.Client) -> AsyncIterator[simcord.Env]:
    """As ``simcord.run``, whose clock cannot be left in another context than it was entered in, as fixtures do."""
    complete_routes()
    env = simcord.Env(client)
    env.backend.clock = WallClock()  # rows are dated, and old ones are released
    await env.start()
    try:
        yield env
    finally:
        await env.shutdown()


@asynccontextmanager
async def open_world(settings: Settings, *, server: int | None = None) -> AsyncIterator[World]:
    async with AsyncExitStack() as stack:
        bot = await stack.enter_async_context(open_bot(settings, command_sync=CommandSync()))
        env = await stack.enter_async_context(_open_env(bot.client))
        guild = env.create_guild(name="Server", id=server)
        channel = guild.create_text_channel("general")
        admins = guild.create_role("Admins", permissions=discord.Permissions(administrator=True))
        world = World(
            bot=bot,
            env=env,
            guild=guild,
            channel=channel,
            member=guild.add_member(env.create_user("member")),
            other=guild.add_member(env.create_user("other")),
            admin=guild.add_member(env.create_user("admin"), roles=[admins]),
        )
        yield world
        defects = [error for error in env.errors if not isinstance(getattr(error, "original", error), UserError)]
        assert world.defects_expected or defects == []


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(settings_for(tmp_path)) as world:
        yield world


@pytest.fixture
def fresh_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands read the real pack."""
    monkeypatch.setenv("BOT_KNOWLEDGE", str(REAL_PACK))
