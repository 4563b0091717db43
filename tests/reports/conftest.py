"""A log that maintainers look into, and the command line as they type it."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.cli import main
from bot.query import Query
from bot.store.database import open_engine, upgrade
from bot.store.queries import QueryStore
from tests.factories import make_query, make_topic, write_pack, write_yaml

Run = Callable[..., int]
Log = Callable[..., None]


def missed(interaction_id: int, text: str, /, **changes: Any) -> Query:
    """A question of an hour ago that found nothing."""
    asked_at = (datetime.now(UTC) - timedelta(hours=1)).isoformat(timespec="milliseconds")
    fields = {"command": "ask", "outcome": "not-found", "topic": None, "text": text, "asked_language": "en"}
    return make_query(interaction_id, **{"asked_at": asked_at, "user_key": f"u{interaction_id}", **fields, **changes})


@pytest.fixture
def run() -> Run:
    """Run a command and return its exit status."""

    def run_command(*arguments: str) -> int:
        with pytest.raises(SystemExit) as stopped:
            main(list(arguments))
        return int(str(stopped.value.code or 0))

    return run_command


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Log:
    """Fill the configured log with rows."""
    url = f"sqlite+aiosqlite:///{tmp_path}/bot.db"
    monkeypatch.setenv("DATABASE_URL", url)

    def fill(*rows: Query) -> None:
        async def write() -> None:
            async with open_engine(url) as engine:
                await upgrade(engine)
                await QueryStore(engine).add(rows)

        asyncio.run(write())

    return fill


@pytest.fixture
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small pack with two topics and one more language."""
    out_of_scope = [{"id": "food", "title": "Food", "asks": ["soup recipe"]}]
    folder = write_pack(tmp_path / "pack", make_topic("bridge"), make_topic("tunnel"), out_of_scope=out_of_scope)
    (folder / "locales" / "de").mkdir(parents=True)
    write_yaml(folder / "locales" / "de" / "asks.yaml", {"bridge": ["ist die brücke offen"]})
    monkeypatch.setenv("BOT_KNOWLEDGE", str(folder))
    monkeypatch.chdir(tmp_path)
    return folder
