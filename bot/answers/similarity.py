"""
How alike two short texts are. RapidFuzz is imported at first use: what is typed is nearly always known exactly, and the
start of the bot need not wait for it.
"""

import re
from collections.abc import Iterable


def key_of(text: str) -> str:
    """Return *text* as it is compared: case folded, its words apart by one space, without punctuation."""
    return " ".join(re.findall(r"\w+", text.casefold()))


def likeness(one: str, other: str) -> float:
    """Return how alike two texts are as wholes, from 0 to 100."""
    from rapidfuzz import fuzz

    return fuzz.ratio(one, other)


def partial_likeness(part: str, whole: str) -> float:
    """Return how alike *part* is to the stretch of *whole* that resembles it most, from 0 to 100."""
    from rapidfuzz import fuzz

    return fuzz.partial_ratio(part, whole)


def nearest(text: str, names: Iterable[str], *, above: float, limit: int = 1) -> list[str]:
    """Return up to *limit* names that resemble *text* by more than *above* (0 to 100), nearest first."""
    from rapidfuzz import fuzz, process

    found = process.extract(text, list(names), scorer=fuzz.WRatio, score_cutoff=above, limit=limit)
    return [name for name, _, _ in found]
