"""Nothing is missing in a picture of the real pack, nothing stands twice, and its words say the same."""

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bot.answers.lookup import find_events
from bot.answers.models import FoundEvents
from bot.knowledge.charts import Chart, Form
from bot.knowledge.models import Knowledge
from bot.knowledge.tables import ColumnType, TableSpec
from bot.pictures import Picture
from bot.rendering.charts.drawing import draw
from bot.rendering.charts.pictures import chart_picture, timeline_picture
from bot.rendering.limits import ALT_LIMIT
from bot.rendering.png import chunks
from bot.rendering.wording import MONTHS
from bot.strict_yaml import read_yaml
from tests.factories import REAL_PACK

CHARTS: Sequence[Mapping[str, Any]] = [dict(entry) for entry in read_yaml(REAL_PACK / "charts.yaml", []) or ()]
PAGES = range(100)  # more than the timeline has
WIDTH = 800  # pixels
SIZE_LIMIT = 150_000  # bytes
SMALLEST_LETTERS = 22  # pixels; 11 on a phone that shows a picture 400 pixels wide


def of_form(*forms: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("chart_id", [chart["id"] for chart in CHARTS if chart["form"] in forms])


EVERY = of_form(*Form)


class Shown:
    """A chart with its picture, and with its file as the csv module reads it."""

    def __init__(self, chart_id: str, knowledge: Knowledge) -> None:
        self.chart: Chart = knowledge.charts[chart_id]
        self.spec: TableSpec = knowledge.tables[self.chart.table].spec
        self.picture: Picture = chart_picture(self.chart, knowledge)
        with (REAL_PACK / "data" / self.spec.file).open(encoding="utf-8", newline="") as file:
            self.all_rows = list(csv.DictReader(file))
        self.rows = [row for row in self.all_rows if all(row[name] == text for name, text in self.chart.where.items())]
        self.known = [row for row in self.rows if any(row[name] for name in self.chart.columns)]
        self.decimals = self.spec.column(self.chart.columns[0]).decimals

    def layer(self, place: int) -> list[Mapping[str, Any]]:
        return list(self.picture.spec["layer"][place]["data"]["values"])

    def sums(self) -> dict[str, list[Decimal]]:
        """Return the sum of each column for each bar, the largest first, as many as are shown."""
        label = self.chart.by or self.spec.key
        found: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0)] * len(self.chart.columns))
        for row in self.known:
            found[row[label]] = [
                old + Decimal(row[name] or "0") for old, name in zip(found[row[label]], self.chart.columns, strict=True)
            ]
        order = sorted(found, key=lambda name: (-sum(found[name]), name))
        return {name: found[name] for name in order[: self.chart.largest]}


def shown_as(value: Decimal, decimals: int) -> str:
    return f"{value:,.{decimals}f}"


def same_letters(text: str) -> str:
    """Return *text* without what changes where lines are broken."""
    return "".join(text.split())


@of_form("bars", "groups")
def test_bars_are_all_there_and_in_order(real_pack: Knowledge, chart_id: str) -> None:
    """Every part of every bar once, the largest bar first, with its sum at the end."""
    shown = Shown(chart_id, real_pack)
    titles = [shown.spec.column(name).title for name in shown.chart.columns]
    sums = shown.sums()

    parts = [(value["name"], value["part"], Decimal(str(value["value"]))) for value in shown.layer(0)]
    labels = [(value["name"], value["label"]) for value in shown.layer(1)]

    assert parts == [(name, t, v) for name, found in sums.items() for t, v in zip(titles, found, strict=True)]
    assert labels == [(name, shown_as(sum(found, Decimal(0)), shown.decimals)) for name, found in sums.items()]
    assert all(layer["encoding"]["y"]["sort"] == list(sums) for layer in shown.picture.spec["layer"])


@of_form("months")
def test_months_are_all_there_and_in_order(real_pack: Knowledge, chart_id: str) -> None:
    """No month between the first and the last is missing, and each has its parts."""
    shown = Shown(chart_id, real_pack)
    titles = {shown.spec.column(name).title: name for name in shown.chart.columns}
    rows = sorted(shown.known, key=lambda row: row[shown.spec.key])
    months = [row[shown.spec.key] for row in rows]
    numbers = [12 * int(month[:4]) + int(month[5:]) for month in months]

    drawn = [(value["month"], value["part"], value["value"]) for value in shown.layer(0)]

    expected = [(f"{r[shown.spec.key]}-01", title, float(r[name] or 0)) for r in rows for title, name in titles.items()]
    assert drawn == expected
    assert numbers == list(range(numbers[0], numbers[-1] + 1))


@of_form("counts")
def test_counts_name_who_is_counted(real_pack: Knowledge, chart_id: str) -> None:
    """Every row with a day is counted once; few are named, many are given by their codes."""
    shown = Shown(chart_id, real_pack)
    years: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in shown.known:
        years[row[shown.chart.columns[0]][:4]].append(row)
    assert shown.spec.code is not None

    drawn = {value["name"]: value["label"] for value in shown.layer(1)}

    assert list(drawn) == sorted(years)
    for year, rows in years.items():
        names = ", ".join(row[shown.spec.key] for row in rows)
        codes = " ".join(row[shown.spec.code] for row in rows)
        assert drawn[year] == f"{len(rows)}: {names if len(rows) <= 3 else codes}"
        assert f"{year}: {len(rows)} ({names})" in shown.picture.alt


def band_of(cell: str, shown: Shown) -> str:
    """Return the label of the band of a cell, found anew."""
    kind = shown.spec.column(shown.chart.columns[0]).type
    value = cell[:4] if kind is ColumnType.DAY else cell
    for band in next(chart for chart in CHARTS if chart["id"] == shown.chart.id)["bands"] if value else ():
        if band["text"] == value if "text" in band else "below" not in band or Decimal(value) < Decimal(band["below"]):
            return str(band["label"])
    return shown.chart.missing


@of_form("tiles")
def test_tiles_stand_where_the_file_puts_them_in_the_colour_of_their_band(real_pack: Knowledge, chart_id: str) -> None:
    """Every row has one tile; no two overlap and none leaves the picture."""
    shown = Shown(chart_id, real_pack)
    assert shown.chart.places is not None
    x, y = shown.chart.places
    column = shown.spec.column(shown.chart.columns[0])
    drawn = {value["name"]: value for value in shown.layer(0)}
    places = {(value["x"], value["y"]) for value in drawn.values()}
    step = max(value["x"] for value in drawn.values()) / max(int(row[x]) for row in shown.all_rows)

    assert list(drawn) == [row[shown.spec.key] for row in shown.all_rows]
    assert len(places) == len(shown.layer(0)) == len(shown.all_rows)
    for row in shown.all_rows:
        tile = drawn[row[shown.spec.key]]
        cell = row[column.name] if row in shown.rows else ""
        value = {ColumnType.DAY: cell[:4], ColumnType.TEXT: ""}.get(column.type, cell)
        assert (tile["x"], tile["y"]) == (int(row[x]) * step, int(row[y]) * step)
        assert 0 <= tile["x"] <= WIDTH - 48 - 88
        assert tile["value"] == (shown_as(Decimal(cell), column.decimals) if cell and column.unit else value)
        assert tile["band"] == band_of(cell, shown)


@of_form("tiles")
def test_the_words_of_a_map_name_every_country_in_its_band(real_pack: Knowledge, chart_id: str) -> None:
    """With its value, where it has one; how many there are in a band stands before them."""
    shown = Shown(chart_id, real_pack)
    values = shown.layer(0)
    counts = Counter(value["band"] for value in values)

    for label, count in counts.items():
        names = ", ".join(f"{value['name']} {value['value']}".strip() for value in values if value["band"] == label)
        assert f"{label} ({count}): {names}." in shown.picture.alt


@of_form("bars", "groups", "months")
def test_the_words_name_the_three_largest_in_order(real_pack: Knowledge, chart_id: str) -> None:
    """And nothing larger than they are."""
    shown = Shown(chart_id, real_pack)
    sums = {name: sum(found, Decimal(0)) for name, found in shown.sums().items()}
    largest = list(sums.items())[:3]
    if shown.chart.form is Form.MONTHS:
        named = [(f"{MONTHS[int(name[5:]) - 1]} {name[:4]}", value) for name, value in largest]
    else:
        named = largest

    words = "; ".join(f"{name} {shown_as(value, shown.decimals)}" for name, value in named)

    assert re.search(rf"(first|highest): {re.escape(words)}\.", shown.picture.alt, re.IGNORECASE)


@EVERY
def test_the_words_fit_whole(real_pack: Knowledge, chart_id: str) -> None:
    """Discord cuts descriptions at 1024 characters; none of ours has to be."""
    alt = Shown(chart_id, real_pack).picture.alt

    assert len(alt) <= ALT_LIMIT
    assert not alt.endswith("…")


@EVERY
def test_unit_day_and_source_stand_below_the_title(real_pack: Knowledge, chart_id: str) -> None:
    """Found anew in the files: the latest day of a figure shown, and every publisher."""
    shown = Shown(chart_id, real_pack)
    columns = [shown.spec.column(name) for name in shown.chart.columns]
    days: set[date] = set()
    sources: set[str] = set()
    for row in shown.known:
        for column in columns:
            in_row = row[column.as_of_in or shown.spec.as_of_in or ""] if column.as_of_in or shown.spec.as_of_in else ""
            days.add(column.as_of or (date.fromisoformat(in_row) if in_row else shown.spec.as_of) or date.min)
            own = row[column.sources_in].split() if column.sources_in else ()
            sources.update(own or column.sources or shown.spec.sources)
    latest = max(days)
    title = shown.picture.spec["title"]
    subtitle = same_letters("".join(title["subtitle"]))

    assert same_letters("".join(title["text"])) == same_letters(shown.chart.title)
    assert same_letters(shown.chart.unit or columns[0].unit or "").casefold() in subtitle.casefold()
    assert f"y{latest.day}{MONTHS[latest.month - 1]}{latest.year}.Source:" in subtitle
    assert all(same_letters(real_pack.sources[source].publisher) in subtitle for source in sources)


def sizes_of(spec: Mapping[str, Any]) -> Iterator[float]:
    """Yield the size of all letters of a specification; a text without one has that of Vega-Lite, 11 pixels."""
    yield from (spec["title"]["fontSize"], spec["title"]["subtitleFontSize"])
    yield from (spec["config"]["axis"]["labelFontSize"], spec["config"]["legend"]["labelFontSize"])
    for layer in spec["layer"]:
        if layer["mark"]["type"] == "text":
            yield layer["mark"].get("fontSize", 11)
        for channel in layer["encoding"].values():
            for guide in ("axis", "legend"):
                yield from (value for key, value in (channel.get(guide) or {}).items() if key.endswith("FontSize"))


@EVERY
def test_every_text_is_readable_on_a_phone(real_pack: Knowledge, chart_id: str) -> None:
    """Title, what stands below it, axes, legend and every text within."""
    assert min(sizes_of(Shown(chart_id, real_pack).picture.spec)) >= SMALLEST_LETTERS


@EVERY
def test_a_picture_is_drawn_within_its_limits(real_pack: Knowledge, chart_id: str) -> None:
    """800 pixels wide, so that letters have the size they should have, and small enough for a phone's connection."""
    pytest.importorskip("vl_convert")

    png = draw(Shown(chart_id, real_pack).picture.spec)

    assert len(png) <= SIZE_LIMIT
    assert width_of(png) == WIDTH


def width_of(png: bytes) -> int:
    return int.from_bytes(next(data for kind, data in chunks(png) if kind == b"IHDR")[:4], "big")


def every_page(knowledge: Knowledge) -> list[FoundEvents]:
    first = find_events(knowledge, topic_id=None, year=None)
    return [find_events(knowledge, topic_id=None, year=None, page=page) for page in PAGES[: first.pages]]


def test_a_page_of_the_timeline_tells_its_events_and_no_others(real_pack: Knowledge) -> None:
    """Each with its day and all of its words, from the top downwards, and none over another."""
    for found in every_page(real_pack):
        spec = timeline_picture(found, real_pack).spec
        values = spec["layer"][1]["data"]["values"]
        ends = [value["y"] + 28 * len(value["lines"]) for value in values]

        assert [value["text"] for value in values] == [event.text for event in found.events]
        assert [same_letters("".join(v["lines"])) for v in values] == [same_letters(e.text) for e in found.events]
        assert [value["date"] for value in values] == [short_date(event.date) for event in found.events]
        assert all(end < later["y"] for end, later in zip(ends, values[1:], strict=False))
        assert ends[-1] <= spec["height"] + 28
        assert min(sizes_of(spec)) >= SMALLEST_LETTERS


def short_date(text: str) -> str:
    year, *rest = text.split("-")
    month = [MONTHS[int(rest[0]) - 1][:3]] if rest else []
    return " ".join([*(str(int(day)) for day in rest[1:]), *month, year])


def test_the_words_of_a_page_of_the_timeline_fit_and_start_with_its_events(real_pack: Knowledge) -> None:
    """What does not fit is cut at the end; the card itself has every event as text."""
    for found in every_page(real_pack):
        alt = timeline_picture(found, real_pack).alt

        assert len(alt) <= ALT_LIMIT
        assert found.events[0].text in alt


def test_every_page_of_the_timeline_is_drawn_within_its_limits(real_pack: Knowledge) -> None:
    """The longest too."""
    pytest.importorskip("vl_convert")

    pictures = [draw(timeline_picture(found, real_pack).spec) for found in every_page(real_pack)]

    assert {width_of(png) for png in pictures} == {WIDTH}
    assert max(map(len, pictures)) <= SIZE_LIMIT


def test_cyrillic_letters_leave_ink(real_pack: Knowledge) -> None:
    """A title in Cyrillic differs from one of spaces, and from one with other letters of the same number."""
    pytest.importorskip("vl_convert")
    spec = Shown("europe-and-us", real_pack).picture.spec
    words = ("Допомога", "Підтримка"[:8], "\u00a0" * 8)

    drawn = {draw({**spec, "title": {**spec["title"], "text": [word]}}) for word in words}

    assert len(drawn) == len(words)
