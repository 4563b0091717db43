"""The commands that read the log and keep its database, as people type them."""

import asyncio
import csv
import io
import json
import sqlite3
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.store.database import open_engine, upgrade
from bot.store.queries import QueryStore
from bot.store.schema import HEAD
from tests.command_line import run
from tests.factories import make_query

pytestmark = pytest.mark.usefixtures("fresh_names")


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A query log with four rows of today."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    url = f"sqlite+aiosqlite:///{tmp_path}/bot.db"
    monkeypatch.setenv("DATABASE_URL", url)

    async def fill() -> None:
        async with open_engine(url) as engine:
            await upgrade(engine)
            await QueryStore(engine).add(
                [make_query(i, topic="aid", section="donors", asked_at=now) for i in range(3)]
                + [make_query(9, topic="stance", asked_at=now)]
            )

    asyncio.run(fill())


@pytest.fixture
def log_in_postgresql(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A query log in PostgreSQL with an old row and a new one."""
    monkeypatch.setenv("DATABASE_URL", postgres_url)

    async def fill() -> None:
        async with open_engine(postgres_url) as engine:
            old = make_query(1, topic="stance", asked_at="2001-01-01T00:00:00.000+00:00")
            await QueryStore(engine).add([old, make_query(2, topic="aid", asked_at="2999-01-01T00:00:00.000+00:00")])

    asyncio.run(fill())


@pytest.mark.usefixtures("log")
def test_top_prints_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    """The most answered topics stand first."""
    assert run("queries", "top") == 0

    printed = capsys.readouterr().out
    assert printed.index("aid") < printed.index("stance")


@pytest.mark.usefixtures("log")
def test_top_prints_what_programs_read(capsys: pytest.CaptureFixture[str]) -> None:
    """The same counts come as JSON and CSV."""
    run("queries", "top", "--format", "json")
    as_json: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    run("queries", "top", "--format", "csv", "--topic", "aid")
    as_csv = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))

    assert as_json[0] == {"topic": "aid", "answers": 3, "askers": 1, "helpful": None, "votes": 0}
    assert as_csv == [{"topic": "aid", "section": "donors", "answers": "3", "askers": "1", "helpful": "", "votes": "0"}]


@pytest.mark.usefixtures("log")
def test_rows_are_exported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All rows go to a file or to standard output, as CSV or JSON lines."""
    assert run("queries", "export", "--format", "json", "--output", str(tmp_path / "rows.jsonl")) == 0
    assert run("queries", "export") == 0

    assert len((tmp_path / "rows.jsonl").read_text().splitlines()) == 4
    assert capsys.readouterr().out.startswith("interaction_id,asked_at")


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize("since", ["7 days", "2026-13-01", "d7"])
def test_a_bad_since_is_explained(since: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A time that cannot be read gets the forms that can."""
    assert run("queries", "top", "--since", since) == 1
    assert "Write 12h, 7d, 4w, a day" in capsys.readouterr().err


@pytest.mark.usefixtures("log")
def test_since_narrows_the_counts(capsys: pytest.CaptureFixture[str]) -> None:
    """Only what was asked since then is counted."""
    assert run("queries", "top", "--since", "2099-01-01") == 0
    assert "Nothing has been asked" in capsys.readouterr().out


def test_a_log_that_is_not_there_yet_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    """Before the bot first ran there is nothing to read, and that is said."""
    assert run("queries", "top") == 78
    assert "made when the bot first runs" in capsys.readouterr().err


def test_the_schema_is_made_and_then_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """db upgrade can be run again and again."""
    assert run("db", "upgrade") == 0
    assert run("db", "upgrade") == 0
    assert capsys.readouterr().out.splitlines() == [
        f"Upgraded from nothing to {HEAD}.",
        f"The database is at migration {HEAD}.",
    ]


@pytest.mark.usefixtures("log")
def test_prune_says_how_much_it_let_go_of(capsys: pytest.CaptureFixture[str]) -> None:
    """An operator reads what is gone, kind by kind."""
    assert run("db", "prune") == 0
    assert capsys.readouterr().out == (
        "Released 0 texts; turned 0 rows into daily counts; deleted 0 settings changes, 0 drafts and 0 notes of news.\n"
    )


@pytest.mark.usefixtures("log")
def test_departures_are_listed_with_the_day_their_data_goes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An operator sees which servers are missing, since when, and until when something is kept."""
    connection = sqlite3.connect(tmp_path / "bot.db")
    with connection:
        connection.execute("INSERT INTO server_roll VALUES (1, '2026-11-25T12:00:00.000+00:00', 100)")
        connection.execute("INSERT INTO departures VALUES (7, '2026-11-01T12:00:00.000+00:00', 24)")
    connection.close()

    assert run("db", "departures") == 0
    assert capsys.readouterr().out.splitlines() == [
        "The list of servers was last compared on 2026-11-25 12:00 UTC. It is taken to have 100.",
        "7 is missing since 2026-11-01 12:00 UTC (comparisons in a row: 24); its data goes after 2026-12-01 12:00 UTC.",
    ]


@pytest.mark.usefixtures("log")
def test_a_short_list_is_accepted_by_its_size(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """After servers really left in numbers, the operator names how many are left."""
    connection = sqlite3.connect(tmp_path / "bot.db")
    with connection:
        connection.execute("INSERT INTO server_roll VALUES (1, '2026-11-25T12:00:00.000+00:00', 100)")

    assert run("db", "departures", "--accept", "60") == 0
    assert "compared with one of 60" in capsys.readouterr().out
    assert connection.execute("SELECT servers, compared_at FROM server_roll").fetchall() == [
        (60, "2026-11-25T12:00:00.000+00:00")
    ]
    connection.close()


@pytest.mark.usefixtures("log")
def test_there_is_nothing_to_accept_before_the_first_comparison(capsys: pytest.CaptureFixture[str]) -> None:
    """An operator who is too early is told so, with exit status 1."""
    assert run("db", "departures") == 0
    assert "has not been compared yet" in capsys.readouterr().out
    assert run("db", "departures", "--accept", "60") == 1
    assert "has not been compared yet" in capsys.readouterr().err


def test_a_database_folder_that_cannot_be_made_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file stands where the folder should be: one line and exit status 78, no traceback."""
    (tmp_path / "taken").write_text("")
    monkeypatch.setenv("DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/taken/bot.db")
    assert run("db", "upgrade") == 78
    assert capsys.readouterr().err.startswith("natobot: The database cannot be used: ")


@pytest.mark.usefixtures("log_in_postgresql")
def test_a_log_in_postgresql_is_read_and_pruned_like_any_other(capsys: pytest.CaptureFixture[str]) -> None:
    """The same commands serve both databases."""
    assert run("queries", "export", "--format", "json") == 0
    exported = [json.loads(line)["interaction_id"] for line in capsys.readouterr().out.splitlines()]
    assert run("db", "prune") == 0
    assert "turned 1 rows into daily counts" in capsys.readouterr().out
    assert run("queries", "top", "--format", "json") == 0

    assert exported == [1, 2]
    assert [row["topic"] for row in json.loads(capsys.readouterr().out)] == ["aid"]


@pytest.mark.parametrize("arguments", [("run",), ("db", "upgrade")])
def test_postgresql_without_its_driver_is_explained(
    arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The extra was not installed: one line says how to, with exit status 78."""
    monkeypatch.setitem(sys.modules, "asyncpg", None)  # as if it were not there
    monkeypatch.setenv("DISCORD_TOKEN", "token")
    monkeypatch.setenv("DATABASE_URL", "postgresql+asyncpg://bot@127.0.0.1:1/nato")

    assert run(*arguments) == 78
    printed = capsys.readouterr().err.splitlines()
    assert len(printed) == 1
    assert "requirements/image.txt" in printed[0]


def test_a_postgresql_that_is_not_there_is_explained(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody listens at the address: one line without the password and exit status 78."""
    monkeypatch.setenv("DATABASE_URL", "postgresql+asyncpg://bot:hunter2@127.0.0.1:1/nato")

    assert run("db", "upgrade") == 78
    printed = capsys.readouterr().err
    assert printed.startswith("natobot: The database cannot be used: ")
    assert len(printed.splitlines()) == 1
    assert "hunter2" not in printed
