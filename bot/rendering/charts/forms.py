"""What a chart shows -> a specification in Vega-Lite. Pure. Every figure drawn stands in the specification's data."""

from typing import Any

from bot.knowledge.chart_data import Bar, ChartData
from bot.knowledge.charts import Form
from bot.rendering.charts.theme import COLOURS, FAINT, INK, INNER, OUTSIDE, SMALL_SIZE, STEPS, TEXT_SIZE, ink_on, sheet
from bot.rendering.charts.words import cited, figure, measured

BAR_HEIGHT = 42  # pixels of a bar with the gap below it
TILE, TILE_GAP = 88, 6  # pixels
MONTHS_HEIGHT = 420
MOST_NAMES = 3  # beside a bar; more are given by their codes


def chart_spec(data: ChartData, *, publishers: str) -> dict[str, Any]:
    """Return the picture of *data*; *publishers* says whose figures they are."""
    match data.chart.form:
        case Form.BARS | Form.GROUPS:
            layers, height = _bars(data), BAR_HEIGHT * len(data.bars)
        case Form.COUNTS:
            layers, height = _counts(data), BAR_HEIGHT * len(data.bars)
        case Form.MONTHS:
            layers, height = _months(data), MONTHS_HEIGHT
        case Form.TILES:
            rows = 1 + max(tile.row for tile in data.tiles)
            layers, height = _tiles(data), rows * (TILE + TILE_GAP)
    subtitle = f"{measured(data)}. {cited(data, publishers)}"
    return sheet(data.chart.title, subtitle, height=height, layers=layers)


def _bars(data: ChartData) -> list[dict[str, Any]]:
    titles = [column.title for column in data.columns]
    values = [
        {"name": bar.name, "part": title, "order": place, "value": value}
        for bar in data.bars
        for place, (title, value) in enumerate(zip(titles, bar.parts, strict=True))
    ]
    order = [bar.name for bar in data.bars]
    decimals = data.columns[0].decimals
    totals = [{"name": bar.name, "value": bar.total, "label": figure(bar.total, decimals)} for bar in data.bars]
    y = {"field": "name", "type": "nominal", "sort": order, "axis": {"labelPadding": 8}}
    # Room for the number at the end of the longest bar.
    scale = {"domain": [0, max(bar.total for bar in data.bars) * 1.16]}
    return [
        {
            "data": {"values": values},
            "mark": {"type": "bar", "height": {"band": 0.78}},
            "encoding": {
                "y": y,
                "x": {"field": "value", "type": "quantitative", "axis": None, "stack": "zero", "scale": scale},
                "order": {"field": "order"},
                "color": _colour(titles),
            },
        },
        {
            "data": {"values": totals},
            "mark": {"type": "text", "align": "left", "dx": 8, "fontSize": TEXT_SIZE, "color": INK},
            "encoding": {
                "y": y,
                "x": {"field": "value", "type": "quantitative", "axis": None, "scale": scale},
                "text": {"field": "label"},
            },
        },
    ]


def _counts(data: ChartData) -> list[dict[str, Any]]:
    values = [{"name": bar.name, "value": bar.total, "label": f"{bar.total:.0f}: {_listed(bar)}"} for bar in data.bars]
    y = {"field": "name", "type": "ordinal", "sort": None, "axis": {"labelPadding": 8}}
    scale = {"domain": [0, max(bar.total for bar in data.bars) * 3.2]}
    x = {"field": "value", "type": "quantitative", "axis": None, "scale": scale}
    return [
        {
            "data": {"values": values},
            "mark": {"type": "bar", "height": {"band": 0.78}, "color": COLOURS[0]},
            "encoding": {"y": y, "x": x},
        },
        {
            "data": {"values": values},
            "mark": {"type": "text", "align": "left", "dx": 8, "fontSize": SMALL_SIZE, "color": INK, "limit": 620},
            "encoding": {"y": y, "x": x, "text": {"field": "label"}},
        },
    ]


def _listed(bar: Bar) -> str:
    """Return who is counted: by name where that fits beside the bar, else by code."""
    return ", ".join(bar.members) if len(bar.members) <= MOST_NAMES else " ".join(bar.codes)


def _months(data: ChartData) -> list[dict[str, Any]]:
    titles = [column.title for column in data.columns]
    values = [
        {"month": f"{bar.name}-01", "part": title, "order": place, "value": value}
        for bar in data.bars
        for place, (title, value) in enumerate(zip(titles, bar.parts, strict=True))
    ]
    return [
        {
            "data": {"values": values},
            "mark": {"type": "bar"},
            "encoding": {
                "x": {
                    "field": "month",
                    "type": "ordinal",
                    "timeUnit": "utcyearmonth",
                    "axis": {
                        "format": "%Y",
                        "labelAngle": 0,
                        "labelAlign": "left",
                        "values": [{"year": int(year), "month": 1} for year in sorted({b.name[:4] for b in data.bars})],
                    },
                },
                "y": {
                    "field": "value",
                    "type": "quantitative",
                    "stack": "zero",
                    "axis": {"grid": True, "gridColor": OUTSIDE, "tickCount": 5, "labelColor": FAINT},
                },
                "order": {"field": "order"},
                "color": _colour(titles),
            },
        }
    ]


def _tiles(data: ChartData) -> list[dict[str, Any]]:
    bands = data.chart.bands
    are_steps = all(band.text is None for band in bands)
    palette = STEPS[-len(bands) :] if are_steps else COLOURS[: len(bands)]
    labels = [band.label for band in bands]
    domain, colours = [*labels, data.chart.missing], [*palette, OUTSIDE]
    if all(tile.band is not None for tile in data.tiles):
        domain, colours = labels, list(palette)
    values = [
        {
            "name": tile.name,
            "code": tile.code,
            "value": tile.value,
            "band": data.chart.missing if tile.band is None else labels[tile.band],
            "ink": INK if tile.band is None else ink_on(palette[tile.band]),
            "x": tile.column * (TILE + TILE_GAP),
            "y": tile.row * (TILE + TILE_GAP),
        }
        for tile in data.tiles
    ]
    step = TILE + TILE_GAP
    has_values = any(tile.value for tile in data.tiles)
    return [
        {
            "data": {"values": values},
            "mark": {"type": "rect", "cornerRadius": 8},
            "encoding": {
                **_at("x", 0, INNER),
                **_at("y", 0, step * (1 + max(tile.row for tile in data.tiles))),
                "x2": {"field": "x2"},
                "y2": {"field": "y2"},
                "color": {
                    "field": "band",
                    "type": "nominal",
                    "sort": domain,
                    "scale": {"domain": domain, "range": colours},
                    "legend": {"columns": 3},
                },
            },
            "transform": [
                {"calculate": f"datum.x + {TILE}", "as": "x2"},
                {"calculate": f"datum.y + {TILE}", "as": "y2"},
            ],
        },
        _tile_text(values, "code", dy=-14 if has_values else 0, size=30, weight="bold"),
        *([_tile_text(values, "value", dy=20, size=SMALL_SIZE, weight="normal")] if has_values else []),
    ]


def _tile_text(values: list[dict[str, Any]], field: str, *, dy: int, size: int, weight: str) -> dict[str, Any]:
    height = (TILE + TILE_GAP) * (1 + max(int(value["y"]) // (TILE + TILE_GAP) for value in values))
    return {
        "data": {"values": values},
        "transform": [
            {"calculate": f"datum.x + {TILE / 2}", "as": "cx"},
            {"calculate": f"datum.y + {TILE / 2}", "as": "cy"},
        ],
        "mark": {"type": "text", "dy": dy, "fontSize": size, "fontWeight": weight},
        "encoding": {
            **_at("x", 0, INNER, field="cx"),
            **_at("y", 0, height, field="cy"),
            "text": {"field": field},
            "color": {"field": "ink", "type": "nominal", "scale": None},
        },
    }


def _at(channel: str, start: int, end: int, *, field: str | None = None) -> dict[str, Any]:
    """Return an encoding that places by pixels; y runs downwards."""
    scale = {"domain": [end, start] if channel == "y" else [start, end], "nice": False, "zero": False}
    return {channel: {"field": field or channel, "type": "quantitative", "axis": None, "scale": scale}}


def _colour(titles: list[str]) -> dict[str, Any]:
    if len(titles) == 1:
        return {"value": COLOURS[0]}
    return {
        "field": "part",
        "type": "nominal",
        "sort": titles,
        "scale": {"domain": titles, "range": list(COLOURS[: len(titles)])},
    }
