"""A stretch of the timeline as a picture: a specification in Vega-Lite, and its words. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.answers.models import FoundEvents
from bot.knowledge.models import Knowledge, TimelineEvent
from bot.rendering import wording
from bot.rendering.charts.theme import COLOURS, INK, INNER, OUTSIDE, SMALL_SIZE, TEXT_SIZE, sheet, wrapped
from bot.rendering.limits import ALT_LIMIT, shortened

DATE_WIDTH = 210  # pixels of the dates on the left
LETTERS = 41  # of an event's text in a line
LINE_HEIGHT, GAP = 28, 20  # pixels
PUBLISHERS = 3  # named in the picture; the card names every source


def timeline_spec(found: FoundEvents, knowledge: Knowledge) -> dict[str, Any]:
    """Return the picture of a page of the timeline, which has at least one event."""
    values, height = _placed(found.events)
    axis_x = DATE_WIDTH + 16
    subtitle = f"Research to {wording.day(knowledge.pack.reviewed)}. Sources: {_publishers(found.events, knowledge)}"
    return sheet(
        wording.timeline_heading(found),
        subtitle,
        height=height,
        layers=[
            _line(axis_x, height),
            _marks(values, {"type": "circle", "size": 260, "color": COLOURS[0], "opacity": 1}, axis_x, height),
            _marks(values, _letters(TEXT_SIZE, "bold", align="right"), DATE_WIDTH - 8, height, text="date"),
            _marks(values, _letters(SMALL_SIZE, "normal", align="left"), axis_x + 26, height, text="lines"),
        ],
    )


def timeline_alt(found: FoundEvents) -> str:
    """Return what the picture says, within Discord's limit."""
    events = "; ".join(f"{wording.partial_day(event.date)}: {event.text}" for event in found.events)
    return shortened(f"{wording.timeline_heading(found)}, oldest first. {events}", ALT_LIMIT)


def _placed(events: Sequence[TimelineEvent]) -> tuple[list[dict[str, Any]], int]:
    """Return each event with its place in pixels from the top, and the height of all."""
    values, y = [], 0
    for event in events:
        lines = wrapped(event.text, LETTERS)
        values.append({"date": _short_date(event.date), "text": event.text, "lines": lines, "y": y + LINE_HEIGHT // 2})
        y += LINE_HEIGHT * len(lines) + GAP
    return values, y


def _short_date(text: str) -> str:
    """Return a date that fits on the left: ``24 Feb 2022``."""
    words = wording.partial_day(text).split()
    return " ".join(word[:3] if word in wording.MONTHS else word for word in words)


def _publishers(events: Sequence[TimelineEvent], knowledge: Knowledge) -> str:
    names = list(dict.fromkeys(knowledge.sources[id_].publisher for event in events for id_ in event.sources))
    more = f" and {len(names) - PUBLISHERS} more" if len(names) > PUBLISHERS else ""
    return "; ".join(names[:PUBLISHERS]) + more


def _letters(size: int, weight: str, *, align: str) -> dict[str, Any]:
    return {
        "type": "text",
        "align": align,
        "baseline": "line-top",
        "lineHeight": LINE_HEIGHT,
        "dy": -LINE_HEIGHT // 2,
        "fontSize": size,
        "fontWeight": weight,
        "color": INK,
    }


def _marks(
    values: list[dict[str, Any]], mark: Mapping[str, Any], x: int, height: int, *, text: str | None = None
) -> dict[str, Any]:
    return {
        "data": {"values": values},
        "mark": dict(mark),
        "encoding": {
            "x": _pixels({"datum": x}, [0, INNER]),
            "y": _pixels({"field": "y"}, [height, 0]),
            **({"text": {"field": text}} if text else {}),
        },
    }


def _line(x: int, height: int) -> dict[str, Any]:
    return {
        "data": {"values": [{"from": 0, "to": height}]},
        "mark": {"type": "rule", "strokeWidth": 4, "color": OUTSIDE},
        "encoding": {
            "x": _pixels({"datum": x}, [0, INNER]),
            "y": _pixels({"field": "from"}, [height, 0]),
            "y2": {"field": "to"},
        },
    }


def _pixels(value: Mapping[str, Any], domain: list[int]) -> dict[str, Any]:
    return {**value, "type": "quantitative", "axis": None, "scale": {"domain": domain, "nice": False, "zero": False}}
