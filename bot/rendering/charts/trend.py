"""The picture of the trend in ``/insights``: a specification in Vega-Lite. Pure."""

from collections.abc import Sequence
from typing import Any

WIDTH, HEIGHT = 760, 320  # pixels; legible at half of that
_ANSWERED, _MISSED, _UNSURE = "#0072B2", "#D55E00", "#E69F00"  # told apart by the colour-blind (Okabe and Ito)
_INK, _PAPER = "#1F2328", "#FFFFFF"


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
