"""Opening a database: its engine, its settings, its schema."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from inspect import signature
from pathlib import Path
from re import fullmatch
from typing import Any, Literal

from sqlalchemy import URL, Connection, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.errors import ConfigurationError
from bot.store.failures import NewerSchema, OutdatedSchema, name_missing_tables
from bot.store.locks import wait_for_turn
from bot.store.schema import HEAD
from bot.store.sqlite_file import LOCK_PATIENCE, follow_file

# PostgreSQL, in seconds. A healthy server connects and answers in milliseconds; these are for one that is starting,
# failing over or behind a cable that was cut. Members wait for some answers, so they are told soon.
CONNECT_PATIENCE = 5.0
COMMAND_PATIENCE = 5.0
LONG_PATIENCE = 3600.0  # for what works through whole tables: migrations, releasing old rows, reports
POOL_SIZE, POOL_OVERFLOW = 3, 2  # the log writes on one connection; the rest is for members and admins
POOL_PATIENCE = 5.0


@asynccontextmanager
async def open_engine(url: str, *, command_patience: float = COMMAND_PATIENCE) -> AsyncIterator[AsyncEngine]:
    """
    Yield an engine for *url* and dispose of it at the end. Nothing is connected yet.

    PostgreSQL may take *command_patience* seconds for a statement before it fails with ``TimeoutError``.

    Raises:
        ConfigurationError: The address is not one of a database we can use.
    """
    parsed = _parsed(url)
    is_sqlite = parsed.get_backend_name() == "sqlite"
    engine = _sqlite_engine(parsed) if is_sqlite else _postgresql_engine(parsed, command_patience)
    name_missing_tables(engine)
    try:
        yield engine
    finally:
        await engine.dispose()


@asynccontextmanager
async def patient(engine: AsyncEngine) -> AsyncIterator[AsyncEngine]:
    """Yield an engine for the same database whose statements may take up to an hour."""
    if engine.dialect.name == "sqlite":
        yield engine  # has no limit but for locks
        return
    address = engine.url.render_as_string(hide_password=False)
    async with open_engine(address, command_patience=LONG_PATIENCE) as long_running:
        yield long_running


def _parsed(url: str) -> URL:
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
    return parsed


def _sqlite_engine(url: URL) -> AsyncEngine:
    engine = create_async_engine(url, connect_args={"timeout": LOCK_PATIENCE}, hide_parameters=True)
    event.listen(engine.sync_engine, "connect", _set_up_sqlite)
    if (path := sqlite_path(url)) is not None:
        follow_file(engine, path)
    return engine


def _postgresql_engine(url: URL, command_patience: float) -> AsyncEngine:
    engine = create_async_engine(
        url,
        connect_args={
            "timeout": CONNECT_PATIENCE,
            "command_timeout": command_patience,
            "server_settings": {"application_name": "natobot"},
        },
        hide_parameters=True,  # what people wrote stays out of error messages
        pool_pre_ping=True,  # a connection lost while idle is replaced without anybody noticing
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        pool_timeout=POOL_PATIENCE,
    )
    _check_options(engine)
    return engine


def _check_options(engine: AsyncEngine) -> None:
    """Explain what addresses made for another driver bring along; asyncpg would fail with a TypeError."""
    driver: Any = engine.dialect.dbapi
    known = signature(driver.asyncpg.connect).parameters
    for option in engine.url.query:
        if option not in known:
            raise ConfigurationError(
                f"DATABASE_URL has the option “{option}”, which asyncpg does not know. Leave it out; "
                "to insist on encryption write ?ssl=require instead of ?sslmode=require."
            )


def _set_up_sqlite(connection: Any, _record: object) -> None:
    """WAL lets readers look while we write; FULL costs nothing noticeable with group commit."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


def sqlite_path(url: str | URL) -> Path | None:
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
        except OutdatedSchema:
            return None


async def upgrade(engine: AsyncEngine, to: str = HEAD) -> str | None:
    """
    Bring the schema to the newest migration, or *to* an earlier one; return the one it stood at before.

    A database that is up to date costs one SELECT: Alembic is not even imported. Processes that do this at once take
    turns, and the later ones find it done. A process that is killed meanwhile leaves what was there before.

    Raises:
        NewerSchema: A later version of the bot has upgraded it.
    """
    before = await schema_revision(engine)
    if before is not None and before > HEAD:
        raise NewerSchema(before, HEAD)
    if before != to:
        async with _alone(engine) as connection:
            await connection.run_sync(_run_alembic, "upgrade", to)
    return before


async def downgrade(engine: AsyncEngine, to: str) -> str | None:
    """
    Bring the schema back to the migration *to*, for an older version of the bot; return where it stood before.

    Raises:
        ConfigurationError: There is no such migration before the one the database stands at.
        NewerSchema: A later version of the bot has upgraded it, and only that can bring it back.
    """
    before = await schema_revision(engine)
    if before is not None and before > HEAD:
        raise NewerSchema(before, HEAD)
    if before is None or not (fullmatch(r"\d{4}", to) and "0001" <= to < before):
        raise ConfigurationError(
            f"The database is at migration {before or 'none'}; {to} is none before it. "
            "The older version names the one it needs when it meets this database."
        )
    async with _alone(engine) as connection:
        await connection.run_sync(_run_alembic, "downgrade", to)
    return before


@asynccontextmanager
async def _alone(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """Yield a transaction in which nobody else changes the schema."""
    async with patient(engine) as long_running, long_running.begin() as connection:
        await wait_for_turn(connection, "upgrade")
        if connection.dialect.name == "sqlite":  # whose driver makes tables outside of transactions otherwise
            await connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield connection


def _run_alembic(connection: Connection, direction: Literal["upgrade", "downgrade"], to: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "bot.store:migrations")
    config.attributes["connection"] = connection
    (command.upgrade if direction == "upgrade" else command.downgrade)(config, to)
