"""Helpful? Yes or no, and why."""

import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.app import open_bot
from bot.delivery.command_sync import CommandSync
from tests.commands.reading import labels_of, text_of
from tests.conftest import World, open_world, settings_for


def votes_in(folder: Path) -> list[dict[str, Any]]:
    connection = sqlite3.connect(folder / "data" / "bot.db")
    connection.row_factory = sqlite3.Row
    rows = [
        dict(row) for row in connection.execute("SELECT * FROM queries WHERE command = 'vote' ORDER BY interaction_id")
    ]
    connection.close()
    return rows


@pytest.mark.parametrize(("label", "outcome"), [("Helpful", "helpful"), ("Not helpful", "unhelpful")])
async def test_a_vote_is_a_row_of_the_answer_s_edition(tmp_path: Path, label: str, outcome: str) -> None:
    """Anyone may vote on a card they see; they are thanked privately, and the log knows what they voted on."""
    async with open_world(settings_for(tmp_path)) as world:
        card = await world.member.slash(world.channel, "article5", section="ukraine")
        assert card.response is not None
        thanks = await world.other.click(card.response, label=label)
        edition = world.bot.library.current.edition

    (vote,) = votes_in(tmp_path)
    assert thanks.ephemeral
    assert "Thank you" in text_of(thanks.response)
    assert (vote["topic"], vote["section"], vote["outcome"]) == ("article5", "ukraine", outcome)
    assert (vote["source"], vote["edition"], vote["text"]) == ("button", edition, None)


async def test_a_vote_counts_for_the_edition_that_was_read(tmp_path: Path) -> None:
    """A card from before a new edition is voted on as what it was."""
    async with open_world(settings_for(tmp_path)) as world:
        card = await world.member.slash(world.channel, "aid")
        assert card.response is not None
        read = world.bot.library.current.edition
        world.bot.library.current = replace(world.bot.library.current, fingerprint="00000000")
        await world.member.click(card.response, label="Helpful")
        now = world.bot.library.current.edition

    (vote,) = votes_in(tmp_path)
    assert vote["edition"] == read != now


async def test_a_reason_is_kept_scrubbed(tmp_path: Path) -> None:
    """Who says why writes into a form; what could name somebody is taken out; a form works after a restart."""
    settings = settings_for(tmp_path)
    async with open_world(settings) as world:
        card = await world.member.slash(world.channel, "aid")
        assert card.response is not None
        thanks = await world.member.click(card.response, label="Not helpful")
        assert thanks.response is not None
        form = await world.member.click(thanks.response, label="Say why")
        async with open_bot(settings, command_sync=CommandSync()) as restarted:
            await world.env.restart_bot(restarted.client)
            done = await world.member.submit_modal(form, {"text": "The sum is old, ask me at joe@example.org"})

    votes = votes_in(tmp_path)
    assert "Maintainers will read" in text_of(done.response)
    assert [vote["text"] for vote in votes] == [None, "The sum is old, ask me at [e-mail]"]
    assert {vote["outcome"] for vote in votes} == {"unhelpful"}


async def test_no_words_are_asked_for_where_a_server_keeps_none(world: World) -> None:
    """A server whose questions are never kept as text is not asked for reasons either."""
    world.bot.servers.remember(
        world.guild.id, (await world.bot.servers.settings(world.guild.id)).changed(keep_texts=False)
    )
    card = await world.member.slash(world.channel, "aid")
    assert card.response is not None

    thanks = await world.member.click(card.response, label="Not helpful")

    assert "Say why" not in labels_of(thanks.response)


async def test_who_opted_out_is_told_that_the_vote_is_not_stored(tmp_path: Path) -> None:
    """A vote would be a row; opting out holds for it, and is said."""
    async with open_world(settings_for(tmp_path)) as world:
        await world.member.slash(world.channel, "privacy opt-out")
        card = await world.member.slash(world.channel, "aid")
        assert card.response is not None
        answer = await world.member.click(card.response, label="Helpful")

    assert "opted out" in text_of(answer.response)
    assert votes_in(tmp_path) == []
