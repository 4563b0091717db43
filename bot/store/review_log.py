"""
The query log as maintainers look at it: one SQLite file, read only, on connections that cannot show who asked.

Pseudonyms are needed to count distinct people. They can be read through two views that exist on these connections only,
and in no page; SQLite itself refuses every other way to them, and to every table that is not looked at.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.errors import BotError
from bot.query import NOT_ANSWERS
from bot.store.failures import OutdatedSchema
from bot.store.schema import HEAD, REVIEW_VIEW, queries

LONGEST = 3650  # days that a page can look back

_COLUMNS = ", ".join(column.name for column in queries.columns if column.name != "key_id")
_ANSWERS = f"""
CREATE TEMP VIEW answers AS
SELECT {_COLUMNS}, coalesce(asked_language, substr(locale, 1, instr(locale || '-', '-') - 1)) AS asked_in
FROM main.queries WHERE command NOT IN ({", ".join(f"'{name}'" for name in sorted(NOT_ANSWERS))})
"""  # noqa: S608  our own names
_VOTES = f"""
CREATE TEMP VIEW votes AS
SELECT {_COLUMNS}, coalesce(asked_language, substr(locale, 1, instr(locale || '-', '-') - 1)) AS asked_in
FROM main.queries WHERE command = 'vote' AND outcome IN ('helpful', 'unhelpful')
"""  # noqa: S608
_TELLING = {"answers", "votes"}  # the views that may see who asked
_PERSONAL = {"user_key", "key_id", "decided_by"}
_LOOKED_AT = {"queries", "gap_decisions", "alembic_version", REVIEW_VIEW}
_HARMLESS = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_RECURSIVE,
    sqlite3.SQLITE_PRAGMA,  # Datasette asks for names of tables and columns; the file is read only
}


class UnreadableLog(BotError):
    """The file is not a query log that can be looked at."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path} cannot be read as a query log: {reason}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenQuestion:
    """A question without a clear answer whose words are still kept."""

    interaction_id: int
    outcome: str  # not-found or suggested
    text: str


@contextmanager
def open_log(path: Path) -> Iterator[sqlite3.Connection]:
    """
    Yield a read-only connection to the log at *path*.

    Raises:
        UnreadableLog: It is not a SQLite database, or not one of ours.
        OutdatedSchema: It is older than this code.
    """
    try:
        with closing(connect_read_only(path)) as connection:
            if _revision(connection, path) != HEAD:
                raise OutdatedSchema
            yield connection
    except sqlite3.Error as error:
        raise UnreadableLog(path, str(error)) from None


def connect_read_only(path: Path) -> sqlite3.Connection:
    """Return a connection to the file at *path* that writes nothing; threads may hand it on to each other."""
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, check_same_thread=False)


def _revision(connection: sqlite3.Connection, path: Path) -> str:
    try:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError as error:
        if "no such table" not in str(error):
            raise
        raise UnreadableLog(path, "it has no tables of this bot") from None
    return str(row[0]) if row else ""


def state_of_questions(log: sqlite3.Connection, since: datetime) -> str:
    """Return a line that changes when a question without a clear answer is added, blanked or removed."""
    rows = log.execute(
        "SELECT outcome, count(*), max(interaction_id), total(interaction_id) FROM queries"
        " WHERE outcome IN ('not-found', 'suggested') AND asked_at >= ? AND text IS NOT NULL GROUP BY outcome",
        (_stored(since),),
    )
    return repr(sorted(rows.fetchall()))


def open_questions(log: sqlite3.Connection, outcome: str, since: datetime) -> Sequence[OpenQuestion]:
    """Return the questions of that outcome whose words are kept, newest first."""
    rows = log.execute(
        "SELECT interaction_id, outcome, text FROM queries"
        " WHERE outcome = ? AND asked_at >= ? AND text IS NOT NULL ORDER BY asked_at DESC, interaction_id DESC",
        (outcome, _stored(since)),
    )
    return [OpenQuestion(interaction_id=row[0], outcome=row[1], text=row[2]) for row in rows]


def newer_questions(log: sqlite3.Connection, newest: int) -> int:
    """Return how many questions without a clear answer came after interaction *newest*; ids grow with time."""
    row = log.execute(
        "SELECT count(*) FROM queries WHERE interaction_id > ? AND +outcome IN ('not-found', 'suggested')"
        " AND text IS NOT NULL",
        (newest,),
    ).fetchone()
    return int(row[0])


def limit_to_review(log: sqlite3.Connection, digest: Path, key_of: Callable[[str], str]) -> None:
    """
    Let *log* answer the pages and nothing else.

    Adds the digest at *digest* as the schema ``digest``, the views ``answers`` and ``votes``, and the functions
    ``since(days, default)`` and ``text_key(text)``, which is *key_of*; afterwards SQLite refuses to read, write or
    attach anything that the pages do not need.
    """
    log.execute("ATTACH ? AS digest", (f"{digest.resolve().as_uri()}?mode=ro",))
    log.execute(_ANSWERS)
    log.execute(_VOTES)
    log.create_function("since", 2, _since, deterministic=True)
    log.create_function("text_key", 1, lambda text: None if text is None else key_of(text), deterministic=True)
    log.set_authorizer(_authorize)


def _authorize(action: int, table: str | None, column: str | None, schema: str | None, view: str | None) -> int:
    if action == sqlite3.SQLITE_READ:
        return sqlite3.SQLITE_OK if _may_read(table or "", column, schema, view) else sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK if action in _HARMLESS else sqlite3.SQLITE_DENY


def _may_read(table: str, column: str | None, schema: str | None, view: str | None) -> bool:
    if schema != "main" or table.startswith(("sqlite_", "pragma_")):
        return True
    if column in _PERSONAL:
        return column == "user_key" and view in _TELLING
    return table in _LOOKED_AT


def _since(days: object, default: int) -> str:
    """Return the moment *days* ago as the log writes moments; what is not a number of days counts as *default*."""
    number = int(str(days)) if str(days).isdecimal() else default
    return _stored(datetime.now(UTC) - timedelta(days=min(number, LONGEST)))


def _stored(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
