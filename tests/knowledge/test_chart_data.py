"""What a chart shows of a table: which rows, how summed and in which order."""

from datetime import date
from typing import Any

import pytest

from bot.knowledge.chart_data import Bar, ChartData, chart_data
from bot.knowledge.charts import Chart
from bot.knowledge.tables import Row, Table, TableSpec

SPEC: dict[str, Any] = {
    "id": "bridges",
    "file": "bridges.csv",
    "title": "Bridges",
    "topic": "bridge",
    "key": "name",
    "code": "code",
    "as_of": "2026-01-01",
    "sources": ["survey"],
    "columns": [
        {"name": "name", "title": "Name", "meaning": "Name.", "type": "text"},
        {"name": "code", "title": "Code", "meaning": "Code.", "type": "code"},
        {"name": "region", "title": "Region", "meaning": "Region.", "type": "text"},
        {"name": "steel", "title": "Steel", "meaning": "Steel.", "unit": "tonnes", "sources_in": "proof"},
        {"name": "stone", "title": "Stone", "meaning": "Stone.", "unit": "tonnes", "basis_in": "basis", "decimals": 2},
        {"name": "basis", "title": "Basis", "meaning": "Who weighed.", "type": "text"},
        {"name": "opened", "title": "Opened", "meaning": "Opening.", "type": "day", "as_of": "2025-05-05"},
        {"name": "proof", "title": "Proof", "meaning": "Source.", "type": "sources"},
        {"name": "x", "title": "X", "meaning": "Place from the left."},
        {"name": "y", "title": "Y", "meaning": "Place from the top."},
    ],
}
ROWS = (
    # name, code, region, steel, stone, basis, opened, proof, x, y
    ("Arch", "AT", "north", "1.1", "2.2", "scales", "1999-05-04", "gazette", "0", "0"),
    ("Beam", "BE", "south", "10", "", "", "2004-03-29", "", "1", "0"),
    ("Cable", "", "north", "0.2", "0.1", "scales", "1999-12-31", "", "0", "1"),
    ("Draw", "DE", "east", "3", "0.3", "scales", "2004-05-01", "", "1", "1"),
    ("Empty", "EE", "south", "", "", "", "", "", "2", "1"),
)


def make_table(rows: tuple[tuple[str, ...], ...] = ROWS, **changes: Any) -> Table:
    spec = TableSpec.model_validate(SPEC | changes)
    names = [column.name for column in spec.columns]
    return Table(spec=spec, rows=tuple(Row(cells=dict(zip(names, row, strict=True))) for row in rows))


def data_of(form: str, *columns: str, **changes: Any) -> ChartData:
    fields = {"id": "weights", "topics": ["bridge"], "title": "Weights", "table": "bridges"}
    return chart_data(Chart.model_validate(fields | {"form": form, "columns": columns} | changes), make_table())


def bars_of(data: ChartData) -> list[tuple[str, tuple[float, ...]]]:
    return [(bar.name, bar.parts) for bar in data.bars]


def test_bars_stand_by_their_sum_the_longest_first() -> None:
    """Each bar has a part for each column; what is not known adds nothing, and a row that knows nothing has no bar."""
    data = data_of("bars", "steel", "stone")

    assert bars_of(data) == [("Beam", (10, 0)), ("Arch", (1.1, 2.2)), ("Draw", (3, 0.3)), ("Cable", (0.2, 0.1))]
    assert data.tiles == ()


def test_equal_bars_stand_by_name() -> None:
    """So the same figures always give the same picture."""
    data = data_of("bars", "steel", "stone")

    assert [bar.name for bar in data.bars if bar.total == pytest.approx(3.3)] == ["Arch", "Draw"]


def test_sums_have_no_rounding_of_the_machine() -> None:
    """1.1 and 0.2 are 1.3, as anybody would add them."""
    data = data_of("groups", "steel", by="region", where={"region": "north"})

    assert bars_of(data) == [("north", (1.3,))]


def test_only_the_largest_are_shown_and_the_rest_are_counted() -> None:
    """A picture that leaves rows out says how many."""
    data = data_of("bars", "steel", largest=2)

    assert [bar.name for bar in data.bars] == ["Beam", "Draw"]
    assert (data.shown, data.left_out) == (2, 2)


def test_more_places_than_rows_show_every_row() -> None:
    """Nothing is left out then."""
    data = data_of("bars", "steel", largest=40)

    assert (data.shown, data.left_out) == (4, 0)


def test_only_chosen_rows_are_shown() -> None:
    """A chart may be of rows with certain cells; the others are neither shown nor left out."""
    data = data_of("bars", "steel", where={"region": "north"})

    assert [bar.name for bar in data.bars] == ["Arch", "Cable"]
    assert data.left_out == 0


def test_groups_are_sums_of_their_rows() -> None:
    """The largest group stands first, part by part."""
    data = data_of("groups", "steel", "stone", by="region")

    assert bars_of(data) == [("south", (10, 0)), ("north", (1.3, 2.3)), ("east", (3, 0.3))]


def test_months_stand_in_the_order_of_time() -> None:
    """Whatever their order in the file, and however high they are."""
    columns = [{"name": "month", "title": "Month", "meaning": "Month.", "type": "month"}, SPEC["columns"][8]]
    table = make_table((("2026-02", "1"), ("2025-12", "7"), ("2026-01", "3")), columns=columns, key="month", code=None)
    chart = Chart(id="by-month", topics=("bridge",), title="By month", table="bridges", form="months", columns=("x",))

    assert bars_of(chart_data(chart, table)) == [("2025-12", (7,)), ("2026-01", (3,)), ("2026-02", (1,))]


def test_counts_are_rows_by_year_with_their_names() -> None:
    """Each year says how many and which, by code where there is one; a row without a day is not counted."""
    data = data_of("counts", "opened")

    assert data.bars == (
        Bar(name="1999", parts=(2.0,), members=("Arch", "Cable"), codes=("AT", "Cable")),
        Bar(name="2004", parts=(2.0,), members=("Beam", "Draw"), codes=("BE", "DE")),
    )


def test_a_map_has_a_tile_for_every_row() -> None:
    """Rows that are not chosen stay on the map without a value, so it keeps its shape."""
    bands = [{"label": "light", "below": 2}, {"label": "heavy"}]
    data = data_of("tiles", "stone", places=["x", "y"], bands=bands, where={"basis": "scales", "region": "north"})

    assert [(t.name, t.code, t.column, t.row, t.value, t.band) for t in data.tiles] == [
        ("Arch", "AT", 0, 0, "2.20", 1),
        ("Beam", "BE", 1, 0, "", None),
        ("Cable", "Ca", 0, 1, "0.10", 0),
        ("Draw", "DE", 1, 1, "", None),
        ("Empty", "EE", 2, 1, "", None),
    ]
    assert (data.bars, data.shown, data.left_out) == ((), 5, 0)


@pytest.mark.parametrize(
    ("column", "bands", "values", "places"),
    [
        pytest.param(
            "opened",
            [{"label": "last century", "below": 2000}, {"label": "to 2003", "below": 2004}],
            ["1999", "2004", "1999", "2004", ""],
            [0, None, 0, None, None],
            id="days count by year, and the last band ends",
        ),
        pytest.param(
            "region",
            [{"label": "South", "text": "south"}, {"label": "North", "text": "north"}],
            [""] * 5,
            [1, 0, 1, None, 0],
            id="texts colour a tile and do not stand in it",
        ),
        pytest.param(
            "steel",
            [{"label": "light", "below": 1.1}, {"label": "middling", "below": 10}, {"label": "heavy"}],
            ["1.1", "10.0", "0.2", "3.0", ""],
            [1, 2, 0, 1, None],
            id="a limit belongs to the band above it",
        ),
    ],
)
def test_a_tile_has_the_colour_of_its_band(
    column: str, bands: list[dict[str, Any]], values: list[str], places: list[int | None]
) -> None:
    """What is in no band has none."""
    data = data_of("tiles", column, places=["x", "y"], bands=bands)

    assert [tile.value for tile in data.tiles] == values
    assert [tile.band for tile in data.tiles] == places


def test_a_picture_has_the_day_and_the_sources_of_what_it_shows() -> None:
    """Of the rows chosen, each source once, in the order of the file; the unit is the first column's."""
    data = data_of("bars", "steel")
    south = data_of("bars", "steel", where={"region": "south"})
    days = data_of("counts", "opened", unit="bridges")

    assert (data.as_of, data.sources, data.unit) == (date(2026, 1, 1), ("gazette", "survey"), "tonnes")
    assert south.sources == ("survey",)
    assert (days.as_of, days.unit) == (date(2025, 5, 5), "bridges")


def test_a_basis_is_told_where_all_figures_share_it() -> None:
    """Of mixed figures nothing is claimed."""
    assert data_of("bars", "stone").basis == "scales"
    assert data_of("bars", "steel").basis is None
