"""
The file of a SQLite database: whether it is still the one that is open, whether it is sound, and setting it aside.

SQLite goes on writing into a file that was deleted or replaced, and succeeds; and it writes into a file of which a part
is damaged. Neither is noticed unless somebody looks.
"""

import os
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import BotError
from bot.store.failures import is_damage

Identity = tuple[int, int]  # device and inode

_SIDE_FILES = ("-wal", "-shm")  # what was committed but is not yet in the file itself, and an index of that
LOCK_PATIENCE = 0.25  # seconds SQLite waits for another process; who asks tries again later


class ReplacedFile(BotError):
    """The file of the database was deleted or replaced while it was in use."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} was deleted or replaced while the bot had it open; what it held is gone")


def identity_of(path: Path) -> Identity | None:
    """Return what tells the file at *path* from any other, or ``None`` when there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116  a third of the time of Path.stat, before and after each batch
    except OSError:
        return None
    return found.st_dev, found.st_ino


def follow_file(engine: AsyncEngine, path: Path) -> None:
    """Let *engine* notice before each use that its file was deleted or replaced, and open the one at *path* now."""
    followed = _FollowedFile(path)
    event.listen(engine.sync_engine, "connect", followed.connected)
    event.listen(engine.sync_engine, "checkout", followed.checked_out)


class _FollowedFile:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._ours: dict[Path, Identity | None] = {path.with_name(path.name + suffix): None for suffix in _SIDE_FILES}

    def connected(self, _connection: Any, record: Any) -> None:
        record.info["file"] = identity_of(self._path)

    def checked_out(self, _connection: Any, record: Any, _proxy: Any) -> None:
        if identity_of(self._path) == record.info["file"]:
            for side_file in self._ours:
                self._ours[side_file] = identity_of(side_file)
            return
        self._remove_side_files()
        raise InvalidatePoolError(f"{self._path} was deleted or replaced")

    def _remove_side_files(self) -> None:
        """Remove what the old file left: SQLite would apply it to the new one and ruin that."""
        for side_file, identity in self._ours.items():
            if identity is not None and identity_of(side_file) == identity:
                side_file.unlink(missing_ok=True)


def damage_in(path: Path) -> str | None:
    """Return what is wrong with the database at *path*; ``None`` when it is sound, missing or cannot be looked into."""
    if not path.is_file():
        return None
    try:
        with closing(sqlite3.connect(path, timeout=LOCK_PATIENCE)) as connection:
            found = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.Error as error:
        return str(error) if is_damage(error) else None
    return None if found == "ok" else found.splitlines()[-1]


def revision_in(path: Path) -> str | None:
    """Return the migration that the database at *path* stands at, ``None`` when it is none of ours; changes nothing."""
    try:
        with closing(_read_only(path)) as connection:
            return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])
    except (sqlite3.Error, TypeError):
        return None


def rows_in(path: Path) -> int:
    """Return how many rows of the log the database at *path* has; changes nothing."""
    with closing(_read_only(path)) as connection:
        return int(connection.execute("SELECT count(*) FROM queries").fetchone()[0])


def _read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)


def copy_to(path: Path, copy: Path) -> None:
    """
    Write all that is committed in the database at *path* to the new file *copy*, while others go on using it.

    Raises:
        OSError: The copy cannot be written.
        sqlite3.Error: The database cannot be read.
    """
    draft = copy.with_name(f"{copy.name}.draft")
    draft.unlink(missing_ok=True)
    try:
        draft.touch()  # says with an OSError what SQLite would call “unable to open database file”
        with closing(_read_only(path)) as source, closing(sqlite3.connect(draft)) as target:
            source.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")
        draft.replace(copy)
    finally:
        draft.unlink(missing_ok=True)


def set_aside(path: Path, now: datetime, *, reason: str = "corrupt") -> Path:
    """
    Rename the database at *path* with what belongs to it, and return its new path.

    Raises:
        OSError: The folder cannot be written to.
    """
    target = path.with_name(f"{path.name}.{reason}-{now:%Y%m%dT%H%M%SZ}")
    for suffix in ("", *_SIDE_FILES):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(target.with_name(target.name + suffix))
    return target
