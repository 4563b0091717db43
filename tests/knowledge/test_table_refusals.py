"""What a pack's tables and charts are refused for, so that no card or picture fails later."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from bot.errors import KnowledgeError, Problem
from bot.knowledge.loader import load_knowledge
from tests.factories import write_pack, write_yaml


def column(name: str, **changes: Any) -> dict[str, Any]:
    return {"name": name, "title": name.capitalize(), "meaning": f"Of the bridge: {name}.", **changes}


COLUMNS = (
    column("name", type="text"),
    column("code", type="code"),
    column("country", type="text"),
    column("length", unit="metres", as_of_in="seen", basis_in="basis", sources_in="proof"),
    column("basis", type="text"),
    column("height", unit="metres", as_of="2020-02-02", sources=["gazette"]),
    column("width", unit="metres"),
    column("planned", type="month"),
    column("seen", type="day"),
    column("proof", type="sources"),
)
HEADER = ",".join(str(entry["name"]) for entry in COLUMNS)
OLD = "Old,PL,north,300,survey,40,8,1998-01,2024-06-30,gazette survey"
NEW = "New,DE,north,200,survey,50,9,2009-03,2025-06-30,"
FAR = "Far,FR,south,900,guess,60,,,,"
LOW = "Low,ES,north,250,guess,5,9,,,"
CHART: dict[str, Any] = {
    "id": "lengths",
    "topics": ["bridge"],
    "title": "Lengths",
    "table": "bridges",
    "form": "bars",
    "columns": ["length"],
}
MAP: dict[str, Any] = CHART | {
    "form": "tiles",
    "columns": ["basis"],
    "places": ["height", "width"],
    "bands": [{"label": "surveyed", "text": "survey"}],
}


def make_table(**changes: Any) -> dict[str, Any]:
    """Return what ``tables.yaml`` says of the bridges; a change to ``None`` leaves a key out."""
    table = {
        "id": "bridges",
        "file": "bridges.csv",
        "title": "Bridges",
        "topic": "bridge",
        "key": "name",
        "code": "code",
        "group": "country",
        "as_of": "2026-01-01",
        "sources": ["survey"],
        "columns": list(COLUMNS),
        **changes,
    }
    return {key: value for key, value in table.items() if value is not None}


def pack_of(
    folder: Path,
    *lines: str,
    content: bytes | None = None,
    tables: tuple[dict[str, Any], ...] | None = None,
    charts: tuple[dict[str, Any], ...] = (),
) -> Path:
    """Write a pack with a table of bridges: *lines* below the header, or *content* as the whole file."""
    write_pack(folder, charts=[deepcopy(chart) for chart in charts])  # copies: shared lists become YAML anchors
    (folder / "data").mkdir(exist_ok=True)
    write_yaml(folder / "data" / "tables.yaml", [deepcopy(table) for table in tables or (make_table(),)])
    text = "\n".join((HEADER, *(lines or (OLD, NEW, FAR)))) + "\n"
    (folder / "data" / "bridges.csv").write_bytes(text.encode() if content is None else content)
    return folder


def problems_of(folder: Path) -> tuple[Problem, ...]:
    with pytest.raises(KnowledgeError) as error:
        load_knowledge(folder)
    return error.value.problems


def changed(name: str, **changes: Any) -> list[dict[str, Any]]:
    return [entry | changes if entry["name"] == name else entry for entry in COLUMNS]


SURVEYED = CHART | {"where": {"basis": "survey"}}

BAD_TYPES = {
    "code": make_table(code="basis"),
    "day": make_table(as_of=None, as_of_in="basis"),
    "day of a column": make_table(columns=changed("width", as_of_in="planned")),
    "sources": make_table(columns=changed("width", sources_in="basis")),
    "ranked": make_table(columns=changed("basis", card="ranked")),
    "trend": make_table(trend=["seen"]),
    "measure": make_table(measure={"name": "by", "description": "What", "choices": {"aa": "length", "bb": "basis"}}),
}


@pytest.mark.parametrize("table", BAD_TYPES.values(), ids=BAD_TYPES)
def test_a_column_that_is_used_holds_what_it_is_used_for(tmp_path: Path, table: dict[str, Any]) -> None:
    """A day that is no day, or a rank by words, would fail when somebody asks."""
    (problem,) = problems_of(pack_of(tmp_path, tables=(table,)))

    assert problem.file == tmp_path / "data" / "tables.yaml"
    assert "but its type is another" in problem.message


BAD_CHARTS = {
    "places of text": (MAP | {"places": ["height", "basis"]}, "[0].places", "needs number"),
    "limits of words": (MAP | {"bands": [{"label": "low", "below": 3}]}, "[0].bands", "text is what these bands need"),
    "words of numbers": (
        MAP | {"columns": ["width"], "bands": [{"label": "low", "text": "8"}]},
        "[0].bands",
        "below is what these bands need",
    ),
    "a label twice": (MAP | {"missing": "surveyed"}, "[0]", "gives one label to two colours"),
    "more bands than colours": (
        MAP | {"bands": [{"label": f"band {i}", "text": f"{i}"} for i in range(6)]},
        "[0].bands",
        "at most 5",
    ),
    "two bases": (CHART, "[0].where", "measured in different ways"),
    "a column twice": (SURVEYED | {"columns": ["width", "width"]}, "[0]", "names a column twice"),
    "two columns on a map": (MAP | {"columns": ["width", "height"]}, "[0]", "which shows one column"),
}


@pytest.mark.parametrize(("chart", "key", "words"), BAD_CHARTS.values(), ids=BAD_CHARTS)
def test_a_chart_that_could_not_be_drawn_is_refused(
    tmp_path: Path, chart: dict[str, Any], key: str, words: str
) -> None:
    """Before anybody asks for it; what was measured in different ways never stands side by side."""
    guess = NEW.replace("survey", "guess")

    (problem,) = problems_of(pack_of(tmp_path, OLD, guess, charts=(chart,)))

    assert (problem.file, problem.key) == (tmp_path / "charts.yaml", key)
    assert words in problem.message


def test_units_are_not_added_up(tmp_path: Path) -> None:
    """Metres and tonnes in one bar would mean nothing."""
    table = make_table(columns=changed("width", unit="tonnes"))

    (problem,) = problems_of(pack_of(tmp_path, tables=(table,), charts=(CHART | {"columns": ["height", "width"]},)))

    assert problem.key == "[0].columns"
    assert "different units" in problem.message


def test_a_picture_has_a_day(tmp_path: Path) -> None:
    """Where the days stand in the rows, one must."""
    tables = (make_table(as_of=None, as_of_in="seen"),)
    chart = CHART | {"columns": ["width"]}

    (problem,) = problems_of(pack_of(tmp_path, OLD.replace("2024-06-30", ""), tables=tables, charts=(chart,)))

    assert "no figure of this chart has a day" in problem.message


def test_a_group_has_a_name(tmp_path: Path) -> None:
    """A bar without one would tell nothing."""
    chart = CHART | {"form": "groups", "columns": ["width"], "by": "country"}

    (problem,) = problems_of(pack_of(tmp_path, OLD, NEW.replace("north", ""), charts=(chart,)))

    assert problem.key == "[0].by"


def test_a_table_saved_by_a_spreadsheet_is_read(tmp_path: Path) -> None:
    """They mark UTF-8 at the start of the file."""
    content = f"{HEADER}\n{OLD}\n".encode("utf-8-sig")

    assert len(load_knowledge(pack_of(tmp_path, content=content)).tables["bridges"].rows) == 1


def test_an_open_quote_is_told_where_it_opens(tmp_path: Path) -> None:
    """Not at the end of the file, where it was noticed."""
    (problem,) = problems_of(pack_of(tmp_path, OLD, f'"{NEW}', FAR))

    assert problem.line == 3
    assert "Look at the quotes in this line and below." in problem.message


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        pytest.param(b"", None, "is empty. Add a first line", id="empty"),
        pytest.param(f"{HEADER}\n{OLD}\n\n{NEW}\n".encode(), 3, "is blank. Remove the line.", id="blank line"),
        pytest.param(f"{HEADER}\n{OLD}\n{NEW.replace('DE', 'PL')}\n".encode(), 3, "“PL” stands twice", id="code twice"),
    ],
)
def test_a_mistake_of_the_file_is_told_once(tmp_path: Path, content: bytes, line: int | None, words: str) -> None:
    """In the words of who edits it."""
    (problem,) = problems_of(pack_of(tmp_path, content=content))

    assert problem.line == line
    assert words in problem.message
