"""
When Python looks for garbage that only a search finds: objects that name each other in a circle.

With Python's own settings that search took a fifth of an answer's time and, with all that the start loaded to look
through again and again, held everybody up for a twentieth of a second at a time.
"""

import asyncio
import gc
from collections.abc import Callable

# A search for each so many new objects; among those that survived one at each so many searches; among the oldest at
# each so many of those. An interaction leaves some dozens of objects, of which hardly any grows old. The first number
# is Python's own: with a larger one what is freed has left the processor's caches when it is used again.
THRESHOLDS = (700, 20, 20)
TIDY_SECONDS = 20.0  # what came by hundreds after the network was away is gone, and its memory is not needed any more


def leave_alone() -> None:
    """Look for no garbage: what ends soon, or is still starting, makes little."""
    gc.disable()


def pass_over_what_is_loaded() -> None:
    """Leave what there is now, which stays, out of every later search."""
    gc.freeze()


def look_from_now_on() -> None:
    """Begin to look for garbage, as seldom as a process that answers for months needs."""
    pass_over_what_is_loaded()
    gc.set_threshold(*THRESHOLDS)
    gc.enable()


async def tidy_up(pause: float = TIDY_SECONDS) -> None:
    """
    Every *pause* seconds search all that came since the start, and give the system the memory that is free.

    A quiet bot makes too few objects for a search among the old ones, and the C library keeps what lies between pieces
    that are in use: with a network that fails now and then a process would grow for hours (``make soak MINUTES=60``).
    """
    await asyncio.sleep(pause)
    give_back = _what_gives_memory_back()
    while True:
        gc.collect()
        give_back()
        await asyncio.sleep(pause)


def _what_gives_memory_back() -> Callable[[], object]:
    """Return the C library's ``malloc_trim``, which glibc has, else what does nothing."""
    import ctypes  # not at the start

    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):  # another C library, another system
        return lambda: None
    return lambda: trim(0)
