from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.database import open_engine, schema_revision, upgrade
from bot.store.queries import QueryStore, TopicCount
from bot.store.schema import HEAD, metadata
from tests.factories import make_query


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    async with open_engine(f"sqlite+aiosqlite:///{tmp_path}/bot.db") as engine:
        await upgrade(engine)
        yield engine


async def test_a_row_is_stored_once_however_often_it_comes(engine: AsyncEngine) -> None:
    """An interaction that is written again after a crash does not count twice."""
    store = QueryStore(engine)

    await store.add([make_query(1), make_query(2)])
    await store.add([make_query(2), make_query(3)])

    assert [row["interaction_id"] async for row in store.export()] == [1, 2, 3]


async def test_the_most_answered_topics_come_first(engine: AsyncEngine) -> None:
    """Counts are by topic, with distinct askers beside them."""
    store = QueryStore(engine)
    await store.add(
        [make_query(i, topic="aid", user_key="same") for i in range(3)]
        + [make_query(10, topic="article5", user_key="a"), make_query(11, topic="article5", user_key="b")]
        + [make_query(20, topic=None)]
    )

    assert await store.top() == [
        TopicCount(topic="aid", section=None, answers=3, askers=1),
        TopicCount(topic="article5", section=None, answers=2, askers=2),
    ]


async def test_counts_can_be_narrowed_to_a_time_and_a_topic(engine: AsyncEngine) -> None:
    """Maintainers look at last week, or into one topic's sections."""
    store = QueryStore(engine)
    old, new = "2026-11-01T00:00:00.000+00:00", "2026-11-20T00:00:00.000+00:00"
    await store.add(
        [
            make_query(1, topic="aid", section="donors", asked_at=old),
            make_query(2, topic="aid", section="donors", asked_at=new),
            make_query(3, topic="aid", asked_at=new),
        ]
    )

    recent = await store.top(since=datetime(2026, 11, 10, tzinfo=UTC))
    sections = await store.top(topic="aid")

    assert recent == [TopicCount(topic="aid", section=None, answers=2, askers=1)]
    assert sections[0] == TopicCount(topic="aid", section="donors", answers=2, askers=1)


async def test_the_migrations_make_the_schema_that_the_code_expects(engine: AsyncEngine) -> None:
    """Columns and indexes of the database are those the tables declare."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    async with engine.connect() as connection:
        difference = await connection.run_sync(
            lambda sync: compare_metadata(MigrationContext.configure(sync), metadata)
        )

    assert difference == []
    assert await schema_revision(engine) == HEAD


async def test_upgrading_an_up_to_date_database_changes_nothing(engine: AsyncEngine) -> None:
    """A second start finds its schema and leaves the rows alone."""
    await QueryStore(engine).add([make_query(1)])

    assert await upgrade(engine) == HEAD
    assert [row["interaction_id"] async for row in QueryStore(engine).export()] == [1]


async def test_sqlite_is_set_up_to_survive_crashes(engine: AsyncEngine) -> None:
    """Readers do not block the writer, and what was committed is on disk."""
    async with engine.connect() as connection:
        assert (await connection.execute(text("PRAGMA journal_mode"))).scalar() == "wal"
        assert (await connection.execute(text("PRAGMA synchronous"))).scalar() == 2
