"""A bot whose disk cannot be written to."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.query import Query
from bot.query_lines import read_rows
from tests.disks import read_only
from tests.wire.discord import WireDiscord
from tests.wire.process import run_bot


async def until_stored(path: Path, commands: list[str]) -> None:
    async with asyncio.timeout(20):
        while not path.exists() or _commands(path) != commands:
            await asyncio.sleep(0.1)


def _commands(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        try:
            return [row[0] for row in connection.execute("SELECT command FROM queries ORDER BY interaction_id")]
        except sqlite3.OperationalError:  # the table is being made
            return []


@pytest.mark.parametrize("has_database", [False, True], ids=["empty", "in use before"])
async def test_read_only_and_writable_again(discord: WireDiscord, tmp_path: Path, has_database: bool) -> None:
    """A bot that starts on a read-only disk answers; once it can write, it does, without a restart."""
    (tmp_path / "data").mkdir()
    if has_database:
        async with run_bot(discord, tmp_path) as bot:
            await discord.answer_to(await discord.slash("aid"))
            bot.stop()
            await bot.exit_status()
        discord.ready.clear()
    before = ["aid"] if has_database else []

    with read_only(tmp_path / "data") as allow:
        async with run_bot(discord, tmp_path) as bot:
            answer = await discord.answer_to(await discord.slash("stance"))
            async with asyncio.timeout(20):
                while "query log cannot be written" not in bot.output():
                    await asyncio.sleep(0.05)
            allow()
            await until_stored(tmp_path / "data" / "bot.db", [*before, "stance"])
            bot.stop()
            assert await bot.exit_status() == 0

    assert answer["type"] == 4
    assert "being written again" in bot.output()


async def test_read_only_to_the_end(discord: WireDiscord, tmp_path: Path) -> None:
    """The rows go to the system's temporary folder, and the last lines of the log say where and what to run."""
    (tmp_path / "data").mkdir()
    (tmp_path / "spare").mkdir()
    with read_only(tmp_path / "data"):
        async with run_bot(discord, tmp_path, TMPDIR=str(tmp_path / "spare")) as bot:
            await discord.answer_to(await discord.slash("stance"))
            bot.stop()
            status = await bot.exit_status()

    [saved] = (tmp_path / "spare").glob("queries-unwritten-*.jsonl")
    with saved.open("rb") as lines:
        assert [row.command for row in read_rows(lines) if isinstance(row, Query)] == ["stance"]
    assert status == 0
    assert f"natobot queries import {saved}" in bot.output()
