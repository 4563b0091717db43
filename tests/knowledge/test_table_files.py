"""What else a pack's tables and charts are refused for, cell by cell and key by key."""

from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.errors import KnowledgeError, Problem
from bot.knowledge.loader import MOST_PAGES, load_knowledge
from bot.knowledge.models import Knowledge
from bot.knowledge.tables import Table
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


BAD_CELLS = {
    "month": ("planned", OLD.replace("1998-01", "1998"), "“1998” is not a month. Write it as YYYY-MM."),
    "no such month": ("planned", OLD.replace("1998-01", "1998-13"), "“1998-13” is not a month."),
    "no such day": ("seen", OLD.replace("2024-06-30", "2024-06-31"), "“2024-06-31” is not a day."),
    "short day": ("seen", OLD.replace("2024-06-30", "20240630"), "“20240630” is not a day. Write it as YYYY-MM-DD."),
    "small code": ("code", OLD.replace("PL", "pl"), "“pl” is no code such as PL. Write two capitals."),
    "second source": ("proof", OLD.replace("e survey", "e surwey"), "there is no source “surwey” in sources.yaml."),
    "thousands": ("length", OLD.replace("300", '"1,300.5"'), "is not a number. Write digits and at most one point"),
    "spaced thousands": ("length", OLD.replace("300", "1 300"), "“1 300” is not a number."),
    "exponent": ("length", OLD.replace("300", "3e2"), "“3e2” is not a number."),
    "no number": ("length", OLD.replace("300", "nan"), "“nan” is not a number."),
    "link": ("basis", OLD.replace("300,survey", "300,https://a.example"), "which Discord shows as formatting."),
    "line break": ("basis", OLD.replace("300,survey", '300,"a\nb"'), "holds a line break"),
    "invisible": ("basis", OLD.replace("300,survey", "300,a\u200bb"), "an invisible character. Remove it."),
}


@pytest.mark.parametrize(("name", "line", "words"), BAD_CELLS.values(), ids=BAD_CELLS)
def test_a_bad_cell_is_refused_by_line_and_column(tmp_path: Path, name: str, line: str, words: str) -> None:
    """Each mistake is one message with the file, the line, the column, and what to do."""
    (problem,) = problems_of(pack_of(tmp_path, NEW, line))

    assert problem.file == tmp_path / "data" / "bridges.csv"
    assert problem.line == (4 if "\n" in line else 3)
    assert problem.key == name
    assert words in problem.message


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param("Brücke".encode("latin-1"), "is not UTF-8. Save it as CSV in UTF-8.", id="Latin 1"),
        pytest.param(f"{HEADER}\n".encode("utf-16"), "is not UTF-8. Save it as CSV in UTF-8.", id="UTF-16"),
        pytest.param(b"", "is missing. Add the column", id="empty"),
        pytest.param(f"{HEADER},name\n{OLD},Old\n".encode(), "stands twice in the first line. Remove one.", id="twice"),
        pytest.param(f"{HEADER},\n{OLD},\n".encode(), "is not a column that data/tables.yaml describes", id="nameless"),
        pytest.param(f"{HEADER}\n{OLD}\n\n{NEW}\n".encode(), "has 0 cells, the first line 10", id="blank line"),
        pytest.param(f'{HEADER}\n"Old" one{OLD[3:]}\n'.encode(), "Look at the quotes", id="text after a quote"),
    ],
)
def test_a_file_that_is_no_table_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    """It is told what is wrong with the file, not where Python gave up."""
    problems = problems_of(pack_of(tmp_path, content=content))

    assert {problem.file for problem in problems} == {tmp_path / "data" / "bridges.csv"}
    assert words in problems[0].message


def test_columns_may_stand_in_any_order_and_cells_may_have_spaces(tmp_path: Path) -> None:
    """Spreadsheets move columns and pad cells, and end lines their own way; the figures are the same."""
    swapped = f"code,name,{HEADER.removeprefix('name,code,')}\r\n PL , Old ,{OLD.removeprefix('Old,PL,')}\r\n"

    table = load_knowledge(pack_of(tmp_path, content=swapped.encode())).tables["bridges"]

    assert [(table.name(row), table.code(row)) for row in table.rows] == [("Old", "PL")]


def changed(name: str, **changes: Any) -> list[dict[str, Any]]:
    return [entry | changes if entry["name"] == name else entry for entry in COLUMNS]


BAD_TABLES = {
    "code": (make_table(code="land"), "[0]", "names the column “land”, which is not under columns. Add it there"),
    "group": (make_table(group="land"), "[0]", "names the column “land”"),
    "trend": (make_table(trend=["length", "depth"]), "[0]", "names the column “depth”"),
    "as_of_in": (make_table(as_of=None, as_of_in="day"), "[0]", "names the column “day”"),
    "measure": (
        make_table(measure={"name": "by", "description": "By what", "choices": {"long": "length", "deep": "depth"}}),
        "[0]",
        "names the column “depth”",
    ),
    "basis_in": (make_table(columns=changed("length", basis_in="how")), "[0]", "names the column “how”"),
    "sources_in": (make_table(columns=changed("length", sources_in="from")), "[0]", "names the column “from”"),
    "column twice": (make_table(columns=[*COLUMNS, column("width")]), "[0]", "names a column twice. Remove one"),
    "no day": (
        make_table(as_of=None),
        "[0]",
        "does not say of which day “name” is. Give the table or the column as_of",
    ),
    "bad day": (make_table(as_of="2026"), "[0].as_of", "is not a day. Write it as YYYY-MM-DD"),
    "no source": (make_table(sources=[]), "[0].sources", "at least 1"),
    "source of a column": (
        make_table(columns=changed("width", sources=["gazete"])),
        "[0].columns[6].sources[0]",
        "there is no source “gazete” in sources.yaml. Did you mean “gazette”?",
    ),
    "type": (make_table(columns=changed("width", type="money")), "[0].columns[6].type", "should be one of: 'number'"),
    "file elsewhere": (make_table(file="../bridges.csv"), "[0].file", "characters that are not allowed"),
    "unknown key": (make_table(colour="red"), "[0].colour", "not a key that is known here"),
}


@pytest.mark.parametrize(("table", "key", "words"), BAD_TABLES.values(), ids=BAD_TABLES)
def test_a_bad_description_is_refused_by_key(tmp_path: Path, table: dict[str, Any], key: str, words: str) -> None:
    """The description of a table is held to its columns, its sources and its day."""
    (problem,) = problems_of(pack_of(tmp_path, tables=(table,)))

    assert problem.file == tmp_path / "data" / "tables.yaml"
    assert problem.line is not None
    assert problem.key == key
    assert words in problem.message


def test_two_tables_have_two_ids(tmp_path: Path) -> None:
    """Charts name a table by its id."""
    (problem,) = problems_of(pack_of(tmp_path, tables=(make_table(), make_table(title="Again"))))

    assert (problem.file, problem.key) == (tmp_path / "data" / "tables.yaml", "[1].id")
    assert "“bridges” stands twice, first at [0].id. Remove one." in problem.message


BAD_CHARTS = {
    "no bands": (MAP | {"bands": []}, "[0]", "is of the form tiles and lacks bands. Add it"),
    "by": (CHART | {"form": "groups", "by": "land"}, "[0].by", "the table “bridges” has no column “land”."),
    "where": (CHART | {"where": {"land": "north"}}, "[0].where", "has no column “land”"),
    "places": (MAP | {"places": ["heigth", "width"]}, "[0].places", "Did you mean “height”?"),
    "months": (
        CHART | {"form": "months"},
        "[0].table",
        "the column “name” holds text; a chart of this form needs month",
    ),
    "map of a month": (MAP | {"columns": ["planned"]}, "[0].columns", "needs day or number or text or yes-no"),
    "largest": (CHART | {"largest": 1}, "[0].largest", "greater than or equal to 2"),
    "form": (CHART | {"form": "pie"}, "[0].form", "should be one of: 'bars'"),
}


@pytest.mark.parametrize(("chart", "key", "words"), BAD_CHARTS.values(), ids=BAD_CHARTS)
def test_a_bad_chart_is_refused_by_key(tmp_path: Path, chart: dict[str, Any], key: str, words: str) -> None:
    """What cannot be drawn is refused before anybody asks for it."""
    (problem,) = problems_of(pack_of(tmp_path, OLD, NEW, charts=(chart,)))

    assert problem.file == tmp_path / "charts.yaml"
    assert problem.line is not None
    assert problem.key == key
    assert words in problem.message


def test_a_row_without_a_place_keeps_a_map_from_being_drawn(tmp_path: Path) -> None:
    """The map would lack a country, and nobody would notice."""
    (problem,) = problems_of(pack_of(tmp_path, OLD, NEW, FAR, charts=(MAP,)))

    assert problem.key == "[0].places"
    assert problem.message == "a row has no place on the map. Give every row a column and a row."


def test_two_tiles_need_two_places(tmp_path: Path) -> None:
    """One would hide the other."""
    same = NEW.replace(",50,9,", ",40,8,")

    (problem,) = problems_of(pack_of(tmp_path, OLD, same, charts=(MAP,)))

    assert problem.key == "[0].places"
    assert problem.message == "two rows have the same place on the map. Move one."


def test_two_charts_have_two_ids(tmp_path: Path) -> None:
    """Cards name a chart by its id."""
    (problem,) = problems_of(pack_of(tmp_path, charts=(CHART, CHART)))

    assert problem.key == "[1].id"
    assert "“lengths” stands twice" in problem.message


def test_a_menu_holds_the_pages_and_the_charts_of_a_topic(tmp_path: Path) -> None:
    """Discord's menus have 25 options; one chart more than fits is refused with the numbers."""
    pages = len(load_knowledge(pack_of(tmp_path / "one")).topics["bridge"].page_titles)
    charts = tuple(CHART | {"id": f"lengths-{i}"} for i in range(MOST_PAGES - pages + 1))

    (problem,) = problems_of(pack_of(tmp_path / "many", charts=charts))

    assert load_knowledge(pack_of(tmp_path / "full", charts=charts[1:])).charts_of("bridge")
    assert problem.file == tmp_path / "many" / "charts.yaml"
    assert f"“bridge” has {len(charts)} charts and {pages} pages; a menu holds {MOST_PAGES}." in problem.message


def test_charts_are_not_blamed_for_a_broken_table(tmp_path: Path) -> None:
    """A mistake is told once, where it is."""
    (problem,) = problems_of(pack_of(tmp_path, OLD.replace("300", "-3"), charts=(CHART,)))

    assert problem.file == tmp_path / "data" / "bridges.csv"


@pytest.fixture
def knowledge(tmp_path: Path) -> Knowledge:
    return load_knowledge(pack_of(tmp_path, OLD, NEW, FAR, LOW))


@pytest.fixture
def bridges(knowledge: Knowledge) -> Table:
    return knowledge.tables["bridges"]


def test_ranks_are_among_one_group_and_one_basis(bridges: Table) -> None:
    """The longest stands in another country, another was guessed: neither is ranked with those surveyed here."""
    length, height = bridges.spec.column("length"), bridges.spec.column("height")

    assert [bridges.place(row, length) for row in bridges.rows] == [(1, 2), (2, 2), None, None]
    assert [bridges.place(row, height) for row in bridges.rows] == [(2, 3), (1, 3), None, (3, 3)]


def test_equal_values_share_a_place_and_unknown_ones_have_none(bridges: Table) -> None:
    """Two rows of 9 are both first of three; a row without a value is nowhere and is not counted."""
    width = bridges.spec.column("width")

    assert [bridges.place(row, width) for row in bridges.rows] == [(3, 3), (1, 3), None, (1, 3)]


def test_a_value_s_day_is_its_column_s_its_row_s_or_its_table_s(bridges: Table) -> None:
    """Where a column has days of its own, a row that does not say has none; the table's would be a guess."""
    days = {
        name: [bridges.day(row, bridges.spec.column(name)) for row in bridges.rows]
        for name in ("length", "height", "width")
    }

    assert days["length"] == [date(2024, 6, 30), date(2025, 6, 30), None, None]
    assert days["height"] == [date(2020, 2, 2)] * 4
    assert days["width"] == [date(2026, 1, 1)] * 4


def test_a_table_s_days_may_stand_in_its_rows(tmp_path: Path) -> None:
    """Each row then says how far it reaches."""
    tables = (make_table(as_of=None, as_of_in="seen"),)

    table = load_knowledge(pack_of(tmp_path, tables=tables)).tables["bridges"]

    width = table.spec.column("width")
    assert [table.day(row, width) for row in table.rows] == [date(2024, 6, 30), date(2025, 6, 30), None]


def test_a_value_s_sources_are_its_row_s_its_column_s_or_its_table_s(bridges: Table) -> None:
    """In that order; what a row names itself is nearest to the figure."""
    sources = {
        name: [bridges.sources(row, bridges.spec.column(name)) for row in bridges.rows[:2]]
        for name in ("length", "height", "width")
    }

    assert sources["length"] == [("gazette", "survey"), ("survey",)]
    assert sources["height"] == [("gazette",), ("gazette",)]
    assert sources["width"] == [("survey",), ("survey",)]


def test_an_empty_cell_is_nothing_known(bridges: Table) -> None:
    """It is not zero."""
    assert [row.number("width") for row in bridges.rows] == [8.0, 9.0, None, 9.0]
