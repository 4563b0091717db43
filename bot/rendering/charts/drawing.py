"""
Specification -> PNG, through Vega-Lite (extra ``charts``).

It takes about a second and much memory, so it is done in a process of its own (``bot.workers``).
"""

import json
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any

from bot.rendering.png import packed

Spec = Mapping[str, Any]


def can_draw() -> bool:
    """Return whether the extra ``charts`` is installed."""
    return find_spec("vl_convert") is not None


def draw(spec: Spec) -> bytes:
    """Return the PNG of *spec*."""
    import vl_convert

    return packed(vl_convert.vegalite_to_png(json.dumps(spec)))


def draw_all(specs: Sequence[Spec]) -> list[bytes]:
    """Return the PNG of each of *specs*, which together take little longer than the first."""
    return [draw(spec) for spec in specs]
