"""When Python looks for garbage."""

import asyncio
import gc
import weakref

from bot.background import in_background
from bot.garbage import tidy_up


class _Circle:
    """An object that only a search finds."""

    def __init__(self) -> None:
        self.itself = self


async def test_old_circles_go_though_nobody_makes_new_objects() -> None:
    """A quiet bot makes too few for Python to look among the old ones."""
    gc.disable()
    try:
        still_there = weakref.ref(_Circle())
        assert still_there() is not None
        async with in_background(tidy_up(0.01), name="tidy-up"), asyncio.timeout(10):
            while still_there() is not None:
                await asyncio.sleep(0.01)
    finally:
        gc.enable()
