"""
The settings of servers, as answering reads them: from memory.

A server is read from the store when it first asks something, and never again while its settings stay as they are. Every
process is told of a change and forgets what it knew of that server.
"""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Collection
from typing import Protocol

from bot.servers.models import CAREFUL, DEFAULTS, ServerSettings, Stored

log = logging.getLogger(__name__)

REMEMBERED = 200_000  # servers in memory, about 30 MiB; the longest unused is forgotten first
READ_PATIENCE = 1.5  # seconds an answer waits for settings that are not in memory; Discord waits three
RETRY_READ = 5.0  # seconds after a failed read in which answers do not wait for another


class SettingsSource(Protocol):
    """Where settings are read from."""

    async def read(self, guild_id: int) -> Stored: ...


class Servers:
    """The settings of every server this process answers in."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: OrderedDict[int, ServerSettings] = OrderedDict()
        self._reading: dict[int, asyncio.Task[ServerSettings]] = {}
        self._source: SettingsSource | None = None
        self._connected = asyncio.Event()
        self._no_reads_until = 0.0

    def connect(self, source: SettingsSource) -> None:
        """Read from *source* from now on."""
        self._source = source
        self._no_reads_until = 0.0
        self._connected.set()

    def known(self, guild_id: int | None) -> ServerSettings | None:
        """Return the settings if they are in memory; direct messages (``None``) have the defaults."""
        if guild_id is None:
            return DEFAULTS
        settings = self._known.get(guild_id)
        if settings is not None:
            self._known.move_to_end(guild_id)
        return settings

    async def settings(self, guild_id: int | None) -> ServerSettings:
        """
        Return the settings, from memory or else from the store.

        While the store cannot be reached they are ``CAREFUL``: an answer is never refused, and never shown to more
        people than the server may want.
        """
        if guild_id is None:
            return DEFAULTS
        if (known := self.known(guild_id)) is not None:
            return known
        if self._clock() < self._no_reads_until:
            return CAREFUL
        try:
            async with asyncio.timeout(READ_PATIENCE):
                await self._connected.wait()
                return await asyncio.shield(self._one_read(guild_id))
        except Exception as error:  # noqa: BLE001  whatever the database does, an answer is given
            if self._clock() >= self._no_reads_until:  # said once, by the first of those who waited
                log.warning("The settings of a server cannot be read; it is answered privately meanwhile: %r", error)
            self._no_reads_until = self._clock() + RETRY_READ
            return CAREFUL

    async def hidden_topics(self, guild_id: int) -> Collection[str]:
        """Return the ids of the topics that a server hides."""
        return (await self.settings(guild_id)).hidden_topics

    def _one_read(self, guild_id: int) -> asyncio.Task[ServerSettings]:
        """Return the read that is on its way, or start one: everybody who asks at once waits for the same."""
        task = self._reading.get(guild_id)
        if task is None:
            task = self._reading[guild_id] = asyncio.create_task(self._read(guild_id), name="server-settings")
            task.add_done_callback(
                lambda done: done.cancelled() or done.exception()
            )  # seen, when nobody waits any more
        return task

    async def _read(self, guild_id: int) -> ServerSettings:
        assert self._source is not None, "reads start once it is connected"
        task = asyncio.current_task()
        try:
            stored = await self._source.read(guild_id)
            if self._reading.get(guild_id) is task:  # else it was forgotten while it was on its way
                self.remember(guild_id, stored.settings)
            return stored.settings
        finally:
            if self._reading.get(guild_id) is task:
                del self._reading[guild_id]

    def remember(self, guild_id: int, settings: ServerSettings) -> None:
        """Answer with *settings* from now on."""
        self._known[guild_id] = (
            DEFAULTS if settings == DEFAULTS else settings
        )  # one object for all that decided nothing
        self._known.move_to_end(guild_id)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

    def forget(self, guild_id: int) -> None:
        """Read the settings anew the next time: they were changed."""
        self._known.pop(guild_id, None)
        self._reading.pop(guild_id, None)

    def forget_all(self) -> None:
        """Read all settings anew the next time: changes may have been missed."""
        self._known.clear()
        self._reading.clear()
