"""
Opens the database, once it can be, and connects everything that lives on it.

SQLAlchemy takes longer to import than the rest of the bot to start, and answering does not need it; so it is imported
beside the event loop, once the bot is connected.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot import garbage
from bot.background import background_tasks
from bot.knowledge.models import Knowledge
from bot.privacy import Privacy
from bot.query_log import QuerySink
from bot.servers.editor import SettingsEditor
from bot.servers.registry import Servers
from bot.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

    from bot.departures import ListServers
    from bot.edition_news import Send
    from bot.insights import Insights

log = logging.getLogger(__name__)

TURN_PATIENCE = 30.0  # seconds to wait for the database and for other processes before work is done without them
HEAD_START = 10.0  # seconds the connection to Discord may take before the database is opened beside it


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredParts:
    """What lives on the database. What each can do before it is open is up to it."""

    privacy: Privacy
    servers: Servers
    editor: SettingsEditor
    insights: "Insights | None"  # where nobody may use them they are not even imported
    current: Callable[[], Knowledge]
    list_servers: "ListServers"
    news_sender: "Callable[[], Send]"


class Storage:
    """The database of a running bot; hands itself to its ``parts``, which are set before it is open."""

    def __init__(self, settings: Settings, contexts: AsyncExitStack, connected: asyncio.Event) -> None:
        self._settings = settings
        self._contexts = contexts  # closed after the log, which writes to the last
        self._connected = connected
        self._engine: AsyncEngine | None = None  # kept over attempts: only the first makes one
        self._is_in_use = False
        self._opened = asyncio.Event()  # the database was reached
        self._wake_news: Callable[[], None] = _nothing  # until there is a database, which begins with a look
        self._note_return: Callable[[int], None] = _not_yet
        self._is_suspect = True  # the file was not looked through yet, or was found damaged in use
        self.parts: StoredParts | None = None

    @asynccontextmanager
    async def turn(self, work: str) -> AsyncIterator[None]:
        """
        Let no other process that shares the database do *work* until the context ends.

        Where the database does not answer in time the work is done all the same, so it has to be harmless when done
        twice. A SQLite database belongs to one process, which waits for nobody.
        """
        async with AsyncExitStack() as stack:
            if self._settings.database.url.startswith("postgresql"):
                try:
                    async with asyncio.timeout(TURN_PATIENCE):
                        await self._opened.wait()
                        from bot.store.locks import turn_of

                        assert self._engine is not None, "opened"
                        await stack.enter_async_context(turn_of(self._engine, work))
                except Exception as error:  # noqa: BLE001  the database is away, or another process takes very long
                    log.info("Doing the work “%s” without waiting for others: %s.", work, type(error).__name__)
            yield

    async def open(self) -> QuerySink:
        """Return what the query log writes to. May be tried again after any error."""
        try:
            async with asyncio.timeout(HEAD_START):
                await self._connected.wait()
        except TimeoutError:
            pass
        await asyncio.to_thread(_import_store)
        from bot.store.database import open_engine, prepare_folder, upgrade
        from bot.store.failures import watch_damage
        from bot.store.queries import QueryStore

        url = self._settings.database.url
        prepare_folder(url)
        if self._engine is None:
            self._engine = await self._contexts.enter_async_context(open_engine(url))
            watch_damage(self._engine, self._suspect)
        if self._is_suspect:
            await self._set_aside_if_damaged(self._engine)
        is_new = self._settings.database.upgrades_at_start and await upgrade(self._engine) is None
        if is_new:
            log.info("The database is new: its tables were made.")
        await self._connect(self._engine, is_new=is_new)
        return QueryStore(self._engine)

    def _suspect(self) -> None:
        self._is_suspect = True

    async def _set_aside_if_damaged(self, engine: "AsyncEngine") -> None:
        """Start a fresh SQLite file where the one that is there is damaged; the log and the bot go on with it."""
        from bot.store.database import sqlite_path
        from bot.store.sqlite_file import damage_in, set_aside

        path = sqlite_path(self._settings.database.url)
        if path is not None and (damage := await asyncio.to_thread(damage_in, path)):
            await engine.dispose()
            target = set_aside(path, datetime.now(UTC))
            log.error(
                "The database %s is damaged (%s). It was set aside as %s and a fresh one begun: what servers decided "
                "and what was asked so far are only in the old one. Restore a backup, or save what can be read: "
                "sqlite3 %s .recover | sqlite3 recovered.db",
                path,
                damage,
                target,
                target,
            )
        self._is_suspect = False

    def edition_changed(self) -> None:
        """Look whether servers should hear of the edition that answers now."""
        self._wake_news()

    def server_added(self, guild_id: int) -> None:
        """Take note that the bot was added to a server; without a database the next comparison of servers does."""
        self._note_return(guild_id)

    async def _connect(self, engine: "AsyncEngine", *, is_new: bool) -> None:
        """Hand the database to everything that waits for it, once; a new one also later, after a loss."""
        from bot.departures import watch_departures
        from bot.edition_news import announce_editions
        from bot.store.departures import DepartureStore
        from bot.store.news import NewsStore
        from bot.store.privacy import PrivacyStore
        from bot.store.retention import keep_releasing
        from bot.store.servers import ServerStore
        from bot.store.signals import open_signals

        assert self.parts is not None, "set by the composition root"
        personal, servers = PrivacyStore(engine), ServerStore(engine)
        if self._is_in_use:
            if is_new:
                await self.parts.privacy.connect(personal, is_new=True)
                self.parts.servers.forget_all()
            return
        await self.parts.privacy.connect(personal, is_new=is_new)
        self.parts.servers.connect(servers)
        self.parts.editor.connect(servers)
        if self.parts.insights is not None:
            from bot.store.insights import InsightsStore

            self.parts.insights.connect(InsightsStore(engine))
        start = await self._contexts.enter_async_context(background_tasks(name="signals"))
        departures = DepartureStore(engine)
        self._note_return = lambda guild_id: start(departures.note_return(guild_id))
        parts = self.parts
        heard = _Heard(parts.servers, reload_opt_outs=lambda: start(parts.privacy.follow(personal)))
        terms = self._settings.privacy
        await self._contexts.enter_async_context(open_signals(engine, heard.signal, heard.gap))
        await self._contexts.enter_async_context(
            keep_releasing(engine, text_days=terms.text_days, row_days=terms.row_days)
        )
        await self._contexts.enter_async_context(
            watch_departures(
                departures,
                parts.list_servers,
                days=terms.left_server_days,
                on_deleted=parts.servers.forget,
            )
        )
        self._wake_news = await self._contexts.enter_async_context(
            announce_editions(NewsStore(engine), parts.current, parts.news_sender(), parts.servers.hidden_topics)
        )
        self._is_in_use = True
        self._opened.set()
        garbage.pass_over_what_is_loaded()


class _Heard:
    """Follows what other processes changed in the same database."""

    def __init__(self, servers: Servers, *, reload_opt_outs: Callable[[], None]) -> None:
        self._servers = servers
        self._reload_opt_outs = reload_opt_outs

    def signal(self, signal: str) -> None:
        """Read anew what one signal is about."""
        from bot.store.privacy import OPT_OUTS_SIGNAL
        from bot.store.servers import server_of_signal

        if (guild_id := server_of_signal(signal)) is not None:
            self._servers.forget(guild_id)
        elif signal == OPT_OUTS_SIGNAL:
            self._reload_opt_outs()

    def gap(self) -> None:
        """Read everything anew that may have changed unheard."""
        self._servers.forget_all()
        self._reload_opt_outs()


def _not_yet(_: int) -> None:
    """Stands for what cannot be noted yet."""


def _nothing() -> None:
    """Stands for what cannot be done yet."""


def _import_store() -> None:
    import bot.departures
    import bot.edition_news
    import bot.store.database
    import bot.store.departures
    import bot.store.news
    import bot.store.privacy
    import bot.store.queries
    import bot.store.retention
    import bot.store.servers
    import bot.store.signals
    import bot.store.sqlite_file  # noqa: F401  imported for their time, used by the caller
