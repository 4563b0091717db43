"""Work that goes on beside the rest until its context ends."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

log = logging.getLogger(__name__)


@asynccontextmanager
async def in_background(work: Coroutine[Any, Any, None], *, name: str) -> AsyncIterator[None]:
    """Run *work* as a task called *name*; at the end of the context cancel it and wait until it has gone."""
    task = asyncio.create_task(work, name=name)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def background_tasks(*, name: str) -> AsyncIterator[Callable[[Coroutine[Any, Any, None]], None]]:
    """Yield what starts one more piece of work as a task called *name*; at the end all of them are cancelled."""
    tasks: set[asyncio.Task[None]] = set()

    async def guarded(work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception:  # nobody waits for it; what went before goes on holding
            log.exception("Work in the background failed: %s.", name)

    def start(work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(guarded(work), name=name)
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    try:
        yield start
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
