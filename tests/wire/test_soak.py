"""Two minutes of everything going wrong; ``make soak MINUTES=60`` is the same for an hour."""

from collections import Counter
from pathlib import Path

import pytest

from benchmarks.soak import RATE, Absence, soak
from benchmarks.soak_report import Report

MINUTES = 2.0


async def test_nothing_is_lost_that_could_be_saved(tmp_path: Path) -> None:
    """
    Killed, stopped, cut off and spoiled every few seconds, the bot answers whom it can and logs every answer.

    With every debug line on it prints no secret either; ``run_bot`` looks.
    """
    report = await soak(tmp_path, minutes=MINUTES, seed=1, log_level="debug")

    print("\n".join(report.lines()))
    assert report.broken() == []
    assert report.asked.total() > MINUTES * 60 * RATE * 0.8
    assert report.answered > report.asked.total() * 0.6
    assert report.hit > 5
    assert {"SIGKILL", "SIGTERM", "invalid session"} <= report.faults.keys()


@pytest.mark.parametrize(
    ("report", "words"),
    [
        (Report(seed=1, exit_status=0, lost=["command at 3.00 s, hit by []"]), "not answered: command at 3.00 s"),
        (Report(seed=1, exit_status=0, unlogged=Counter(vote=2)), "not in the log: vote 2"),
        (Report(seed=1, exit_status=75), "ended with 75"),
        (
            Report(seed=1, exit_status=0, memory=[(180.0 + 5 * i, 100 + i) for i in range(60)]),
            "memory grew from 107.0 to",
        ),
    ],
)
def test_a_broken_promise_is_told(report: Report, words: str) -> None:
    """A soak that finds something says so."""
    (told,) = report.broken()
    assert words in told


def test_only_what_was_to_blame_excuses() -> None:
    """An interaction that the bot could hear of in time must be answered, whatever happened around it."""
    cut_off = Absence(why="network away", start=10.0, end=14.0, reaches_back=3.0)

    assert [cut_off.excuses(at) for at in (6.9, 7.1, 13.0, 13.2, 15.0)] == [False, True, True, False, False]
