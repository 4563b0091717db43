"""What is being done for people, so that limits can count it and whoever stops the bot can wait for it."""

import asyncio
import time
from collections.abc import Coroutine
from contextvars import ContextVar
from typing import Any

Answering = Coroutine[Any, Any, None]


class Offer:
    """A task that would carry out what answers an interaction itself, which spares making another."""

    __slots__ = ("taken",)

    def __init__(self) -> None:
        self.taken: Answering | None = None


_offer: ContextVar[Offer | None] = ContextVar("offer", default=None)


def offer_to_answer() -> Offer:
    """Offer that this task answers what it receives; see ``WorkInFlight.answer`` and ``keep``."""
    offer = Offer()
    _offer.set(offer)
    return offer


class WorkInFlight:
    """Tasks that shutting down waits for."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def __len__(self) -> int:
        return len(self._tasks)

    def start(self, coroutine: Coroutine[Any, Any, Any], *, name: str) -> asyncio.Task[Any]:
        """Run *coroutine*, which handles its own errors, as a task."""
        task = asyncio.get_running_loop().create_task(coroutine, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def answer(self, answering: Answering, *, name: str) -> None:
        """Let *answering*, which handles its own errors, be carried out by the task that offered, else by one more."""
        offer = _offer.get()
        if offer is not None and offer.taken is None:
            offer.taken = answering
        else:
            self.start(answering, name=name)

    async def keep(self, offer: Offer, task: asyncio.Task[Any]) -> None:
        """Carry out what was taken from the offer of *task*, which is the one that runs."""
        if offer.taken is None:
            return
        self._tasks.add(task)
        try:
            await offer.taken
        finally:
            self._tasks.discard(task)

    async def finish(self, deadline: float) -> None:
        """Wait for what is in flight now, until *deadline* of the monotonic clock."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=max(0.0, deadline - time.monotonic()))
