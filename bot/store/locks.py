"""Work that one process at a time may do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

LOOK_EVERY = 0.5  # seconds between attempts to be the one


async def wait_for_turn(connection: AsyncConnection, work: str) -> None:
    """
    Wait until no other transaction does *work*, and keep the others waiting to the end of this one.

    With SQLite this does nothing: its first statement that writes waits for the other writer.
    """
    if connection.dialect.name == "postgresql":
        await connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"natobot {work}"))))


@asynccontextmanager
async def turn_of(engine: AsyncEngine, work: str) -> AsyncIterator[None]:
    """
    Keep other processes with this PostgreSQL from doing *work* until the context ends; wait for those that do it.

    For work outside of the database, which may take longer than a statement is allowed to wait.
    """
    async with engine.connect() as connection:
        lock = select(func.pg_try_advisory_xact_lock(func.hashtext(f"natobot {work}")))
        while True:  # one that waits in the database would be ended after as long as a statement may take
            if (await connection.execute(lock)).scalar():
                break
            await asyncio.sleep(LOOK_EVERY)
        yield
