from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.query import Query
from bot.store.database import open_engine, upgrade
from bot.store.queries import QueryStore
from bot.store.query_reports import QueryReports
from tests.factories import make_query


async def test_a_row_is_stored_once_however_often_it_comes(engine: AsyncEngine) -> None:
    """An interaction that is written again after a crash does not count twice."""
    store = QueryStore(engine)

    await store.add([make_query(1), make_query(2)])
    await store.add([make_query(2), make_query(3)])

    assert [row["interaction_id"] async for row in QueryReports(engine).export()] == [1, 2, 3]


async def test_a_row_that_no_database_can_hold_does_not_keep_the_others_out(
    postgres_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """PostgreSQL is strict about lengths and ranges: a row that breaks them is named in the log, the rest is stored."""
    async with open_engine(postgres_url) as engine:
        store = QueryStore(engine)

        await store.add(
            [make_query(1), make_query(2, answer_us=2**40), make_query(3, topic="x" * 100), make_query(4, text="why")]
        )
        stored = [row["interaction_id"] async for row in QueryReports(engine).export()]

    assert stored == [1, 4]
    assert "The row of interaction 2 was lost: invalid input" in caplog.text
    assert "The row of interaction 3 was lost: value too long" in caplog.text
    assert "xxx" not in caplog.text


async def test_a_question_with_a_character_that_cannot_be_stored_is_stored_without_it(engine: AsyncEngine) -> None:
    """No question keeps the log from being written."""
    store = QueryStore(engine)

    await store.add([make_query(1, text="who\0 pays?")])

    assert [row["text"] async for row in QueryReports(engine).export()] == ["who pays?"]


@pytest.mark.parametrize("count", [1, 9, 10, 11, 99, 100, 237])
async def test_a_batch_of_any_size_is_stored_whole(engine: AsyncEngine, count: int) -> None:
    """Also beside rows that are there already."""
    store = QueryStore(engine)
    await store.add([make_query(5), make_query(500)])

    await store.add([make_query(i) for i in range(1, count + 1)])

    stored = [row["interaction_id"] async for row in QueryReports(engine).export()]
    assert stored == sorted({5, 500, *range(1, count + 1)})


@pytest.mark.parametrize("count", [1, 10, 100])
async def test_every_column_comes_back_as_it_went_in(engine: AsyncEngine, count: int) -> None:
    """No value ends up in another column, on either database, in a batch of any size."""
    full = make_query(
        0,
        command="ask",
        topic="aid",
        section="donors",
        language="uk",
        asked_language="de",
        locale="pl",
        outcome="suggested",
        score=0.5,
        runner_ups="aid article5",
        private=True,
        regards=2**62,
        text="ким?",
    )

    batch = [full, *(make_query(i) for i in range(1, count))]

    await QueryStore(engine).add(batch)

    rows = [Query(**row | {"private": bool(row["private"])}) async for row in QueryReports(engine).export()]
    assert rows == batch


async def test_half_a_character_is_stored_as_a_question_mark(engine: AsyncEngine) -> None:
    """UTF-8 has no place for half a surrogate pair; the question is kept all the same."""
    await QueryStore(engine).add([make_query(1, text="who \ud83d pays")])

    assert [row["text"] async for row in QueryReports(engine).export()] == ["who ? pays"]


async def test_a_row_that_sqlite_cannot_hold_does_not_keep_the_others_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """SQLite takes nearly anything; what it does not take is named in the log, the rest is stored."""
    async with open_engine(f"sqlite+aiosqlite:///{tmp_path}/bot.db") as engine:
        await upgrade(engine)
        store = QueryStore(engine)

        rows = [make_query(i) for i in range(1, 238)]
        rows[1:3] = make_query(2, answer_us=2**70), make_query(3, locale=None)
        await store.add(rows)
        stored = [row["interaction_id"] async for row in QueryReports(engine).export()]

    assert stored == [1, *range(4, 238)]
    assert "The row of interaction 2 was lost" in caplog.text
    assert "The row of interaction 3 was lost: NOT NULL" in caplog.text
