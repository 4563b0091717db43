"""Gaps on the command line, and deciding them."""

import json
from typing import Any

import pytest

from tests.reports.conftest import Log, Run, missed

WORDINGS = ("does nato have an anthem", "nato anthem", "is there a nato antem", "what is the anthem of nato")


def read(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return found


@pytest.fixture
def gaps(log: Log) -> None:
    """Four wordings of one gap, one of another."""
    log(
        *(missed(i, text, runner_ups="members stance") for i, text in enumerate(WORDINGS)),
        missed(10, "soup recipe", user_key="u1"),
        missed(11, "", outcome="reported", command="tell", text=None, regards=1),
    )


@pytest.mark.usefixtures("gaps")
def test_wordings_of_one_gap_are_one_line(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """A maintainer reads gaps: how many asked, in which languages, what is near, and who told them."""
    assert run("queries", "missed", "--format", "json") == 0

    first, second = read(capsys)
    assert first["question"] in WORDINGS
    assert (first["count"], first["askers"], first["languages"]) == (4, 4, ["en"])
    assert (first["nearest"], first["reported"]) == (["members", "stance"], 1)
    assert second["question"] == "soup recipe"


@pytest.mark.usefixtures("gaps")
def test_a_decided_gap_leaves_the_list_with_all_its_wordings(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """One decision is about the gap, not about a wording; --all still shows it, and open brings it back."""
    assert run("queries", "decide", "handled", "NATO anthem?") == 0
    assert "and 3 other wordings: handled." in capsys.readouterr().out

    run("queries", "missed", "--format", "json")
    assert [row["question"] for row in read(capsys)] == ["soup recipe"]
    run("queries", "missed", "--all", "--format", "json")
    assert len(read(capsys)) == 2
    run("queries", "decide", "open", "nato anthem")
    capsys.readouterr()
    run("queries", "missed", "--format", "json")
    assert len(read(capsys)) == 2


@pytest.mark.usefixtures("gaps")
def test_a_question_nobody_asked_cannot_be_decided(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """A slip in the question is said, with where to copy it from."""
    assert run("queries", "decide", "handled", "who is there") == 1
    assert "no open question “who is there”" in capsys.readouterr().err


def test_what_was_chosen_stands_beside_an_unsure_question(
    run: Run, log: Log, capsys: pytest.CaptureFixture[str]
) -> None:
    """The choice says which topic the question belonged to."""
    log(
        missed(1, "tanks for kyiv", outcome="suggested"),
        missed(2, "", outcome="chosen", topic="aid", text=None, regards=1),
    )

    assert run("queries", "unsure", "--format", "csv") == 0
    assert capsys.readouterr().out.splitlines()[1].endswith(",aid 1")


def test_an_empty_time_is_said(run: Run, log: Log, capsys: pytest.CaptureFixture[str]) -> None:
    """No table is printed where there is nothing to tell."""
    log(missed(1, "nato anthem"))

    assert run("queries", "missed", "--language", "de") == 0
    assert capsys.readouterr().out == "No question is open in that time.\n"


def test_square_brackets_in_questions_are_shown(run: Run, log: Log, capsys: pytest.CaptureFixture[str]) -> None:
    """What was scrubbed, such as a link, shows as it is stored."""
    log(missed(1, "is [link] true"))

    run("queries", "missed")
    assert "[link]" in capsys.readouterr().out
