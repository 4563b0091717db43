"""
How every picture looks: on a light sheet that stands out alike on Discord's dark and light ground, in colours that the
colour-blind tell apart (Okabe and Ito), with letters that can be read when the picture is 400 pixels wide on a phone.
"""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

WIDTH = 800  # pixels of the whole picture
PADDING = 24
INNER = WIDTH - 2 * PADDING
INK, FAINT, PAPER = "#1F2328", "#57606A", "#FFFFFF"
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9")
STEPS = ("#CFE3F3", "#94C4E4", "#4C9ACB", "#15679F", "#0B3C63")  # light to dark, for bands of one measure
DARK_STEPS = frozenset({"#15679F", "#0B3C63", "#0072B2"})  # white letters are readable on these
OUTSIDE = "#E4E7EB"  # what is in no band
TITLE_SIZE, TEXT_SIZE, SMALL_SIZE = 34, 25, 22  # pixels; half of that on a phone
FONT = "DejaVu Sans, Noto Sans, Arial, Liberation Sans, sans-serif"  # has Cyrillic
TITLE_LETTERS, SMALL_LETTERS = 34, 58  # that fit in a line of the title, and of what stands below it


def sheet(title: str, subtitle: str, *, height: int, layers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the specification of a picture: a title, what is measured with day and source, and *layers* below."""
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": INNER,
        "height": height,
        "background": PAPER,
        "padding": PADDING,
        "autosize": {"type": "fit-x", "contains": "content"},
        "title": {
            "text": wrapped(title, TITLE_LETTERS),
            "subtitle": wrapped(subtitle, SMALL_LETTERS),
            "anchor": "start",
            "frame": "bounds",
            "color": INK,
            "subtitleColor": FAINT,
            "fontSize": TITLE_SIZE,
            "subtitleFontSize": SMALL_SIZE,
            "lineHeight": 40,
            "subtitleLineHeight": 28,
            "subtitlePadding": 8,
            "offset": 16,
        },
        "config": {
            "font": FONT,
            "view": {"stroke": None},
            "axis": {
                "labelFontSize": TEXT_SIZE,
                "labelColor": INK,
                "labelLimit": 300,
                "title": None,
                "domain": False,
                "ticks": False,
                "grid": False,
            },
            "legend": {
                "orient": "top",
                "direction": "horizontal",
                "title": None,
                "labelFontSize": SMALL_SIZE,
                "labelColor": INK,
                "labelLimit": 400,
                "symbolSize": 350,
                "symbolType": "square",
                "columnPadding": 24,
            },
        },
        "layer": list(layers),
    }


def wrapped(text: str, letters: int) -> list[str]:
    """Return *text* in lines of at most so many letters."""
    return textwrap.wrap(text, letters)


def ink_on(colour: str) -> str:
    """Return the colour of letters that can be read on *colour*."""
    return PAPER if colour in DARK_STEPS else INK
