"""What goes wrong between the bot and Discord while it answers, on a real socket."""

import asyncio
import itertools
import json
import sqlite3
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.wire import faults
from tests.wire.discord import SECRET, Fault, WireDiscord
from tests.wire.process import BotProcess, run_bot

PATIENCE = 20.0  # seconds to wait for what should happen at once; machines are slow at times

ANSWERED: dict[str, Fault] = {
    "connection reset": faults.reset,
    "connection closed": faults.disconnect,
    "one 503": faults.status(503),
    "a short rate limit": faults.rate_limit(0.3),
    "a short global rate limit": faults.rate_limit(0.3, everywhere=True),
    "one silent connection": faults.hang,
    "an answer that got lost": faults.response_lost,
    "a malformed success": faults.malformed,
    "a success that is no JSON": faults.not_json,
}
LOST: dict[str, tuple[Fault, str, int]] = {
    "500 for ever": (faults.status(500), "an error of its own", 2),
    "silence for ever": (faults.hang, "did not take it in time", 2),
    "reset for ever": (faults.reset, "the connection to Discord failed", 2),
    "a long rate limit": (faults.rate_limit(30), "asks to wait longer", 1),
    "an unknown interaction": (faults.status(404, code=10062), "no longer knows the interaction", 1),
    "an unknown webhook": (faults.status(404, code=10015), "no longer knows the interaction", 1),
    "an invalid webhook token": (faults.status(401, code=50027), "no longer knows the interaction", 1),
}


def rows_of(folder: Path, interaction_id: int) -> int:
    """Return how many rows the log has of an interaction: in its database, or waiting for that in its journal."""
    connection = sqlite3.connect(folder / "data" / "bot.db")
    stored = [id_ for (id_,) in connection.execute("SELECT interaction_id FROM queries")]
    connection.close()
    lines = (folder / "data" / "queries.journal").read_bytes().splitlines()
    return stored.count(interaction_id) or [json.loads(line)["interaction_id"] for line in lines].count(interaction_id)


def is_calm(bot: BotProcess) -> bool:
    """Whether nothing that answers people printed a defect; a database that starts slowly may."""
    return not any(
        words in bot.output() for words in ("n interaction failed", "bot/delivery/callback", "bot/commands/")
    )


def attempts(discord: WireDiscord, interaction_id: int) -> int:
    return sum(f"/interactions/{interaction_id}/" in path for _, path in discord.requests)


async def said(bot: BotProcess, text: str) -> None:
    """Wait until the bot prints *text*."""
    async with asyncio.timeout(PATIENCE):
        while text not in bot.output():
            await asyncio.sleep(0.02)


async def answers_on(discord: WireDiscord) -> dict[str, Any]:
    """Return the answer to the next interaction: the process lives."""
    return await discord.answer_to(await discord.slash("stance"), within=PATIENCE)


@pytest.mark.parametrize("happening", ANSWERED.values(), ids=ANSWERED)
async def test_a_passing_fault_does_not_keep_the_answer_from_the_person(
    discord: WireDiscord, tmp_path: Path, happening: Fault
) -> None:
    """The person gets exactly one answer, the log one row, and the next person is answered too."""
    async with run_bot(discord, tmp_path) as bot:
        await answers_on(discord)
        discord.faults = iter([happening])
        asked = await discord.slash("article5")
        answer = await discord.answer_to(asked, within=PATIENCE)
        after = await answers_on(discord)
        bot.stop()
        status = await bot.exit_status()

    assert answer["type"] == after["type"] == 4
    assert "Article 5" in json.dumps(answer)
    assert sum(item.interaction_id == asked for item in discord.callbacks) == 1
    assert attempts(discord, asked) <= 2
    assert status == 0
    assert rows_of(tmp_path, asked) == 1
    assert is_calm(bot)


@pytest.mark.parametrize(("fault", "words", "tries"), LOST.values(), ids=LOST)
async def test_what_cannot_be_delivered_is_said_once_and_never_answered_again(
    discord: WireDiscord, tmp_path: Path, fault: Fault, words: str, tries: int
) -> None:
    """Where no answer is possible the operator reads why in a line; the bot lives and answers the next person."""
    async with run_bot(discord, tmp_path) as bot:
        await answers_on(discord)
        discord.faults = itertools.repeat(fault)
        asked = await discord.slash("article5")
        await said(bot, words)
        discord.faults = iter(())
        await answers_on(discord)
        bot.stop()
        status = await bot.exit_status()

    assert attempts(discord, asked) == tries
    assert bot.output().count("could not be delivered") == 1
    assert status == 0
    assert rows_of(tmp_path, asked) == 1
    assert is_calm(bot)


async def test_connections_refused_for_a_moment_delay_the_answer_only(discord: WireDiscord, tmp_path: Path) -> None:
    """While nothing listens the bot knocks again until its time is up."""
    async with run_bot(discord, tmp_path) as bot:
        discord.faults = iter([faults.last_on_its_connection])
        await answers_on(discord)
        async with faults.nobody_listening(discord):
            asked = await discord.slash("article5")
            await asyncio.sleep(0.3)
        answer = await discord.answer_to(asked, within=PATIENCE)
        await answers_on(discord)
        bot.stop()
        await bot.exit_status()

    assert answer["type"] == 4
    assert rows_of(tmp_path, asked) == 1


async def test_a_refused_reply_is_followed_by_one_that_says_so(discord: WireDiscord, tmp_path: Path) -> None:
    """When Discord finds a mistake in an answer, the person reads a sentence instead of nothing."""
    async with run_bot(discord, tmp_path) as bot:
        discord.faults = iter([faults.status(400, code=50035)])
        answer = await discord.answer_to(await discord.slash("article5"), within=PATIENCE)
        await answers_on(discord)

    assert "Something went wrong" in json.dumps(answer)
    assert "50035" in bot.output()


async def test_what_follows_a_deferred_reply_survives_the_same_faults(discord: WireDiscord, tmp_path: Path) -> None:
    """An answer that needs the database arrives whatever happens once on its way, its file included."""
    arrived = {}
    async with run_bot(discord, tmp_path) as bot:
        for name, fault in ANSWERED.items():
            discord.follow_up_faults = iter([fault] if fault is not faults.hang else [])
            asked = await discord.interact(2, {"id": "901", "name": "privacy", "type": 1, "options": [EXPORT]})
            arrived[name] = "my-data.json" in json.dumps(await discord.edit_of(asked, within=PATIENCE))
        await answers_on(discord)
        bot.stop()
        await bot.exit_status()

    assert arrived == dict.fromkeys(ANSWERED, True)
    assert is_calm(bot)


EXPORT = {"type": 1, "name": "export", "options": []}

NO_SUCH_THING: dict[str, tuple[int, dict[str, Any], dict[str, Any], str]] = {
    "command": (2, {"id": "9", "name": "gone", "type": 1}, {}, "no longer offered"),
    "command without a name": (2, {"id": "9", "type": 1}, {}, "Something went wrong"),
    "message menu": (2, {"id": "9", "name": "gone", "type": 3, "target_id": "5"}, {}, "no longer offered"),
    "user menu": (2, {"id": "9", "name": "gone", "type": 2, "target_id": "5"}, {}, "no longer offered"),
    "button": (3, {"custom_id": "v0:what", "component_type": 2}, {}, "older edition"),
    "button without its message": (3, {"custom_id": "k1:new:article5::1", "component_type": 2}, {}, "older edition"),
    "menu without a choice": (3, {"custom_id": "k1:sec:article5::1", "component_type": 3}, {}, "older edition"),
    "settings button": (3, {"custom_id": "g1:what:0:", "component_type": 2}, {}, "older version"),
    "form": (5, {"custom_id": "v0:what", "components": []}, {}, "older edition"),
    "kind of interaction": (77, {}, {}, "does not understand yet"),
    "payload of another shape": (
        2,
        {"id": "9", "name": "aid"},
        {"authorizing_integration_owners": 5},
        "not understand",
    ),
}


async def test_what_the_bot_does_not_know_gets_a_private_reply(discord: WireDiscord, tmp_path: Path) -> None:
    """An unknown command, component, form or kind of interaction is answered helpfully, and seen by one person only."""
    fitting = {}
    async with run_bot(discord, tmp_path):
        for name, (kind, data, extra, words) in NO_SUCH_THING.items():
            answer = await discord.answer_to(await discord.interact(kind, data, **extra), within=PATIENCE)
            fitting[name] = words in json.dumps(answer) and bool(answer["data"]["flags"] & 64)
        await answers_on(discord)

    assert fitting == dict.fromkeys(NO_SUCH_THING, True)


async def test_a_search_for_choices_that_fails_ends_without_choices(discord: WireDiscord, tmp_path: Path) -> None:
    """Whoever types sees that there are no suggestions, rather than an endless wait."""
    focused = {"name": "new", "type": 3, "value": "", "focused": True}
    searches: list[dict[str, Any]] = [
        {"id": "9", "name": "gone", "type": 1, "options": []},
        {"id": "9", "name": "aid", "type": 1, "options": []},  # nothing that somebody types in
        {"id": "9", "name": "aid", "type": 1, "options": [focused]},
    ]
    async with run_bot(discord, tmp_path):
        asked = [await discord.interact(4, data) for data in searches]
        answers = [await discord.answer_to(id_, within=PATIENCE) for id_ in asked]
        await answers_on(discord)

    assert answers == [{"type": 8, "data": {"choices": []}}] * 3


async def test_a_frame_that_makes_no_sense_is_dropped(discord: WireDiscord, tmp_path: Path) -> None:
    """The connection lives on: the next person is answered, without another login."""
    async with run_bot(discord, tmp_path) as bot:
        await answers_on(discord)
        for frame in ("no JSON", "[]", '"\\ud800"', '{"op": 0}', '{"op": 0, "t": "READY", "s": 2, "d": {}}'):
            assert discord._socket is not None
            await discord._socket.send_str(frame)
            await answers_on(discord)

    assert len(discord.identifies) == 1
    assert is_calm(bot)


async def test_an_interaction_nobody_can_answer_is_dropped_with_a_line(discord: WireDiscord, tmp_path: Path) -> None:
    """A payload without a token is noted without being quoted."""
    async with run_bot(discord, tmp_path) as bot:
        await discord.send("INTERACTION_CREATE", {"id": "5", "type": 2, "data": {"name": "a question of someone"}})
        await discord.send("INTERACTION_CREATE", {"id": "x", "token": ["a secret"], "type": 2})
        await answers_on(discord)

    assert bot.output().count("says not whom to answer") == 2
    assert "of someone" not in bot.output()
    assert "a secret" not in bot.output()


async def test_no_fault_prints_a_secret(discord: WireDiscord, tmp_path: Path) -> None:
    """Whatever goes wrong, also with every debug line on, neither the bot's token nor an interaction's is printed."""
    happenings: list[Fault] = [
        *ANSWERED.values(),
        *(fault for fault, _, _ in LOST.values() if fault is not faults.hang),
    ]
    async with run_bot(discord, tmp_path, BOT__LOG__LEVEL="debug") as bot:
        await answers_on(discord)
        for fault in happenings:
            discord.faults = itertools.repeat(fault, 2)
            await discord.slash("article5")
            await asyncio.sleep(0.5)
            discord.faults = iter(())
            discord.follow_up_faults = itertools.repeat(fault, 2)
            await discord.interact(2, {"id": "901", "name": "privacy", "type": 1, "options": [EXPORT]})
            await asyncio.sleep(0.5)
            discord.follow_up_faults = iter(())
        for kind, data, extra, _ in NO_SUCH_THING.values():
            await discord.answer_to(await discord.interact(kind, data, **extra), within=PATIENCE)
        await discord.send("MESSAGE_CREATE", {"content": f"{SECRET}1", "token": f"{SECRET}2"})
        await answers_on(discord)
        bot.stop()
        await bot.exit_status()

    assert "could not be delivered" in bot.output()
    assert "DEBUG" in bot.output()  # that it holds no secret, run_bot has looked


@pytest.mark.parametrize("hours", [-1, 1])
async def test_a_clock_that_is_wrong_changes_nothing(discord: WireDiscord, tmp_path: Path, hours: int) -> None:
    """How old an interaction is counts from its receipt, and when it was asked is what Discord says."""
    discord.clock_ahead = 3600.0 * hours
    async with run_bot(discord, tmp_path) as bot:
        asked = await discord.slash("article5")
        answer = await discord.answer_to(asked, within=PATIENCE)
        bot.stop()
        await bot.exit_status()

    connection = sqlite3.connect(tmp_path / "data" / "bot.db")
    ((asked_at, taken),) = connection.execute("SELECT asked_at, answer_us FROM queries").fetchall()
    connection.close()
    assert "Article 5" in json.dumps(answer)
    assert abs(datetime.fromisoformat(asked_at).timestamp() - time.time() - discord.clock_ahead) < 60
    assert 0 < taken < 60_000_000
