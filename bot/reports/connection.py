"""Opening the configured database for one report."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import ConfigurationError
from bot.settings import load_settings
from bot.store.database import LONG_PATIENCE, open_engine, schema_revision, sqlite_path
from bot.store.failures import NewerSchema, OutdatedSchema, reason_of
from bot.store.schema import HEAD

Result = TypeVar("Result")


def with_engine(use: Callable[[AsyncEngine], Awaitable[Result]]) -> Result:
    """
    Return what *use* makes of the configured database.

    Raises:
        ConfigurationError: It cannot be used.
    """
    database = load_settings().database
    database.require_driver()

    async def run() -> Result:
        async with open_engine(database.url, command_patience=LONG_PATIENCE) as engine:
            return await use(engine)

    try:
        return asyncio.run(run())
    except (DBAPIError, OSError) as error:
        raise ConfigurationError(f"The database cannot be used: {reason_of(error)}") from None


def with_current_schema(use: Callable[[AsyncEngine], Awaitable[Result]]) -> Result:
    """
    Do the same where the database is there and up to date.

    Raises:
        ConfigurationError: There is no database yet, it is not up to date, or it cannot be used.
    """

    async def run(engine: AsyncEngine) -> Result:
        stands_at = await schema_revision(engine)
        if stands_at is not None and stands_at > HEAD:
            raise NewerSchema(stands_at, HEAD)
        if stands_at != HEAD:
            raise OutdatedSchema
        return await use(engine)

    path = sqlite_path(load_settings().database.url)
    if path is not None and not path.exists():
        raise ConfigurationError(f"There is no database at {path} yet. It is made when the bot first runs.")
    return with_engine(run)
