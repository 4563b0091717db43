"""Floods against the running process."""

import asyncio
import json
from pathlib import Path

from tests.wire.discord import WireDiscord
from tests.wire.process import run_bot

LONG = 20.0  # seconds; the machine may be busy
OTHER = {
    "user": {"id": "701", "username": "other", "discriminator": "0", "avatar": None},
    "roles": [],
    "joined_at": "2026-01-01T00:00:00+00:00",
    "deaf": False,
    "mute": False,
    "flags": 0,
    "permissions": "0",
}
COMMAND = {"id": "900", "name": "article5", "type": 1, "options": []}


async def test_one_member_s_flood_is_acknowledged_and_others_are_answered(discord: WireDiscord, tmp_path: Path) -> None:
    """Forty commands at once bring each a reply, most of them the polite sentence; the next person gets an answer."""
    async with run_bot(discord, tmp_path, BOT__DELIVERY__PER_PERSON="40") as bot:
        asked = [await discord.slash("article5") for _ in range(40)]
        replies = [await discord.answer_to(interaction, within=LONG) for interaction in asked]
        other = await discord.answer_to(await discord.interact(2, COMMAND, member=OTHER), within=LONG)

    refused = [reply for reply in replies if "a lot at once" in json.dumps(reply)]
    assert 20 <= len(refused) <= 26
    assert all(reply["data"]["flags"] & 64 for reply in refused)
    assert "a lot at once" not in json.dumps(other)
    assert "Traceback" not in bot.output()


async def test_answers_in_progress_are_bounded(discord: WireDiscord, tmp_path: Path) -> None:
    """When Discord is slow to take replies, people are asked to come back instead of piling up."""
    async with run_bot(discord, tmp_path, BOT__DELIVERY__IN_FLIGHT="10") as bot:
        await discord.written.wait()  # writing commands is work in progress too
        await discord.answer_to(await discord.slash("article5"), within=LONG)
        discord.callback_delay = 1.0
        asked = [await discord.slash("article5") for _ in range(20)]
        replies = await asyncio.gather(*(discord.answer_to(interaction, within=LONG) for interaction in asked))

    assert 9 <= sum("Very many people" in json.dumps(reply) for reply in replies) <= 11
    assert "Traceback" not in bot.output()
