"""Opening a database and bringing its schema up to date."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, inspect, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import ConfigurationError
from bot.store.database import downgrade, open_engine, schema_revision, upgrade
from bot.store.failures import OutdatedSchema
from bot.store.queries import QueryStore
from bot.store.query_reports import QueryReports
from bot.store.schema import HEAD, metadata
from tests.factories import make_query
from tests.postgres import PostgresServer
from tests.tunnel import open_tunnel

PATIENCE = 20.0  # seconds for what takes less than one


async def test_the_migrations_make_the_schema_that_the_code_expects(engine: AsyncEngine) -> None:
    """Columns and indexes of the database are those the tables declare."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    def differences(connection: Connection) -> Any:
        if connection.dialect.name != "sqlite":
            parts = {"include_name": lambda name, kind, _: kind != "table" or not name.startswith("queries_")}
            return compare_metadata(MigrationContext.configure(connection, opts=parts), metadata)
        assert "ix_queries_user_key" not in {index["name"] for index in inspect(connection).get_indexes("queries")}
        options = {"include_object": lambda _, name, *rest: name != "ix_queries_user_key"}
        return compare_metadata(MigrationContext.configure(connection, opts=options), metadata)

    async with engine.connect() as connection:
        difference = await connection.run_sync(differences)

    assert difference == []
    assert await schema_revision(engine) == HEAD


async def test_upgrading_an_up_to_date_database_changes_nothing(engine: AsyncEngine) -> None:
    """A second start finds its schema and leaves the rows alone."""
    await QueryStore(engine).add([make_query(1)])

    assert await upgrade(engine) == HEAD
    assert [row["interaction_id"] async for row in QueryReports(engine).export()] == [1]


async def test_replicas_that_upgrade_at_once_take_turns(empty_postgres_url: str) -> None:
    """Two processes started together on an empty database both find it up to date."""
    async with open_engine(empty_postgres_url) as one, open_engine(empty_postgres_url) as other:
        await asyncio.gather(upgrade(one), upgrade(other))

        assert await schema_revision(one) == HEAD


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_a_database_without_tables_says_what_to_run(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Whoever meets a missing table reads the command that makes it."""
    url = f"sqlite+aiosqlite:///{tmp_path}/bot.db"
    if kind == "postgresql":
        url = request.getfixturevalue("empty_postgres_url")

    async with open_engine(url) as engine:
        with pytest.raises(OutdatedSchema, match="natobot db upgrade"):
            await QueryStore(engine).add([make_query(1)])


async def test_sqlite_is_set_up_to_survive_crashes(tmp_path: Path) -> None:
    """Readers do not block the writer, and what was committed is on disk."""
    async with open_engine(f"sqlite+aiosqlite:///{tmp_path}/bot.db") as engine, engine.connect() as connection:
        assert (await connection.execute(text("PRAGMA journal_mode"))).scalar() == "wal"
        assert (await connection.execute(text("PRAGMA synchronous"))).scalar() == 2


async def test_an_option_of_another_driver_is_explained() -> None:
    """Addresses are often copied with sslmode, which asyncpg does not know."""
    with pytest.raises(ConfigurationError, match="ssl=require"):
        async with open_engine("postgresql+asyncpg://bot@db/nato?sslmode=require"):
            pass


async def test_a_database_that_falls_silent_is_given_up_and_used_again_when_it_is_back(
    postgres: PostgresServer, postgres_url: str
) -> None:
    """A write into a connection that died without a word fails after the patience and works once the way is mended."""
    async with (
        open_tunnel(postgres.socket) as tunnel,
        open_engine(tunnel.address_of(postgres_url), command_patience=0.3) as engine,
        asyncio.timeout(PATIENCE),
    ):
        store = QueryStore(engine)
        await store.add([make_query(1)])
        tunnel.cut()
        with pytest.raises(TimeoutError):
            await store.add([make_query(2)])
        tunnel.mend()
        await store.add([make_query(2)])

        assert [row["interaction_id"] async for row in QueryReports(engine).export()] == [1, 2]


async def test_a_database_that_falls_silent_while_it_works_is_given_up(
    postgres: PostgresServer, postgres_url: str
) -> None:
    """The same holds when the answer to a statement is what does not come."""
    async with (
        open_tunnel(postgres.socket) as tunnel,
        open_engine(tunnel.address_of(postgres_url), command_patience=0.3) as engine,
        asyncio.timeout(PATIENCE),
    ):
        async with engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
            tunnel.cut()
            with pytest.raises(TimeoutError):
                await connection.execute(text("SELECT 2"))
        tunnel.mend()

        async with engine.connect() as connection:
            assert (await connection.execute(text("SELECT 3"))).scalar() == 3


async def test_an_upgrade_that_is_cut_short_leaves_nothing_behind(tmp_path: Path) -> None:
    """A process killed during its first start does not leave half a schema that no later start can mend."""

    def fail_late(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "CREATE VIEW" in statement:
            raise OSError("the power is gone")

    async with open_engine(f"sqlite+aiosqlite:///{tmp_path}/bot.db") as engine:
        event.listen(engine.sync_engine, "before_cursor_execute", fail_late)
        with pytest.raises(OSError, match="power"):
            await upgrade(engine)
        event.remove(engine.sync_engine, "before_cursor_execute", fail_late)

        assert await schema_revision(engine) is None
        await upgrade(engine)
        assert await schema_revision(engine) == HEAD


async def test_an_upgrade_drops_the_indexes_that_cost_more_than_they_save(engine: AsyncEngine) -> None:
    """A database of the migration before, with rows in it, comes to the same indexes as a new one."""
    await QueryStore(engine).add([make_query(1)])
    expected = await _indexes(engine)
    await downgrade(engine, "0004")
    assert {"ix_queries_guild_id", "ix_queries_user_key"} <= await _indexes(engine)

    await upgrade(engine)

    assert await _indexes(engine) == expected
    assert [row["interaction_id"] async for row in QueryReports(engine).export()] == [1]


async def _indexes(engine: AsyncEngine) -> set[str | None]:
    async with engine.connect() as connection:
        return await connection.run_sync(lambda sync: {index["name"] for index in inspect(sync).get_indexes("queries")})


async def test_going_back_and_forth_loses_nothing(engine: AsyncEngine) -> None:
    """Every migration can be undone for an older version, and done again."""
    await QueryStore(engine).add([make_query(1)])
    expected = await _indexes(engine)

    assert await downgrade(engine, "0001") == HEAD
    assert await schema_revision(engine) == "0001"
    await upgrade(engine)

    assert await _indexes(engine) == expected
    assert [row["interaction_id"] async for row in QueryReports(engine).export()] == [1]


@pytest.mark.parametrize("to", ["0099", HEAD, "5", "base", "0000"])
async def test_only_an_earlier_migration_is_gone_back_to(engine: AsyncEngine, to: str) -> None:
    """Whoever mistypes the number reads what there is."""
    with pytest.raises(ConfigurationError, match=f"at migration {HEAD}; {to} is none before it"):
        await downgrade(engine, to)
    assert await schema_revision(engine) == HEAD


async def test_a_database_of_a_later_version_is_left_alone(engine: AsyncEngine) -> None:
    """An older version says in a sentence what it found and what brings it back."""
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '0999'"))

    for change in (upgrade(engine), downgrade(engine, "0001")):
        with pytest.raises(ConfigurationError, match=f"at migration 0999, .*natobot db downgrade {HEAD}"):
            await change
