"""Claims that are due for another look, on the command line."""

import asyncio
import csv
import io
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from bot.store.database import open_engine, upgrade
from bot.store.queries import QueryStore
from tests.command_line import run
from tests.factories import make_claim, make_query, make_topic, write_pack


def day(days: int) -> str:
    """Return the day so many days from today."""
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()


@pytest.fixture(autouse=True)
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pack with two claims overdue, one soon due and one that is fresh."""
    due = {"oldest": -40, "read": -3, "soon": 30, "fresh": 300}
    sections = [
        {"id": name, "title": name, "claims": [make_claim(f"The {name} claim.", review_by=day(days))]}
        for name, days in due.items()
    ]
    monkeypatch.setenv("BOT_KNOWLEDGE", str(write_pack(tmp_path / "pack", make_topic(sections=sections))))
    monkeypatch.setenv("DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/bot.db")
    monkeypatch.setenv("COLUMNS", "140")


@pytest.fixture
def log(tmp_path: Path) -> None:
    """A log in which the section “read” was shown today and “oldest” a year ago."""

    async def fill() -> None:
        async with open_engine(f"sqlite+aiosqlite:///{tmp_path}/bot.db") as engine:
            await upgrade(engine)
            now, then = (f"{day(days)}T00:00:00.000+00:00" for days in (0, -365))
            await QueryStore(engine).add(
                [
                    make_query(1, topic="bridge", section="read", asked_at=now),
                    make_query(2, topic="bridge", section="read", asked_at=now),
                    make_query(3, topic="bridge", section="oldest", asked_at=then),
                ]
            )

    asyncio.run(fill())


@pytest.mark.usefixtures("log")
def test_what_is_overdue_is_ranked_by_what_is_read(capsys: pytest.CaptureFixture[str]) -> None:
    """The claim that most people read while it may be wrong is the first to look at."""
    assert run("check", "--freshness", "--format", "json") == 0

    rows = json.loads(capsys.readouterr().out)
    assert [(row["section"], row["days_over"], row["answers"]) for row in rows] == [
        ("read", 3, 2),
        ("oldest", 40, 0),
        ("soon", -30, 0),
    ]
    assert date.fromisoformat(rows[0]["due"]).isoformat() == day(-3)


@pytest.mark.usefixtures("log")
def test_since_says_how_far_back_answers_count(capsys: pytest.CaptureFixture[str]) -> None:
    """Over two years the other claim was read as well."""
    assert run("check", "--freshness", "--since", "700d", "--format", "csv") == 0

    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [(row["section"], row["answers"]) for row in rows] == [("read", "2"), ("oldest", "1"), ("soon", "0")]


def test_without_a_log_the_day_decides_and_that_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """No database yet is no obstacle."""
    assert run("check", "--freshness") == 0

    printed = capsys.readouterr()
    assert "2 of 4 claims are overdue, 1 are due within 60d." in printed.out
    assert printed.out.index("oldest") < printed.out.index("The read claim.") < printed.out.index("The soon claim.")
    assert "answers" not in printed.out
    assert printed.err.startswith("Without a log, claims are ordered by the day they are due. There is no database")


def test_an_outdated_database_is_said_and_no_obstacle(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is no log of ours counts as none."""
    (tmp_path / "bot.db").write_bytes(b"")

    assert run("check", "--freshness") == 0
    assert "natobot db upgrade" in capsys.readouterr().err


def test_soon_is_a_choice(capsys: pytest.CaptureFixture[str]) -> None:
    """With 0d only what is overdue is listed."""
    assert run("check", "--freshness", "--soon", "0d", "--format", "json") == 0
    assert [row["section"] for row in json.loads(capsys.readouterr().out)] == ["oldest", "read"]


def test_strict_fails_when_a_claim_is_overdue() -> None:
    """For whoever lets a timer look: exit status 1."""
    assert run("check", "--freshness", "--strict") == 1


def test_strict_passes_when_all_is_fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is only soon due does not fail."""
    claim = make_claim(review_by=day(1))
    topic = make_topic(sections=[{"id": "facts", "title": "Facts", "claims": [claim]}])
    monkeypatch.setenv("BOT_KNOWLEDGE", str(write_pack(tmp_path / "fresh", topic)))

    assert run("check", "--freshness", "--strict") == 0


@pytest.mark.parametrize("soon", ["two months", "60", "-3d"])
def test_a_bad_soon_is_explained(soon: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A stretch of time that cannot be read gets the forms that can."""
    assert run("check", "--freshness", "--soon", soon) == 1
    assert "Write 60d, 8w or 0d." in capsys.readouterr().err


def test_options_of_freshness_need_it(capsys: pytest.CaptureFixture[str]) -> None:
    """An option without effect is not passed over in silence."""
    assert run("check", "--strict") == 2
    assert "belong to --freshness" in capsys.readouterr().err
