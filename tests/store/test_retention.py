import asyncio
from datetime import UTC, datetime

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.database import open_engine
from bot.store.queries import QueryStore
from bot.store.retention import Released, release
from bot.store.schema import daily_counts, editions, news_deliveries, queries, server_changes, settings_drafts
from tests.factories import make_query

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


async def test_texts_go_first_and_rows_become_counts(engine: AsyncEngine) -> None:
    """After 90 days the words are gone, after 400 the rows; what was asked how often remains, without people."""
    await QueryStore(engine).add(
        [
            make_query(1, asked_at="2025-10-01T09:00:00.000+00:00", user_key="a"),
            make_query(2, asked_at="2025-10-01T10:00:00.000+00:00", user_key="b"),
            make_query(3, asked_at="2026-08-01T10:00:00.000+00:00", text="old words"),
            make_query(4, asked_at="2026-11-20T10:00:00.000+00:00", text="new words"),
        ]
    )

    released = await release(engine, now=NOW, text_days=90, row_days=400)
    again = await release(engine, now=NOW, text_days=90, row_days=400)
    async with engine.connect() as connection:
        kept = select(queries.c.interaction_id, queries.c.text).order_by(queries.c.interaction_id)
        rows = (await connection.execute(kept)).all()
        counts = (await connection.execute(select(daily_counts))).mappings().all()

    assert released == Released(texts=1, rows=2, changes=0, drafts=0, news=0)
    assert not again
    assert [tuple(row) for row in rows] == [(3, None), (4, "new words")]
    assert [(row["day"], row["topic"], row["answers"], row["askers"]) for row in counts] == [
        ("2025-10-01", "article5", 2, 2)
    ]
    assert "user_key" not in counts[0]
    assert "guild_id" not in counts[0]


async def test_news_of_old_editions_goes_but_never_the_newest_edition(engine: AsyncEngine) -> None:
    """The next edition is compared with it, however long ago it was."""
    edition = {"seen_at": "2025-10-01T00:00:00.000+00:00", "content": b""}
    told = {"guild_id": 7, "attempts": 1}
    async with engine.begin() as connection:
        await connection.execute(
            insert(editions),
            [edition | {"edition": day, "published": day} for day in ("2025-09-01", "2025-10-20", "2025-10-21")],
        )
        await connection.execute(
            insert(news_deliveries),
            [
                told | {"edition": "2025-10-20", "claimed_at": "2025-10-20T23:59:59.000+00:00"},
                told | {"edition": "2025-10-21", "claimed_at": "2025-10-21T00:00:00.000+00:00"},
            ],
        )

    released = await release(engine, now=NOW, text_days=90, row_days=400)
    much_later = await release(engine, now=NOW.replace(year=2030), text_days=90, row_days=400)
    async with engine.connect() as connection:
        kept = (await connection.execute(select(editions.c.edition))).scalars().all()

    assert (released.news, much_later.news) == (1, 1)
    assert kept == ["2025-10-21"]


async def test_settings_changes_go_with_the_rows_and_drafts_after_a_day(engine: AsyncEngine) -> None:
    """Who changed what is kept for 400 days; an import that nobody applied for one."""
    change = {"guild_id": 7, "changed_by": 11, "before": "{}", "after": "{}"}
    draft = {"guild_id": 7, "settings": "{}"}
    async with engine.begin() as connection:
        await connection.execute(
            insert(server_changes),
            [
                change | {"version": 1, "changed_at": "2025-10-20T23:59:59.000+00:00"},
                change | {"version": 2, "changed_at": "2025-10-21T00:00:00.000+00:00"},
            ],
        )
        await connection.execute(
            insert(settings_drafts),
            [
                draft | {"id": 1, "made_at": "2026-11-24T11:59:59.000+00:00"},
                draft | {"id": 2, "made_at": "2026-11-24T12:00:00.000+00:00"},
            ],
        )

    released = await release(engine, now=NOW, text_days=90, row_days=400)
    async with engine.connect() as connection:
        versions = (await connection.execute(select(server_changes.c.version))).scalars().all()
        drafts = (await connection.execute(select(settings_drafts.c.id))).scalars().all()

    assert released == Released(texts=0, rows=0, changes=1, drafts=1, news=0)
    assert (versions, drafts) == ([2], [2])


async def test_replicas_that_release_at_once_count_each_row_once(postgres_url: str) -> None:
    """Two processes do the daily work at the same moment: the sum of the counts is the number of rows."""
    async with open_engine(postgres_url) as one, open_engine(postgres_url) as other:
        await QueryStore(one).add([make_query(i, asked_at="2025-10-01T09:00:00.000+00:00") for i in range(500)])

        done = await asyncio.gather(*(release(e, now=NOW, text_days=90, row_days=400) for e in (one, other)))
        async with one.connect() as connection:
            counted = (await connection.execute(select(func.sum(daily_counts.c.answers)))).scalar()

    assert counted == 500
    assert sorted(released.rows for released in done) == [0, 500]
