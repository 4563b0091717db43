"""Replaying questions with another edition, on the command line."""

import asyncio
import json
import sqlite3
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
from tests.command_line import run
from tests.factories import make_query, make_topic, write_pack
from tests.reports.test_editions import git

FOOD = [{"id": "food", "title": "Food", "asks": ["soup recipe", "how to bake bread", "best cake"]}]
GOLDEN = (("bridge please", ["bridge"]), ("tunnel please", ["tunnel"]), ("soup recipe please", ["none"]))


def write(folder: Path, *more: str, model: bool = True) -> Path:
    """Write a pack about a bridge and a tunnel whose tunnel has *more* examples, with what the search learned of it."""
    topics = [make_topic("bridge"), make_topic("tunnel", asks=["is the tunnel open", *more])]
    pack = write_pack(folder, *topics, out_of_scope=FOOD)
    (pack / MODEL_FILE).unlink(missing_ok=True)
    if model:
        knowledge, wordings = load_with_wordings(pack)
        (pack / MODEL_FILE).write_bytes(train(list(examples_of(knowledge, wordings)), knowledge.fingerprint).dump())
    return pack


@pytest.fixture(autouse=True)
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The configured pack."""
    monkeypatch.setenv("BOT_KNOWLEDGE", str(tmp_path / "repository" / "pack"))
    monkeypatch.setenv("DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/bot.db")
    monkeypatch.setenv("COLUMNS", "140")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))  # of the process that learns
    return write(tmp_path / "repository" / "pack")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log with a question that found nothing, asked twice."""

    async def fill() -> None:
        async with open_engine(f"sqlite+aiosqlite:///{tmp_path}/bot.db") as engine:
            await upgrade(engine)
            now = datetime.now(UTC).isoformat(timespec="milliseconds")
            rows = [
                make_query(i, asked_at=now, command="ask", topic=None, outcome="not-found", text="zorblax frobnication")
                for i in (1, 2)
            ]
            await QueryStore(engine).add(rows)

    asyncio.run(fill())
    return tmp_path / "bot.db"


@pytest.fixture
def golden(tmp_path: Path) -> Path:
    path = tmp_path / "golden.jsonl"
    rows = ({"id": str(i), "text": text, "labels": labels} for i, (text, labels) in enumerate(GOLDEN))
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def replayed(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


@pytest.mark.usefixtures("log")
def test_a_gap_that_the_candidate_closes_is_shown(
    tmp_path: Path, golden: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was asked and found nothing now finds the tunnel, and no golden answer gets worse."""
    candidate = write(tmp_path / "candidate", "zorblax", "frobnication of the zorblax", "zorblax frobnication here")

    assert run("queries", "replay", "--knowledge", str(candidate), "--golden", str(golden), "--format", "json") == 0

    data = replayed(capsys)
    (changed,) = data["asked"]["changed"]
    assert (changed["text"], changed["times"], changed["after"]) == ("zorblax frobnication", 2, "tunnel")
    assert (data["golden"]["questions"], data["golden"]["worse"]) == (3, 0)


@pytest.mark.usefixtures("log")
def test_a_golden_question_that_moves_away_fails(
    tmp_path: Path, golden: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit status 1, the question, and from what to what."""
    candidate = write(tmp_path / "candidate", "soup recipe please", "please, a soup recipe", "soup please", "soup")

    assert run("queries", "replay", "--knowledge", str(candidate), "--golden", str(golden)) == 1

    printed = capsys.readouterr().out
    assert "of 3 golden questions would be answered otherwise: 1 worse" in printed
    (line,) = (line for line in printed.splitlines() if "soup recipe please" in line)
    assert [cell.strip() for cell in line.strip("│").split("│")][2:] == ["tunnel", "none", "worse"]


def test_a_golden_question_that_becomes_right_passes(
    tmp_path: Path, golden: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Getting better is shown and is no failure."""
    worse = write(tmp_path / "worse", "soup recipe please", "please, a soup recipe", "soup please", "soup")

    assert run("queries", "replay", "--against", str(worse), "--golden", str(golden)) == 0
    assert "1 better" in capsys.readouterr().out


def test_the_working_tree_is_replayed_against_a_revision(
    tmp_path: Path, pack: Path, golden: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever edits the pack in place compares it with the last commit."""
    git(tmp_path / "repository", "init", "--quiet")
    git(tmp_path / "repository", "add", ".")
    git(tmp_path / "repository", "commit", "--quiet", "-m", "First edition")
    write(pack, "please please")

    assert run("queries", "replay", "--against", "HEAD", "--golden", str(golden), "--format", "json") == 0

    data = replayed(capsys)
    assert data["before"] != data["after"]


def test_a_candidate_that_nobody_has_learned_is_learned(
    tmp_path: Path, golden: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its examples changed and its model did not: the search learns it first, and leaves the folder alone."""
    candidate = write(tmp_path / "candidate", "soup recipe please", "soup please", "soup", model=False)

    assert run("queries", "replay", "--knowledge", str(candidate), "--golden", str(golden)) == 1

    assert "The search is learning the examples of" in capsys.readouterr().err
    assert not (candidate / MODEL_FILE).exists()


def test_replaying_writes_nothing_to_the_log(tmp_path: Path, log: Path, golden: Path) -> None:
    """Questions that are tried are not counted as asked."""
    connection = sqlite3.connect(log)
    before = connection.execute("SELECT * FROM queries").fetchall()

    run("queries", "replay", "--knowledge", str(write(tmp_path / "candidate", "zorblax")), "--golden", str(golden))

    assert connection.execute("SELECT * FROM queries").fetchall() == before
    connection.close()


@pytest.mark.usefixtures("log")
def test_only_the_questions_asked_most_are_replayed_when_there_are_many(
    pack: Path, golden: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And that is said."""
    assert run("queries", "replay", "--knowledge", str(pack), "--golden", str(golden), "--limit", "1") == 0
    assert "Only the 1 questions asked most often are replayed" in capsys.readouterr().err


def test_without_log_and_golden_questions_that_is_said(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing to replay is no proof, so it is not passed over in silence."""
    assert run("queries", "replay", "--knowledge", str(pack)) == 0

    said = capsys.readouterr().err
    assert "There are no golden questions at tests/golden/questions.jsonl" in said
    assert "Only golden questions are replayed. There is no database" in said


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        ((), 2, "Name the candidate with --knowledge"),
        (("--knowledge", "v9"), 1, "“v9” is not a folder"),
        (("--knowledge", ".", "--golden", "missing.jsonl"), 1, "missing.jsonl cannot be read"),
        (("--knowledge", ".", "--since", "soon"), 1, "is not a time"),
    ],
    ids=["no candidate", "no such edition", "no such questions", "no such time"],
)
def test_what_cannot_be_replayed_is_explained(
    arguments: tuple[str, ...], status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence, and no traceback."""
    assert run("queries", "replay", *arguments) == status
    assert said in capsys.readouterr().err
