"""Counts, votes, trends, single interactions and exports on the command line."""

import json
import sqlite3
import sys
from pathlib import Path

import pytest

from tests.reports.conftest import Log, Run, missed


@pytest.fixture
def usage(log: Log) -> None:
    """An answer, votes on it, a miss, and a suggestion that was taken."""
    answer = {"topic": "aid", "text": None, "command": "aid", "outcome": "found"}
    vote = {**answer, "command": "vote", "section": "donors"}
    log(
        missed(1, "", **answer),
        missed(2, "", **{**vote, "outcome": "unhelpful", "text": "too old"}),
        missed(3, "", **{**vote, "outcome": "helpful"}),
        missed(4, "nato anthem"),
        missed(5, "tanks", outcome="suggested"),
        missed(6, "", **{**answer, "outcome": "chosen", "regards": 5}),
    )


@pytest.mark.usefixtures("usage")
def test_unhelpful_answers_come_with_shares_and_reasons(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """A maintainer reads which section of which edition did not help, and why."""
    assert run("queries", "unhelpful", "--format", "json") == 0

    (row,) = json.loads(capsys.readouterr().out)
    assert (row["topic"], row["section"], row["unhelpful"], row["votes"]) == ("aid", "donors", 1, 2)
    assert (row["share"], row["reasons"]) == (0.5, "too old")


@pytest.mark.usefixtures("usage")
def test_trends_are_shares_of_answers(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """A day has its answers and the shares that were missed, unsure and unhelpful; bars show how it went."""
    assert run("queries", "trends", "--by", "week") == 0

    printed = capsys.readouterr().out
    assert all(figure in printed for figure in ("25.0%", "50.0%", "answers █"))


@pytest.mark.usefixtures("usage")
def test_an_interaction_is_shown_with_what_followed(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """Everything about one question, without who asked."""
    assert run("queries", "show", "5") == 0

    printed = capsys.readouterr().out
    assert "chosen  (follows up 5)" in printed
    assert "tanks" in printed
    assert "user_key" not in printed
    assert run("queries", "show", "99") == 1
    assert "no interaction 99" in capsys.readouterr().err


@pytest.mark.usefixtures("usage")
def test_a_snapshot_is_one_file_with_our_tables(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The review pages can be opened on it; a file that is there is never replaced."""
    target = str(tmp_path / "copy.db")
    assert run("queries", "export", "--format", "sqlite", "--output", target) == 0
    assert "6 rows" in capsys.readouterr().out

    with sqlite3.connect(target) as copy:
        assert copy.execute("SELECT count(*), count(DISTINCT user_key) FROM queries").fetchone() == (6, 6)
    assert run("queries", "export", "--format", "sqlite", "--output", target) == 1
    assert "is there already" in capsys.readouterr().err


@pytest.mark.usefixtures("usage")
@pytest.mark.parametrize("command", [("export",), ("top",), ("missed",)])
def test_rows_and_tables_go_to_parquet(run: Run, tmp_path: Path, command: tuple[str, ...]) -> None:
    """Whoever analyses with other tools gets typed columns."""
    parquet = pytest.importorskip("pyarrow.parquet")
    target = tmp_path / "rows.parquet"

    assert run("queries", *command, "--format", "parquet", "--output", str(target)) == 0
    assert parquet.read_table(target).num_rows >= 1


@pytest.mark.usefixtures("usage")
def test_parquet_without_what_writes_it_says_how_to_install_it(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence, and the exit status of a missing installation."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    assert run("queries", "top", "--format", "parquet", "--output", str(tmp_path / "x")) == 78
    assert "pip install 'natobot[parquet]'" in capsys.readouterr().err


@pytest.mark.usefixtures("usage")
@pytest.mark.parametrize("arguments", [("top", "--format", "parquet"), ("export", "--format", "sqlite")])
def test_what_is_not_text_needs_a_file(
    run: Run, arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """A terminal is spared binary data."""
    assert run("queries", *arguments) == 1
    assert "Name a file with --output" in capsys.readouterr().err


@pytest.mark.usefixtures("usage")
def test_prune_is_found_among_the_queries_too(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """It does what db prune does."""
    assert run("queries", "prune") == 0
    assert capsys.readouterr().out.startswith("Released 0 texts")
