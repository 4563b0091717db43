from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.query import Query
from bot.store.database import open_engine, upgrade
from bot.store.queries import QueryStore, TopicCount
from tests.factories import make_query


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


async def test_the_overview_of_a_topic_comes_before_sections_asked_as_often(engine: AsyncEngine) -> None:
    """The order of equals does not depend on the database."""
    store = QueryStore(engine)
    await store.add([make_query(1, topic="aid", section="donors"), make_query(2, topic="aid", section=None)])

    assert [count.section for count in await store.top(topic="aid")] == [None, "donors"]


async def test_a_row_that_no_database_can_hold_does_not_keep_the_others_out(
    postgres_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """PostgreSQL is strict about lengths and ranges: a row that breaks them is named in the log, the rest is stored."""
    async with open_engine(postgres_url) as engine:
        store = QueryStore(engine)

        await store.add(
            [make_query(1), make_query(2, answer_us=2**40), make_query(3, topic="x" * 100), make_query(4, text="why")]
        )
        stored = [row["interaction_id"] async for row in store.export()]

    assert stored == [1, 4]
    assert "The row of interaction 2 was lost: invalid input" in caplog.text
    assert "The row of interaction 3 was lost: value too long" in caplog.text
    assert "xxx" not in caplog.text


async def test_a_question_with_a_character_that_cannot_be_stored_is_stored_without_it(engine: AsyncEngine) -> None:
    """No question keeps the log from being written."""
    store = QueryStore(engine)

    await store.add([make_query(1, text="who\0 pays?")])

    assert [row["text"] async for row in store.export()] == ["who pays?"]


async def test_every_column_comes_back_as_it_went_in(engine: AsyncEngine) -> None:
    """No value ends up in another column, on either database."""
    full = make_query(
        1,
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

    await QueryStore(engine).add([full, make_query(2)])

    rows = [Query(**row | {"private": bool(row["private"])}) async for row in QueryStore(engine).export()]
    assert rows == [full, make_query(2)]


async def test_half_a_character_is_stored_as_a_question_mark(engine: AsyncEngine) -> None:
    """UTF-8 has no place for half a surrogate pair; the question is kept all the same."""
    await QueryStore(engine).add([make_query(1, text="who \ud83d pays")])

    assert [row["text"] async for row in QueryStore(engine).export()] == ["who ? pays"]


async def test_a_row_that_sqlite_cannot_hold_does_not_keep_the_others_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """SQLite takes nearly anything; what it does not take is named in the log, the rest is stored."""
    async with open_engine(f"sqlite+aiosqlite:///{tmp_path}/bot.db") as engine:
        await upgrade(engine)
        store = QueryStore(engine)

        await store.add([make_query(1), make_query(2, answer_us=2**70), make_query(3, locale=None), make_query(4)])
        stored = [row["interaction_id"] async for row in store.export()]

    assert stored == [1, 4]
    assert "The row of interaction 2 was lost" in caplog.text
    assert "The row of interaction 3 was lost: NOT NULL" in caplog.text
