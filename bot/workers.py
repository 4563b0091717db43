"""Work that would keep the event loop, or its memory, is done in a process of its own that ends afterwards."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from bot.errors import BotError

Result = TypeVar("Result")


class WorkerFailed(BotError):
    """The process ended before its work was done, for example because the machine had no memory left."""


async def in_process(function: Callable[..., Result], *arguments: object) -> Result:
    """
    Return what *function*, of the top of a module, returns in a fresh process; starting one takes about a second.

    Raises:
        WorkerFailed: The process was ended from outside.
    """
    from concurrent.futures import ProcessPoolExecutor  # a start does without
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    loop = asyncio.get_running_loop()
    pool = ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn"))
    try:
        return await loop.run_in_executor(pool, function, *arguments)
    except BrokenProcessPool as error:
        raise WorkerFailed(f"A helper process ended early: {error}") from None
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
