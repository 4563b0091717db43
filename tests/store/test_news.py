import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.knowledge.content import StoredEdition
from bot.store.database import open_engine, upgrade
from bot.store.news import ATTEMPTS, Delivery, NewsStore
from bot.store.schema import news_deliveries, server_settings

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=1)
FIRST = StoredEdition(edition="2026-11-01-aaaaaaaa", published=date(2026, 11, 1), content=b"first")
SECOND = StoredEdition(edition="2026-11-26-bbbbbbbb", published=date(2026, 11, 26), content=b"second")


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    async with open_engine(f"sqlite+aiosqlite:///{tmp_path}/bot.db") as engine:
        await upgrade(engine)
        yield engine


@pytest.fixture
def store(engine: AsyncEngine) -> NewsStore:
    return NewsStore(engine)


async def subscribe(engine: AsyncEngine, *guild_ids: int, channel_id: int | None = 70) -> None:
    row = {"version": 1, "settings": "{}", "news_channel": channel_id, "changed_at": NOW.isoformat()}
    async with engine.begin() as connection:
        await connection.execute(insert(server_settings), [row | {"guild_id": id_} for id_ in guild_ids])


async def waiting(store: NewsStore, *, now: datetime = NOW, after: int = 0, limit: int = 100) -> list[int]:
    found = await store.waiting(SECOND.edition, now=now, after=after, limit=limit)
    return [delivery.guild_id for delivery in found]


async def announced(store: NewsStore, engine: AsyncEngine, *guild_ids: int) -> None:
    await subscribe(engine, *guild_ids)
    await store.remember(SECOND, now=NOW, announce=True)


async def test_an_edition_is_remembered_once_for_its_day(store: NewsStore) -> None:
    """A second edition of a day, or the same from another replica, changes nothing."""
    edited = StoredEdition(edition="2026-11-26-cccccccc", published=SECOND.published, content=b"edited")

    assert await store.newest_day() is None
    assert await store.remember(FIRST, now=NOW, announce=False)
    assert await store.remember(SECOND, now=NOW, announce=False)
    assert not await store.remember(SECOND, now=NOW, announce=False)
    assert not await store.remember(edited, now=NOW, announce=False)
    assert await store.newest_day() == SECOND.published
    assert await store.published_before(date(2026, 11, 27)) == SECOND


async def test_an_edition_is_compared_with_the_one_before_it(store: NewsStore) -> None:
    """The newest of those with an earlier day."""
    await store.remember(FIRST, now=NOW, announce=False)
    await store.remember(SECOND, now=NOW, announce=False)

    assert await store.published_before(SECOND.published) == FIRST
    assert await store.published_before(FIRST.published) is None


async def test_servers_with_a_channel_wait_for_the_news(store: NewsStore, engine: AsyncEngine) -> None:
    """Servers without one do not, nor do those that choose one afterwards."""
    await subscribe(engine, 1, channel_id=71)
    await subscribe(engine, 2, channel_id=None)
    await store.remember(SECOND, now=NOW, announce=True)
    await subscribe(engine, 3)

    found = await store.waiting(SECOND.edition, now=NOW, after=0, limit=10)

    assert found == [Delivery(guild_id=1, channel_id=71)]


async def test_an_edition_without_news_makes_nobody_wait(store: NewsStore, engine: AsyncEngine) -> None:
    """It is remembered all the same."""
    await subscribe(engine, 1)
    await store.remember(SECOND, now=NOW, announce=False)

    assert await waiting(store) == []
    assert await store.unfinished(since=LONG_AGO, now=NOW) == []


async def test_the_channel_is_the_one_that_is_set_now(store: NewsStore, engine: AsyncEngine) -> None:
    """Admins who move the news, or stop them, are heeded at once."""
    await announced(store, engine, 1, 2)

    async with engine.begin() as connection:
        await connection.execute(update(server_settings).where(server_settings.c.guild_id == 1).values(news_channel=99))
        await connection.execute(
            update(server_settings).where(server_settings.c.guild_id == 2).values(news_channel=None)
        )

    found = await store.waiting(SECOND.edition, now=NOW, after=0, limit=10)
    assert found == [Delivery(guild_id=1, channel_id=99)]


async def test_a_server_whose_settings_are_gone_is_not_told(store: NewsStore, engine: AsyncEngine) -> None:
    """After the bot was removed and its data deleted nothing is sent."""
    await announced(store, engine, 1)

    async with engine.begin() as connection:
        await connection.execute(delete(server_settings))

    assert await waiting(store) == []


async def test_servers_come_in_pages(store: NewsStore, engine: AsyncEngine) -> None:
    """However many servers wait, few are held in memory."""
    await announced(store, engine, *range(1, 26))

    pages = [await waiting(store, after=after, limit=10) for after in (0, 10, 20, 25)]

    assert pages == [[*range(1, 11)], [*range(11, 21)], [*range(21, 26)], []]


async def test_one_process_takes_a_delivery_on(store: NewsStore, engine: AsyncEngine) -> None:
    """Of many that try at once exactly one sends."""
    await announced(store, engine, 1)
    others = [NewsStore(engine) for _ in range(8)]

    claims = await asyncio.gather(*(other.claim(1, SECOND.edition, now=NOW) for other in others))

    assert sorted(claims, key=lambda claim: claim or 0) == [None] * 7 + [1]
    assert await waiting(store) == []


async def test_a_silent_claim_is_taken_over(store: NewsStore, engine: AsyncEngine) -> None:
    """A process that died after taking a delivery on does not keep the server from its news."""
    await announced(store, engine, 1)
    await store.claim(1, SECOND.edition, now=NOW)

    soon, later = NOW + timedelta(seconds=59), NOW + timedelta(seconds=60)

    assert (await waiting(store, now=soon), await store.claim(1, SECOND.edition, now=soon)) == ([], None)
    assert (await waiting(store, now=later), await store.claim(1, SECOND.edition, now=later)) == ([1], 2)


async def test_attempts_come_to_an_end(store: NewsStore, engine: AsyncEngine) -> None:
    """A delivery that never succeeds is tried five times, over more than an hour, and then left."""
    await announced(store, engine, 1)

    tried = {}
    for minute in range(60 * 24):
        now = NOW + timedelta(minutes=minute)
        if (attempt := await store.claim(1, SECOND.edition, now=now)) is not None:
            tried[attempt] = minute

    assert list(tried) == [*range(1, ATTEMPTS + 1)]
    assert tried[ATTEMPTS] > 60


async def test_what_was_sent_or_given_up_is_not_tried_again(store: NewsStore, engine: AsyncEngine) -> None:
    """One message a server; a refusal is kept with its reason."""
    await announced(store, engine, 1, 2, 3)
    for guild_id in (1, 2, 3):
        await store.claim(guild_id, SECOND.edition, now=NOW)
    await store.confirm(1, SECOND.edition, now=NOW)
    await store.give_up(2, SECOND.edition, reason="The channel is gone.")

    tomorrow = NOW + timedelta(days=1)

    assert await waiting(store, now=tomorrow) == [3]
    async with engine.connect() as connection:
        rows = (await connection.execute(select(news_deliveries).order_by(news_deliveries.c.guild_id))).mappings().all()
    assert [(bool(row["sent_at"]), row["failure"]) for row in rows] == [
        (True, None),
        (False, "The channel is gone."),
        (False, None),
    ]


async def test_news_that_servers_wait_for_are_found_again(store: NewsStore, engine: AsyncEngine) -> None:
    """After a restart the rest is told, as long as the edition is recent."""
    await announced(store, engine, 1)

    assert await store.unfinished(since=LONG_AGO, now=NOW) == [SECOND]
    assert await store.unfinished(since=NOW, now=NOW) == []
    await store.claim(1, SECOND.edition, now=NOW)
    assert await store.unfinished(since=LONG_AGO, now=NOW) == []
