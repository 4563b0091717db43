"""What a person may do about their rows, in the database."""

import asyncio

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.database import open_engine
from bot.store.privacy import Forgotten, Holdings, PrivacyStore
from bot.store.queries import QueryStore
from bot.store.query_reports import QueryReports
from bot.store.schema import server_changes
from tests.factories import make_query

ME, ANOTHER = 10**17 + 1, 10**17 + 2
MINE = ("mine-under-the-new-key", "mine-under-the-old-key")


async def exported(store: PrivacyStore, *, row_limit: int = 10, change_limit: int = 10) -> tuple[list[int], list[int]]:
    """Return which rows and which changes of settings an export holds."""
    data = await store.export(ME, MINE, row_limit=row_limit, change_limit=change_limit)
    return [row["interaction_id"] for row in data["queries"]], [row["version"] for row in data["settings_changes"]]


async def change_settings(engine: AsyncEngine, *changed_by: int) -> None:
    """Let these members change the settings of a server, one after the other."""
    async with engine.begin() as connection:
        for version, member in enumerate(changed_by, 1):
            at = f"2026-11-{version:02}T00:00:00.000+00:00"
            row = {"guild_id": 7, "version": version, "changed_at": at, "changed_by": member}
            await connection.execute(insert(server_changes).values(row | {"before": "{}", "after": "{}"}))


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

    assert await store.holdings(ME, MINE) == Holdings(
        rows=2, texts=1, oldest="2026-11-01T00:00:00.000+00:00", settings_changes=0
    )
    assert await exported(store, row_limit=10) == ([2, 1], [])
    assert await exported(store, row_limit=1) == ([1], [])


async def test_forgetting_deletes_a_persons_rows_and_says_how_many(engine: AsyncEngine) -> None:
    """Other people's rows stay."""
    log = QueryStore(engine)
    await log.add([make_query(1, user_key=MINE[0]), make_query(2, user_key=MINE[1]), make_query(3, user_key="another")])

    assert await PrivacyStore(engine).forget(ME, MINE) == Forgotten(rows=2, settings_changes=0)
    assert [row["interaction_id"] async for row in QueryReports(engine).export()] == [3]


async def test_changes_of_settings_belong_to_who_made_them(engine: AsyncEngine) -> None:
    """They are found by the id itself, oldest first, the newest when there are too many."""
    await change_settings(engine, ME, ANOTHER, ME)
    store = PrivacyStore(engine)

    assert (await store.holdings(ME, MINE)).settings_changes == 2
    assert await exported(store) == ([], [1, 3])
    assert await exported(store, change_limit=1) == ([], [3])


async def test_forgetting_takes_the_id_out_of_changes_of_settings(engine: AsyncEngine) -> None:
    """What was changed stays for the server, and others stay named."""
    await change_settings(engine, ME, ANOTHER, ME)

    forgotten = await PrivacyStore(engine).forget(ME, MINE)
    async with engine.connect() as connection:
        names = select(server_changes.c.changed_by).order_by(server_changes.c.version)
        named = (await connection.execute(names)).scalars().all()

    assert forgotten == Forgotten(rows=0, settings_changes=2)
    assert named == [None, ANOTHER, None]


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
