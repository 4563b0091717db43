"""Copies of a SQLite database, and putting one back."""

import asyncio
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from bot.errors import ConfigurationError
from bot.settings import load_settings
from bot.store.database import open_engine, sqlite_path, upgrade
from bot.store.failures import NewerSchema
from bot.store.schema import HEAD
from bot.store.sqlite_file import copy_to, damage_in, revision_in, rows_in, set_aside

_POSTGRESQL = (
    "The database is PostgreSQL, which has its own tools: pg_dump --format=custom --file=natobot.dump natobot, and "
    "into an empty database pg_restore --exit-on-error --dbname=natobot_restored natobot.dump"
)


def back_up(copy: Path) -> str:
    """
    Copy the database to *copy*, also while the bot runs, and say what it holds.

    Raises:
        ConfigurationError: There is no SQLite database, it is damaged, *copy* exists or cannot be written.
    """
    path, key = _path(), load_settings().key_path
    if not path.is_file():
        raise ConfigurationError(f"There is no database at {path} yet. It is made when the bot first runs.")
    if copy.exists():
        raise ConfigurationError(f"{copy} exists already. Give another name; a copy never overwrites one.")
    try:
        copy_to(path, copy)
    except (OSError, sqlite3.Error) as error:
        raise ConfigurationError(f"{path} cannot be copied to {copy}: {error}") from None
    if (damage := damage_in(copy)) is not None:
        copy.unlink()
        raise ConfigurationError(f"{path} is damaged ({damage}); nothing was copied. See docs/operating.md, Backups.")
    return (
        f"{copy}: {rows_in(copy)} rows of the log, {copy.stat().st_size / 1024:,.0f} kB.\n"
        f"Keep a copy of {key} too, elsewhere: without it nobody's rows can be found or forgotten."
    )


def restore(copy: Path) -> str:
    """
    Put *copy* in the place of the database, bring its schema up to date, and say where the database before it is.

    Raises:
        ConfigurationError: *copy* is no sound copy of ours, or of a later version; or it cannot be put there.
    """
    path = _path()
    _check(copy)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.restoring")
        fresh.unlink(missing_ok=True)
        copy_to(copy, fresh)
        before = set_aside(path, datetime.now(UTC), reason="replaced") if path.exists() else None
        fresh.replace(path)
    except (OSError, sqlite3.Error) as error:
        raise ConfigurationError(f"{copy} cannot be put in the place of {path}: {error}") from None
    asyncio.run(_upgrade(path))
    kept = f" The one before is {before}." if before is not None else ""
    return f"{path} holds {rows_in(path)} rows of the log again, at migration {HEAD}.{kept}"


def _path() -> Path:
    path = sqlite_path(load_settings().database.url)
    if path is None:
        raise ConfigurationError(_POSTGRESQL)
    return path


def _check(copy: Path) -> None:
    if not copy.is_file():
        raise ConfigurationError(f"There is no file {copy}.")
    if (damage := damage_in(copy)) is not None:
        raise ConfigurationError(
            f"{copy} is damaged or no database ({damage}); nothing was changed. Try an older copy."
        )
    stands_at = revision_in(copy)
    if stands_at is None:
        raise ConfigurationError(f"{copy} is no database of this bot; nothing was changed.")
    if stands_at > HEAD:
        raise NewerSchema(stands_at, HEAD)


async def _upgrade(path: Path) -> None:
    async with open_engine(f"sqlite+aiosqlite:///{path}") as engine:
        await upgrade(engine)
