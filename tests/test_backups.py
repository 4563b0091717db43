"""Copying the database and putting a copy back, with the commands that operators use."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.store.database import open_engine, schema_revision, upgrade
from bot.store.partitions import make_ahead, parts
from bot.store.queries import QueryStore
from bot.store.query_reports import QueryReports
from bot.store.schema import HEAD
from tests.command_line import run
from tests.factories import make_query
from tests.postgres import PostgresServer
from tests.store.test_partitions import TODAY, asked_on


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database with three rows, and the copies elsewhere."""
    path = tmp_path / "data" / "bot.db"
    path.parent.mkdir()
    monkeypatch.setenv("DATABASE_URL", address(path))
    add(path, 1, 2, 3)
    return path


def address(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


def add(path: Path, *ids: int) -> None:
    async def fill() -> None:
        async with open_engine(address(path)) as engine:
            await upgrade(engine)
            await QueryStore(engine).add([make_query(number) for number in ids])

    asyncio.run(fill())


def rows(path: Path) -> list[int]:
    with closing(sqlite3.connect(path)) as connection:
        return [row[0] for row in connection.execute("SELECT interaction_id FROM queries ORDER BY 1")]


def test_a_copy_is_put_back(database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was there when the copy was made is there again; what came since is kept beside it."""
    copy = tmp_path / "copy.db"
    assert run("db", "backup", str(copy)) == 0
    assert "3 rows of the log" in capsys.readouterr().out
    add(database, 4)

    assert run("db", "restore", str(copy)) == 0

    assert "holds 3 rows of the log again" in capsys.readouterr().out
    assert rows(database) == [1, 2, 3]
    (before,) = database.parent.glob("bot.db.replaced-*Z")
    assert rows(before) == [1, 2, 3, 4]
    add(database, 5)
    assert rows(database) == [1, 2, 3, 5]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy.db", "data"]


def test_a_copy_is_whole_while_others_write(database: Path, tmp_path: Path) -> None:
    """The bot need not be stopped: all that is committed is in the copy, all that is not is not."""
    with closing(sqlite3.connect(database)) as writing:
        writing.execute("INSERT INTO opt_outs VALUES ('committed', '2026-11-25')")
        writing.commit()
        writing.execute("INSERT INTO opt_outs VALUES ('in progress', '2026-11-25')")

        assert run("db", "backup", str(tmp_path / "copy.db")) == 0

    with closing(sqlite3.connect(tmp_path / "copy.db")) as copied:
        assert [row[0] for row in copied.execute("SELECT user_key FROM opt_outs")] == ["committed"]
        assert copied.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_an_older_copy_is_brought_up_to_date(database: Path, tmp_path: Path) -> None:
    """A copy of before an upgrade fits the version that restores it."""
    assert run("db", "downgrade", "0003") == 0
    assert run("db", "backup", str(tmp_path / "copy.db")) == 0

    assert run("db", "restore", str(tmp_path / "copy.db")) == 0

    async def stands_at() -> str | None:
        async with open_engine(address(database)) as engine:
            return await schema_revision(engine)

    assert asyncio.run(stands_at()) == HEAD
    assert rows(database) == [1, 2, 3]


def test_a_database_that_is_gone_is_restored(database: Path, tmp_path: Path) -> None:
    """On a new machine there is nothing to set aside."""
    assert run("db", "backup", str(tmp_path / "copy.db")) == 0
    for path in (*database.parent.iterdir(), database.parent):
        path.rmdir() if path.is_dir() else path.unlink()

    assert run("db", "restore", str(tmp_path / "copy.db")) == 0

    assert rows(database) == [1, 2, 3]


def test_nothing_is_overwritten(database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A copy from yesterday is not lost to a name that was used twice."""
    (tmp_path / "copy.db").write_text("yesterday's")

    assert run("db", "backup", str(tmp_path / "copy.db")) == 78

    assert "exists already" in capsys.readouterr().err
    assert (tmp_path / "copy.db").read_text() == "yesterday's"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "There is no file"),
        (b"no database at all, " * 500, "damaged or no database"),
        (b"", "no database of this bot"),
        ("UPDATE alembic_version SET version_num = '0999'", "at migration 0999, made by a later version"),
    ],
)
def test_what_is_no_sound_copy_changes_nothing(
    database: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    content: bytes | str | None,
    words: str,
) -> None:
    """The database that is there stays in use, and the reason is said."""
    copy = tmp_path / "copy.db"
    if isinstance(content, str):
        assert run("db", "backup", str(copy)) == 0
        with closing(sqlite3.connect(copy)) as connection, connection:
            connection.execute(content)
    elif content is not None:
        copy.write_bytes(content)

    assert run("db", "restore", str(copy)) == 78

    assert words in capsys.readouterr().err
    assert rows(database) == [1, 2, 3]
    assert not list(database.parent.glob("*replaced*"))


def test_a_folder_that_is_not_there_is_said(database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line, no traceback."""
    assert run("db", "backup", str(tmp_path / "nowhere" / "copy.db")) == 78
    assert f"{database} cannot be copied to" in capsys.readouterr().err


def test_a_damaged_database_gives_no_copy(database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A copy that could not be restored would be found out too late."""
    for path in database.parent.glob("bot.db-*"):
        path.unlink()
    content = bytearray(database.read_bytes())
    content[4096:8192] = b"\xff" * 4096
    database.write_bytes(content)

    assert run("db", "backup", str(tmp_path / "copy.db")) == 78

    assert "damaged" in capsys.readouterr().err or not (tmp_path / "copy.db").exists()
    assert not (tmp_path / "copy.db").exists()


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_postgresql_has_tools_of_its_own(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever uses it reads which."""
    monkeypatch.setenv("DATABASE_URL", "postgresql+asyncpg://bot@127.0.0.1:1/nato")
    assert run("db", command, str(tmp_path / "copy.db")) == 78
    assert "pg_dump --format=custom" in capsys.readouterr().err


async def test_the_tools_of_postgresql_bring_everything_back(
    postgres: PostgresServer, empty_postgres_url: str, tmp_path: Path
) -> None:
    """The commands of docs/operating.md: rows, days and the view are there again, and rows are taken."""
    dump = str(postgres.folder / f"{tmp_path.name}.dump")
    name = empty_postgres_url.partition("@/")[2].partition("?")[0]
    async with open_engine(empty_postgres_url) as engine:
        await upgrade(engine)
        async with engine.begin() as connection:
            await make_ahead(connection, TODAY)
            before = await parts(connection)
        await QueryStore(engine).add([asked_on(TODAY), make_query(1)])
        postgres.ask("pg_dump", "--format=custom", f"--file={dump}", name)

    postgres.ask("createdb", f"{name}_restored")
    postgres.ask("pg_restore", "--exit-on-error", f"--dbname={name}_restored", dump)

    async with open_engine(empty_postgres_url.replace(name, f"{name}_restored")) as engine:
        assert await schema_revision(engine) == HEAD
        assert {row["interaction_id"] async for row in QueryReports(engine).export()} == {
            1,
            asked_on(TODAY).interaction_id,
        }
        async with engine.connect() as connection:
            assert await parts(connection) == before
            assert (await connection.execute(text("SELECT count(*) FROM review_queries"))).scalar() == 2
        await QueryStore(engine).add([asked_on(TODAY, 1)])
    postgres.ask("dropdb", f"{name}_restored")
