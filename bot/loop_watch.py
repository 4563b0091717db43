"""
Watches the event loop: how late it is, and what it is stuck in.

A loop that is blocked answers nobody, and its own code cannot say so. A thread notices that a task has not been run for
too long and writes down where the loop's thread is: files, lines and functions, no values.
"""

import asyncio
import logging
import sys
import threading
import time
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.background import in_background

log = logging.getLogger(__name__)

TICK = 0.5  # seconds between two looks; each costs an idle bot a quarter of a millisecond
BLOCKED = 2.0  # seconds without the loop turning; Discord gives up on an answer after 3
REMEMBERED = 60.0  # seconds a worst case is remembered


@dataclass(slots=True)
class LoopLag:
    """How late the event loop ran what was due. In seconds."""

    last: float = 0.0
    worst: float = 0.0  # within the last minute or two
    blocked: int = 0  # times it was stuck for longer than it may
    ticked_at: float = field(default_factory=time.monotonic)
    _worst_at: float = 0.0

    def note(self, lag: float) -> None:
        """Take a measurement."""
        now = self.ticked_at = time.monotonic()
        self.last = lag
        if lag >= self.worst or now - self._worst_at > REMEMBERED:
            self.worst, self._worst_at = lag, now


@asynccontextmanager
async def watch_loop(lag: LoopLag, *, tick: float = TICK, blocked: float = BLOCKED) -> AsyncIterator[None]:
    """Keep *lag* up to date, and log where the loop is when it has not turned for *blocked* seconds."""
    ended = threading.Event()
    lag.note(0.0)
    watcher = threading.Thread(
        target=_watch, args=(lag, threading.get_ident(), ended, tick, blocked), name="loop-watch", daemon=True
    )
    watcher.start()
    try:
        async with in_background(_tick(lag, tick), name="loop-lag"):
            yield
    finally:
        ended.set()


async def _tick(lag: LoopLag, tick: float) -> None:
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + tick
        await asyncio.sleep(tick)
        lag.note(max(0.0, loop.time() - due))


def _watch(lag: LoopLag, thread_id: int, ended: threading.Event, tick: float, blocked: float) -> None:
    stuck_since: float | None = None
    while not ended.wait(tick):
        ticked_at = lag.ticked_at
        if stuck_since is not None and ticked_at != stuck_since:
            log.warning("The event loop turns again; it was stuck for %.1f s.", ticked_at - stuck_since)
            stuck_since = None
        if stuck_since is None and time.monotonic() - ticked_at > blocked + tick:
            stuck_since = ticked_at
            lag.blocked += 1
            log.error("The event loop has not turned for %.1f s. It is here:\n%s", blocked, _stack_of(thread_id))


def _stack_of(thread_id: int) -> str:
    frame = sys._current_frames().get(thread_id)
    return "".join(traceback.format_stack(frame)) if frame is not None else "(its thread has ended)"
