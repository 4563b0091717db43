"""The log that reports are measured on."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.million import make, questions_asked


def test_a_made_log_has_the_mix_of_a_real_one(tmp_path: Path) -> None:
    """Misses, votes and choices are there; texts are younger than 90 days; follow-ups refer to questions."""
    now = datetime(2026, 11, 26, tzinfo=UTC)
    make(tmp_path / "log.db", 4000, now=now)

    log = sqlite3.connect(tmp_path / "log.db")
    shares = dict(log.execute("SELECT outcome, count(*) / 4000.0 FROM queries GROUP BY outcome"))
    oldest = log.execute("SELECT min(asked_at) FROM queries WHERE text IS NOT NULL").fetchone()[0]
    lost = log.execute(
        "SELECT count(*) FROM queries WHERE regards NOT IN (SELECT interaction_id FROM queries)"
    ).fetchone()
    log.close()

    assert 0.015 <= shares["not-found"] <= 0.025
    assert 0.03 <= shares["suggested"] <= 0.05
    assert {"found", "corrected", "chosen", "reported", "helpful", "unhelpful"} <= shares.keys()
    assert datetime.fromisoformat(oldest) > now - timedelta(days=91)
    assert lost == (0,)


def test_the_same_questions_are_asked_every_time() -> None:
    """Figures of two runs can be compared."""
    assert questions_asked(50) == questions_asked(50)
