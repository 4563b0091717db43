"""Tables of figures: what is refused, and how rows compare."""

from pathlib import Path
from typing import Any

import pytest

from bot.errors import KnowledgeError
from bot.knowledge.loader import load_knowledge
from bot.knowledge.models import Knowledge
from tests.bridges import CHART, HEADER, TABLE, pack_with
from tests.factories import write_yaml


def refusal(folder: Path) -> str:
    with pytest.raises(KnowledgeError) as raised:
        load_knowledge(folder)
    return str(raised.value)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (("name,code,basis,opened,toll,proof",), "bridges.csv:1: length: is missing. Add the column"),
        ((HEADER + ",lenght", "Old,PL,1,survey,,,,"), "bridges.csv:1: lenght: is not a column that data/tables.yaml"),
        ((HEADER, "Old,PL,-3,survey,,,"), "bridges.csv:2: length: “-3” is negative"),
        ((HEADER, 'Old,PL,"3,5",survey,,,'), "bridges.csv:2: length: “3,5” has a comma. Write a point"),
        ((HEADER, "Old,PL,long,survey,,,"), "bridges.csv:2: length: “long” is not a number"),
        ((HEADER, "Old,PL,1,a,,,", "old,DE,2,a,,,"), "bridges.csv:3: name: “old” stands twice, first in line 2"),
        ((HEADER, "Old,PL,3,5,survey,,,"), "bridges.csv:2: has 8 cells, the first line 7. Quote a text"),
        ((HEADER, "Old,PL,1,a,4 May,,"), "bridges.csv:2: opened: “4 May” is not a day. Write it as YYYY-MM-DD"),
        ((HEADER, "Old,PL,1,a,,perhaps,"), "bridges.csv:2: toll: “perhaps” is neither yes nor no"),
        ((HEADER, "Old,Poland,1,a,,,"), "bridges.csv:2: code: “Poland” is no code"),
        ((HEADER, "Old,PL,1,a,,,gazete"), "bridges.csv:2: proof: there is no source “gazete”"),
        ((HEADER, "*Old*,PL,1,a,,,"), "bridges.csv:2: name: holds “*”, which Discord shows as formatting"),
        ((HEADER, ",PL,1,a,,,"), "bridges.csv:2: name: is empty"),
        ((HEADER, 'Old,PL,1,"a,,,'), "bridges.csv:2: is no CSV"),
        ((HEADER,), "bridges.csv: has no rows"),
    ],
)
def test_a_mistake_in_a_table_is_named_with_its_line(tmp_path: Path, lines: tuple[str, ...], words: str) -> None:
    """File, line, column and what to do."""
    assert words in refusal(pack_with(tmp_path, lines))


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    """Two lines, two columns."""
    told = refusal(pack_with(tmp_path, (HEADER, "Old,PL,-1,a,,,", "New,DE,x,a,,maybe,")))

    assert [line.split(": ")[1] for line in told.splitlines()] == ["length", "length", "toll"]


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"topic": "bridges"}, "there is no topic “bridges”"),
        ({"key": "title"}, "names the column “title”, which is not under columns"),
        ({"as_of": None}, "does not say of which day"),
        ({"file": "other.csv"}, "other.csv: is missing, but data/tables.yaml describes it"),
        ({"sources": ["surve"]}, "there is no source “surve” in sources.yaml. Did you mean “survey”?"),
    ],
)
def test_a_mistake_in_the_description_is_named(tmp_path: Path, table: dict[str, Any], words: str) -> None:
    """So it is in tables.yaml."""
    changed = {key: value for key, value in (TABLE | table).items() if value is not None}
    folder = pack_with(tmp_path)
    write_yaml(folder / "data" / "tables.yaml", [changed])

    assert words in refusal(folder)


@pytest.mark.parametrize(
    ("chart", "words"),
    [
        ({"table": "bridge"}, "there is no table “bridge” in data/tables.yaml. Did you mean “bridges”?"),
        ({"columns": ["lengths"]}, "has no column “lengths”. Did you mean “length”?"),
        ({"columns": ["basis"]}, "holds text; a chart of this form needs number"),
        ({"form": "counts"}, "holds number; a chart of this form needs day"),
        ({"form": "groups"}, "lacks by. Add it"),
        ({"form": "tiles"}, "lacks places. Add it"),
        ({"where": {"basis": "none"}}, "no row of the table has a figure"),
        ({"topics": ["tunnel"]}, "there is no topic “tunnel”"),
    ],
)
def test_a_mistake_in_a_chart_is_named(tmp_path: Path, chart: dict[str, Any], words: str) -> None:
    """And in charts.yaml."""
    assert words in refusal(pack_with(tmp_path, charts=[CHART | chart]))


@pytest.fixture
def bridges(tmp_path: Path) -> Knowledge:
    return load_knowledge(pack_with(tmp_path, charts=[CHART]))


def test_only_what_was_measured_alike_is_ranked(bridges: Knowledge) -> None:
    """The longest is a guess, so it is not before the surveyed ones."""
    table = bridges.tables["bridges"]
    length = table.spec.column("length")

    assert [table.place(row, length) for row in table.rows] == [(1, 2), (2, 2), None]


def test_a_value_has_its_own_sources_before_the_table_s(bridges: Knowledge) -> None:
    """A row may name them."""
    table = bridges.tables["bridges"]
    length = table.spec.column("length")

    assert [table.sources(row, length) for row in table.rows] == [("gazette",), ("survey",), ("survey",)]
