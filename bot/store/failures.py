"""What goes wrong with a database, said in a sentence."""

import sqlite3
from collections.abc import Callable

from sqlalchemy import event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import ConfigurationError

_UNDEFINED = {"42P01", "42703"}  # SQLSTATE undefined_table, undefined_column
_UNDEFINED_IN_SQLITE = ("no such table", "no such column", "has no column named")


class OutdatedSchema(ConfigurationError):
    """The database is older than the code that asks it."""

    def __init__(self) -> None:
        super().__init__("The database is not up to date: a table or column is missing. Run: natobot db upgrade")


class NewerSchema(ConfigurationError):
    """The database is newer than the code that asks it."""

    def __init__(self, stands_at: str, known: str) -> None:
        super().__init__(
            f"The database is at migration {stands_at}, made by a later version of the bot; this one knows them up to "
            f"{known}. Run the later version again, or with it: natobot db downgrade {known}"
        )


def name_missing_tables(engine: AsyncEngine) -> None:
    """Let *engine* raise ``OutdatedSchema`` where a table or column is missing, whatever the database calls that."""
    event.listen(engine.sync_engine, "handle_error", _outdated, retval=True)


def _outdated(context: ExceptionContext) -> BaseException | None:
    return OutdatedSchema() if _is_undefined(context.original_exception) else None


def _is_undefined(error: BaseException) -> bool:
    message = str(error)
    return getattr(error, "sqlstate", None) in _UNDEFINED or any(words in message for words in _UNDEFINED_IN_SQLITE)


def watch_damage(engine: AsyncEngine, on_damage: Callable[[], None]) -> None:
    """Call *on_damage* whenever SQLite finds that the file of *engine* is damaged or no database."""

    def look(context: ExceptionContext) -> None:
        if is_damage(context.original_exception):
            on_damage()

    event.listen(engine.sync_engine, "handle_error", look)


def is_damage(error: BaseException) -> bool:
    """Return whether SQLite says that its file is damaged, rather than locked, full or out of reach."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def is_about_values(error: DBAPIError) -> bool:
    """Return whether the database or its driver refused what was to be stored, and always will."""
    if isinstance(error, IntegrityError):  # not one of another row with the same key: those are no error here
        return True
    refusal = error.orig
    if refusal is None:
        return False
    sqlstate = getattr(refusal, "sqlstate", None) or ""
    return isinstance(refusal.__cause__, ValueError) or sqlstate.startswith("22")  # class 22: data exception


def reason_of(error: BaseException) -> str:
    """Return in one line what *error* says, without the statement, its values and the names of the driver's classes."""
    said = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    lines = str(said).splitlines()
    if not lines:
        return "it did not answer in time" if isinstance(said, TimeoutError) else type(said).__name__
    return lines[0].partition(">: ")[2] or lines[0]
