"""
A query log of any size with a realistic mix: ``python -m benchmarks.million FILE [ROWS]``, a million by default.

Use grows over the year that ends now; evenings and a few topics are busy; most servers are small. Texts of what found
no answer are kept for 90 days, as the bot does.
"""

import asyncio
import random
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from bot.answers.features import words_of
from bot.knowledge.loader import load_with_wordings
from bot.store.database import open_engine, upgrade
from bot.store.schema import queries

ROWS = 1_000_000
PACK = Path(__file__).parents[1] / "knowledge" / "nato-ukraine"
DAYS, TEXT_DAYS = 365, 90
SERVERS, PEOPLE = 2_000, 60_000
COLUMNS = [column.name for column in queries.columns]
DISCORD_EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
LOCALES = {"en": "en-US", "de": "de", "pl": "pl", "uk": "uk", "fr": "fr", "es": "es-ES", "ru": "ru"}
SHARES = (60, 10, 8, 8, 5, 5, 4)  # of the languages, in per cent

# Of a thousand interactions.
KINDS = {
    "topic": 500,
    "section": 170,
    "ask": 140,
    "corrected": 10,
    "sources": 50,
    "share": 10,
    "missed": 20,
    "unsure": 40,
    "chosen": 20,
    "tell": 5,
    "vote": 35,
}

Row = tuple[Any, ...]


def make(path: Path, rows: int = ROWS, *, now: datetime | None = None) -> None:
    """Write a log of *rows* rows to the new SQLite file *path*. The same day gives the same log."""

    async def prepare() -> None:
        async with open_engine(f"sqlite+aiosqlite:///{path}") as engine:
            await upgrade(engine)

    asyncio.run(prepare())
    made = _Log(now or datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)).rows(rows)
    insert = f"INSERT INTO queries ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"
    with sqlite3.connect(path) as connection:
        while batch := list(islice(made, 10_000)):
            connection.executemany(insert, batch)
    connection.execute("PRAGMA optimize")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def questions_asked(count: int) -> Sequence[str]:
    """Return *count* questions without an answer, as people may have typed them. The same every time."""
    log = _Log(datetime(2026, 11, 1, tzinfo=UTC))
    return [log.question() for _ in range(count)]


class _Log:
    """Draws rows; what follows up an earlier one refers to it."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._draw = random.Random(1949)
        knowledge, wordings = load_with_wordings(PACK)
        self._sections = {topic.id: [section.id for section in topic.sections] for topic in knowledge.topics.values()}
        self._topics = list(self._sections)
        self._questions = _questions(wordings)
        self._missed: list[tuple[int, str]] = []  # interaction and asker of the last questions without an answer
        self._unsure: list[tuple[int, str, str]] = []
        self._answers: list[tuple[str, str | None, str]] = []  # topic, section and edition of the last cards

    def rows(self, count: int) -> Iterator[Row]:
        kinds = self._draw.choices(list(KINDS), weights=list(KINDS.values()), k=count)
        for number, kind in enumerate(kinds):
            share = ((number + 0.5) / count) ** 0.7  # use grows
            moment = self._now - timedelta(days=DAYS * (1 - share)) + timedelta(hours=self._draw.gauss(0, 2))
            moment = min(moment, self._now)
            yield self._row(number, kind, moment)

    def _row(self, number: int, kind: str, moment: datetime) -> Row:
        draw = self._draw
        language = draw.choices(list(LOCALES), weights=SHARES)[0]
        topic = self._topics[min(int(draw.expovariate(0.35)), len(self._topics) - 1)]
        values: dict[str, Any] = dict.fromkeys(COLUMNS)
        values |= {
            "interaction_id": (int((moment - DISCORD_EPOCH).total_seconds() * 1000) << 22) + number,
            "asked_at": moment.isoformat(timespec="milliseconds"),
            "guild_id": None if draw.random() < 0.05 else 10**17 + int(SERVERS * draw.random() ** 3),
            "user_key": f"{int(PEOPLE * draw.random() ** 2) * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128:032x}",
            "key_id": "benchmrk",
            "source": "command",
            "command": topic,
            "topic": topic,
            "language": "en",
            "locale": LOCALES[language],
            "outcome": "found",
            "private": draw.random() < 0.2,
            "edition": f"{moment.year}-{moment.month:02d}-01-{moment.month:08x}",
            "answer_us": int(draw.lognormvariate(7, 0.5)),
        }
        values |= self._particulars(kind, values, language, moment)
        return tuple(values[name] for name in COLUMNS)

    def _particulars(self, kind: str, row: dict[str, Any], language: str, moment: datetime) -> dict[str, Any]:
        draw, topic = self._draw, str(row["topic"])
        section = draw.choice(self._sections[topic])
        asked: dict[str, Any] = {"command": "ask", "asked_language": language, "score": round(draw.random(), 4)}
        asked |= {"runner_ups": " ".join(draw.sample(self._topics, 3))}
        keeps_text = moment > self._now - timedelta(days=TEXT_DAYS)
        match kind:
            case "section":
                return {"source": "select", "section": section}
            case "ask":
                return {**asked, "section": section}
            case "corrected":
                return {**asked, "outcome": "corrected"}
            case "sources" | "share":
                return {"source": "button", "command": kind, "section": section}
            case "missed":
                self._missed = [*self._missed[-50:], (row["interaction_id"], row["user_key"])]
                text = self._question(language) if keeps_text else None
                return {**asked, "outcome": "not-found", "topic": None, "text": text}
            case "unsure":
                self._unsure = [*self._unsure[-50:], (row["interaction_id"], row["user_key"], str(asked["runner_ups"]))]
                text = self._question(language) if keeps_text else None
                return {**asked, "outcome": "suggested", "topic": None, "text": text}
            case "chosen" if self._unsure:
                regards, key, near = draw.choice(self._unsure)
                chosen = near.split()[0 if draw.random() < 0.6 else 1]
                changes = {"source": "button", "outcome": "chosen", "regards": regards, "user_key": key}
                return {**changes, "topic": chosen, "command": chosen}
            case "tell" if self._missed:
                regards, key = draw.choice(self._missed)
                changes = {"source": "button", "command": "tell", "outcome": "reported", "regards": regards}
                return {**changes, "topic": None, "user_key": key}
            case "vote" if self._answers:
                voted, part, edition = draw.choice(self._answers)
                outcome = "helpful" if draw.random() < 0.8 else "unhelpful"
                changes = {"source": "button", "command": "vote", "topic": voted, "section": part, "edition": edition}
                reason = "the figure is older than the news" if outcome == "unhelpful" and draw.random() < 0.2 else None
                return {**changes, "outcome": outcome, "text": reason if keeps_text else None}
            case _:
                self._answers = [*self._answers[-50:], (topic, None, str(row["edition"]))]
                return {}

    def question(self) -> str:
        """Return a question in one of the languages."""
        return self._question(self._draw.choices(list(LOCALES), weights=SHARES)[0])

    def _question(self, language: str) -> str:
        """Return a question as somebody may have typed it: the popular ones often, most once."""
        draw, known = self._draw, self._questions[language]
        words = known[int(len(known) * draw.random() ** 3)].split()
        if draw.random() < 0.3 and len(words) > 3:
            words.pop(draw.randrange(len(words)))
        if draw.random() < 0.3:
            place = draw.randrange(len(words))
            words[place] = words[place][1:] + words[place][:1]
        if draw.random() < 0.3:
            draw.shuffle(words)
        return " ".join(words)[:300]


def _questions(wordings: Any) -> dict[str, Sequence[str]]:
    """Return questions outside the subject, by language."""
    found: dict[str, Sequence[str]] = {}
    for folder, wording in wordings.items():
        asks = [ask for group in wording.out_of_scope.values() for ask in group if len(words_of(ask)) > 1]
        found[folder.partition("-")[0]] = asks
    return found


def main() -> None:
    """Make the log that the command line names."""
    if len(sys.argv) not in {2, 3}:
        raise SystemExit("Write: python -m benchmarks.million FILE [ROWS]")
    make(Path(sys.argv[1]), *map(int, sys.argv[2:]))


if __name__ == "__main__":
    main()
