"""``natobot run`` with its log in PostgreSQL."""

import asyncio
import json
from pathlib import Path

from sqlalchemy import select, text

from bot.store.database import open_engine
from bot.store.schema import HEAD, queries
from tests.wire.discord import WireDiscord
from tests.wire.process import BotProcess, run_bot

DROP_OTHERS = text(
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


async def logged_ids(url: str) -> set[int]:
    """Return the interactions that are in the database."""
    async with open_engine(url) as engine, engine.connect() as connection:
        return set((await connection.execute(select(queries.c.interaction_id))).scalars())


async def run_to_the_end(discord: WireDiscord, folder: Path, url: str, *arguments: str) -> tuple[int, str]:
    """Run another command beside or after the bot; return its exit status and what it printed."""
    async with run_bot(discord, folder, arguments=arguments, ready=False, DATABASE_URL=url) as command:
        return await command.exit_status(), command.output()


async def until_printed(bot: BotProcess, words: str) -> None:
    async with asyncio.timeout(20):
        while words not in bot.output():
            await asyncio.sleep(0.05)


async def test_answers_are_logged_in_postgresql(discord: WireDiscord, tmp_path: Path, empty_postgres_url: str) -> None:
    """After ``natobot db upgrade`` an answer is a row in PostgreSQL, which the reports read."""
    upgraded = await run_to_the_end(discord, tmp_path / "upgrade", empty_postgres_url, "db", "upgrade")
    async with run_bot(discord, tmp_path, DATABASE_URL=empty_postgres_url) as bot:
        interaction = await discord.slash("article5")
        await discord.answer_to(interaction)
        async with asyncio.timeout(20):  # a bot that is stopped before would leave the row in its journal
            while not await logged_ids(empty_postgres_url):
                await asyncio.sleep(0.2)
        bot.stop()
        status = await bot.exit_status()
    top = await run_to_the_end(discord, tmp_path / "top", empty_postgres_url, "queries", "top", "--format", "json")

    assert upgraded == (0, f"Upgraded from nothing to {HEAD}.\n")
    assert status == 0
    assert await logged_ids(empty_postgres_url) == {interaction}
    assert (tmp_path / "data" / "queries.journal").stat().st_size == 0
    assert [(row["topic"], row["answers"], row["askers"]) for row in json.loads(top[1])] == [("article5", 1, 1)]


async def test_without_tables_it_answers_and_says_what_to_run(
    discord: WireDiscord, tmp_path: Path, empty_postgres_url: str
) -> None:
    """A forgotten ``natobot db upgrade`` costs no answer and no row: they wait until it was run."""
    async with run_bot(discord, tmp_path, DATABASE_URL=empty_postgres_url) as bot:
        interaction = await discord.slash("article5")
        answer = await discord.answer_to(interaction)
        await until_printed(bot, "Run: natobot db upgrade")
        bot.stop()
        status = await bot.exit_status()
    await run_to_the_end(discord, tmp_path / "upgrade", empty_postgres_url, "db", "upgrade")
    async with run_bot(discord, tmp_path, DATABASE_URL=empty_postgres_url) as restarted:
        await until_printed(restarted, "Wrote 1 rows from the query journal")
        restarted.stop()
        await restarted.exit_status()

    assert answer["type"] == 4
    assert status == 0
    assert "Traceback" not in bot.output()
    assert await logged_ids(empty_postgres_url) == {interaction}


async def test_a_database_that_drops_its_connections_costs_no_row(
    discord: WireDiscord, tmp_path: Path, postgres_url: str
) -> None:
    """When PostgreSQL restarts, the log goes on without a page in what the process prints."""
    async with run_bot(discord, tmp_path, DATABASE_URL=postgres_url) as bot:
        before = await discord.slash("article5")
        async with open_engine(postgres_url) as engine, engine.connect() as connection, asyncio.timeout(20):
            while before not in await logged_ids(postgres_url):
                await asyncio.sleep(0.05)
            dropped = (await connection.execute(DROP_OTHERS)).scalar()
        after = await discord.slash("aid")
        await discord.answer_to(after)
        bot.stop()
        await bot.exit_status()

    assert dropped
    assert await logged_ids(postgres_url) == {before, after}
    assert "Traceback" not in bot.output()
