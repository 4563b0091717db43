"""Every interaction is answered, whatever fails inside."""

import logging
import sqlite3
from pathlib import Path

import pytest

from tests.commands.reading import text_of
from tests.conftest import World, open_world, settings_for


def break_the_library(world: World) -> None:
    """Stands for a defect of ours: whatever a command asks the library for fails."""
    world.defects_expected = True
    world.bot.library.current = None  # type: ignore[assignment]  # the defect


@pytest.mark.parametrize("command", ["article5", "topics", "timeline", "about", "help"])
async def test_a_defect_in_a_command_is_answered_and_logged(
    world: World, command: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The person gets a sentence, the operator a traceback."""
    break_the_library(world)

    result = await world.member.slash(world.channel, command)

    assert result.ephemeral
    assert "Something went wrong" in text_of(result.response)
    assert "AttributeError" in caplog.text


async def test_a_defect_in_a_press_is_answered_and_logged(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """So it is for buttons."""
    result = await world.member.slash(world.channel, "article5")
    assert result.response is not None

    break_the_library(world)
    pressed = await world.member.click(result.response, label="Sources")

    assert pressed.ephemeral
    assert "Something went wrong" in text_of(pressed.response)
    assert "AttributeError" in caplog.text


@pytest.mark.parametrize("code", [10062, 40060, 10015])
async def test_an_interaction_that_is_over_is_not_answered_again(
    world: World, code: int, caplog: pytest.LogCaptureFixture
) -> None:
    """When Discord says that it is too late, the bot notes it and leaves it."""
    caplog.set_level(logging.WARNING)
    world.defects_expected = True
    world.env.inject_error("POST", "/interactions/*/callback", status=404, code=code, times=1)

    result = await world.member.slash(world.channel, "article5")

    assert not result.acknowledged
    assert "could not be answered any more" in caplog.text


async def test_each_answer_is_logged_once_with_what_it_was(tmp_path: Path) -> None:
    """The log knows command, topic, section, visibility and edition, and no name or id of the asker."""
    async with open_world(settings_for(tmp_path)) as world:
        await world.member.slash(world.channel, "article5", section="ukraine", private=True)

    connection = sqlite3.connect(tmp_path / "data" / "bot.db")
    connection.row_factory = sqlite3.Row
    (row,) = map(dict, connection.execute("SELECT * FROM queries"))
    connection.close()

    assert (row["command"], row["topic"], row["section"]) == ("article5", "article5", "ukraine")
    assert (row["source"], row["private"], row["outcome"]) == ("command", 1, "found")
    assert row["edition"] == world.bot.library.current.edition
    assert str(world.member.id) not in str(row)
    assert 0 < row["answer_us"] < 3_000_000


async def test_an_event_discordpy_cannot_read_is_dropped(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """A payload that lacks a key does not end the process; the next interaction is answered."""
    world.bot.client._connection.parsers["INTERACTION_CREATE"]({"id": "1", "type": 2})

    result = await world.member.slash(world.channel, "article5")

    assert "says not whom to answer, and was dropped" in caplog.text
    assert result.acknowledged


async def test_servers_that_ready_lists_are_not_kept(world: World) -> None:
    """Memory does not grow with them; an interaction brings what there is to know of its own."""
    result = await world.member.slash(world.channel, "article5")

    assert list(world.bot.client.guilds) == []
    assert result.acknowledged
