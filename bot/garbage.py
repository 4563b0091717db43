"""
When Python looks for garbage that only a search finds: objects that name each other in a circle.

With Python's own settings that search took a fifth of an answer's time and, with all that the start loaded to look
through again and again, held everybody up for a twentieth of a second at a time.
"""

import gc

# A search for each so many new objects; among those that survived one at each so many searches; among the oldest at
# each so many of those. An interaction leaves some dozens of objects, of which hardly any grows old. The first number
# is Python's own: with a larger one what is freed has left the processor's caches when it is used again.
THRESHOLDS = (700, 20, 20)


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
