"""What breaks under the query log, on real files: people get their answers, and no row is lost that could be kept."""

import asyncio
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event

from bot.cli import app
from bot.exits import leave_with
from bot.query import Query
from bot.query_journal import QueryJournal
from bot.query_lines import read_rows
from bot.query_log import open_query_log
from bot.store.database import open_engine, upgrade
from bot.store.queries import QueryStore
from tests.commands.reading import text_of
from tests.conftest import World, open_world, settings_for
from tests.disks import mounted
from tests.factories import make_query

LOCKER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.read()
"""


async def until(is_so: Callable[[], object]) -> None:
    async with asyncio.timeout(15):
        while not is_so():
            await asyncio.sleep(0.01)


def rows_in(path: Path) -> list[str]:
    """Return the commands of the rows that a database holds, in order."""
    with closing(sqlite3.connect(path)) as connection:
        return [row[0] for row in connection.execute("SELECT command FROM queries ORDER BY interaction_id")]


def saved_rows(path: Path) -> list[Query]:
    with path.open("rb") as lines:
        return [row for row in read_rows(lines) if isinstance(row, Query)]


async def ask(world: World, command: str) -> None:
    """Let a member use *command* and see an answer."""
    result = await world.member.slash(world.channel, command)
    assert len(text_of(result.response)) > 100


async def flush(world: World) -> None:
    async with asyncio.timeout(15):
        await world.bot.query_log.flushed()


@pytest.fixture(autouse=True)
def spare_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stands for the system's temporary folder."""
    (tmp_path / "spare").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "spare"))
    return tmp_path / "spare"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """The data folder on a file system of its own, of 4 MiB."""
    folder = tmp_path / "data"
    folder.mkdir()
    with mounted(folder, "-t", "tmpfs", "-o", "size=4m", "tmpfs"):
        yield folder


def fill(folder: Path) -> Path:
    """Take all the room there is; deleting the file that is returned gives it back."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(512)):
                pass
        except OSError:
            pass
    return filler


def start_locker(path: Path) -> "subprocess.Popen[bytes]":
    locker = subprocess.Popen([sys.executable, "-c", LOCKER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert locker.stdout is not None
    assert locker.stdout.readline() == b"locked\n"
    return locker


async def test_locked_by_another_process(tmp_path: Path) -> None:
    """Somebody's open transaction delays the log, not the answers; the rows arrive when it ends."""
    path = tmp_path / "data" / "bot.db"
    async with open_world(settings_for(tmp_path)) as world:
        await ask(world, "article5")
        await flush(world)
        locker = await asyncio.to_thread(start_locker, path)

        await ask(world, "stance")
        flushing = asyncio.create_task(flush(world))
        await until(lambda: "locked" in (world.bot.query_log.state.failing or ""))
        await ask(world, "aid")
        await asyncio.to_thread(locker.communicate)
        await flushing
        await flush(world)

        assert rows_in(path) == ["article5", "stance", "aid"]
        assert world.bot.query_log.state.failing is None


async def test_disk_full_and_room_again(tmp_path: Path, small_disk: Path) -> None:
    """Neither database nor journal can grow: rows wait in memory and are written once there is room."""
    async with open_world(settings_for(tmp_path)) as world:
        await ask(world, "article5")
        await flush(world)
        filler = fill(small_disk)

        for _ in range(40):
            await ask(world, "stance")
        flushing = asyncio.create_task(flush(world))
        await until(lambda: world.bot.query_log.state.failing)
        filler.unlink()
        await flushing

        assert rows_in(small_disk / "bot.db") == ["article5"] + 40 * ["stance"]
        assert world.bot.query_log.state.dropped == 0


async def test_disk_full_to_the_end(
    tmp_path: Path, small_disk: Path, spare_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The bot stops while there is no room: the rows go to another disk, in a file that can be imported."""
    async with open_world(settings_for(tmp_path)) as world:
        await ask(world, "article5")
        await flush(world)
        fill(small_disk)
        for _ in range(40):
            await ask(world, "stance")

    [saved] = spare_folder.glob("queries-unwritten-*.jsonl")
    assert [row.command for row in saved_rows(saved)] == 40 * ["stance"]
    assert f"natobot queries import {saved}" in caplog.text


async def test_a_database_that_may_not_grow(tmp_path: Path) -> None:
    """SQLite says that it is full; ten thousand rows wait in memory without a journal, and all of them arrive."""
    limits = [1_000_000]
    async with open_engine(f"sqlite+aiosqlite:///{tmp_path}/bot.db") as engine:
        await upgrade(engine)
        await engine.dispose()
        event.listen(
            engine.sync_engine,
            "checkout",
            lambda connection, *_: connection.execute(f"PRAGMA max_page_count={limits[0]}").close(),
        )
        limits[0] = 1
        store = QueryStore(engine)

        async def open_sink() -> QueryStore:
            return store

        async with open_query_log(open_sink, None, folder=tmp_path) as log:
            for i in range(10_000):
                log.record(make_query(i))
            await until(lambda: "full" in (log.state.failing or ""))
            assert log.waiting == 10_000
            limits[0] = 1_000_000
            async with asyncio.timeout(30):
                await log.flushed()

        assert (log.state.written, log.state.dropped) == (10_000, 0)
    assert len(rows_in(tmp_path / "bot.db")) == 10_000


@contextmanager
def no_file_may_exceed(size: int) -> Iterator[None]:
    """Let the system refuse to make any file of this process longer, as a full disk would."""
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)


def test_half_a_row_is_taken_back_out_of_the_journal(tmp_path: Path) -> None:
    """The disk takes the first bytes of a row only; the row after it, once there is room, is whole."""
    journal = QueryJournal.open(tmp_path / "j")
    journal.append(make_query(1))

    with no_file_may_exceed((tmp_path / "j").stat().st_size + 20), pytest.raises(OSError, match="only a part"):
        journal.append(make_query(2))
    journal.append(make_query(3))

    assert saved_rows(tmp_path / "j") == [make_query(1), make_query(3)]


async def test_a_journal_without_room_is_reported_and_recovers(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Health shows that the journal fails; rows still reach the database, and the next ones the journal."""

    class Away:
        async def add(self, rows: object) -> None:
            raise OSError("away")

    async def open_sink() -> Away:
        return Away()

    async with open_query_log(
        open_sink, QueryJournal.open(tmp_path / "j"), folder=tmp_path, closing_patience=0.05
    ) as log:
        with no_file_may_exceed(0):
            log.record(make_query(1))
            failing = log.state.journal_failing
        log.record(make_query(2))

    assert failing is not None
    assert log.state.journal_failing is None
    assert caplog.text.count("journal cannot be written") == 1
    assert log.state.saved_to is not None
    assert saved_rows(log.state.saved_to) == [make_query(1), make_query(2)]


async def test_deleted_under_us(tmp_path: Path) -> None:
    """The file is gone: the next rows go to a new one, none of them to the file that nobody can open any more."""
    path = tmp_path / "data" / "bot.db"
    async with open_world(settings_for(tmp_path)) as world:
        await ask(world, "article5")
        await flush(world)

        path.unlink()
        await ask(world, "stance")
        await ask(world, "aid")
        await flush(world)
        assert rows_in(path) == ["stance", "aid"]

        shown = await world.member.slash(world.channel, "privacy show")
        assert "2" in text_of(shown.response)

    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def test_folder_deleted_under_us(tmp_path: Path) -> None:
    """Even the folder may go; it is made again, with the rows asked since and the journal."""
    async with open_world(settings_for(tmp_path)) as world:
        await ask(world, "article5")
        await flush(world)

        shutil.rmtree(tmp_path / "data")
        await ask(world, "stance")
        await flush(world)

    assert rows_in(tmp_path / "data" / "bot.db") == ["stance"]


async def test_replaced_under_us(tmp_path: Path) -> None:
    """A backup is put in place of the file: the bot goes on with it, and what the old one left does not ruin it."""
    path = tmp_path / "data" / "bot.db"
    async with open_world(settings_for(tmp_path)) as world:
        await ask(world, "article5")
        await flush(world)
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("VACUUM INTO ?", (str(tmp_path / "backup.db"),))
        await ask(world, "members")
        await flush(world)

        (tmp_path / "backup.db").replace(path)
        await ask(world, "stance")
        await flush(world)

    assert rows_in(path) == ["article5", "stance"]
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def test_rows_written_while_the_file_goes_are_written_again(tmp_path: Path) -> None:
    """The file is deleted in the middle of a batch, after it was looked at: the batch is refused, and repeated."""
    path = tmp_path / "bot.db"
    async with open_engine(f"sqlite+aiosqlite:///{path}") as engine:
        await upgrade(engine)
        gone = [False]

        @event.listens_for(engine.sync_engine, "before_cursor_execute")
        def delete_once(*_: object) -> None:
            if not gone[0]:
                gone[0] = True
                path.unlink()

        async def open_sink() -> QueryStore:
            await upgrade(engine)
            return QueryStore(engine)

        gone[0] = True
        async with open_query_log(open_sink, None) as log:
            await until(lambda: log.state.failing is None and path.exists())
            gone[0] = False
            log.record(make_query(1, command="stance"))
            async with asyncio.timeout(10):
                await log.flushed()

    assert rows_in(path) == ["stance"]


@pytest.fixture
async def used_before(tmp_path: Path) -> Path:
    """A database with some thousand rows, closed."""
    path = tmp_path / "data" / "bot.db"
    path.parent.mkdir()
    async with open_engine(f"sqlite+aiosqlite:///{path}") as engine:
        await upgrade(engine)
        await QueryStore(engine).add([make_query(i, user_key=f"{i:032x}") for i in range(3000)])
    return path


def spoil_header(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"nothing that SQLite knows")


def spoil_pages(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 8192 * 4096)
        file.write(os.urandom(16 * 4096))


@pytest.mark.parametrize("spoil", [spoil_header, spoil_pages])
async def test_corrupt_at_start(
    used_before: Path, tmp_path: Path, spoil: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    """The damaged file is set aside, named with how to recover it, and a fresh one takes the rows."""
    spoil(used_before)
    damaged = used_before.read_bytes()

    async with open_world(settings_for(tmp_path)) as world:
        await ask(world, "article5")
        await flush(world)
        assert rows_in(used_before) == ["article5"]

    [aside] = used_before.parent.glob("bot.db.corrupt-*")
    assert aside.read_bytes() == damaged
    errors = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert len(errors) == 1
    assert f"sqlite3 {aside} .recover" in errors[0]


async def test_corrupt_while_in_use(used_before: Path, tmp_path: Path) -> None:
    """Damage that SQLite meets later is dealt with like damage at the start, without a restart."""
    async with open_world(settings_for(tmp_path)) as world:
        await ask(world, "article5")
        await flush(world)
        with closing(sqlite3.connect(used_before)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with used_before.open("r+b") as file:
            file.seek(4096)
            file.write(os.urandom(used_before.stat().st_size - 4096))
        await ask(world, "stance")
        await flush(world)

        assert rows_in(used_before) == ["stance"]

    assert len(list(used_before.parent.glob("bot.db.corrupt-*"))) >= 1


async def test_a_database_that_is_sound_is_not_set_aside(used_before: Path, tmp_path: Path) -> None:
    """A start on what the last one left keeps it."""
    async with open_world(settings_for(tmp_path)) as world:
        await ask(world, "stance")
        await flush(world)

    assert len(rows_in(used_before)) == 3001
    assert not list(used_before.parent.glob("*corrupt*"))


async def test_who_opted_out_stays_out_when_the_database_is_lost(tmp_path: Path) -> None:
    """The file beside the database tells a fresh one who does not want to be counted."""
    path = tmp_path / "data" / "bot.db"
    async with open_world(settings_for(tmp_path)) as world:
        await world.member.slash(world.channel, "privacy opt-out")
        await flush(world)
        path.unlink()
        result = await world.other.slash(world.channel, "aid")
        assert result.response is not None
        await flush(world)

        await ask(world, "article5")
        await flush(world)
        assert rows_in(path) == ["aid"]

    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT count(*) FROM opt_outs").fetchone() == (1,)


def natobot(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        leave_with(lambda: app(list(arguments)))
    return int(ended.value.code or 0)


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty database that the command line uses."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/bot.db")
    assert natobot("db", "upgrade") == 0
    return tmp_path / "bot.db"


def write_journal(path: Path, *rows: Query) -> None:
    journal = QueryJournal.open(path)
    for row in rows:
        journal.append(row)
    journal.close()


def test_a_saved_file_is_imported_once(database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """However often it is imported, each row is there once, and the command says how many were new."""
    write_journal(tmp_path / "saved.jsonl", *(make_query(i) for i in range(1200)), make_query(3))

    assert natobot("queries", "import", str(tmp_path / "saved.jsonl")) == 0
    assert "Of 1201 rows 1200 were new" in capsys.readouterr().out
    assert natobot("queries", "import", str(tmp_path / "saved.jsonl")) == 0
    assert "Of 1201 rows 0 were new" in capsys.readouterr().out
    assert len(rows_in(database)) == 1200


def test_a_journal_with_a_torn_end_is_imported(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The row that was being written when the power went is the only one that is missing."""
    write_journal(tmp_path / "j", make_query(1), make_query(2))
    with (tmp_path / "j").open("ab") as file:
        file.write(b'[3,"2026-')

    assert natobot("queries", "import", str(tmp_path / "j")) == 0
    assert "The last line is not whole" in capsys.readouterr().out
    assert len(rows_in(database)) == 2


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"not json at all\n", "line 3: it is not JSON"),
        (b'{"interaction_id": 5, "colour": "red"}\n', "the query log has no column “colour”"),
        (b'{"interaction_id": "five"}\n', 'interaction_id cannot be "five"'),
        (b'{"interaction_id": true}\n', "interaction_id cannot be true"),
        (b'{"interaction_id": 5}\n', "it lacks asked_at"),
        (b"[1,2,3]\n", "it has 3 values for 20 columns"),
        (b"42\n", "it is not a row of the query log"),
        (b'{"columns": ["id", "name"]}\n', "it names columns that the query log does not have"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_another_file_is_refused_whole(
    database: Path, tmp_path: Path, line: bytes, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Line and reason are named, and nothing of the file is stored."""
    write_journal(tmp_path / "j", make_query(1))
    with (tmp_path / "j").open("ab") as file:
        file.write(line)

    assert natobot("queries", "import", str(tmp_path / "j")) == 1
    assert reason in capsys.readouterr().err
    assert rows_in(database) == []
