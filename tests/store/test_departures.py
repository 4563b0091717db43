"""What is stored of servers, and deleting it."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Table, func, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.departures import Compared, Departure
from bot.store.database import open_engine
from bot.store.departures import DepartureStore
from bot.store.queries import QueryStore
from bot.store.schema import (
    departures,
    metadata,
    news_deliveries,
    server_changes,
    server_settings,
    settings_drafts,
)
from bot.store.servers import server_of_signal
from bot.store.signals import open_signals
from tests.factories import make_query

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
LONG_AGO, SINCE, LATER = (f"2026-{month}-01T12:00:00.000+00:00" for month in ("01", "06", "07"))


def row_for(table: Table, guild_id: int, **changes: Any) -> dict[str, Any]:
    """Return a row of a server, as sparse as the table allows."""
    columns = [column for column in table.columns if not column.nullable and column.name != "guild_id"]
    sparse = {column.name: LONG_AGO if column.type.python_type is str else guild_id for column in columns}
    return {"guild_id": guild_id, **sparse, **changes}


async def store_rows(engine: AsyncEngine, table: Table, *rows: dict[str, Any]) -> None:
    async with engine.begin() as connection:
        await connection.execute(insert(table), list(rows))


SERVER_TABLES = [
    pytest.param(table, id=table.name)
    for table in metadata.tables.values()
    if "guild_id" in table.columns and table.name not in {"queries", "departures"}
]


@pytest.mark.parametrize("table", SERVER_TABLES)
async def test_a_server_is_known_by_any_row(engine: AsyncEngine, table: Table) -> None:
    """Whatever is stored of a server, also in a table of tomorrow, makes the bot look whether it is still there."""
    await store_rows(engine, table, row_for(table, 7))

    assert (await DepartureStore(engine).records()).held == {7}


async def test_answers_outside_of_servers_belong_to_none(engine: AsyncEngine) -> None:
    """Direct messages have no server that could leave."""
    await QueryStore(engine).add([make_query(1, guild_id=None), make_query(2, guild_id=3), make_query(3, guild_id=3)])

    assert (await DepartureStore(engine).records()).held == {3}


async def test_deleting_a_server_leaves_the_others_alone(engine: AsyncEngine) -> None:
    """Every table loses the rows of the one server, and says how many."""
    tables = [server_settings, server_changes, settings_drafts, news_deliveries, departures]
    for table in tables:
        await store_rows(engine, table, row_for(table, 7), row_for(table, 8))
    await QueryStore(engine).add([make_query(1, guild_id=7), make_query(2, guild_id=7), make_query(3, guild_id=8)])

    deleted = await DepartureStore(engine).delete_server(7)

    assert deleted == {
        "queries": 2,
        "server_settings": 1,
        "server_changes": 1,
        "settings_drafts": 1,
        "news_deliveries": 1,
    }
    async with engine.connect() as connection:
        for name, table in metadata.tables.items():
            if "guild_id" in table.columns:
                left = (await connection.execute(select(func.min(table.c.guild_id), func.max(table.c.guild_id)))).one()
                assert tuple(left) == (8, 8), name


async def test_a_missing_server_that_asks_is_in_use(engine: AsyncEngine) -> None:
    """Only what was asked or changed after it was first missing counts: earlier rows are why it is held."""
    for guild_id in (1, 2, 3):
        await store_rows(engine, departures, row_for(departures, guild_id, absent_since=SINCE, absences=2))
    await QueryStore(engine).add(
        [
            make_query(1, guild_id=1, asked_at=LONG_AGO),
            make_query(2, guild_id=2, asked_at=LATER),
            make_query(3, guild_id=4, asked_at=LATER),
        ]
    )
    await store_rows(engine, server_changes, row_for(server_changes, 3, changed_at=LATER))

    assert (await DepartureStore(engine).records()).in_use == {2, 3}


async def test_of_two_replicas_one_counts_an_absence(postgres_url: str) -> None:
    """Both compare at the same moment, the first time and later: each time one outcome is written."""
    outcome = Compared(
        servers=5, departures={7: Departure(absent_since=NOW, absences=1)}, returned=frozenset(), due=frozenset()
    )
    async with open_engine(postgres_url) as one, open_engine(postgres_url) as other:
        stores = [DepartureStore(one), DepartureStore(other)]

        first = await asyncio.gather(*(store.settle(outcome, last=None, now=NOW) for store in stores))
        last = await stores[0].last_roll()
        second = await asyncio.gather(
            *(store.settle(outcome, last=last, now=NOW + timedelta(days=n)) for n, store in enumerate(stores, 1))
        )

        assert sorted(first) == sorted(second) == [False, True]
        assert await stores[1].missing() == outcome.departures


async def test_other_processes_forget_a_deleted_server(postgres_url: str) -> None:
    """Should it come back, no replica answers with the settings it had."""
    heard: asyncio.Queue[str] = asyncio.Queue()
    listening = asyncio.Event()
    async with (
        open_engine(postgres_url) as one,
        open_engine(postgres_url) as other,
        open_signals(other, heard.put_nowait, listening.set),
        asyncio.timeout(10),
    ):
        await listening.wait()
        await DepartureStore(one).delete_server(7)

        assert server_of_signal(await heard.get()) == 7
