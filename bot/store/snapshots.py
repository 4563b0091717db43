"""A copy of the query log in one SQLite file, in which nobody can be recognised by their pseudonym."""

import hashlib
import secrets
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.store.database import open_engine, upgrade
from bot.store.query_reports import EXPORT_CHUNK, QueryReports, Which
from bot.store.schema import daily_counts, gap_decisions, queries

KEY_ID = "snapshot"  # stands for the key that is thrown away once the copy is made


async def write_snapshot(engine: AsyncEngine, path: Path, which: Which) -> int:
    """
    Write the rows of *which*, decisions and daily counts to the new file *path*; return how many rows.

    People get other pseudonyms, made with a key that nobody keeps: they can be counted, and not be found in the log.

    Raises:
        OSError: The file cannot be written.
    """
    draft = path.with_name(f"{path.name}.draft")
    draft.unlink(missing_ok=True)
    try:
        async with open_engine(f"sqlite+aiosqlite:///{draft}") as copy:
            await upgrade(copy)
            async with copy.begin() as connection:
                count = await _copy_rows(engine, connection, which)
                await _copy_tables(engine, connection)
            async with copy.connect() as connection:  # leave one file, without a log beside it
                await connection.exec_driver_sql("PRAGMA optimize")
                await connection.commit()
                await connection.exec_driver_sql("PRAGMA journal_mode=DELETE")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return count


async def _copy_rows(engine: AsyncEngine, connection: AsyncConnection, which: Which) -> int:
    key = secrets.token_bytes(32)
    count = 0
    batch: list[dict[str, Any]] = []

    async def flush() -> None:
        if batch:
            await connection.execute(insert(queries), batch)
            batch.clear()

    async for row in QueryReports(engine).export(which):
        pseudonym = hashlib.blake2b(row["user_key"].encode(), key=key, digest_size=16).hexdigest()
        batch.append({**row, "user_key": pseudonym, "key_id": KEY_ID})
        count += 1
        if len(batch) == EXPORT_CHUNK:
            await flush()
    await flush()
    return count


async def _copy_tables(engine: AsyncEngine, connection: AsyncConnection) -> None:
    async with engine.connect() as source:
        for table in (gap_decisions, daily_counts):
            rows = [dict(row) for row in (await source.execute(select(table))).mappings()]
            if table is gap_decisions:
                rows = [{**row, "decided_by": None} for row in rows]
            if rows:
                await connection.execute(insert(table), rows)
