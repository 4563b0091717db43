"""A query log whose figures are known, for the review pages and their pictures."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.query import Query
from bot.store.database import open_engine, prepare_folder, upgrade
from bot.store.queries import QueryStore
from tests.factories import make_query

EDITION = "2026-11-25-0a1b2c3d"
ANSWERED = {"article5": (40, 16), "aid": (24, 9), "membership": (15, 5), "consensus": (9, 9)}  # answers, askers
OLDER = 100  # answers about aid, 45 days ago
MISSED = (  # question, language, who
    ("does nato have a navy", "en", 1),
    ("does nato have a navy", "en", 2),
    ("does nato have its own navy", "en", 3),
    ("does NATO have a navy of its own?", "en", 4),
    ("чи є у нато власний флот", "uk", 5),
    ("how many satellites does nato own", "en", 6),
    ("how many satellites does nato own", "en", 6),
)
UNSURE = (("can they kick hungary out", 1), ("can nato kick hungary out", 2), ("can nato kick out hungary", 3))


def person(number: int) -> str:
    """A pseudonym that can be found wherever it should not be."""
    return f"person-{number:025d}"


def rows() -> Iterator[Query]:
    """Yield the rows; interactions count from 1 and go with time within each kind."""
    now = datetime.now(UTC)
    number = 0

    def row(days: float, who: int, **fields: Any) -> Query:
        nonlocal number
        number += 1
        at = (now - timedelta(days=days)).isoformat(timespec="milliseconds")
        return make_query(number, asked_at=at, user_key=person(who), edition=EDITION, **fields)

    for _ in range(OLDER):
        yield row(45, 1, topic="aid", command="aid")
    for topic, (answers, askers) in ANSWERED.items():
        for i in range(answers):
            section = ("ukraine", None)[i % 2] if topic == "article5" else None
            server = 8 if topic == "consensus" else 7
            days = 27 * (1 - i / answers) ** 1.5
            yield row(days, i % askers, topic=topic, command=topic, section=section, guild_id=server)
    questions: dict[str, Any] = {"command": "ask", "topic": None}
    for i, (text, language, who) in enumerate(MISSED):
        missed = questions | {"outcome": "not-found", "runner_ups": "intelligence members", "score": 0.2}
        yield row(20 - 2 * i, who, text=text, asked_language=language, **missed)
    told = number  # who asked last pressed “Tell the maintainers”
    yield row(8, 6, outcome="reported", regards=told, command="tell", topic=None)
    for i, (text, who) in enumerate(UNSURE):
        suggested = questions | {"outcome": "suggested", "runner_ups": "membership consensus", "score": 0.5}
        yield row(15 - 5 * i, who, text=text, asked_language="en", **suggested)
        if i < 2:
            yield row(14.9 - 5 * i, who, outcome="chosen", regards=number, topic="membership", source="button")
    for days, who, outcome, reason in (
        (6, 1, "helpful", None),
        (5, 1, "unhelpful", "too long"),  # the same person again: this is the one that counts
        (4, 2, "helpful", None),
        (3, 3, "helpful", None),
    ):
        yield row(days, who, outcome=outcome, text=reason, command="vote", topic="article5", source="button")


async def write_log(url: str, *more: Query) -> None:
    """Make the database at *url* with these rows and *more*."""
    prepare_folder(url)
    async with open_engine(url) as engine:
        await upgrade(engine)
        await QueryStore(engine).add([*rows(), *more])


async def add_to_log(folder: Path, *more: Query) -> None:
    """Write to the log of a bot in *folder* as the bot does."""
    async with open_engine(log_address(folder)) as engine:
        await QueryStore(engine).add(more)


def log_address(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder}/data/bot.db"
