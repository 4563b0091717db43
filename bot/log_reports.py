"""What the command line does about the database as a whole."""

from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import BotError
from bot.reports.connection import with_current_schema, with_engine
from bot.settings import load_settings
from bot.store.database import prepare_folder, upgrade
from bot.store.departures import DepartureStore
from bot.store.retention import Released, release
from bot.store.schema import HEAD

_NOT_COMPARED = "The list of servers has not been compared yet; a running bot does so once a day."


class NothingToAccept(BotError):
    """No list of servers was compared yet, so none was refused."""

    def __init__(self) -> None:
        super().__init__(_NOT_COMPARED)


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


def release_old_rows() -> str:
    """Release what is due and say how much that was."""
    terms = load_settings().privacy

    async def run(engine: AsyncEngine) -> Released:
        return await release(engine, now=datetime.now(UTC), text_days=terms.text_days, row_days=terms.row_days)

    released = with_current_schema(run)
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
