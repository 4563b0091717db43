"""The command line, as people type it."""

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

from bot.answers.examples import examples_of
from bot.answers.training import train
from bot.knowledge.loader import load_with_wordings
from bot.search_index import MODEL_FILE
from bot.store.database import open_engine, upgrade
from bot.store.queries import QueryStore
from bot.store.schema import HEAD
from tests.command_line import run
from tests.factories import REAL_PACK, make_claim, make_query, make_retired, make_topic, write_pack

pytestmark = pytest.mark.usefixtures("fresh_names")


@pytest.fixture
def fresh_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_KNOWLEDGE", str(REAL_PACK))


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


def test_check_counts_what_the_pack_holds(capsys: pytest.CaptureFixture[str]) -> None:
    """A sound pack passes with its counts."""
    assert run("check") == 0
    assert "12 topics" in capsys.readouterr().out


def test_check_names_retired_topics(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A maintainer sees which commands only lead on, and since when."""
    monkeypatch.setenv("BOT_KNOWLEDGE", str(write_pack(tmp_path, retired=[make_retired("tunnel")])))

    assert run("check") == 0
    assert "1 retired: tunnel (to bridge, 2026-11-01)." in capsys.readouterr().out


def test_check_names_topics_that_vanished_without_an_entry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever deletes a topic's file reads how its command can lead on."""
    out_of_scope = [{"id": "food", "title": "Food", "asks": ["soup recipe"]}]
    pack = write_pack(tmp_path, make_topic("bridge"), make_topic("tunnel"), out_of_scope=out_of_scope)
    knowledge, wordings = load_with_wordings(pack)
    (pack / MODEL_FILE).write_bytes(train(list(examples_of(knowledge, wordings)), knowledge.fingerprint).dump())
    (pack / "topics" / "tunnel.yaml").unlink()
    monkeypatch.setenv("BOT_KNOWLEDGE", str(pack))

    assert run("check") == 0

    printed = capsys.readouterr().out
    assert "no longer here: tunnel" in printed
    assert "retired.yaml" in printed


def test_check_refuses_a_note_that_would_not_fit_the_card(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The sentence above a card counts towards Discord's limit, and is checked with it."""
    claims = [make_claim("x" * 360, sources=["survey"]) for _ in range(8)]
    topic = make_topic(sections=[{"id": "long", "title": "Long", "claims": claims}])
    retired = [make_retired("tunnel", note="y" * 400)]
    monkeypatch.setenv("BOT_KNOWLEDGE", str(write_pack(tmp_path, topic, retired=retired)))

    assert run("check") == 1
    assert "retired.yaml: tunnel, Long of bridge: the card is" in capsys.readouterr().err


def test_check_prints_every_mistake_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A broken pack fails with 1 and one line per mistake."""
    monkeypatch.setenv("BOT_KNOWLEDGE", str(write_pack(tmp_path, make_topic(colour="red", size="big"))))

    assert run("check") == 1

    printed = capsys.readouterr().err
    assert "bridge.yaml:" in printed
    assert "colour: is not a key" in printed
    assert "2 problems found" in printed


def test_check_also_reads_the_configuration(capsys: pytest.CaptureFixture[str]) -> None:
    """A broken config.yaml is a mistake to be fixed, with its line, and exit status 78."""
    Path("config.yaml").write_text("log:\n  levle: info\n")

    assert run("check") == 78
    assert "config.yaml:2: log.levle: is not a setting" in capsys.readouterr().err


def test_answer_prints_what_the_command_says(capsys: pytest.CaptureFixture[str]) -> None:
    """A maintainer reads an answer without Discord."""
    assert run("answer", "article5", "ukraine") == 0

    printed = capsys.readouterr().out
    assert "Does it cover Ukraine?" in printed
    assert "[1] NATO" in printed


def test_answer_follows_a_retired_topic(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The terminal says first where the topic went, as the card does."""
    monkeypatch.setenv("BOT_KNOWLEDGE", str(write_pack(tmp_path, retired=[make_retired("tunnel")])))

    assert run("answer", "tunnel") == 0
    assert capsys.readouterr().out.startswith("`/tunnel` is now part of `/bridge`.\n\nThe bridge\n")


@pytest.mark.parametrize(("arguments", "message"), [(("article9",), "/topics"), (("aid", "x"), "no such section")])
def test_answer_explains_what_it_cannot_find(
    arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A topic or section that is not there is said in one line, with exit status 1."""
    assert run("answer", *arguments) == 1
    assert message in capsys.readouterr().err


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


def test_a_topic_is_started_filled_and_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """From a file with blanks to a command that answers, with nothing but writing."""
    pack = write_pack(tmp_path)
    monkeypatch.setenv("BOT_KNOWLEDGE", str(pack))
    assert run("knowledge", "new", "harbour", "--title", "The harbour") == 0
    assert run("check") == 1
    draft = pack / "topics" / "harbour.yaml"
    for text in ("Of ships", "It is open.", "ships", "Ships", "Ships come.", "event", "2026-07-08", "survey", *"abcde"):
        draft.write_text(draft.read_text().replace("FILL IN", text, 1))
    assert run("check") == 0
    capsys.readouterr()

    assert run("answer", "harbour", "ships") == 0

    assert "- Ships come. (Event · 8 July 2026) [1]" in capsys.readouterr().out


def test_a_topic_that_is_there_is_not_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence says why, with exit status 1, and the file stays as it is."""
    pack = write_pack(tmp_path)
    monkeypatch.setenv("BOT_KNOWLEDGE", str(pack))
    before = (pack / "topics" / "bridge.yaml").read_bytes()

    assert run("knowledge", "new", "bridge") == 1

    assert capsys.readouterr().err.startswith("natobot: There is a topic “bridge” already")
    assert (pack / "topics" / "bridge.yaml").read_bytes() == before


def test_schemas_are_written_for_editors(tmp_path: Path) -> None:
    """Each kind of file has a JSON Schema."""
    assert run("knowledge", "schema", str(tmp_path / "schemas")) == 0
    assert json.loads((tmp_path / "schemas" / "topic.schema.json").read_text())["title"] == "Topic"


def test_run_without_a_token_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    """The first thing an operator forgets is answered in one line, with exit status 78."""
    assert run("run") == 78
    assert "Set DISCORD_TOKEN" in capsys.readouterr().err


def test_help_names_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    """--help lists what there is."""
    assert run("--help") == 0
    assert all(name in capsys.readouterr().out for name in ("run",))
