"""Opening a database: its engine, its settings, its schema."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, OperationalError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.errors import ConfigurationError
from bot.store.schema import HEAD

LOCK_PATIENCE = 0.25  # seconds SQLite waits for another process; the writer tries again later itself


@asynccontextmanager
async def open_engine(url: str) -> AsyncIterator[AsyncEngine]:
    """
    Yield an engine for *url* and dispose of it at the end. Nothing is connected yet.

    Raises:
        ConfigurationError: The address is not one of a database we can use.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ConfigurationError(
            "DATABASE_URL is not a database address. Use for example sqlite+aiosqlite:///data/bot.db."
        ) from None
    if parsed.drivername not in {"sqlite+aiosqlite", "postgresql+asyncpg"}:
        raise ConfigurationError(
            f"DATABASE_URL uses “{parsed.drivername}”. Use sqlite+aiosqlite:///… or postgresql+asyncpg://…"
        )
    if parsed.get_backend_name() == "sqlite":
        engine = create_async_engine(parsed, connect_args={"timeout": LOCK_PATIENCE})
        event.listen(engine.sync_engine, "connect", _set_up_sqlite)
    else:
        engine = create_async_engine(parsed, pool_pre_ping=True)
    try:
        yield engine
    finally:
        await engine.dispose()


def _set_up_sqlite(connection: Any, _record: object) -> None:
    """WAL lets readers look while we write; FULL costs nothing noticeable with group commit."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


def sqlite_path(url: str) -> Path | None:
    """Return the file of a SQLite address, or ``None`` for other databases and for memory."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or parsed.database in {None, "", ":memory:"}:
        return None
    return Path(str(parsed.database))


def prepare_folder(url: str) -> None:
    """
    Make the folder of a SQLite database when it is missing.

    Raises:
        OSError: It cannot be made.
    """
    if (path := sqlite_path(url)) is not None:
        path.parent.mkdir(parents=True, exist_ok=True)


async def schema_revision(engine: AsyncEngine) -> str | None:
    """Return the migration the database stands at, or ``None`` when it has none of our tables."""
    async with engine.connect() as connection:
        try:
            return (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar()
        except (OperationalError, ProgrammingError) as error:
            if "alembic_version" in str(error.orig):
                return None
            raise


async def upgrade(engine: AsyncEngine) -> str | None:
    """
    Bring the schema to the newest migration; return the one it stood at before.

    A database that is up to date costs one SELECT: Alembic is not even imported.
    """
    before = await schema_revision(engine)
    if before != HEAD:
        async with engine.begin() as connection:
            await connection.run_sync(_run_alembic)
    return before


def _run_alembic(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "bot.store:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
