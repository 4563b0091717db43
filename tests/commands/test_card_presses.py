"""Buttons and menus on cards, by their owner and by others, before and after restarts and new editions."""

from pathlib import Path

import discord
import pytest
import simcord

from bot.app import open_bot
from bot.delivery.command_sync import CommandSync
from bot.knowledge.models import Knowledge
from tests.commands.reading import custom_id_of, labels_of, text_of
from tests.conftest import World, open_world, settings_for
from tests.factories import make_claim, make_topic, write_pack

PAGES = "Read more about…"


async def asked(world: World, **options: object) -> simcord.ResponseMessage:
    result = await world.member.slash(world.channel, "article5", **options)
    assert result.response is not None
    return result.response


def replace_custom_id(world: World, message: simcord.ResponseMessage, label: str, custom_id: str) -> None:
    """Make a button of a message one that an older version of the bot minted."""

    def walk(items: list[dict[str, object]]) -> None:
        for item in items:
            if item.get("label") == label:
                item["custom_id"] = custom_id
            children = item.get("components", [])
            assert isinstance(children, list)
            walk(children)

    walk(world.env.backend.get_message(message.channel_id, message.id).components)


async def test_the_owner_turns_pages_in_place(world: World) -> None:
    """Choosing a section changes the card instead of filling the channel."""
    card = await asked(world)

    result = await world.member.select(card, ["invoked"], custom_id=custom_id_of(card, PAGES))

    assert "When has it been invoked?" in text_of(card)
    assert result.followups == []


async def test_somebody_else_gets_a_private_copy(world: World, real_pack: Knowledge) -> None:
    """Nobody can turn the page under the eyes of the person who asked."""
    card = await asked(world)

    result = await world.other.select(card, ["invoked"], custom_id=custom_id_of(card, PAGES))

    assert result.ephemeral
    assert "When has it been invoked?" in text_of(result.response)
    assert real_pack.topics["article5"].summary in text_of(card)


async def test_a_related_topic_opens(world: World, real_pack: Knowledge) -> None:
    """A related topic is one press away."""
    related = real_pack.topics[real_pack.topics["article5"].related[0]]
    card = await asked(world)

    await world.member.click(card, label=related.title)

    assert related.summary in text_of(card)


async def test_sources_open_privately(world: World) -> None:
    """Titles, publishers and dates of the sources are shown to whoever asks for them."""
    card = await asked(world, section="text")

    result = await world.other.click(card, label="Sources")

    assert result.ephemeral
    assert "NATO" in text_of(result.response)
    assert "institution" in text_of(result.response)


async def test_a_private_answer_can_be_shown_to_everyone(world: World) -> None:
    """Sharing posts the same page publicly, with a delete button for its owner."""
    card = await asked(world, private=True, section="ukraine")

    result = await world.member.click(card, label="Show to everyone")

    assert not result.ephemeral
    assert "Does it cover Ukraine?" in text_of(result.response)
    assert "Delete" in labels_of(result.response)


async def test_a_private_card_stays_private_when_turned(world: World) -> None:
    """Turning the page of a private answer does not publish it."""
    card = await asked(world, private=True)

    await world.member.select(card, ["invoked"], custom_id=custom_id_of(card, PAGES))

    assert "Show to everyone" in labels_of(card)


@pytest.mark.parametrize("who", ["member", "admin"])
async def test_owner_and_moderators_can_delete(world: World, who: str) -> None:
    """The person who asked, and whoever may manage messages, can remove an answer."""
    card = await asked(world)

    result = await getattr(world, who).click(card, label="Delete")

    assert result.acknowledged
    assert world.channel.last_message is None


async def test_nobody_else_can_delete(world: World) -> None:
    """A bystander's attempt is refused in words and leaves the answer alone."""
    card = await asked(world)

    result = await world.other.click(card, label="Delete")

    assert result.ephemeral
    assert "can delete this" in text_of(result.response)
    assert world.channel.last_message is not None


async def test_an_old_button_works_after_a_restart(tmp_path: Path, real_pack: Knowledge) -> None:
    """Everything a button needs stands in its id: a new process answers a card of the old one."""
    settings = settings_for(tmp_path)
    async with open_world(settings) as world:
        card = await asked(world)

        async with open_bot(settings, command_sync=CommandSync()) as restarted:
            await world.env.restart_bot(restarted.client)
            await world.member.select(card, ["invoked"], custom_id=custom_id_of(card, PAGES))
            result = await world.member.click(card, label="Sources")

    assert "When has it been invoked?" in text_of(card)
    assert "Sources" in text_of(result.response)


async def test_a_section_of_an_older_edition_leads_to_the_topic_as_it_is(tmp_path: Path) -> None:
    """A card whose section is gone says so and shows the topic's present overview."""
    old = [{"id": name, "title": f"Part {name}", "claims": [make_claim()]} for name in ("gone", "kept")]
    pack = write_pack(tmp_path / "pack", make_topic(sections=old))

    async with open_world(settings_for(tmp_path, pack)) as world:
        result = await world.member.slash(world.channel, "bridge")
        assert result.response is not None
        write_pack(pack, make_topic(sections=old[1:]))
        await world.bot.library.reload()

        menu = custom_id_of(result.response, PAGES)
        await world.member.select(result.response, ["gone"], custom_id=menu)

        assert "no longer part of this topic" in text_of(result.response)
        assert "The bridge stands" in text_of(result.response)


async def test_a_topic_of_an_older_edition_is_answered_privately(tmp_path: Path) -> None:
    """A card whose topic is gone points to the topics there are."""
    pack = write_pack(tmp_path / "pack", make_topic("bridge"), make_topic("tunnel"))

    async with open_world(settings_for(tmp_path, pack)) as world:
        result = await world.member.slash(world.channel, "tunnel")
        assert result.response is not None
        (pack / "topics" / "tunnel.yaml").unlink()
        await world.bot.library.reload()

        pressed = await world.member.click(result.response, label="Sources")

        assert pressed.ephemeral
        assert "`/topics`" in text_of(pressed.response)


@pytest.mark.parametrize(
    "custom_id", ["k0:src:article5::1", "k1:zap:article5::1", "k9:anything", "old-button", "k1:src"]
)
async def test_an_unknown_id_is_answered_helpfully(world: World, custom_id: str) -> None:
    """A button of an unknown version gets a private reply, never silence."""
    card = await asked(world)
    replace_custom_id(world, card, "Sources", custom_id)

    result = await world.member.click(card, custom_id=custom_id)

    assert result.ephemeral
    assert "older edition" in text_of(result.response)


async def test_cards_cannot_ping_and_leave_nothing_behind(world: World) -> None:
    """Answers mention nobody, and the client keeps no view per message."""
    for _ in range(5):
        await asked(world)

    assert world.bot.client.allowed_mentions is not None
    assert world.bot.client.allowed_mentions.to_dict() == discord.AllowedMentions.none().to_dict()
    assert world.bot.client._connection._view_store._views == {}
    assert world.bot.client._connection._view_store._synced_message_views == {}
