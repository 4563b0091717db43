"""Every picture of the real pack shows what its data file says, and nothing else."""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest

from bot.answers.lookup import find_events
from bot.knowledge.charts import Chart, Form
from bot.knowledge.models import Knowledge
from bot.pictures import Picture
from bot.rendering.charts.drawing import draw
from bot.rendering.charts.pictures import chart_picture, timeline_picture
from bot.rendering.limits import ALT_LIMIT
from bot.rendering.png import chunks
from tests.factories import REAL_PACK

CHARTS = [
    line.split(": ")[1].strip() for line in (REAL_PACK / "charts.yaml").read_text().splitlines() if "- id:" in line
]
SIZE_LIMIT = 150_000  # bytes
SMALLEST_LETTERS = 22  # pixels of 800, so 11 of 400


def lines_of(chart: Chart, knowledge: Knowledge) -> list[dict[str, str]]:
    """Return what the CSV file has for a chart, read without any code of the bot."""
    path = REAL_PACK / "data" / knowledge.tables[chart.table].spec.file
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [row for row in rows if all(row[name] == text for name, text in chart.where.items())]


def values_of(picture: Picture) -> list[Mapping[str, Any]]:
    """Return the data of the first layer, which the marks are drawn from."""
    return list(picture.spec["layer"][0]["data"]["values"])


def sizes_in(spec: Any) -> Iterator[int]:
    """Yield every size of letters in a specification."""
    items: Sequence[Any] = list(spec.items()) if isinstance(spec, dict) else list(enumerate(spec))
    for key, value in items:
        if isinstance(value, dict | list):
            yield from sizes_in(value)
        elif isinstance(key, str) and key.lower().endswith("fontsize"):
            yield value


@pytest.mark.parametrize("name", CHARTS)
def test_every_figure_drawn_is_that_of_the_file(real_pack: Knowledge, name: str) -> None:
    """Read back from the specification, cell by cell or as the sum of its cells."""
    chart = real_pack.charts[name]
    key = real_pack.tables[chart.table].spec.key
    rows = lines_of(chart, real_pack)
    drawn = values_of(chart_picture(chart, real_pack))

    match chart.form:
        case Form.BARS | Form.MONTHS:
            titles = {real_pack.tables[chart.table].spec.column(c).title: c for c in chart.columns}
            by_name = {row[key]: row for row in rows}
            assert drawn
            for value in drawn:
                row = by_name[str(value.get("name") or value["month"])[: None if "name" in value else 7]]
                assert value["value"] == float(row[titles[value["part"]]])
        case Form.GROUPS:
            assert chart.by is not None
            titles = {real_pack.tables[chart.table].spec.column(c).title: c for c in chart.columns}
            for value in drawn:
                cells = [float(row[titles[value["part"]]]) for row in rows if row[chart.by] == value["name"]]
                assert value["value"] == pytest.approx(sum(cells), abs=1e-9)
        case Form.COUNTS:
            for value in drawn:
                assert value["value"] == sum(row[chart.columns[0]].startswith(value["name"]) for row in rows)
        case Form.TILES:
            of_row = {row[key]: row[chart.columns[0]] for row in rows}
            assert len(drawn) == len(real_pack.tables[chart.table].rows)
            for value in drawn:
                if value["value"]:
                    assert float(value["value"]) == float(of_row[value["name"]][:4])


@pytest.mark.parametrize("name", [name for name in CHARTS if not name.startswith(("map", "years"))])
def test_the_words_name_the_largest_values(real_pack: Knowledge, name: str) -> None:
    """For those who do not see the picture: the three largest, found in the file anew."""
    chart = real_pack.charts[name]
    spec = real_pack.tables[chart.table].spec
    sums: dict[str, float] = {}
    for row in lines_of(chart, real_pack):
        label = row[chart.by] if chart.by else row[spec.key]
        sums[label] = sums.get(label, 0.0) + sum(float(row[column] or 0) for column in chart.columns)
    largest = sorted(sums, key=lambda label: (-sums[label], label))[:3]
    alt = chart_picture(chart, real_pack).alt

    decimals = spec.column(chart.columns[0]).decimals
    shown = [re.escape(f"{sums[label]:,.{decimals}f}") for label in largest]
    if chart.form is Form.MONTHS:
        assert all(
            re.search(rf"[A-Z][a-z]+ {label[:4]} {value}", alt) for label, value in zip(largest, shown, strict=True)
        )
    else:
        ranking = "; ".join(f"{re.escape(label)} {value}" for label, value in zip(largest, shown, strict=True))
        assert re.search(ranking, alt)
    assert len(alt) <= ALT_LIMIT


@pytest.mark.parametrize("name", CHARTS)
def test_a_picture_says_what_it_measures_when_and_by_whom(real_pack: Knowledge, name: str) -> None:
    """Taken out of the chat, it still carries its day and its source, in letters large enough for a phone."""
    picture = chart_picture(real_pack.charts[name], real_pack)
    title = picture.spec["title"]

    assert " ".join(title["text"]) == real_pack.charts[name].title
    assert re.search(r"[Bb]y \d+ [A-Z][a-z]+ \d{4}\. Source: \w", " ".join(title["subtitle"]))
    assert min(sizes_in(picture.spec)) >= SMALLEST_LETTERS
    assert len(picture.alt) <= ALT_LIMIT


@pytest.mark.parametrize("name", CHARTS)
def test_a_picture_is_small_and_as_wide_as_promised(real_pack: Knowledge, name: str) -> None:
    """800 pixels, at most 150 kB."""
    pytest.importorskip("vl_convert")
    png = draw(chart_picture(real_pack.charts[name], real_pack).spec)

    header = next(data for kind, data in chunks(png) if kind == b"IHDR")
    assert len(png) <= SIZE_LIMIT
    assert 780 <= int.from_bytes(header[:4], "big") <= 820


def test_a_stretch_of_the_timeline_is_drawn(real_pack: Knowledge) -> None:
    """Each event of the page with its date and its whole text."""
    pytest.importorskip("vl_convert")
    found = find_events(real_pack, topic_id=None, year=2022)
    picture = timeline_picture(found, real_pack)
    drawn = picture.spec["layer"][1]["data"]["values"]

    assert [value["text"] for value in drawn] == [event.text for event in found.events]
    assert [" ".join(value["lines"]) for value in drawn] == [event.text for event in found.events]
    assert len(draw(picture.spec)) <= SIZE_LIMIT


def test_cyrillic_is_drawn(real_pack: Knowledge) -> None:
    """Two words in Cyrillic give two pictures: letters that a font lacks would all be the same box."""
    pytest.importorskip("vl_convert")
    spec = dict(chart_picture(real_pack.charts["europe-and-us"], real_pack).spec)
    drawn = {draw(spec | {"title": {**spec["title"], "text": [word]}}) for word in ("Щит", "Жук", "Шум")}

    assert len(drawn) == 3
