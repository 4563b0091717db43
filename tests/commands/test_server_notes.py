"""A server's own notes above answers."""

from collections.abc import Mapping
from typing import Any

from tests.commands.panel import card_of, noted, opened
from tests.commands.reading import custom_id_of, text_of
from tests.conftest import World

SHARE = "Show to everyone"
MARK = "-# Note of this server's admins, not part of the answer"
PAGES, TOPICS = "Read more about…", "Open a topic…"


async def test_a_note_stands_above_every_answer_and_is_marked(world: World) -> None:
    """Members read it first, quoted, and read whose it is."""
    await noted(world, await opened(world), "all", "Be kind.\nSee our rules.")

    for command, options in NOTED.items():
        text = text_of(await card_of(world, command, **options))
        assert text.startswith(f"{MARK}\n> Be kind.\n> See our rules.\n"), command


NOTED: Mapping[str, Mapping[str, Any]] = {
    "article5": {},
    "aid": {},
    "timeline": {},
    "glossary": {"term": "NSATU"},
}


async def test_a_topic_s_note_stands_instead(world: World) -> None:
    """Answers of that topic have its own note; all others the one for every answer."""
    panel = await opened(world)
    await noted(world, panel, "all", "For all.")
    await noted(world, panel, "aid", "For aid.")

    aid, other = text_of(await card_of(world, "aid")), text_of(await card_of(world))

    assert "> For aid." in aid
    assert "For all." not in aid
    assert "> For all." in other
    assert "For aid." not in other


async def test_a_shared_and_a_turned_card_have_the_note(world: World) -> None:
    """It stands wherever the answer goes."""
    await noted(world, await opened(world), "all", "Be kind.")
    card = await card_of(world, private=True)

    shared = await world.member.click(card, label=SHARE)
    await world.member.select(card, ["invoked"], custom_id=custom_id_of(card, PAGES))

    assert text_of(shared.response).startswith(f"{MARK}\n> Be kind.\n")
    assert text_of(card).startswith(f"{MARK}\n> Be kind.\n")


async def test_a_note_can_mention_and_never_ping(world: World) -> None:
    """Whatever is written into a note, Discord is told to notify nobody."""
    await noted(world, await opened(world), "all", f"@everyone @here <@{world.other.id}> <@&{world.guild.id}>")
    card = await card_of(world)

    assert "@everyone" in text_of(card)
    assert not card.message.mention_everyone
    sent = [request for request in world.env.http_requests if "@everyone" in str(request)]
    assert sent
    for request in sent:
        assert "'allowed_mentions': {'parse': []" in str(request)


async def test_the_removed_note_is_gone_from_the_next_answer(world: World) -> None:
    """An emptied form takes effect at once."""
    panel = await opened(world)
    await noted(world, panel, "all", "Be kind.")
    await noted(world, panel, "all", "  \n ")

    assert MARK not in text_of(await card_of(world))
