"""The log of each day as a part of its own, on a real PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.query import Query
from bot.store.database import downgrade, open_engine, upgrade
from bot.store.partitions import DAYS_AHEAD, first_id, make_ahead, part_of, parts
from bot.store.queries import QueryStore
from bot.store.query_reports import QueryReports
from bot.store.retention import release
from bot.store.schema import daily_counts, queries
from tests.factories import make_query

TODAY = datetime.now(UTC).date()


@pytest.fixture
async def log(empty_postgres_url: str) -> AsyncIterator[AsyncEngine]:
    async with open_engine(empty_postgres_url) as engine:
        yield engine


def asked_on(day: date, number: int = 0) -> Query:
    """Return a row that was asked at noon of *day*."""
    at = first_id(day) + (12 * 3_600_000 << 22) + number
    return make_query(at, asked_at=f"{day}T12:00:00.000+00:00")


async def names(engine: AsyncEngine) -> list[str]:
    async with engine.connect() as connection:
        return [part.name for part in await parts(connection)]


async def prepare(engine: AsyncEngine, day: date) -> None:
    async with engine.begin() as connection:
        await make_ahead(connection, day)


async def where(engine: AsyncEngine) -> dict[int, str]:
    """Return the table of each row."""
    async with engine.connect() as connection:
        rows = await connection.execute(text("SELECT interaction_id, tableoid::regclass::text FROM queries"))
        return {int(row[0]): str(row[1]) for row in rows}


async def test_rows_go_to_the_part_of_the_day_that_discord_made_them(log: AsyncEngine) -> None:
    """Ids that are of no day with a part are taken all the same."""
    await upgrade(log)
    await prepare(log, TODAY)

    await QueryStore(log).add([asked_on(TODAY), make_query(1), asked_on(TODAY + timedelta(days=30))])

    assert sorted((await where(log)).values()) == [part_of(TODAY).name, "queries_other", "queries_other"]
    assert await names(log) == [part_of(TODAY + timedelta(days=n)).name for n in range(DAYS_AHEAD + 1)]


async def test_a_row_is_taken_once_whatever_its_time_says(log: AsyncEngine) -> None:
    """Two replicas that answered the same interaction write it at different moments; it is one row."""
    await upgrade(log)
    await prepare(log, TODAY)
    row = asked_on(TODAY)

    await QueryStore(log).add([row])
    await QueryStore(log).add([make_query(row.interaction_id, asked_at=f"{TODAY}T12:00:01.000+00:00")])

    assert len(await where(log)) == 1


async def test_days_that_ended_are_dropped_and_counted(log: AsyncEngine) -> None:
    """Their counts remain; later days and rows that lie elsewhere are as with SQLite."""
    await upgrade(log)
    await prepare(log, TODAY - timedelta(days=10))
    old = TODAY - timedelta(days=9)
    rows = [asked_on(old, 1), asked_on(old, 2), asked_on(TODAY - timedelta(days=5), 3)]
    await QueryStore(log).add([*rows, make_query(1, asked_at=f"{old}T01:00:00.000+00:00")])

    released = await release(log, now=datetime.now(UTC), text_days=6, row_days=7)

    assert released.rows == 3
    assert list((await where(log)).values()) == [part_of(TODAY - timedelta(days=5)).name]
    assert part_of(old).name not in await names(log)
    assert part_of(TODAY + timedelta(days=DAYS_AHEAD)).name in await names(log)
    async with log.connect() as connection:
        assert (await connection.execute(select(daily_counts.c.day, daily_counts.c.answers))).all() == [(f"{old}", 3)]
    assert not await release(log, now=datetime.now(UTC), text_days=6, row_days=7)


async def test_a_part_with_a_row_that_was_asked_later_stays(log: AsyncEngine) -> None:
    """When a clock was wrong, the row's own time says how long it is kept."""
    await upgrade(log)
    old = TODAY - timedelta(days=9)
    await prepare(log, old)
    late = asked_on(old, 2)
    await QueryStore(log).add(
        [asked_on(old, 1), make_query(late.interaction_id, asked_at=f"{TODAY}T00:00:00.000+00:00")]
    )

    released = await release(log, now=datetime.now(UTC), text_days=7, row_days=7)

    assert released.rows == 1
    assert await where(log) == {late.interaction_id: part_of(old).name}


async def test_a_day_whose_rows_lie_elsewhere_gets_no_part(log: AsyncEngine) -> None:
    """After a long absence of the bot that makes the parts, nothing fails and nothing is moved."""
    await upgrade(log)
    row = asked_on(TODAY)
    await QueryStore(log).add([row])

    await prepare(log, TODAY)

    assert await where(log) == {row.interaction_id: "queries_other"}
    assert part_of(TODAY).name not in await names(log)
    assert part_of(TODAY + timedelta(days=1)).name in await names(log)


async def test_a_log_that_is_being_read_keeps_rows_waiting_for_seconds_at_most(log: AsyncEngine) -> None:
    """A report that takes long makes the release give up, not the rows; the next release does it."""
    await upgrade(log)
    old = TODAY - timedelta(days=9)
    await prepare(log, old)
    await QueryStore(log).add([asked_on(old)])
    async with log.connect() as reading:
        await reading.execute(select(func.count()).select_from(queries))
        releasing = asyncio.create_task(release(log, now=datetime.now(UTC), text_days=7, row_days=7))
        await asyncio.sleep(0.5)
        async with asyncio.timeout(10):
            await QueryStore(log).add([asked_on(TODAY), make_query(1)])
        with pytest.raises(Exception, match="lock timeout"):
            await releasing

    assert (await release(log, now=datetime.now(UTC), text_days=7, row_days=7)).rows == 1


async def test_a_log_from_before_keeps_its_rows_and_is_let_go_of_too(log: AsyncEngine) -> None:
    """Upgrading copies nothing; the old rows are one part, which goes when the last of them is due."""
    await upgrade(log, to="0005")
    long_ago, lately = TODAY - timedelta(days=500), TODAY - timedelta(days=3)
    await QueryStore(log).add([asked_on(long_ago), asked_on(lately), make_query(2**62)])

    await upgrade(log)

    assert sorted((await where(log)).values()) == ["queries_before", "queries_before", "queries_other"]
    released = await release(log, now=datetime.now(UTC), text_days=90, row_days=400)
    assert released.rows == 1
    assert sorted((await where(log)).values()) == ["queries_before", "queries_other"]
    later = datetime.now(UTC) + timedelta(days=500)
    await release(log, now=later, text_days=90, row_days=400)
    assert "queries_before" not in await names(log)


async def test_a_log_without_parts_is_let_go_of_row_by_row(log: AsyncEngine, caplog: pytest.LogCaptureFixture) -> None:
    """A new version that runs before the upgrade of a shared database does what the old one did, and says nothing."""
    await upgrade(log, to="0005")
    await QueryStore(log).add([asked_on(TODAY - timedelta(days=9)), asked_on(TODAY)])

    released = await release(log, now=datetime.now(UTC), text_days=7, row_days=7)

    assert released.rows == 1
    assert list(await where(log)) == [asked_on(TODAY).interaction_id]
    assert [record for record in caplog.records if record.name.startswith("bot.")] == []


async def test_going_back_keeps_every_row(log: AsyncEngine) -> None:
    """An older version finds one table again, with the indexes it knows."""
    await upgrade(log)
    await prepare(log, TODAY)
    await QueryStore(log).add([asked_on(TODAY), make_query(1)])

    await downgrade(log, "0005")

    assert len(await where(log)) == 2
    assert set((await where(log)).values()) == {"queries"}
    async with log.connect() as connection:
        indexes = await connection.execute(text("SELECT indexname FROM pg_indexes WHERE tablename = 'queries'"))
        assert {row[0] for row in indexes} == {
            "queries_pkey",
            "ix_queries_asked_at",
            "ix_queries_user_key",
            "ix_queries_outcome_asked_at",
            "ix_queries_regards",
        }
        assert (await connection.execute(text("SELECT count(*) FROM review_queries"))).scalar() == 2
    await upgrade(log)
    assert len([row async for row in QueryReports(log).export()]) == 2


async def test_texts_are_found_without_reading_the_rows_that_have_none(engine: AsyncEngine) -> None:
    """Letting go of words costs what there is of them, however long the log is."""
    async with engine.begin() as connection:
        rows = [vars_of(make_query(n, asked_at=f"2026-01-01T00:00:{n % 60:02}.000+00:00")) for n in range(1, 3001)]
        await connection.execute(insert(queries), rows)
        if engine.dialect.name == "postgresql":
            await connection.execute(text("ANALYZE queries"))
        explain = "EXPLAIN QUERY PLAN" if engine.dialect.name == "sqlite" else "EXPLAIN"
        due = "SELECT 1 FROM queries WHERE asked_at < '2026-02-01' AND text IS NOT NULL"
        plan = "\n".join(str(tuple(row)) for row in await connection.execute(text(f"{explain} {due}")))

    assert "texts" in plan or "asked_at_idx" in plan, plan
    assert "Seq Scan" not in plan


def vars_of(query: Query) -> dict[str, object]:
    """Return a row as the database has it."""
    return {column.name: getattr(query, column.name) for column in queries.columns}
