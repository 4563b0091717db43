"""/insights, as maintainers use it in their own server."""

import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import simcord

from bot.query import Query
from bot.rendering.charts.drawing import draw
from bot.rendering.charts.trend import trend_spec
from bot.rendering.insights import trend_in_words
from tests.commands.reading import custom_id_of, text_of
from tests.conftest import World, open_world, settings_for
from tests.factories import make_query

SERVER = 1575340000000000001
ASKED = {
    "who pays for the new headquarters": 3,
    "who paid for the new headquarters building": 2,
    "is there a nato anthem": 1,
}


def rows() -> list[Query]:
    """A few answers, and questions that found nothing."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    answers = [make_query(i, asked_at=now, topic="aid", command="aid", user_key=f"{i:032d}") for i in range(1, 8)]
    texts = [text for text, times in ASKED.items() for _ in range(times)]
    missed = [
        make_query(
            100 + i,
            asked_at=now,
            topic=None,
            command="ask",
            outcome="not-found",
            text=text,
            user_key=f"{i:032d}",
            score=0.1,
            runner_ups="consensus aid",
            asked_language="en",
        )
        for i, text in enumerate(texts)
    ]
    return [*answers, *missed]


def maintained_by(world: World, *users: int) -> None:
    """List other maintainers than the configuration does: the simulator gives out ids itself."""
    assert world.bot.client._desk is not None
    world.bot.client._desk._maintainers = frozenset(users)


@pytest.fixture
async def maintained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """A world whose server is the maintainers', with a log of today's questions."""
    settings = settings_for(tmp_path, insights={"server": SERVER, "users": [1]})
    async with open_world(settings, server=SERVER) as world:
        maintained_by(world, world.admin.id)
        await world.member.slash(world.channel, "article5")  # until the database is open
        for row in rows():
            world.bot.query_log.record(row)
        await world.bot.query_log.flushed()
        yield world


async def digest(world: World, **options: Any) -> simcord.ResponseMessage:
    result = await world.admin.slash(world.channel, "insights", **options)
    assert result.ephemeral
    assert result.response is not None
    return result.response


async def test_it_tells_what_is_popular_missing_and_due(maintained: World) -> None:
    """Wordings of one gap are one line; the trend comes in words and, where it can be drawn, as a picture."""
    shown = await digest(maintained)

    text = text_of(shown)
    title = maintained.bot.library.current.topics["aid"].title
    assert f"1. **{title}**: 7 answers, 7 people" in text
    assert "2 open gaps" in text
    assert "“who pays for the new headquarters”" in text
    assert "5 times" in text
    assert "14 answers" in text
    assert "Due for review" in text


async def test_one_click_decides_a_gap(maintained: World, tmp_path: Path) -> None:
    """All its wordings are no longer listed, for nobody; who decided is kept."""
    shown = await digest(maintained)
    button = custom_id_of(shown, "Handled")
    decided = await maintained.admin.click(shown, custom_id=button)
    again = await digest(maintained)

    connection = sqlite3.connect(tmp_path / "data" / "bot.db")
    kept = connection.execute("SELECT decision, decided_by FROM gap_decisions").fetchall()
    connection.close()
    assert "Noted." in text_of(decided.response)
    assert "1 open gap" in text_of(again)
    assert "headquarters" not in text_of(again)
    assert set(kept) == {("handled", maintained.admin.id)}
    assert len(kept) == 2


async def test_who_is_not_listed_sees_nothing(maintained: World) -> None:
    """Neither by the command nor by a button of somebody else's digest, whatever Discord lets them use."""
    maintained_by(maintained, 1)
    result = await maintained.admin.slash(maintained.channel, "insights")

    assert "Only the maintainers" in text_of(result.response)


async def test_it_is_offered_in_the_maintainers_server_only(maintained: World) -> None:
    """No other server is offered the command."""
    commands = maintained.env.backend.commands

    assert "insights" in {command["name"] for command in commands[SERVER].values()}
    assert "insights" not in {command["name"] for command in commands[None].values()}


async def test_a_database_that_is_away_is_said_to_be(tmp_path: Path) -> None:
    """The command is answered, and claims nothing."""
    (tmp_path / "data").write_text("a file where the folder should be")
    settings = settings_for(tmp_path, insights={"server": SERVER, "users": [1]})
    async with open_world(settings, server=SERVER) as world:
        maintained_by(world, world.admin.id)
        result = await world.admin.slash(world.channel, "insights")
        told = [text_of(message) for message in (result.response, *result.followups) if message is not None]

    assert any("cannot be read" in text for text in told)


def test_the_picture_is_drawn_and_said_in_words() -> None:
    """A PNG whose figures are those of the days, and an alt text that names the highest bar."""
    days = [("2026-11-24", 10, 1, 2), ("2026-11-25", 25, 0, 3)]
    spec = trend_spec(days, source="the query log")
    drawn = {(value["day"], value["what"]): value["count"] for value in spec["data"]["values"]}
    words = trend_in_words([Trend(start=day, answers=a, missed=m, unsure=u) for day, a, m, u in days])

    assert drawn["2026-11-24", "answered"] == 7
    assert drawn["2026-11-25", "answered"] == 22
    assert sum(drawn.values()) == 35
    assert "35 in all" in words
    assert "highest bar is 25 on 25 November 2026" in words
    assert draw(spec).startswith(b"\x89PNG")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    start: str
    answers: int
    missed: int
    unsure: int
