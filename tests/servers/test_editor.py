"""Changing settings: nothing is lost, nothing is half done, everything can be undone."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.servers import editor as editor_module
from bot.servers.editor import Edit, NothingToUndo, NotSaved, OutOfReach, Overtaken, Saved, SettingsEditor
from bot.servers.models import DEFAULTS, ServerSettings, SettingsChange, Stored, Visibility
from bot.servers.registry import Servers
from bot.store.database import open_engine, upgrade
from bot.store.schema import server_changes
from bot.store.servers import ServerStore

GUILD = 7
ADMIN, OTHER_ADMIN = 100, 200


def to(**fields: object) -> Edit:
    """Return an edit that sets fields."""
    return lambda settings: settings.changed(**fields)


@dataclass(frozen=True, slots=True)
class Process:
    """The parts of one process that settings concern."""

    servers: Servers
    editor: SettingsEditor
    store: ServerStore

    async def change(self, edit: Edit, *, seen: int, by: int = ADMIN) -> Saved:
        return await self.editor.change(GUILD, edit, by=by, seen=seen)

    async def undo(self, *, seen: int, by: int = ADMIN) -> Saved:
        return await self.editor.undo(GUILD, by=by, seen=seen)

    async def trail(self) -> list[SettingsChange]:
        """Return all changes, oldest first."""
        return [*reversed(await self.store.changes(GUILD))]


def process_on(store: ServerStore) -> Process:
    servers = Servers()
    editor = SettingsEditor(servers)
    servers.connect(store)
    editor.connect(store)
    return Process(servers, editor, store)


@pytest.fixture
def process(engine: AsyncEngine) -> Process:
    return process_on(ServerStore(engine))


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A failing store is tried once."""
    monkeypatch.setattr(editor_module, "PATIENCE", 0.0)


@pytest.fixture
def restless(monkeypatch: pytest.MonkeyPatch) -> None:
    """A failing store is tried again at once."""
    monkeypatch.setattr(editor_module, "RETRY", 0.0)


async def assert_coherent(process: Process) -> None:
    """Settings and trail tell the same story, each change beginning where the one before it ended."""
    stored, trail = await process.store.read(GUILD), await process.trail()
    assert [change.version for change in trail] == list(range(1, stored.version + 1))
    assert [change.before for change in trail] == [DEFAULTS, *(change.after for change in trail)][: len(trail)]
    assert stored.settings == (trail[-1].after if trail else DEFAULTS)
    assert await process.servers.settings(GUILD) == stored.settings


async def test_a_change_is_saved_with_who_made_it(process: Process) -> None:
    """It holds at once, and the trail says who changed what from what to what."""
    saved = await process.change(to(answers="private"), seen=0)

    (entry,) = await process.trail()
    assert saved.stored == Stored(version=1, settings=ServerSettings(answers=Visibility.PRIVATE))
    assert [(made.field, made.before, made.after) for made in saved.made] == [("answers", "public", "private")]
    assert (entry.by, entry.before, entry.after, entry.restores) == (ADMIN, DEFAULTS, saved.stored.settings, None)
    await assert_coherent(process)


async def test_the_next_answer_follows_a_change(process: Process) -> None:
    """What was in memory before is not answered with any more."""
    await process.servers.settings(GUILD)

    await process.change(to(answers="private"), seen=0)

    assert (await process.servers.settings(GUILD)).answers is Visibility.PRIVATE


async def test_a_change_to_what_already_holds_leaves_no_trace(process: Process) -> None:
    """Choosing what is chosen already makes no entry."""
    saved = await process.change(to(answers="public"), seen=0)

    assert saved.made == ()
    assert await process.trail() == []


async def test_changes_of_different_things_both_hold(process: Process) -> None:
    """An admin whose panel is older than a colleague's change keeps both, and is told of the other."""
    await process.change(to(language="de"), seen=0, by=OTHER_ADMIN)

    saved = await process.change(to(note="Hello"), seen=0)

    assert saved.stored == Stored(version=2, settings=ServerSettings(language="de", note="Hello"))
    assert [(other.by, other.after.language) for other in saved.others] == [(OTHER_ADMIN, "de")]
    await assert_coherent(process)


async def test_notes_of_different_topics_are_different_things(process: Process) -> None:
    """Two admins write notes of two topics at once."""
    await process.change(to(topic_notes={"aid": "One"}), seen=0, by=OTHER_ADMIN)

    def noted(settings: ServerSettings) -> ServerSettings:
        return settings.changed(topic_notes={**settings.topic_notes, "stance": "Two"})

    saved = await process.change(noted, seen=0)

    assert saved.stored.settings.topic_notes == {"aid": "One", "stance": "Two"}


async def test_the_later_of_two_changes_of_one_thing_sees_the_earlier(process: Process) -> None:
    """It is refused with what the other did, and nothing changes."""
    await process.change(to(language="de"), seen=0, by=OTHER_ADMIN)
    await process.change(to(note="Hello"), seen=1, by=OTHER_ADMIN)

    with pytest.raises(Overtaken) as caught:
        await process.change(to(language="uk"), seen=0)

    assert [(change.version, change.by) for change in caught.value.changes] == [(1, OTHER_ADMIN), (2, OTHER_ADMIN)]
    assert caught.value.stored == Stored(version=2, settings=ServerSettings(language="de", note="Hello"))
    assert await process.store.read(GUILD) == caught.value.stored
    await assert_coherent(process)


async def test_a_change_there_and_back_is_still_somebody_else_s(process: Process) -> None:
    """Who chose public before a colleague made it private and public again is asked once more."""
    await process.change(to(answers="private"), seen=0, by=OTHER_ADMIN)
    await process.change(to(answers="public"), seen=1, by=OTHER_ADMIN)

    with pytest.raises(Overtaken):
        await process.change(to(answers="private"), seen=0)


async def test_both_want_the_same(process: Process) -> None:
    """When a colleague already chose it, there is nothing to refuse and nothing to write."""
    await process.change(to(answers="private"), seen=0, by=OTHER_ADMIN)

    saved = await process.change(to(answers="private"), seen=0)

    assert saved.made == ()
    assert len(saved.others) == 1


async def test_a_panel_older_than_the_trail_is_shown_anew(process: Process, engine: AsyncEngine) -> None:
    """Where it is not known any more what others changed, nothing is changed on top of it."""
    await process.change(to(language="de"), seen=0, by=OTHER_ADMIN)
    async with engine.begin() as connection:
        await connection.execute(delete(server_changes))

    with pytest.raises(Overtaken):
        await process.change(to(language="uk"), seen=0)

    assert (await process.store.read(GUILD)).settings.language == "de"


async def test_changes_are_undone_one_after_another(process: Process) -> None:
    """Each undo goes one change further back, down to where it began."""
    for version, language in enumerate(("de", "uk", "pl")):
        await process.change(to(language=language), seen=version)

    undone = [(await process.undo(seen=seen)).stored.settings.language for seen in (3, 4, 5)]

    assert undone == ["uk", "de", None]
    with pytest.raises(NothingToUndo):
        await process.undo(seen=6)
    await assert_coherent(process)


async def test_an_undo_stands_in_the_trail(process: Process) -> None:
    """It is a change like any other, made by whoever undid, and marked."""
    await process.change(to(language="de"), seen=0)
    await process.undo(seen=1, by=OTHER_ADMIN)

    entry = (await process.trail())[-1]

    assert (entry.version, entry.by, entry.restores) == (2, OTHER_ADMIN, 0)
    assert (entry.before.language, entry.after.language) == ("de", None)


async def test_a_change_after_an_undo_is_what_is_undone_next(process: Process) -> None:
    """Undo always takes back the last thing that was done and not undone yet."""
    await process.change(to(language="de"), seen=0)
    await process.change(to(note="Hello"), seen=1)
    await process.undo(seen=2)
    await process.change(to(answers="private"), seen=3)

    first = await process.undo(seen=4)
    second = await process.undo(seen=5)

    assert first.stored.settings == ServerSettings(language="de")
    assert second.stored.settings == DEFAULTS
    await assert_coherent(process)


async def test_undoing_a_reset_brings_everything_back(process: Process) -> None:
    """A reset is a change as well."""
    await process.change(to(language="de", note="Hello", answers="private"), seen=0)
    await process.change(lambda _: DEFAULTS, seen=1)

    saved = await process.undo(seen=2)

    assert saved.stored.settings == ServerSettings(language="de", note="Hello", answers=Visibility.PRIVATE)


async def test_undo_does_not_take_back_what_was_not_seen(process: Process) -> None:
    """After a colleague's change, of whatever, undo shows it first."""
    await process.change(to(language="de"), seen=0)
    await process.change(to(note="Hello"), seen=1, by=OTHER_ADMIN)

    with pytest.raises(Overtaken) as caught:
        await process.undo(seen=1)

    assert [change.by for change in caught.value.changes] == [OTHER_ADMIN]
    assert len(await process.trail()) == 2


@pytest.mark.parametrize("seen", [0, -1, 5], ids=["nothing", "less than nothing", "what never was"])
async def test_there_may_be_nothing_to_undo(process: Process, seen: int) -> None:
    """That is said in a sentence."""
    with pytest.raises(NothingToUndo, match="nothing to undo"):
        await process.undo(seen=seen)


class LosesReplies(ServerStore):
    """Commits the first change and then fails, as when the connection is cut before the reply."""

    def __init__(self, engine: AsyncEngine, *, then: SettingsChange | None = None) -> None:
        super().__init__(engine)
        self._then = then  # what somebody else changes before it is tried again
        self._has_failed = False

    async def write(self, guild_id: int, change: SettingsChange) -> bool:
        written = await super().write(guild_id, change)
        if self._has_failed:
            return written
        self._has_failed = True
        if self._then is not None:
            await super().write(guild_id, self._then)
        raise ConnectionError("cut")


@pytest.mark.usefixtures("restless")
async def test_a_change_that_seemed_to_fail_counts_once(engine: AsyncEngine) -> None:
    """Trying again finds that it was saved."""
    process = process_on(LosesReplies(engine))

    saved = await process.change(to(language="de"), seen=0)

    assert saved.stored.version == 1
    assert [made.after for made in saved.made] == ["de"]
    assert saved.others == ()
    await assert_coherent(process)


@pytest.mark.usefixtures("restless")
async def test_a_change_that_seemed_to_fail_is_not_taken_for_somebody_else_s(engine: AsyncEngine) -> None:
    """Not even when a colleague changed something before it was tried again."""
    mine = ServerSettings(language="de")
    then = SettingsChange(
        version=2, at=datetime.now(UTC), by=OTHER_ADMIN, before=mine, after=mine.changed(note="Hello")
    )
    process = process_on(LosesReplies(engine, then=then))

    saved = await process.change(to(language="de"), seen=0)

    assert saved.stored == Stored(version=2, settings=then.after)
    assert [made.after for made in saved.made] == ["de"]
    assert [other.by for other in saved.others] == [OTHER_ADMIN]
    await assert_coherent(process)


@pytest.mark.usefixtures("restless")
async def test_an_undo_that_seemed_to_fail_counts_once(engine: AsyncEngine) -> None:
    """One press of undo takes back one change."""
    before = process_on(ServerStore(engine))
    await before.change(to(language="de"), seen=0)
    await before.change(to(language="uk"), seen=1)
    process = process_on(LosesReplies(engine))

    saved = await process.undo(seen=2)

    assert saved.stored.settings.language == "de"
    assert len(await process.trail()) == 3
    await assert_coherent(process)


@pytest.mark.usefixtures("impatient")
async def test_nothing_is_half_saved(process: Process, engine: AsyncEngine) -> None:
    """When the entry in the trail cannot be written, the settings are as they were, and the admin is told so."""
    async with engine.begin() as connection:
        entry = {"guild_id": GUILD, "version": 1, "changed_at": "", "before": "{}", "after": "{}"}
        await connection.execute(insert(server_changes).values(entry))

    with pytest.raises(NotSaved, match=r"\*\*Not saved"):
        await process.change(to(language="de"), seen=0)

    assert await process.store.read(GUILD) == Stored(version=0, settings=DEFAULTS)
    assert await process.servers.settings(GUILD) is DEFAULTS


class Gone(ServerStore):
    """A database that cannot be reached."""

    def __init__(self) -> None:
        pass

    async def read(self, guild_id: int) -> Stored:
        raise ConnectionRefusedError("no such host")


@pytest.mark.usefixtures("impatient")
async def test_a_store_that_is_gone_is_said_in_words() -> None:
    """Reading says that it cannot be reached, changing that nothing was saved."""
    editor = process_on(Gone()).editor

    with pytest.raises(OutOfReach, match="cannot be reached at the moment"):
        await editor.read(GUILD)
    with pytest.raises(NotSaved, match="what held before still holds"):
        await editor.change(GUILD, to(language="de"), by=ADMIN, seen=0)
    with pytest.raises(OutOfReach):
        await editor.undo(GUILD, by=ADMIN, seen=1)


@pytest.mark.usefixtures("impatient")
async def test_before_the_store_is_open_nothing_is_saved() -> None:
    """In the first seconds of a process the panel says so."""
    with pytest.raises(NotSaved):
        await SettingsEditor(Servers()).change(GUILD, to(language="de"), by=ADMIN, seen=0)


async def test_an_admin_s_mistake_is_not_taken_for_the_database_s(process: Process) -> None:
    """What an edit refuses is told as it is, at once, and not tried again."""

    def refuse(settings: ServerSettings) -> ServerSettings:
        raise NothingToUndo

    with pytest.raises(NothingToUndo):
        await process.change(refuse, seen=0)


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A change is tried again for as long as the slowest machine needs."""
    monkeypatch.setattr(editor_module, "PATIENCE", 60.0)


@pytest.mark.usefixtures("unhurried")
async def test_two_processes_lose_no_change(engine: AsyncEngine, database_url: str) -> None:
    """Twenty admins on two replicas change twenty things at the same moment: all are kept, in one line of versions."""
    async with open_engine(database_url) as other_engine:
        processes = [process_on(ServerStore(engine)), process_on(ServerStore(other_engine))]

        def note_of(number: int) -> Edit:
            return lambda settings: settings.changed(
                topic_notes={**settings.topic_notes, f"topic{number}": f"Note {number}"}
            )

        await asyncio.gather(*(processes[i % 2].change(note_of(i), seen=0, by=ADMIN + i) for i in range(20)))

        stored = await processes[0].store.read(GUILD)
        assert stored.version == 20
        assert stored.settings.topic_notes == {f"topic{i}": f"Note {i}" for i in range(20)}
        assert {change.by for change in await processes[0].trail()} == {ADMIN + i for i in range(20)}
        for process in processes:
            process.servers.forget(GUILD)  # as the signal of the last change does
            await assert_coherent(process)


@pytest.mark.usefixtures("unhurried")
async def test_of_two_changes_of_one_thing_at_once_one_is_refused(engine: AsyncEngine, database_url: str) -> None:
    """On two replicas at the same moment as well."""
    async with open_engine(database_url) as other_engine:
        one, other = process_on(ServerStore(engine)), process_on(ServerStore(other_engine))

        outcomes = await asyncio.gather(
            one.change(to(language="de"), seen=0),
            other.change(to(language="uk"), seen=0, by=OTHER_ADMIN),
            return_exceptions=True,
        )

        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Overtaken", "Saved"]
        assert (await one.store.read(GUILD)).version == 1


@pytest.mark.usefixtures("unhurried")
async def test_changes_in_one_process_leave_the_last_in_memory(process: Process) -> None:
    """However their ends overlap, answers follow what is stored."""
    await process.servers.settings(GUILD)

    await asyncio.gather(
        process.change(to(language="de"), seen=0), process.change(to(note="Hello"), seen=0, by=OTHER_ADMIN)
    )

    assert await process.servers.settings(GUILD) == ServerSettings(language="de", note="Hello")


@asynccontextmanager
async def sqlite_process(path: Path) -> AsyncIterator[Process]:
    async with open_engine(f"sqlite+aiosqlite:///{path}") as engine:
        await upgrade(engine)
        yield process_on(ServerStore(engine))


@pytest.mark.usefixtures("impatient")
async def test_a_locked_file_is_said_in_words(tmp_path: Path) -> None:
    """While another program writes to the file, a change is not saved, and the panel says so."""
    path = tmp_path / "bot.db"
    async with sqlite_process(path) as process:
        with closing(sqlite3.connect(path, isolation_level=None)) as lock:
            lock.execute("BEGIN IMMEDIATE")

            with pytest.raises(NotSaved):
                await process.change(to(language="de"), seen=0)

        await assert_coherent(process)
        assert await process.trail() == []


@pytest.mark.usefixtures("unhurried")
async def test_a_lock_that_goes_in_time_is_waited_for(tmp_path: Path) -> None:
    """A change is saved once the other program is done, once only."""
    path = tmp_path / "bot.db"
    async with sqlite_process(path) as process:
        with closing(sqlite3.connect(path, isolation_level=None)) as lock:
            lock.execute("BEGIN IMMEDIATE")
            asyncio.get_running_loop().call_later(0.4, lock.execute, "COMMIT")

            saved = await process.change(to(language="de"), seen=0)

        assert saved.stored.version == 1
        await assert_coherent(process)


async def test_an_import_waits_in_the_store(process: Process) -> None:
    """A draft can be applied by whichever process gets the press, in its own server only."""
    await process.editor.keep_draft(5, GUILD, ServerSettings(language="de"))

    assert await process.editor.draft(5, GUILD) == ServerSettings(language="de")
    assert await process.editor.draft(5, GUILD + 1) is None
