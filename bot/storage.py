"""
Opens the database, once it can be, and connects everything that lives on it.

SQLAlchemy takes longer to import than the rest of the bot to start, and answering does not need it; so it is imported
beside the event loop, once the bot is connected.
"""

import asyncio
import logging
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from bot.privacy import Privacy
from bot.query_log import QuerySink
from bot.servers.editor import SettingsEditor
from bot.servers.registry import Servers
from bot.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

log = logging.getLogger(__name__)

HEAD_START = 10.0  # seconds the connection to Discord may take before the database is opened beside it


class Storage:
    """The database of a running bot. Its parts are given to it; what they can do before it is open is up to them."""

    def __init__(
        self,
        settings: Settings,
        contexts: AsyncExitStack,
        connected: asyncio.Event,
        *,
        servers: Servers,
        editor: SettingsEditor,
    ) -> None:
        self._settings = settings
        self._contexts = contexts  # closed after the log, which writes to the last
        self._connected = connected
        self._servers = servers
        self._editor = editor
        self._engine: AsyncEngine | None = None  # kept over attempts: only the first makes one
        self.privacy: Privacy | None = None

    async def open(self) -> QuerySink:
        """Return what the query log writes to. May be tried again after any error."""
        try:
            async with asyncio.timeout(HEAD_START):
                await self._connected.wait()
        except TimeoutError:
            pass
        await asyncio.to_thread(_import_store)
        from bot.store.database import open_engine, prepare_folder, upgrade
        from bot.store.queries import QueryStore

        url = self._settings.database.url
        prepare_folder(url)
        if self._engine is None:
            self._engine = await self._contexts.enter_async_context(open_engine(url))
        if self._settings.database.upgrades_at_start and await upgrade(self._engine) is None:
            log.info("The database is new: its tables were made.")
        await self._connect(self._engine)
        return QueryStore(self._engine)

    async def _connect(self, engine: "AsyncEngine") -> None:
        """Hand the database to everything that waits for it."""
        from bot.store.privacy import PrivacyStore
        from bot.store.retention import keep_releasing
        from bot.store.servers import ServerStore

        store = ServerStore(engine)
        self._servers.connect(store)
        self._editor.connect(store)
        if self.privacy is not None:
            await self.privacy.connect(PrivacyStore(engine))
            terms = self._settings.privacy
            await self._contexts.enter_async_context(
                keep_releasing(engine, text_days=terms.text_days, row_days=terms.row_days)
            )
            self.privacy = None  # connected once


def _import_store() -> None:
    import bot.store.database
    import bot.store.privacy
    import bot.store.queries
    import bot.store.retention
    import bot.store.servers  # noqa: F401  imported for their time, used by the caller
