import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.database import open_engine
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
