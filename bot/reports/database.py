"""What the command line does about the database as a whole."""

from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import BotError
from bot.query import Query
from bot.query_lines import Unreadable, read_rows
from bot.reports.connection import with_current_schema, with_engine
from bot.settings import load_settings
from bot.store.database import downgrade, prepare_folder, upgrade
from bot.store.departures import DepartureStore
from bot.store.queries import QueryStore
from bot.store.retention import Released, release
from bot.store.schema import HEAD

IMPORT_BATCH = 500  # rows in one transaction
_NOT_COMPARED = "The list of servers has not been compared yet; a running bot does so once a day."


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


def import_rows(file: Path) -> str:
    """
    Store the rows of a file that the log saved, or of a journal, and say how many were new.

    Raises:
        NotALogFile: A line is none of the log's; nothing was stored.
        OSError: The file cannot be read.
    """
    torn = _check_rows(file)

    async def run(engine: AsyncEngine) -> tuple[int, int]:
        store = QueryStore(engine)
        total = new = 0
        with file.open("rb") as lines:
            rows = (row for row in read_rows(lines) if isinstance(row, Query))
            while batch := list(islice(rows, IMPORT_BATCH)):
                ids = {row.interaction_id for row in batch}
                new += len(ids) - len(await store.known(ids))
                total += len(batch)
                await store.add(batch)
        return total, new

    total, new = with_current_schema(run)
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

    return with_engine(run)


def downgrade_schema(to: str) -> str:
    """Bring the schema back to the migration *to* and say what was done."""

    async def run(engine: AsyncEngine) -> str:
        before = await downgrade(engine, to)
        return f"Brought back from {before} to {to}. Start the older version now; this one would upgrade it again."

    return with_engine(run)


def release_old_rows() -> str:
    """Release what is due and say how much that was."""
    terms = load_settings().privacy

    async def run(engine: AsyncEngine) -> Released:
        return await release(engine, now=datetime.now(UTC), text_days=terms.text_days, row_days=terms.row_days)

    released = with_current_schema(run)
    return (
        f"Released {released.texts} texts; turned {released.rows} rows into daily counts; deleted {released.changes} "
        f"settings changes, {released.drafts} drafts and {released.news} notes of news."
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

    return with_current_schema(run)


def accept_list_size(servers: int) -> str:
    """
    Let the next list of servers be compared with one of *servers*, and say so.

    Raises:
        NothingToAccept: No list was compared yet.
    """
    if not with_current_schema(lambda engine: DepartureStore(engine).accept_size(servers)):
        raise NothingToAccept
    return (
        f"The next list of servers is compared with one of {servers}: it is believed if it has at least four fifths of "
        "that. A running bot compares once a day."
    )


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
