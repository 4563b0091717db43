"""
What Discord sends again once a session is resumed: all that was missed, at once, the dead before the living.

Nobody can answer an interaction three seconds after it was made. Trying all the same would fill the places of those
that can still be answered. So the interactions of a replay are held until it is complete, and those that are older
than the newest of them by more than their life are left out. Only ages as Discord's ids tell them are compared, so that
a clock of ours that is wrong changes nothing.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any

from bot.delivery.counts import DeliveryCounts, Loss
from bot.delivery.receive import addressee

log = logging.getLogger(__name__)

LIFE_MS = 3_000  # of an interaction without a reply
HELD_SECONDS = 0.5  # should the end of the replay not be told

Receive = Callable[[Mapping[str, Any]], None]


class Replay:
    """Stands before what receives interactions."""

    def __init__(self, receive: Receive, counts: DeliveryCounts, *, held_seconds: float = HELD_SECONDS) -> None:
        """*held_seconds* is how long an interaction is held at most."""
        self._receive = receive
        self._counts = counts
        self._held_seconds = held_seconds
        self._held: list[Mapping[str, Any]] | None = None  # None while nothing is replayed
        self._limit: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """Hold from now on what is received."""
        self._held = []

    def take(self, data: Mapping[str, Any]) -> None:
        """Receive an interaction, now or at the end of the replay."""
        if self._held is None:
            self._receive(data)
            return
        if self._limit is None:
            self._limit = asyncio.get_running_loop().call_later(self._held_seconds, self.end)
        self._held.append(data)

    def end(self) -> None:
        """Receive those that are alive of what was held, the oldest first, and hold nothing more."""
        if self._limit is not None:
            self._limit.cancel()
        held, self._held, self._limit = self._held or [], None, None
        newest = max(map(_made_at, held), default=0)
        dead = 0
        for data in held:
            if addressee(data) is not None and newest - _made_at(data) > LIFE_MS:
                self._counts.lose(Loss.LATE)
                dead += 1
            else:
                self._receive(data)
        if dead:
            log.warning("%d interactions were missed while the connection was away, and are too old to answer.", dead)


def _made_at(data: Mapping[str, Any]) -> int:
    """Return when an interaction was made, in ms of Discord's clock; 0 when it does not say."""
    found = addressee(data)
    return found[0] >> 22 if found is not None else 0
