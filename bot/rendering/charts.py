"""
Pictures of figures. Pure: a specification in Vega-Lite, and drawing it.

Drawing needs the extra ``charts`` and much memory, so it is done in a process of its own (``bot.workers``).
"""

import json
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

from bot.rendering.png import packed

WIDTH, HEIGHT = 760, 320  # pixels; legible at half of that
SCALE = 1.0  # of the PNG
_ANSWERED, _MISSED, _UNSURE = "#0072B2", "#D55E00", "#E69F00"  # told apart by the colour-blind (Okabe and Ito)
_INK, _PAPER = "#1F2328", "#FFFFFF"


def can_draw() -> bool:
    """Return whether the extra ``charts`` is installed."""
    return find_spec("vl_convert") is not None


def trend_spec(days: Sequence[tuple[str, int, int, int]], *, source: str) -> dict[str, Any]:
    """Return the chart of answers by day; each day has its date, its answers, and how many were missed and unsure."""
    values = [
        {"day": day, "what": what, "count": count}
        for day, answers, missed, unsure in days
        for what, count in (("answered", answers - missed - unsure), ("unsure", unsure), ("missed", missed))
    ]
    order = ["answered", "unsure", "missed"]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": WIDTH,
        "height": HEIGHT,
        "background": _PAPER,
        "padding": 16,
        "title": {
            "text": "Questions and topics asked per day",
            "subtitle": f"number of answers; {source}",
            "anchor": "start",
            "color": _INK,
            "subtitleColor": _INK,
            "fontSize": 22,
            "subtitleFontSize": 15,
        },
        "data": {"values": values},
        "mark": {"type": "bar"},
        "encoding": {
            "x": {
                "field": "day",
                "type": "ordinal",
                "timeUnit": "yearmonthdate",
                "title": None,
                "axis": {"labelFontSize": 14, "format": "%-d %b", "labelOverlap": True, "labelAngle": 0},
            },
            "y": {
                "field": "count",
                "type": "quantitative",
                "title": None,
                "stack": "zero",
                "axis": {"labelFontSize": 14, "tickMinStep": 1},
            },
            "color": {
                "field": "what",
                "type": "nominal",
                "title": None,
                "sort": order,
                "scale": {"domain": order, "range": [_ANSWERED, _UNSURE, _MISSED]},
                "legend": {"labelFontSize": 15, "orient": "top"},
            },
            "order": {"field": "what", "sort": "ascending"},
        },
    }


def draw(spec: dict[str, Any]) -> bytes:
    """Return the PNG of *spec*. Takes about a second and 150 MiB."""
    import vl_convert

    return packed(vl_convert.vegalite_to_png(json.dumps(spec), scale=SCALE))
