"""Settings and their trail in the database: both or neither."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.servers.models import DEFAULTS, ServerSettings, SettingsChange, Stored, Visibility
from bot.store.schema import server_changes, server_settings
from bot.store.servers import ServerStore, server_of_signal, server_signal

GUILD, OTHER_GUILD = 7, 2**63 - 1
ADMIN = 100
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
PRIVATE = ServerSettings(answers=Visibility.PRIVATE, news_channel=2**63 - 1, note="Ґ\n👩‍👩‍👧")
GERMAN = PRIVATE.changed(language="de")


def make_change(version: int = 1, before: ServerSettings = DEFAULTS, after: ServerSettings = PRIVATE) -> SettingsChange:
    return SettingsChange(version=version, at=NOON + timedelta(minutes=version), by=ADMIN, before=before, after=after)


@pytest.fixture
def store(engine: AsyncEngine) -> ServerStore:
    return ServerStore(engine)


async def test_where_nobody_decided_anything_the_defaults_hold(store: ServerStore) -> None:
    """A server without a row is at version 0 and has no history."""
    assert await store.read(GUILD) == Stored(version=0, settings=DEFAULTS)
    assert await store.changes(GUILD) == []


async def test_what_is_written_is_read(store: ServerStore) -> None:
    """Settings and who changed what come back as they were; other servers are not touched."""
    first, second = make_change(), make_change(2, PRIVATE, GERMAN)

    written = [await store.write(GUILD, first), await store.write(GUILD, second)]

    assert written == [True, True]
    assert await store.read(GUILD) == Stored(version=2, settings=GERMAN)
    assert await store.changes(GUILD) == [second, first]
    assert await store.read(OTHER_GUILD) == Stored(version=0, settings=DEFAULTS)


@pytest.mark.parametrize("version", [1, 2, 4], ids=["the first again", "the present one again", "one too far"])
async def test_a_change_of_another_version_is_not_written(store: ServerStore, version: int) -> None:
    """Only a change of what is stored now is taken; another leaves everything as it is."""
    for change in (make_change(), make_change(2, PRIVATE, GERMAN)):
        await store.write(GUILD, change)

    taken = await store.write(GUILD, make_change(version, PRIVATE, DEFAULTS))

    assert not taken
    assert await store.read(GUILD) == Stored(version=2, settings=GERMAN)
    assert len(await store.changes(GUILD)) == 2


async def test_a_server_without_settings_starts_at_one(store: ServerStore) -> None:
    """A change of something that is no longer there is not written."""
    assert not await store.write(GUILD, make_change(2))
    assert await store.changes(GUILD) == []


async def test_settings_are_not_changed_without_their_entry_in_the_trail(
    store: ServerStore, engine: AsyncEngine
) -> None:
    """When the second statement fails, the first is taken back."""
    await store.write(GUILD, make_change())
    async with engine.begin() as connection:
        entry = {"guild_id": GUILD, "version": 2, "changed_at": "", "before": "{}", "after": "{}"}
        await connection.execute(insert(server_changes).values(entry))

    with pytest.raises(IntegrityError):
        await store.write(GUILD, make_change(2, PRIVATE, GERMAN))

    assert await store.read(GUILD) == Stored(version=1, settings=PRIVATE)


async def test_history_is_read_in_pages(store: ServerStore) -> None:
    """Newest first, between two versions, no more than asked for."""
    before = DEFAULTS
    for version in range(1, 8):
        after = ServerSettings(note=str(version))
        await store.write(GUILD, make_change(version, before, after))
        before = after

    async def versions(**limits: int) -> list[int]:
        return [change.version for change in await store.changes(GUILD, **limits)]

    assert await versions(limit=3) == [7, 6, 5]
    assert await versions(before=5, limit=3) == [4, 3, 2]
    assert await versions(after=5) == [7, 6]
    assert await versions(after=2, before=5) == [4, 3]
    assert await versions(before=1) == []


async def test_the_channel_for_news_stands_beside_the_settings(store: ServerStore, engine: AsyncEngine) -> None:
    """Who sends news finds the channel without reading every server's settings; it follows each change."""
    await store.write(GUILD, make_change())
    await store.write(OTHER_GUILD, make_change())
    await store.write(OTHER_GUILD, make_change(2, PRIVATE, DEFAULTS))

    async with engine.connect() as connection:
        rows = await connection.execute(select(server_settings.c.guild_id, server_settings.c.news_channel))

    assert {row.guild_id: row.news_channel for row in rows} == {GUILD: 2**63 - 1, OTHER_GUILD: None}


async def test_a_row_of_a_newer_version_is_read(store: ServerStore, engine: AsyncEngine) -> None:
    """After going back to an older version, its servers are answered, the rest of their settings in force."""
    row = {"version": 3, "changed_at": "", "settings": '{"answers":"threads","language":"de","colour":"red"}'}
    async with engine.begin() as connection:
        await connection.execute(insert(server_settings).values(guild_id=GUILD, **row))

    stored = await store.read(GUILD)

    assert stored.version == 3
    assert stored.settings == ServerSettings(answers=Visibility.PRIVATE, language="de", keep_texts=False)


async def test_an_import_is_kept_for_its_own_server(store: ServerStore) -> None:
    """A draft is found by its id where it was made, and nowhere else."""
    await store.keep_draft(1, GUILD, PRIVATE, at=NOON)

    assert await store.draft(1, GUILD) == PRIVATE
    assert await store.draft(1, OTHER_GUILD) is None
    assert await store.draft(2, GUILD) is None


async def test_an_import_that_is_kept_is_not_replaced(store: ServerStore) -> None:
    """What was previewed is what is applied, though keeping it was tried twice."""
    await store.keep_draft(1, GUILD, PRIVATE, at=NOON)
    await store.keep_draft(1, GUILD, GERMAN, at=NOON)

    assert await store.draft(1, GUILD) == PRIVATE


def test_a_signal_names_its_server() -> None:
    """Processes that hear of a change know whose; other signals are not about servers."""
    assert server_of_signal(server_signal(OTHER_GUILD)) == OTHER_GUILD
    assert server_of_signal("opt-outs") is None
