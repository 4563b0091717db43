"""News in the simulated server, through discord.py."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.delivery.news import news_sender
from bot.edition_news import EditionNews, Postponed, Undeliverable
from bot.knowledge.differences import differences
from bot.rendering.components import Card
from bot.rendering.news import news_card
from bot.store.database import open_engine, upgrade
from bot.store.news import NewsStore
from bot.store.schema import server_settings
from tests.commands.reading import text_of
from tests.conftest import World, open_world, settings_for
from tests.editions import claim, edition, topic
from tests.factories import PACK, make_claim, make_topic, write_pack
from tests.test_edition_news import hides_nothing

SENDING = ("POST", "/channels/*/messages")


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    async with open_engine(f"sqlite+aiosqlite:///{tmp_path}/news.db") as engine:
        await upgrade(engine)
        yield engine


@pytest.fixture
async def tiny(tmp_path: Path, engine: AsyncEngine) -> AsyncIterator[World]:
    """The bot with a pack of one topic; it is opened after *engine*, as two upgrades cannot go on at once."""
    async with open_world(settings_for(tmp_path, publish(tmp_path, "2026-11-01", 300))) as world:
        yield world


def publish(folder: Path, day: str, metres: int) -> Path:
    section = {
        "id": "length",
        "title": "How long is it?",
        "claims": [make_claim(f"It is {metres} metres long.", kind="figure")],
    }
    return write_pack(folder / "pack", make_topic(sections=[section]), pack={**PACK, "edition": day})


def some_card() -> Card:
    return news_card(differences(edition(topic(claim("One."))), edition(topic(claim("Two things.")))))


async def test_a_server_reads_what_is_new_and_opens_the_topic(tiny: World, engine: AsyncEngine, tmp_path: Path) -> None:
    """The message arrives in the chosen channel, and its button answers whoever presses it."""
    row = {"guild_id": tiny.guild.id, "version": 1, "settings": "{}", "changed_at": "2026-11-01"}
    async with engine.begin() as connection:
        await connection.execute(insert(server_settings), row | {"news_channel": tiny.channel.id})
    sender = news_sender(tiny.bot.client)
    news = EditionNews(NewsStore(engine), lambda: tiny.bot.library.current, sender, hides_nothing)
    await news.look()

    publish(tmp_path, "2026-11-26", 310)
    await tiny.bot.library.reload()
    await news.look()

    (message,) = tiny.channel.history()
    shown = str([component.to_dict() for component in message.components])
    assert "**300 metres long** → **310 metres long**" in shown
    assert "/bridge" in shown
    pressed = await tiny.member.click(message, label="The bridge")
    assert pressed.ephemeral
    assert "The bridge stands" in text_of(pressed.response)


async def test_nothing_is_kept_of_a_message(tiny: World) -> None:
    """The client holds no view for it, and nobody is pinged."""
    await news_sender(tiny.bot.client)(tiny.channel.id, some_card(), "nonce")

    assert tiny.bot.client._connection._view_store._views == {}
    assert tiny.bot.client._connection._view_store._synced_message_views == {}


@pytest.mark.parametrize(
    ("status", "code", "advice"),
    [
        (403, 50001, "Give it the permission View Channel"),
        (403, 50013, "Give it the permission Send Messages"),
        (404, 10003, "Choose another one"),
        (400, 50008, "Choose a text channel"),
        (403, 99999, "Discord refuses it"),
    ],
)
async def test_a_refusal_says_what_admins_can_do(tiny: World, status: int, code: int, advice: str) -> None:
    """Discord will not take it however often it is tried."""
    tiny.env.inject_error(*SENDING, status=status, code=code, times=1)

    with pytest.raises(Undeliverable, match=advice):
        await news_sender(tiny.bot.client)(tiny.channel.id, some_card(), "nonce")


async def test_a_channel_that_is_gone_is_undeliverable(tiny: World) -> None:
    """An id that no channel has any more is refused by Discord itself."""
    with pytest.raises(Undeliverable, match="Choose another one"):
        await news_sender(tiny.bot.client)(1, some_card(), "nonce")


async def test_another_refusal_is_for_later(tiny: World) -> None:
    """What is not about this channel may pass."""
    tiny.env.inject_error(*SENDING, status=400, code=0, times=1)

    with pytest.raises(Postponed, match="Discord answered 400"):
        await news_sender(tiny.bot.client)(tiny.channel.id, some_card(), "nonce")
