"""Work that one process at a time may do."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection


async def wait_for_turn(connection: AsyncConnection, work: str) -> None:
    """
    Wait until no other transaction does *work*, and keep the others waiting to the end of this one.

    With SQLite this does nothing: its first statement that writes waits for the other writer.
    """
    if connection.dialect.name == "postgresql":
        await connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"natobot {work}"))))
