"""What a person may do about their rows, in the database."""

import asyncio

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.database import open_engine
from bot.store.privacy import Holdings, PrivacyStore
from bot.store.queries import QueryStore
from tests.factories import make_query

MINE = ("mine-under-the-new-key", "mine-under-the-old-key")


async def test_a_person_is_found_under_every_key_that_was_used(engine: AsyncEngine) -> None:
    """What is stored about somebody counts rows from before the key was changed, and nobody else's."""
    await QueryStore(engine).add(
        [
            make_query(1, user_key=MINE[0], asked_at="2026-11-02T00:00:00.000+00:00", text="why"),
            make_query(2, user_key=MINE[1], asked_at="2026-11-01T00:00:00.000+00:00"),
            make_query(3, user_key="another"),
        ]
    )
    store = PrivacyStore(engine)

    assert await store.holdings(MINE) == Holdings(rows=2, texts=1, oldest="2026-11-01T00:00:00.000+00:00")
    assert [row["interaction_id"] for row in await store.export(MINE, limit=10)] == [2, 1]
    assert [row["interaction_id"] for row in await store.export(MINE, limit=1)] == [1]


async def test_forgetting_deletes_a_persons_rows_and_says_how_many(engine: AsyncEngine) -> None:
    """Other people's rows stay."""
    log = QueryStore(engine)
    await log.add([make_query(1, user_key=MINE[0]), make_query(2, user_key=MINE[1]), make_query(3, user_key="another")])

    assert await PrivacyStore(engine).forget(MINE) == 2
    assert [row["interaction_id"] async for row in log.export()] == [3]


async def test_an_opt_out_is_kept_until_it_is_taken_back(engine: AsyncEngine) -> None:
    """Opting out twice is the same as once."""
    store = PrivacyStore(engine)

    for _ in range(2):
        await store.set_opt_out(MINE, since="2026-11-25T12:00:00+00:00", opted_out=True)
    opted_out = await store.opted_out()
    await store.set_opt_out(MINE, since="2026-11-26T12:00:00+00:00", opted_out=False)

    assert opted_out == set(MINE)
    assert await store.opted_out() == set()


async def test_opting_out_in_two_replicas_at_once_is_opting_out(postgres_url: str) -> None:
    """A second press that reaches another process succeeds like the first."""
    async with open_engine(postgres_url) as one, open_engine(postgres_url) as other:
        stores = [PrivacyStore(one), PrivacyStore(other)]

        await asyncio.gather(
            *(store.set_opt_out(MINE, since="2026-11-25T12:00:00+00:00", opted_out=True) for store in stores * 3)
        )

        assert await stores[0].opted_out() == set(MINE)
