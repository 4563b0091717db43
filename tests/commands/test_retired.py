"""A topic that went into another one: its command and its old cards lead there, and say so."""

import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import simcord

from bot.app import open_bot
from bot.delivery.command_sync import CommandSync
from bot.rendering.custom_ids import Action, Press
from tests.commands.reading import custom_id_of, text_of
from tests.conftest import World, open_world, settings_for
from tests.factories import make_claim, make_retired, make_topic, write_pack, write_yaml

MOVED = "`/tunnel` is now part of `/bridge`."
PAGES = "Read more about…"
EVENT = {"date": "1999-05-04", "text": "It opened.", "sources": ["survey"]}


def write_both(folder: Path) -> Path:
    """Write a pack with a bridge and a tunnel, which has a page that the bridge has not."""
    depth = {"id": "depth", "title": "How deep is it?", "claims": [make_claim("It is 40 metres deep.")]}
    topics = make_topic("bridge"), make_topic("tunnel", sections=[*make_topic()["sections"], depth])
    return write_pack(folder, *topics, timeline=[{**EVENT, "topic": "tunnel"}])


def retire(pack: Path, **changes: Any) -> None:
    """Let the tunnel go into the bridge."""
    (pack / "topics" / "tunnel.yaml").unlink()
    write_yaml(pack / "timeline.yaml", [{**EVENT, "topic": "bridge"}])
    write_yaml(pack / "retired.yaml", [make_retired("tunnel", **changes)])


@asynccontextmanager
async def open_retired(folder: Path, **changes: Any) -> AsyncIterator[World]:
    """Yield the bot as it starts with a pack whose tunnel went into the bridge."""
    pack = write_both(folder / "pack")
    retire(pack, **changes)
    async with open_world(settings_for(folder, pack)) as world:
        yield world


@asynccontextmanager
async def open_before_and_after(
    folder: Path, command: str, options: Mapping[str, Any]
) -> AsyncIterator[tuple[World, simcord.ResponseMessage]]:
    """Yield a card that was sent before the tunnel was retired, and the bot as it restarted after that."""
    pack = write_both(folder / "pack")
    settings = settings_for(folder, pack)
    async with open_world(settings) as world:
        asked = await world.member.slash(world.channel, command, **options)
        assert asked.response is not None
        retire(pack)
        async with open_bot(settings, command_sync=CommandSync()) as restarted:
            await world.env.restart_bot(restarted.client)
            yield world, asked.response


def rows_of(folder: Path) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(folder / "data" / "bot.db")
    rows = connection.execute("SELECT command, topic, section FROM queries ORDER BY interaction_id").fetchall()
    connection.close()
    return rows


async def test_the_command_of_a_retired_topic_answers_with_the_one_it_moved_to(tmp_path: Path) -> None:
    """Who knows the old command gets the answer, and reads above it where it went and why."""
    async with open_retired(tmp_path, note="It was filled in.") as world:
        result = await world.member.slash(world.channel, "tunnel")
        text = text_of(result.response)

    assert text.startswith(f"{MOVED} It was filled in.")
    assert "The bridge stands" in text


async def test_the_command_keeps_its_description(tmp_path: Path) -> None:
    """Discord's list shows the old command as retired.yaml describes it."""
    async with open_retired(tmp_path, command={"name": "tunnel", "description": "Now in /bridge"}) as world:
        registered = {command["name"]: command for command in world.env.backend.commands[None].values()}

    assert registered["tunnel"]["description"] == "Now in /bridge"


async def test_a_topic_retired_while_the_bot_runs_leads_on_at_once(tmp_path: Path) -> None:
    """No restart is needed for the redirect: the command is registered already."""
    pack = write_both(tmp_path / "pack")
    async with open_world(settings_for(tmp_path, pack)) as world:
        retire(pack)
        await world.bot.library.reload()

        result = await world.member.slash(world.channel, "tunnel")

        assert MOVED in text_of(result.response)


async def test_the_log_has_the_old_command_and_the_new_topic(tmp_path: Path) -> None:
    """An operator sees how much an old command is still used, and the new topic's count is whole."""
    async with open_retired(tmp_path) as world:
        await world.member.slash(world.channel, "tunnel", section="length")

    assert rows_of(tmp_path) == [("tunnel", "bridge", "length")]


async def test_a_page_that_moved_along_opens(tmp_path: Path) -> None:
    """A section that kept its id in the new topic is found under the old command."""
    async with open_retired(tmp_path) as world:
        result = await world.member.slash(world.channel, "tunnel", section="length")

        assert "300 metres" in text_of(result.response)
        assert "no longer part of this topic" not in text_of(result.response)


async def test_a_page_that_did_not_move_along_leads_to_the_overview(tmp_path: Path) -> None:
    """A section of the old topic typed from memory gets the topic as it stands, not a refusal."""
    async with open_retired(tmp_path) as world:
        result = await world.member.slash(world.channel, "tunnel", section="depth")

        assert not result.ephemeral
        assert MOVED in text_of(result.response)
        assert "no longer part of this topic" in text_of(result.response)
        assert "The bridge stands" in text_of(result.response)


async def test_the_new_topic_s_pages_are_suggested(tmp_path: Path) -> None:
    """While typing the section, the old command offers what there is now."""
    async with open_retired(tmp_path) as world:
        choices = await world.member.autocomplete(world.channel, "tunnel", "section", "")

    assert [choice["value"] for choice in choices] == ["opening", "length", "misconceptions"]


@pytest.mark.parametrize("command", ["topics", "help", "about"])
async def test_lists_leave_retired_topics_out(tmp_path: Path, command: str) -> None:
    """Nobody is led to a command that only leads on."""
    async with open_retired(tmp_path) as world:
        result = await world.member.slash(world.channel, command)

        assert "tunnel" not in text_of(result.response)


async def test_the_timeline_of_a_retired_topic_is_that_of_the_new_one(tmp_path: Path) -> None:
    """The old name as a filter shows what happened under the new one."""
    async with open_retired(tmp_path) as world:
        result = await world.member.slash(world.channel, "timeline", topic="tunnel")

        assert "The bridge" in text_of(result.response)
        assert "It opened." in text_of(result.response)


async def test_turning_an_old_timeline_stays_with_the_new_topic(tmp_path: Path) -> None:
    """A page button of a timeline that was narrowed to the old topic goes on under the new one."""
    async with open_before_and_after(tmp_path, "bridge", {}) as (world, card):
        press = Press(action=Action.TIMELINE, topic="tunnel", page=".0", owner=world.member.id)
        replace_custom_id(world, card, "Sources", press.custom_id())

        await world.member.click(card, custom_id=press.custom_id())

        assert "Timeline · The bridge" in text_of(card)
    assert rows_of(tmp_path)[-1] == ("timeline", "bridge", None)


@pytest.mark.parametrize("page", ["length", "depth", "overview"])
async def test_the_menu_of_an_old_card_opens_the_new_topic(tmp_path: Path, page: str) -> None:
    """Every page of a card that was sent before leads to the new topic, in place."""
    async with open_before_and_after(tmp_path, "tunnel", {}) as (world, card):
        await world.member.select(card, [page], custom_id=custom_id_of(card, PAGES))

        assert text_of(card).startswith(MOVED)
        assert "The bridge" in text_of(card)
        assert ("no longer part of this topic" in text_of(card)) == (page == "depth")


async def test_a_menu_of_topics_still_opens_what_it_listed(tmp_path: Path) -> None:
    """An entry of an old list that has been retired since leads on."""
    async with open_before_and_after(tmp_path, "topics", {}) as (world, card):
        await world.member.select(card, ["tunnel"], custom_id=custom_id_of(card, "Open a topic…"))

        assert text_of(card).startswith(MOVED)


@pytest.mark.parametrize("action", [Action.TOPIC, Action.CHOOSE])
async def test_a_button_to_a_retired_topic_opens_the_new_one(tmp_path: Path, action: Action) -> None:
    """Related topics and suggestions on old cards lead on, and are logged under the old command."""
    async with open_before_and_after(tmp_path, "bridge", {}) as (world, card):
        press = Press(action=action, topic="tunnel", owner=world.member.id)
        replace_custom_id(world, card, "Sources", press.custom_id())

        await world.member.click(card, custom_id=press.custom_id())

        assert text_of(card).startswith(MOVED)
    assert rows_of(tmp_path)[-1] == ("tunnel", "bridge", None)


async def test_the_sources_of_an_old_card_open_the_new_topic(tmp_path: Path) -> None:
    """The old card's numbers would not be those of the new sources; so the presser gets the new card, privately."""
    async with open_before_and_after(tmp_path, "tunnel", {"section": "depth"}) as (world, card):
        result = await world.other.click(card, label="Sources")

        assert result.ephemeral
        assert text_of(result.response).startswith(MOVED)


async def test_sharing_an_old_private_card_shows_the_new_topic(tmp_path: Path) -> None:
    """What is shown to everyone is what the bot would answer now, with the sentence that says so."""
    async with open_before_and_after(tmp_path, "tunnel", {"private": True}) as (world, card):
        result = await world.member.click(card, label="Show to everyone")

        assert not result.ephemeral
        assert text_of(result.response).startswith(MOVED)


def replace_custom_id(world: World, message: simcord.ResponseMessage, label: str, custom_id: str) -> None:
    """Make a button of a message one that an older edition's card carried."""
    rows = world.env.backend.get_message(message.channel_id, message.id).components
    buttons = [item for row in rows for item in row.get("components", ()) if item.get("label") == label]
    buttons[0]["custom_id"] = custom_id
