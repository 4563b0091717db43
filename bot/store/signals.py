"""
How processes that share a database tell each other of a change.

PostgreSQL carries the signals (LISTEN and NOTIFY) and delivers them when the transaction that sent them commits. A
SQLite database belongs to one process, so there is nobody to tell.
"""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, NoReturn

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.background import in_background
from bot.store.failures import reason_of

log = logging.getLogger(__name__)

CHANNEL = "natobot"
FIRST_RETRY, LONGEST_RETRY = 0.2, 5.0  # seconds between attempts to connect; doubled each time


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """How a connection that died without a word is noticed."""

    every: float = 5.0  # seconds between questions
    patience: float = 5.0  # seconds for the answer


async def send_signal(connection: AsyncConnection, signal: str) -> None:
    """
    Tell every process that listens, this one too, once the transaction of *connection* commits.

    *signal* is short, such as ``server:123``; what changed is read from the database.
    """
    if connection.dialect.name == "postgresql":
        await connection.execute(select(func.pg_notify(CHANNEL, signal)))


def open_signals(
    engine: AsyncEngine, on_signal: Callable[[str], None], on_gap: Callable[[], None], *, pulse: Pulse | None = None
) -> AbstractAsyncContextManager[None]:
    """
    Call *on_signal* with each signal until the context ends, on a connection of its own that is kept alive.

    *on_gap* is called each time it begins to listen, the first time too: what was read from the database before that
    may be out of date. Nothing is raised while the database is away.
    """
    if engine.dialect.name != "postgresql":
        return nullcontext()
    listener = _Listener(engine, on_signal, on_gap, pulse or Pulse())
    return in_background(listener.run(), name="signals")


class _Listener:
    def __init__(
        self, engine: AsyncEngine, on_signal: Callable[[str], None], on_gap: Callable[[], None], pulse: Pulse
    ) -> None:
        self._engine = engine
        self._on_signal = on_signal
        self._on_gap = on_gap
        self._pulse = pulse
        self._failures = 0  # in a row

    async def run(self) -> NoReturn:
        while True:
            try:
                async with _own_connection(self._engine) as connection:
                    await self._listen(connection)
            except Exception as error:  # noqa: BLE001  whatever the database does, the bot answers on
                self._report(error)
            longest = min(FIRST_RETRY * 2**self._failures, LONGEST_RETRY)
            self._failures = min(self._failures + 1, 10)
            await asyncio.sleep(longest * random.uniform(0.5, 1.0))  # replicas do not come back all at once

    async def _listen(self, connection: Any) -> None:
        """Pass signals on until the connection has gone."""
        gone = asyncio.Event()
        connection.add_termination_listener(lambda _: gone.set())
        await connection.add_listener(CHANNEL, self._receive)
        if self._failures:
            log.info("Changes made by other processes are followed again.")
        self._failures = 0
        _guarded(self._on_gap)
        while not await _set_within(gone, self._pulse.every):
            await connection.execute("SELECT 1", timeout=self._pulse.patience)
        raise ConnectionError("the connection was closed")

    def _receive(self, _connection: Any, _process: int, _channel: str, signal: str) -> None:
        _guarded(lambda: self._on_signal(signal))

    def _report(self, error: Exception) -> None:
        if not self._failures:
            log.warning(
                "Changes made by other processes cannot be followed and may show late: %s. Trying again.",
                reason_of(error),
            )


@asynccontextmanager
async def _own_connection(engine: AsyncEngine) -> AsyncIterator[Any]:
    """Yield a driver's connection with the engine's settings that is not one of its pool."""
    pooled = await engine.raw_connection()
    connection: Any = pooled.driver_connection
    pooled.detach()
    try:
        yield connection
    finally:
        connection.terminate()  # at once: nothing is under way that the server would have to finish


async def _set_within(event: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True


def _guarded(call: Callable[[], None]) -> None:
    try:
        call()
    except Exception:  # a mistake in what follows a signal must not end the listening
        log.exception("A change made by another process could not be followed.")
