"""Who sees an answer, and who may show it to everyone, as a server's admins decided."""

from pathlib import Path
from typing import Any

import discord
import pytest
import simcord

from tests.commands import panel as on
from tests.commands.panel import card_of, chosen, decided, noted, opened
from tests.commands.reading import labels_of, text_of
from tests.conftest import World, open_world, settings_for

SHARE = "Show to everyone"
MARK = "-# Note of this server's admins, not part of the answer"


async def is_private(world: World, channel: simcord.ChannelHandle, **options: Any) -> bool:
    """Ask something and return whether only the member sees the answer."""
    return (await world.member.slash(channel, "article5", **options)).ephemeral


def thread_in(world: World, channel: simcord.ChannelHandle) -> simcord.ChannelHandle:
    thread = world.env.backend.create_thread(channel.id, "aside", world.member.id)
    return simcord.ChannelHandle(world.env, world.guild, thread)


async def test_a_private_server_answers_privately_at_once(world: World) -> None:
    """From the press on, answers are for who asked."""
    before = await is_private(world, world.channel)
    await decided(world, on.ANSWERS, "private")

    assert not before
    assert await is_private(world, world.channel)


async def test_a_channel_s_rule_beats_the_server_s_both_ways(world: World) -> None:
    """A private channel in a public server; a public one in a private server."""
    staff = world.guild.create_text_channel("staff")
    await decided(world, on.PRIVATE, staff)
    private_in_public = await is_private(world, staff), await is_private(world, world.channel)
    await decided(world, on.ANSWERS, "private")
    await decided(world, on.PUBLIC, world.channel)

    assert private_in_public == (True, False)
    assert await is_private(world, staff)
    assert not await is_private(world, world.channel)


async def test_a_thread_follows_its_channel(world: World) -> None:
    """What holds for a channel holds for the threads in it."""
    staff = world.guild.create_text_channel("staff")
    await decided(world, on.PRIVATE, staff)

    assert await is_private(world, thread_in(world, staff))
    assert not await is_private(world, thread_in(world, world.channel))


@pytest.mark.parametrize(
    ("rule", "wish", "private"),
    [("public", True, True), ("public", False, False), ("private", True, True), ("private", False, True)],
)
async def test_a_member_can_ask_for_more_privacy_and_never_for_less(
    world: World, rule: str, wish: bool, private: bool
) -> None:
    """``private:true`` wins everywhere; ``private:false`` opens no private channel."""
    await chosen(world, await opened(world), on.PRIVATE if rule == "private" else on.PUBLIC, [world.channel])

    assert await is_private(world, world.channel, private=wish) is private


@pytest.mark.parametrize("command", ["topics", "timeline", "help", "about", "glossary"])
async def test_every_command_obeys(world: World, command: str) -> None:
    """A private server gets no public answers of any command."""
    await decided(world, on.ANSWERS, "private")

    result = await world.member.slash(world.channel, command, **({"term": "NSATU"} if command == "glossary" else {}))

    assert result.ephemeral


async def test_direct_messages_have_the_defaults(world: World) -> None:
    """What a server decided ends where the server ends."""
    panel = await opened(world)
    await chosen(world, panel, on.ANSWERS, ["private"])
    await chosen(world, panel, on.HIDE, ["article5"])
    await noted(world, panel, "all", "Ours.")

    result = await world.member.user.slash("article5", private=True)

    assert MARK not in text_of(result.response)
    assert SHARE in labels_of(result.response)
    assert "Article 5" in text_of(result.response)


async def test_a_private_answer_cannot_be_shown_by_everybody(world: World) -> None:
    """Where answers are private, a member has no share button, and an old one is refused."""
    card = await card_of(world, private=True)
    await decided(world, on.ANSWERS, "private")

    fresh = await card_of(world)
    result = await world.member.click(card, label=SHARE)

    assert SHARE not in labels_of(fresh)
    assert result.ephemeral
    assert "Answers in this channel are private" in text_of(result.response)


async def test_a_moderator_and_a_chosen_role_may_show_private_answers(world: World) -> None:
    """Managing messages, or a role the admins chose, is enough; the answer then stands there for everyone."""
    helpers = world.guild.create_role("Helpers")
    moderators = world.guild.create_role("Moderators", permissions=discord.Permissions(manage_messages=True))
    helper = world.guild.add_member(world.env.create_user("helper"), roles=[helpers])
    moderator = world.guild.add_member(world.env.create_user("moderator"), roles=[moderators])
    panel = await opened(world)
    await chosen(world, panel, on.ANSWERS, ["private"])
    await chosen(world, panel, on.SHARERS, [helpers])

    for person in (helper, moderator):
        card = (await person.slash(world.channel, "article5")).response
        assert card is not None
        result = await person.click(card, label=SHARE)
        assert not result.ephemeral
        assert "Article 5" in text_of(result.response)


async def test_a_role_loses_what_it_was_allowed(world: World) -> None:
    """Taking a role out of the list takes effect on buttons that are already there."""
    helpers = world.guild.create_role("Helpers")
    helper = world.guild.add_member(world.env.create_user("helper"), roles=[helpers])
    panel = await opened(world)
    await chosen(world, panel, on.ANSWERS, ["private"])
    await chosen(world, panel, on.SHARERS, [helpers])
    card = (await helper.slash(world.channel, "article5")).response
    assert card is not None
    await chosen(world, panel, on.SHARERS, [])

    result = await helper.click(card, label=SHARE)

    assert result.ephemeral
    assert "Answers in this channel are private" in text_of(result.response)


async def test_a_checked_message_can_be_shown_only_where_that_is_allowed(world: World) -> None:
    """“Check the facts” follows the same rule as every private answer."""
    said = await world.other.send(world.channel, "An attack on one ally is an attack on all under Article 5")
    before = await world.member.context_menu(world.channel, "Check the facts", said)
    await decided(world, on.ANSWERS, "private")
    after = await world.member.context_menu(world.channel, "Check the facts", said)

    assert SHARE in labels_of(before.response)
    assert SHARE not in labels_of(after.response)


async def test_a_fixed_language_is_that_of_answers(tmp_path: Path) -> None:
    """Whoever asks, the footer names the server's language, which has to be one the edition is written in."""
    async with open_world(settings_for(tmp_path)) as world:
        await decided(world, on.LANGUAGE, "en")
        text = text_of(await card_of(world))

    assert "English" in text
    assert on.rows(tmp_path, "SELECT language FROM queries") == [("en",)]


@pytest.mark.parametrize("keep", ["true", "false"])
async def test_a_server_decides_whether_unanswered_questions_are_kept(tmp_path: Path, keep: str) -> None:
    """Set to never, such a question leaves a row that counts and no text."""
    async with open_world(settings_for(tmp_path)) as world:
        await chosen(world, await opened(world), on.TEXTS, [keep])
        result = await world.member.slash(world.channel, "ask", question="how do I bake sourdough bread")
        assert "no answer" in text_of(result.response)

    ((outcome, text),) = on.rows(tmp_path, "SELECT outcome, text FROM queries WHERE command = 'ask'")
    assert outcome == "not-found"
    assert (text is not None) is (keep == "true")
