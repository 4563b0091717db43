"""What the command line prints from the database."""

import asyncio
import csv
import json
import re
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import IO, Any, TypeVar

from rich.console import Console
from rich.table import Table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import BotError, ConfigurationError
from bot.query import Query
from bot.query_lines import Unreadable, read_rows
from bot.settings import load_settings
from bot.store.database import LONG_PATIENCE, open_engine, prepare_folder, schema_revision, sqlite_path, upgrade
from bot.store.departures import DepartureStore
from bot.store.failures import OutdatedSchema, reason_of
from bot.store.queries import QueryStore
from bot.store.retention import Released, release
from bot.store.schema import HEAD, queries

Result = TypeVar("Result")

IMPORT_BATCH = 500  # rows in one transaction
_NOT_COMPARED = "The list of servers has not been compared yet; a running bot does so once a day."
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


class BadSince(BotError):
    """``--since`` is not a time we understand."""

    def __init__(self, text: str) -> None:
        super().__init__(f"--since “{text}” is not a time. Write 12h, 7d, 4w or a day such as 2026-11-01.")


class NotALogFile(BotError):
    """A file to import holds something else than rows of the log."""

    def __init__(self, file: Path, found: Unreadable) -> None:
        super().__init__(
            f"{file}, line {found.line}: {found.reason}. Nothing was imported. Give a file that the bot saved "
            "(queries-unwritten-….jsonl) or a journal (queries.journal)."
        )


class NothingToAccept(BotError):
    """No list of servers was compared yet, so none was refused."""

    def __init__(self) -> None:
        super().__init__(_NOT_COMPARED)


def parse_since(text: str | None, now: datetime) -> datetime | None:
    """
    Return the moment that ``7d``, ``12h``, ``4w`` or ``2026-11-01`` stands for, in UTC.

    Raises:
        BadSince: It is none of these.
    """
    if text is None:
        return None
    try:
        if match := re.fullmatch(r"(\d{1,5})([hdw])", text):
            return now - int(match[1]) * _UNITS[match[2]]
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise BadSince(text) from None


def print_top(*, since: str | None, topic: str | None, format_: str, limit: int) -> None:
    """Print the topics, or the sections of *topic*, that are answered most."""
    moment = parse_since(since, datetime.now(UTC))
    counts = _with_store(lambda store: store.top(since=moment, topic=topic, limit=limit))
    rows = [
        {"topic": count.topic, **({"section": count.section or ""} if topic else {}), "answers": count.answers}
        | {"askers": count.askers}
        for count in counts
    ]
    if not rows and format_ == "table":
        print("Nothing has been asked in that time.")
        return
    _print_rows(rows, list(rows[0]) if rows else ["topic", "answers", "askers"], format_)


def export_rows(*, since: str | None, format_: str, output: Path | None) -> None:
    """Write the log's rows to *output* or standard output, one at a time."""
    moment = parse_since(since, datetime.now(UTC))
    target: AbstractContextManager[IO[str]] = (
        nullcontext(sys.stdout) if output is None else output.open("w", encoding="utf-8", newline="")
    )

    async def write(store: QueryStore) -> None:
        with target as file:
            names = [column.name for column in queries.columns]
            table = csv.DictWriter(file, names)
            if format_ == "csv":
                table.writeheader()
            async for row in store.export(since=moment):
                if format_ == "csv":
                    table.writerow(row)
                else:
                    file.write(json.dumps(row, ensure_ascii=False) + "\n")

    _with_store(write)


def import_rows(file: Path) -> str:
    """
    Store the rows of a file that the log saved, or of a journal, and say how many were new.

    Raises:
        NotALogFile: A line is none of the log's; nothing was stored.
        OSError: The file cannot be read.
    """
    torn = _check_rows(file)

    async def run(store: QueryStore) -> tuple[int, int]:
        total = new = 0
        with file.open("rb") as lines:
            rows = (row for row in read_rows(lines) if isinstance(row, Query))
            while batch := list(islice(rows, IMPORT_BATCH)):
                ids = {row.interaction_id for row in batch}
                new += len(ids) - len(await store.known(ids))
                total += len(batch)
                await store.add(batch)
        return total, new

    total, new = _with_store(run)
    passed_over = " The last line is not whole and was passed over." if torn else ""
    return f"Of {total} rows {new} were new; the others are stored already.{passed_over}"


def _check_rows(file: Path) -> bool:
    """Return whether the last line is torn, after every other was seen to be sound."""
    with file.open("rb") as lines:
        for found in read_rows(lines):
            if isinstance(found, Unreadable):
                if found.is_torn and found.line > 1:
                    return True
                raise NotALogFile(file, found)
    return False


def upgrade_schema() -> str:
    """Bring the schema up to date and say what was done."""

    async def run(engine: AsyncEngine) -> str:
        prepare_folder(load_settings().database.url)
        before = await upgrade(engine)
        return (
            f"The database is at migration {HEAD}."
            if before == HEAD
            else f"Upgraded from {before or 'nothing'} to {HEAD}."
        )

    return _with_engine(run)


def release_old_rows() -> str:
    """Release what is due and say how much that was."""
    terms = load_settings().privacy

    async def run(engine: AsyncEngine) -> Released:
        return await release(engine, now=datetime.now(UTC), text_days=terms.text_days, row_days=terms.row_days)

    released = _with_current_schema(run)
    return (
        f"Released {released.texts} texts; turned {released.rows} rows into daily counts; deleted {released.changes} "
        f"settings changes and {released.drafts} drafts."
    )


def departures_report() -> str:
    """Say when the list of servers was last compared, which servers are missing and when their data goes."""
    days = load_settings().privacy.left_server_days

    async def run(engine: AsyncEngine) -> str:
        store = DepartureStore(engine)
        roll = await store.last_roll()
        if roll is None:
            return _NOT_COMPARED
        lines = [
            f"The list of servers was last compared on {_minute(roll.compared_at)}. It is taken to have {roll.servers}."
        ]
        lines += [
            f"{guild_id} is missing since {_minute(gone.absent_since)} (comparisons in a row: {gone.absences}); its "
            f"data goes after {_minute(gone.goes_on(days))}."
            for guild_id, gone in (await store.missing()).items()
        ]
        return "\n".join(lines if len(lines) > 1 else [*lines, "No server is missing of which something is stored."])

    return _with_current_schema(run)


def accept_list_size(servers: int) -> str:
    """
    Let the next list of servers be compared with one of *servers*, and say so.

    Raises:
        NothingToAccept: No list was compared yet.
    """
    if not _with_current_schema(lambda engine: DepartureStore(engine).accept_size(servers)):
        raise NothingToAccept
    return (
        f"The next list of servers is compared with one of {servers}: it is believed if it has at least four fifths of "
        "that. A running bot compares once a day."
    )


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _with_store(use: Callable[[QueryStore], Awaitable[Result]]) -> Result:
    return _with_current_schema(lambda engine: use(QueryStore(engine)))


def _with_current_schema(use: Callable[[AsyncEngine], Awaitable[Result]]) -> Result:
    async def run(engine: AsyncEngine) -> Result:
        if await schema_revision(engine) != HEAD:
            raise OutdatedSchema
        return await use(engine)

    url = load_settings().database.url
    path = sqlite_path(url)
    if path is not None and not path.exists():
        raise ConfigurationError(f"There is no database at {path} yet. It is made when the bot first runs.")
    return _with_engine(run)


def _with_engine(use: Callable[[AsyncEngine], Awaitable[Result]]) -> Result:
    database = load_settings().database
    database.require_driver()

    async def run() -> Result:
        async with open_engine(database.url, command_patience=LONG_PATIENCE) as engine:
            return await use(engine)

    try:
        return asyncio.run(run())
    except (DBAPIError, OSError) as error:
        raise ConfigurationError(f"The database cannot be used: {reason_of(error)}") from None


def _print_rows(rows: Sequence[Mapping[str, Any]], names: Sequence[str], format_: str) -> None:
    if format_ == "json":
        print(json.dumps(rows, ensure_ascii=False, indent=2))
    elif format_ == "csv":
        table = csv.DictWriter(sys.stdout, names)
        table.writeheader()
        table.writerows(rows)
    else:
        shown = Table()
        for name in names:
            shown.add_column(name, justify="right" if rows and isinstance(rows[0][name], int) else "left")
        for row in rows:
            shown.add_row(*(str(row[name]) for name in names))
        Console().print(shown)
