"""What a chart shows, in words and figures: for those who do not see the picture, and where none can be drawn. Pure."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from bot.knowledge.chart_data import Bar, ChartData, Tile
from bot.knowledge.charts import Form
from bot.knowledge.models import Knowledge
from bot.rendering import wording
from bot.rendering.limits import ALT_LIMIT, shortened

NAMED = 3  # largest values that are named


def figure(value: float, decimals: int) -> str:
    """Return a number as it is shown: ``115.4``, ``1,234``; small ones with as many decimals as they need."""
    exact = Decimal(repr(round(value, 9)))  # as in the file, so that a sum and its total are rounded alike
    shown = f"{exact:,.{decimals}f}"
    return shown if value == 0 or float(shown.replace(",", "")) else f"{value:,.3f}"


def with_unit(value: float, decimals: int, unit: str | None) -> str:
    """Return a number with its unit as people write it: ``EUR 5.9 billion``, ``2.1 percent of GDP``."""
    first, _, rest = (unit or "").partition(" ")
    shown = figure(value, decimals)
    return f"{first} {shown} {rest}".rstrip() if first.isupper() else f"{shown} {unit or ''}".rstrip()


def measured(data: ChartData) -> str:
    """Return the measure of a chart with its basis and day: ``EUR billion, by 30 June 2026``."""
    parts = [part for part in (data.unit, data.basis) if part]
    told = ", ".join([*parts, f"by {wording.day(data.as_of)}"])
    return told[0].upper() + told[1:]


def cited(data: ChartData, publishers: str) -> str:
    """Return where the figures are from."""
    return f"Source: {publishers}" if publishers else ""


def publishers_of(data: ChartData, knowledge: Knowledge) -> str:
    """Return who published what a chart rests on, each once."""
    return "; ".join(dict.fromkeys(knowledge.sources[id_].publisher for id_ in data.sources))


def alt_text(data: ChartData) -> str:
    """Return what the picture shows, in words and figures, within Discord's limit."""
    return shortened(f"{data.chart.title} ({measured(data)}). {_told(data)}", ALT_LIMIT)


def figure_lines(data: ChartData) -> Iterator[str]:
    """Yield every figure of a chart as a line, in the order of the picture."""
    if data.chart.form is Form.TILES:
        yield from _band_lines(data)
        return
    bars = _latest(data.bars) if data.chart.form is Form.MONTHS else data.bars
    for bar in bars:
        yield f"**{_named(bar, data)}** {_value(bar, data)}{_parts(bar, data)}"


def _told(data: ChartData) -> str:
    match data.chart.form:
        case Form.BARS | Form.GROUPS:
            return _ranking(data)
        case Form.MONTHS:
            return _months(data)
        case Form.COUNTS:
            counts = "; ".join(f"{bar.name}: {bar.total:.0f} ({', '.join(bar.members)})" for bar in data.bars)
            return f"Bars by year: {counts}."
        case Form.TILES:
            return f"A map of {len(data.tiles)} tiles. {' '.join(f'{line}.' for line in _band_lines(data, bold=False))}"


def _ranking(data: ChartData) -> str:
    largest = "; ".join(f"{bar.name} {_value(bar, data)}" for bar in data.bars[:NAMED])
    last = data.bars[-1]
    of = f" of {len(data.bars) + data.left_out}" if data.left_out else ""
    rest = f" The shortest bar is {last.name} with {_value(last, data)}." if len(data.bars) > NAMED else ""
    parts = (
        f" Each bar is made of {_joined([column.title.lower() for column in data.columns])}." if _stacked(data) else ""
    )
    return f"{len(data.bars)}{of} bars, the longest first: {largest}.{rest}{parts}"


def _months(data: ChartData) -> str:
    largest = sorted(data.bars, key=lambda bar: -bar.total)[:NAMED]
    highest = "; ".join(f"{_month(bar.name)} {_value(bar, data)}" for bar in largest)
    last = data.bars[-1]
    return (
        f"A column for each month from {_month(data.bars[0].name)} to {_month(last.name)}. The highest: {highest}. "
        f"The last month has {_value(last, data)}. All together {figure(sum(bar.total for bar in data.bars), 1)}."
    )


def _band_lines(data: ChartData, *, bold: bool = True) -> Iterator[str]:
    mark = "**" if bold else ""
    bands: list[tuple[str, Sequence[Tile]]] = [
        (band.label, [tile for tile in data.tiles if tile.band == place]) for place, band in enumerate(data.chart.bands)
    ]
    bands.append((data.chart.missing, [tile for tile in data.tiles if tile.band is None]))
    for label, tiles in bands:
        if tiles:
            names = ", ".join(f"{tile.name} {tile.value}".strip() for tile in tiles)
            yield f"{mark}{label}{mark} ({len(tiles)}): {names}"


def _value(bar: Bar, data: ChartData) -> str:
    return figure(bar.total, 0 if data.chart.form is Form.COUNTS else data.columns[0].decimals)


def _parts(bar: Bar, data: ChartData) -> str:
    if bar.members:
        return f" {', '.join(bar.members)}"
    if not _stacked(data):
        return ""
    named = zip(data.columns, bar.parts, strict=True)
    return f" ({', '.join(f'{column.title.lower()} {figure(value, column.decimals)}' for column, value in named)})"


def _stacked(data: ChartData) -> bool:
    return len(data.columns) > 1


def _named(bar: Bar, data: ChartData) -> str:
    return _month(bar.name) if data.chart.form is Form.MONTHS else bar.name


def _latest(bars: Sequence[Bar]) -> Sequence[Bar]:
    """Return the last twelve, as a list of all months would be too long to read."""
    return bars[-12:]


def _month(text: str) -> str:
    return wording.partial_day(text)


def _joined(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}"
