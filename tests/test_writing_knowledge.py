"""Every command of docs/writing-knowledge.md runs, in order, and prints what stands there."""

import asyncio
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import typer.main

from bot.cli import app, main
from bot.store.database import open_engine, upgrade
from bot.store.queries import QueryStore
from tests.factories import GOLDEN, REAL_PACK, make_query

PAGE = Path(__file__).parents[1] / "docs" / "writing-knowledge.md"
PACK = Path("knowledge/nato-ukraine")
ASKED = (  # words and outcome
    *[("who controls the bosphorus", "not-found")] * 3,
    *[("are the turkish straits closed", "suggested")] * 2,
    ("why cant nato warships sail into the black sea", "suggested"),
    *[("anchors dragged over power lines on the sea floor", "suggested")] * 2,
)
# What a reader does with a block, from the comment before it, which the page does not show.
BLOCK = re.compile(r"(?:<!-- (?P<what>\w+): (?P<how>[^>]*?) -->\n)?```(?P<language>\w+)\n(?P<text>.*?)```", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A block of the page, and what its comment says to do with it."""

    language: str
    text: str
    what: str | None
    how: str | None


def blocks() -> Iterator[Block]:
    for found in BLOCK.finditer(PAGE.read_text(encoding="utf-8")):
        yield Block(language=found["language"], text=found["text"], what=found["what"], how=found["how"])


def git(*arguments: str) -> str:
    identity = ("-c", "user.name=Tests", "-c", "user.email=tests@bridges.example", "-c", "commit.gpgsign=false")
    return subprocess.run(["git", *identity, *arguments], check=True, capture_output=True, text=True).stdout


def set_line(path: Path, line: str) -> None:
    """Put *line* in the place of the one with the same key."""
    key = line.partition(":")[0]
    path.write_text(
        re.sub(rf"^{key}:.*$", line, path.read_text(encoding="utf-8"), flags=re.MULTILINE), encoding="utf-8"
    )


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A repository with two published editions, and a log with questions that found no answer."""
    monkeypatch.setenv("COLUMNS", "100")
    shutil.copytree(REAL_PACK, PACK)
    shutil.copytree(GOLDEN.parent, "tests/golden")
    git("init", "--quiet")
    for day, tag in (("2026-10-25", "v2026.10"), ("2026-11-25", "v2026.11")):
        set_line(PACK / "pack.yaml", f"edition: {day}")
        git("add", "knowledge", "tests")
        git("commit", "--quiet", "--message", f"Publish the edition of {day}")
        git("tag", tag)
    asyncio.run(fill_log())


async def fill_log() -> None:
    Path("data").mkdir()
    asked_at = (datetime.now(UTC) - timedelta(days=3)).isoformat(timespec="milliseconds")
    rows = [
        make_query(number, asked_at=asked_at, command="ask", topic=None, outcome=outcome, text=text)
        for number, (text, outcome) in enumerate(ASKED, 1)
    ]
    async with open_engine("sqlite+aiosqlite:///data/bot.db") as engine:
        await upgrade(engine)
        await QueryStore(engine).add([*rows, make_query(100, asked_at=asked_at, topic="aid", command="aid")])


def is_there(command: str) -> bool:
    """Return whether this program has the command, such as ``queries top``."""
    group: Any = typer.main.get_command(app)
    for name in command.split():
        group = getattr(group, "commands", {}).get(name)
    return group is not None


def follow(block: Block) -> None:
    """Do what the page says."""
    match block.what:
        case "file":
            (PACK / str(block.how)).write_text(block.text, encoding="utf-8")
        case "under":  # the first line is in the file, and the others go below it
            path = PACK / str(block.how)
            key = block.text.partition("\n")[0] + "\n"
            assert path.read_text(encoding="utf-8").count(key) == 1
            path.write_text(path.read_text(encoding="utf-8").replace(key, block.text), encoding="utf-8")
        case "line":
            set_line(PACK / str(block.how), block.text.strip())
    if block.language == "console" and not (block.what == "needs" and not is_there(str(block.how))):
        status = int(str(block.how)) if block.what == "exits" else 0
        for command, shown in commands_in(block.text):
            assert_runs(command, shown, status)


def commands_in(text: str) -> Iterator[tuple[str, str]]:
    """Yield each command and what the page shows of its output."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        yield command, shown.strip()


def assert_runs(command: str, shown: str, status: int) -> None:
    program, *arguments = shlex.split(command)
    printed = git(*arguments) if program == "git" else natobot(arguments, status)
    if shown:
        pattern = ".*".join(map(re.escape, shown.split("…")))
        assert re.fullmatch(pattern, printed.replace("\r\n", "\n").strip(), re.DOTALL), f"$ {command}\n{printed}"


def natobot(arguments: list[str], status: int) -> str:
    output = StringIO()
    with redirect_stdout(output), redirect_stderr(output), pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert int(str(stopped.value.code or 0)) == status, f"$ natobot {shlex.join(arguments)}\n{output.getvalue()}"
    return output.getvalue()


@pytest.mark.usefixtures("checkout")
def test_a_maintainer_who_follows_the_page_publishes_an_edition() -> None:
    """From a missed question to a commit, every command works and prints what the page shows."""
    for block in blocks():
        follow(block)

    assert "Answer whether the Black Sea straits are closed" in git("log", "-1", "--format=%s")
