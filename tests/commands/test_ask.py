"""/ask and “Check the facts”, as members use them."""

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from bot.answers.answer import answer
from bot.answers.models import Suggested
from bot.knowledge.models import Knowledge
from bot.reports.asking import read_rows
from tests.commands.reading import custom_id_of, labels_of, text_of
from tests.conftest import World, open_world, settings_for
from tests.factories import GOLDEN


@pytest.fixture
async def asking(world: World) -> World:
    """A world whose search is ready."""
    await until_ready(world)
    return world


async def until_ready(world: World) -> None:
    async with asyncio.timeout(10):
        while world.bot.index.current is None:
            await asyncio.sleep(0.01)


async def test_a_question_finds_its_topic(asking: World, real_pack: Knowledge) -> None:
    """The card of the topic answers, for everyone."""
    result = await asking.member.slash(asking.channel, "ask", question="чи діє стаття 5 для України")

    assert not result.ephemeral
    assert real_pack.topics["article5"].title in text_of(result.response)


async def test_a_misconception_is_corrected_first(asking: World) -> None:
    """The correction stands above the topic."""
    result = await asking.member.slash(asking.channel, "ask", question="Article 5 means every ally must send troops")
    text = text_of(result.response)

    assert text.index("Often said, but not so") < text.index("Article 5 and collective defence")


async def test_no_answer_is_said_plainly_and_privately(asking: World) -> None:
    """Who asks what the bot does not know reads so, with ways on."""
    result = await asking.member.slash(asking.channel, "ask", question="best pizza in kyiv")

    assert result.ephemeral
    assert "I have no answer to that" in text_of(result.response)
    assert "Tell the maintainers" in labels_of(result.response)
    assert custom_id_of(result.response, "Open a topic…")
    assert "pizza" not in text_of(result.response)


async def test_maintainers_can_be_told_of_a_gap(tmp_path: Path) -> None:
    """The log holds the scrubbed question, and the report that points to it."""
    async with open_world(settings_for(tmp_path)) as world:
        await until_ready(world)
        question = "how do i bake bread, mail me at a.b@example.org"
        missed = await world.member.slash(world.channel, "ask", question=question)
        assert missed.response is not None
        told = await world.member.click(missed.response, label="Tell the maintainers")

    asked, reported = rows_of(tmp_path)
    assert told.ephemeral
    assert asked["outcome"] == "not-found"
    assert asked["text"] == "how do i bake bread, mail me at [e-mail]"
    assert asked["asked_language"] == "en"
    assert (reported["outcome"], reported["regards"]) == ("reported", asked["interaction_id"])


async def test_a_found_question_is_not_stored_as_text(tmp_path: Path) -> None:
    """What was answered needs no text; score and runner-ups are enough."""
    async with open_world(settings_for(tmp_path)) as world:
        await until_ready(world)
        await world.member.slash(world.channel, "ask", question="does article 5 cover ukraine")

    (row,) = rows_of(tmp_path)
    assert (row["outcome"], row["topic"], row["text"]) == ("found", "article5", None)
    assert row["score"] > 0.5
    assert row["runner_ups"].split()[0] == "article5"


async def test_an_unsure_question_offers_a_choice_that_is_logged(tmp_path: Path) -> None:
    """The topic chosen is recorded as what the question was about."""
    async with open_world(settings_for(tmp_path)) as world:
        await until_ready(world)
        unsure = await world.member.slash(world.channel, "ask", question=unsure_question(world))
        assert unsure.response is not None
        label = labels_of(unsure.response)[1]
        await world.member.click(unsure.response, label=label)

        assert unsure.ephemeral
        assert label in text_of(unsure.response)

    asked, chosen = rows_of(tmp_path)
    assert asked["outcome"] == "suggested"
    assert (chosen["outcome"], chosen["regards"]) == ("chosen", asked["interaction_id"])
    assert chosen["topic"] in asked["runner_ups"].split()


async def test_known_questions_are_suggested_while_typing(asking: World) -> None:
    """A person sees how others put it."""
    choices = await asking.member.autocomplete(asking.channel, "ask", "question", "cover ukraine")

    assert 0 < len(choices) <= 25
    assert all("cover" in choice["name"].casefold() for choice in choices)


async def test_a_flood_of_questions_is_slowed_down_politely(asking: World) -> None:
    """Who asks faster than anyone can read is told when to go on; others are not held up."""
    results = [await asking.member.slash(asking.channel, "ask", question="is nato at war") for _ in range(12)]
    other = await asking.other.slash(asking.channel, "ask", question="is nato at war")

    assert not results[0].ephemeral
    assert results[-1].ephemeral
    assert "try again in" in text_of(results[-1].response)
    assert not other.ephemeral


async def test_a_message_can_be_checked(asking: World) -> None:
    """The menu answers privately with what the pack says, and quotes neither the message nor its author."""
    said = await asking.other.send(asking.channel, "lol NATO soldiers are already fighting in Ukraine, wake up sheeple")

    result = await asking.member.context_menu(asking.channel, "Check the facts", said)

    assert result.ephemeral
    assert "What the sources say on this" in text_of(result.response)
    assert "Show to everyone" in labels_of(result.response)
    assert "sheeple" not in text_of(result.response)
    assert "other" not in text_of(result.response).split()


async def test_a_message_outside_the_subject_is_said_to_be_so(asking: World) -> None:
    """A message about something else is not forced into a topic."""
    said = await asking.other.send(asking.channel, "anyone up for minecraft tonight?")

    result = await asking.member.context_menu(asking.channel, "Check the facts", said)

    assert result.ephemeral
    assert "Nothing here to check against" in text_of(result.response)


@pytest.mark.parametrize("question", ["@everyone @here", "<@&1234> <#5678>", "[x](https://evil.example)", "`" * 50])
async def test_nothing_that_was_typed_comes_back(asking: World, question: str) -> None:
    """Answers never echo the question, so nothing in it can ping, link or format."""
    result = await asking.member.slash(asking.channel, "ask", question=question)

    assert "everyone" not in text_of(result.response).replace("Show to everyone", "")
    assert "evil" not in text_of(result.response)


def unsure_question(world: World) -> str:
    """Return a question that the present model is not sure about."""
    search = world.bot.index.current
    assert search is not None
    texts = (str(row["text"]) for row in read_rows(GOLDEN))
    return next(text for text in texts if isinstance(answer(text, search).answer, Suggested))


def rows_of(folder: Path) -> list[dict[str, Any]]:
    connection = sqlite3.connect(folder / "data" / "bot.db")
    connection.row_factory = sqlite3.Row
    rows = [dict(row) for row in connection.execute("SELECT * FROM queries ORDER BY interaction_id")]
    connection.close()
    return rows
