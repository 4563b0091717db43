"""A release of the Ukraine Support Tracker, in both layouts: what is taken over, and what is refused."""

import csv
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from bot.errors import ConfigurationError, KnowledgeError
from bot.knowledge.aid_releases.release import AidRelease, amount_text, read_release
from bot.knowledge.tables import Row, Table, TableSpec

NUMBERS = ("military_eur_bn", "financial_eur_bn", "humanitarian_eur_bn", "total_eur_bn")
AID_COLUMNS = (
    "donor",
    "code",
    "group",
    "region",
    *NUMBERS,
    "total_pct_gdp",
    "in_2022_eur_bn",
    "in_2026_eur_bn",
    "as_of",
)
TYPES = {"donor": "text", "group": "text", "region": "text", "code": "code", "as_of": "day", "month": "month"}
SPECS: list[dict[str, Any]] = [
    {
        "id": table_id,
        "file": file,
        "title": "Aid",
        "topic": "aid",
        "key": columns[0],
        "as_of_in": "as_of",
        "sources": ["survey"],
        "columns": [
            {"name": name, "title": name.replace("_", " "), "meaning": "As it says.", "type": TYPES.get(name, "number")}
            | ({"unit": "EUR billion"} if name in NUMBERS else {})
            for name in columns
        ],
    }
    for table_id, file, columns in (
        ("aid", "aid.csv", AID_COLUMNS),
        ("aid-monthly", "aid_monthly.csv", ("month", *NUMBERS, "as_of")),
    )
]
EU = "EU (Commission and Council)"
AID_LINES = (
    ",".join(AID_COLUMNS),
    "China,CN,country,Other countries,0,0,0.002,0.002,0,0.002,0,2026-04-30",
    f"{EU},EU,institution,Europe,0.161,87,3,90.161,,11.18,0.164,2026-04-30",
    "Türkiye,TR,country,Other countries,0.066,0,0.005,0.071,0.01,0.071,0,2026-04-30",
)
MONTHLY_LINES = (
    ",".join(("month", *NUMBERS, "as_of")),
    "2022-02,0,0,0,0,2026-04-30",
    "2022-03,0,1.271,0.421,1.692,2026-04-30",
)

EXPLORER = ("country", "iso", "year", "month", "total", "financial", "humanitarian", "military", "gdp", "pct_gdp")
GDPS = {"China": "14994.0460253773", EU: "0", "Turkiye": "692.01"}
EXPLORER_ROWS = (  # of Release 30
    ("China", "CHN", 2022, 3, "0.002145", 0, "0.002145", 0, GDPS["China"], "0.0000143056783764376"),
    ("China", "CHN", 2022, 9, "2e-04", 0, "2e-04", 0, GDPS["China"], "1.33e-06"),
    (EU, "EU", 2022, 3, "1.6855", "1.2705", "0.415", 0, 0, 0),
    (EU, "EU", 2026, 6, "10.923673", "6.680522", "0.000151", "4.243", 0, 0),
    ("Turkiye", "TUR", 2022, 2, "0.000219", 0, "0.000219", 0, GDPS["Turkiye"], "0.0000316"),
    ("Turkiye", "TUR", 2022, 8, "0.066243", 0, 0, "0.066243", GDPS["Turkiye"], "0.00957"),
)

SUMMARY, MAIN_DATA = "Country Summary (€)", "Bilateral Assistance, MAIN DATA"
SUMMARY_HEADER = (
    None, "Country", "EU member", "Geographic Europe", "GDP (2021)", "Financial allocations",
    "Humanitarian allocations", "Military allocations", "Total bilateral allocations", "Share in EU aid",
)  # fmt: skip
SUMMARY_ROWS = (
    (None, "China", 0, 0, 14994.0460253773, 0, 0.002345, 0, 0.002345, 0),
    (None, EU, 1, 1, None, 87.609, 3.262, 4.404, 95.275, None),
    (None, "Turkiye", 0, 1, 692.01, 0, 0.004542, 0.066243, 0.070785, 0),
)
MAIN_HEADER = ("ID", "donor", "announcement_date", "aid_type_general", "measure", "tot_sub_activity_value_EUR")
MAIN_ROWS = (
    ("CN1", "China", date(2022, 3, 9), "Humanitarian", "Allocation", 2145000),
    ("EU1", EU, date(2022, 3, 16), "Financial", "Allocation", 1270500000.0),
    ("EU2", EU, date(2022, 3, 16), "Financial", "Commitment", 9e9),
    ("EU3", EU, date(2026, 6, 30), "Military", "Allocation", 4243000000),
    ("EU4", EU, None, "Military", "Allocation", 161000000),
    ("TR1", "Turkiye", date(2022, 8, 1), "Military", "Allocation", 66243000),
    ("TR2", "Turkiye", date(2022, 8, 1), "Military", "Allocation", "."),
)
DAY = date(2026, 6, 30)


def table_of(number: int, lines: Sequence[str]) -> Table:
    rows = tuple(Row(cells=row) for row in csv.DictReader(lines))
    return Table(spec=TableSpec.model_validate(SPECS[number]), rows=rows)


def write_explorer(path: Path, rows: Sequence[Sequence[Any]] = EXPLORER_ROWS, header: Sequence[str] = EXPLORER) -> Path:
    """Write rows as the tracker team does: texts in quotes, figures without, unless they have a comma."""
    quoted = [
        [f'"{cell}"' if i < 2 or "," in str(cell) or number == 0 else str(cell) for i, cell in enumerate(row)]
        for number, row in enumerate([header, *rows])
    ]
    path.write_text("".join(",".join(row) + "\n" for row in quoted), encoding="utf-8")
    return path


def write_workbook(path: Path, **sheets: Sequence[Sequence[Any]] | None) -> Path:
    """Write the workbook as it is since Release 28; keywords replace all rows of a sheet, or leave it out."""
    made = {"summary": summary_rows(), "main": (MAIN_HEADER, *MAIN_ROWS)} | sheets
    workbook = Workbook()
    for key, name in (("summary", SUMMARY), ("main", MAIN_DATA)):
        rows = made[key]
        if rows is not None:
            sheet = workbook.create_sheet(name)
            for row in rows:
                sheet.append(list(row))
    workbook.save(path)
    return path


def summary_rows(
    rows: Sequence[Sequence[Any]] = SUMMARY_ROWS, header: Sequence[str | None] = SUMMARY_HEADER
) -> Sequence[Sequence[Any]]:
    """Remarks, the names of the columns in row 8, their units, *rows*, and the total with notes below it."""
    remarks = [(None, "Government support to Ukraine"), *[()] * 6]
    units = (None, None, None, None, "€ billion", *["€ billion"] * 4)
    return [*remarks, header, units, *rows, (None, "Total", None, None, None, 1, 2, 3, 6), (None, "Note: …")]


def changed(rows: Sequence[Sequence[Any]], place: int, **cells: Any) -> list[Sequence[Any]]:
    """Return *rows* with cells of the row at *place* replaced: ``c4`` is the fifth."""
    new = list(rows[place])
    for name, value in cells.items():
        new[int(name.removeprefix("c"))] = value
    return [*rows[:place], new, *rows[place + 1 :]]


def read(path: Path, *, as_of: date | None = None, present: str = "2026-04-30") -> AidRelease:
    aid, monthly = (
        table_of(number, [line.replace("2026-04-30", present) for line in lines])
        for number, lines in enumerate((AID_LINES, MONTHLY_LINES))
    )
    return read_release(path, aid, monthly, as_of=as_of)


def problems_of(path: Path, **options: Any) -> list[str]:
    """Return what is wrong with a file, each beginning with its line and its column."""
    with pytest.raises(KnowledgeError) as refused:
        read(path, **options)
    return [str(problem).removeprefix(str(path)).removeprefix(":").strip() for problem in refused.value.problems]


def lines_of(rows: Sequence[Row]) -> list[str]:
    return [",".join(row.cells.values()) for row in rows]


@pytest.mark.parametrize("with_commitments", [True, False], ids=["release-29", "release-30"])
def test_the_teams_file_becomes_rows_of_the_pack(tmp_path: Path, with_commitments: bool) -> None:
    """Donors keep their names, codes and order; the day is the last of the last month; institutions have no share."""
    header: Sequence[str] = EXPLORER
    rows: Sequence[Sequence[Any]] = EXPLORER_ROWS
    if with_commitments:
        header = (*EXPLORER[:8], "commitments", *EXPLORER[8:])
        rows = tuple((*row[:8], "0.5", *row[8:]) for row in EXPLORER_ROWS)

    release = read(write_explorer(tmp_path / "data_explorer.csv", rows, header))

    assert release.day == DAY
    assert not release.has_undated
    assert lines_of(release.aid) == [
        "China,CN,country,Other countries,0,0,0.002,0.002,0,0.002,0,2026-06-30",
        f"{EU},EU,institution,Europe,4.243,7.951,0.415,12.609,,1.686,10.924,2026-06-30",
        "Türkiye,TR,country,Other countries,0.066,0,0,0.066,0.01,0.066,0,2026-06-30",
    ]


def test_months_are_sums_of_all_donors_without_a_gap(tmp_path: Path) -> None:
    """A month in which nobody gave anything is zero, not missing."""
    release = read(write_explorer(tmp_path / "data_explorer.csv"))

    months = lines_of(release.monthly)
    assert months[:3] == [
        "2022-02,0,0,0,0,2026-06-30",
        "2022-03,0,1.271,0.417,1.688,2026-06-30",
        "2022-04,0,0,0,0,2026-06-30",
    ]
    assert months[-1] == "2026-06,4.243,6.681,0,10.924,2026-06-30"
    assert len(months) == 53


def test_the_workbook_becomes_rows_of_the_pack(tmp_path: Path) -> None:
    """Totals are those of the summary; years and months those of dated allocations of a known value."""
    release = read(write_workbook(tmp_path / "release.xlsx"), as_of=DAY)

    assert release.has_undated
    assert lines_of(release.aid) == [
        "China,CN,country,Other countries,0,0,0.002,0.002,0,0.002,0,2026-06-30",
        f"{EU},EU,institution,Europe,4.404,87.609,3.262,95.275,,1.271,4.243,2026-06-30",
        "Türkiye,TR,country,Other countries,0.066,0,0.005,0.071,0.01,0.066,0,2026-06-30",
    ]
    months = lines_of(release.monthly)
    assert months[1] == "2022-03,0,1.271,0.002,1.273,2026-06-30"
    assert months[-1] == "2026-06,4.243,0,0,4.243,2026-06-30"


def test_the_summary_may_begin_in_the_first_column_and_end_without_a_total(tmp_path: Path) -> None:
    """Releases before 28 had no blank column; an empty name ends the sheet as well."""
    rows = [SUMMARY_HEADER[1:], (None, None, None, "€ billion"), *(row[1:] for row in SUMMARY_ROWS), (), ("A note",)]

    release = read(write_workbook(tmp_path / "release.xlsx", summary=rows), as_of=DAY)

    assert [row.text("total_eur_bn") for row in release.aid] == ["0.002", "95.275", "0.071"]


@pytest.mark.parametrize(
    ("amount", "text"),
    [("0", "0"), ("0.0004", "0"), ("0.0745", "0.075"), ("0.470", "0.47"), ("3.0", "3"), ("1E+2", "100"), ("30", "30")],
)
def test_figures_have_three_decimals_at_most_and_none_that_says_nothing(amount: str, text: str) -> None:
    """Figures are written as in the present files."""
    assert amount_text(Decimal(amount)) == text


@pytest.mark.parametrize(
    ("rows", "place", "problem"),
    [
        (changed(EXPLORER_ROWS, 0, c7="-0.1"), "2: military", "“-0.1” is negative."),
        (changed(EXPLORER_ROWS, 0, c4="0,002"), "2: total", "“0,002” has a comma. Write a point"),
        (changed(EXPLORER_ROWS, 0, c4="1,002.5"), "2: total", "“1,002.5” has a comma."),
        (changed(EXPLORER_ROWS, 0, c5=""), "2: financial", "is empty. Look it up"),
        (changed(EXPLORER_ROWS, 0, c9="NA"), "2: pct_gdp", "“NA” is not a number."),
        (changed(EXPLORER_ROWS, 3, c4="10.926"), "5: total", "is 10.926, but its parts make 10.923673."),
        (changed(EXPLORER_ROWS, 1, c3="3"), "3: country", "“China” has 2022-03 twice, first in line 2."),
        (changed(EXPLORER_ROWS, 5, c0="Türkiye", c3="2"), "7: country", "“Türkiye” has 2022-02 twice"),
        (changed(EXPLORER_ROWS, 1, c8="15000"), "3: gdp", "“China” has two GDPs, 14994.0460253773 and 15000."),
        (changed(EXPLORER_ROWS, 5, c8="0"), "7: gdp", "“Türkiye” is a country without a GDP."),
        (changed(EXPLORER_ROWS, 0, c2="22"), "2: year", "“22” is not a year such as 2026."),
        (changed(EXPLORER_ROWS, 0, c3="13"), "2: month", "“13” is not a month from 1 to 12."),
        (changed(EXPLORER_ROWS, 0, c2="2027"), "2: year", "2027 has no column in the pack. Add in_2027_eur_bn"),
        ([*EXPLORER_ROWS, ("China", "CHN")], "8", "has 2 cells, the first line 10."),
    ],
)
def test_a_mistake_in_the_teams_file_is_named(
    tmp_path: Path, rows: Sequence[Sequence[Any]], place: str, problem: str
) -> None:
    """Each mistake is told with its line, its column and what to do."""
    (told,) = problems_of(write_explorer(tmp_path / "data_explorer.csv", rows))

    assert told.startswith(f"{place}: {problem}")


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    """Nobody imports again and again to learn of one mistake after the other."""
    rows = changed(changed(EXPLORER_ROWS, 0, c6="-1"), 3, c5="6,68")
    path = write_explorer(tmp_path / "data_explorer.csv", rows)

    told = problems_of(path, present="2026-07-31", as_of=date(2026, 5, 31))

    assert [problem.partition(": ")[0] for problem in told] == ["2", "5", "month", "as_of", "as_of"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (',"military"', "", ["1: military: is missing."]),
        ('"military"', '"millitary"', ["1: military: is missing.", "1: millitary: is not a column that is known. Did"]),
        ('"iso",', '"iso","iso",', ["1: iso: stands twice"]),
        ('"gdp",', '"gdp","refugees",', ["1: refugees: is not a column that is known."]),
    ],
)
def test_columns_of_the_teams_file_are_those_that_are_known(
    tmp_path: Path, old: str, new: str, told: Sequence[str]
) -> None:
    """A layout that nobody has looked at is not guessed at."""
    path = write_explorer(tmp_path / "data_explorer.csv")
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")

    found = problems_of(path)

    assert len(found) == len(told)
    assert all(problem.startswith(words) for problem, words in zip(found, told, strict=True))


def test_a_renamed_donor_is_refused_with_the_name_it_may_have_had(tmp_path: Path) -> None:
    """A person renames or adds the row first; the file is never fitted to the pack by likeness alone."""
    rows = [("Turkey" if row[0] == "Turkiye" else row[0], *row[1:]) for row in EXPLORER_ROWS]

    unknown, missing = problems_of(write_explorer(tmp_path / "data_explorer.csv", rows))

    assert unknown.startswith("6: country: the pack has no donor “Turkey”.")
    assert (
        "Of the pack's donors the file lacks “Türkiye”. Rename the donor's row in data/aid.csv, or add one" in unknown
    )
    assert missing.startswith("country: “Türkiye” is missing, which data/aid.csv has.")


def test_a_near_name_is_offered(tmp_path: Path) -> None:
    """A small change of a name is recognised, and still left to a person."""
    rows = [("EU (Commission & Council)" if row[0] == EU else row[0], *row[1:]) for row in EXPLORER_ROWS]

    told = problems_of(write_explorer(tmp_path / "data_explorer.csv", rows))

    assert f"Did you mean “{EU}”?" in told[0]


def test_a_new_donor_is_refused_until_the_pack_has_it(tmp_path: Path) -> None:
    """Only a person knows its code and region."""
    rows = [*EXPLORER_ROWS, ("Brazil", "BRA", 2026, 5, 1, 1, 0, 0, 1400, 1)]

    (told,) = problems_of(write_explorer(tmp_path / "data_explorer.csv", rows))

    assert told.startswith("8: country: the pack has no donor “Brazil”. Rename the donor's row in data/aid.csv, or add")


def test_a_donor_that_the_file_lacks_is_refused(tmp_path: Path) -> None:
    """A donor does not vanish from the pack because a file is cut short."""
    rows = [row for row in EXPLORER_ROWS if row[0] != "China"]

    (told,) = problems_of(write_explorer(tmp_path / "data_explorer.csv", rows))

    assert told.startswith("country: “China” is missing, which data/aid.csv has. Rename or remove that row")


@pytest.mark.parametrize(
    ("present", "words"),
    [
        ("2026-07-31", "covers until 2026-06-30, but data/aid.csv has figures of 2026-07-31. Take a later release."),
        ("2026-06-30", "covers until 2026-06-30, as data/aid.csv does, with other figures."),
    ],
)
def test_a_release_that_is_not_later_is_refused(tmp_path: Path, present: str, words: str) -> None:
    """Figures never go back in time, and never change without a new day."""
    told = problems_of(write_explorer(tmp_path / "data_explorer.csv"), present=present)

    assert told[0].startswith(f"as_of: {words}")
    assert "data/aid_monthly.csv" in told[1]


def test_the_same_release_again_is_no_mistake(tmp_path: Path) -> None:
    """Who imports twice has the same figures twice."""
    path = write_explorer(tmp_path / "data_explorer.csv")
    first = read(path)
    aid, monthly = (
        Table(spec=table_of(number, lines).spec, rows=rows)
        for number, lines, rows in ((0, AID_LINES, first.aid), (1, MONTHLY_LINES, first.monthly))
    )

    assert read_release(path, aid, monthly, as_of=None) == first


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("none.csv", None, "is not there."),
        ("release.ods", b"", "is neither .csv nor .xlsx."),
        ("release.xlsx", b"no workbook", "cannot be read as a workbook:"),
        ("latin.csv", "Türkiye".encode("latin-1"), "is not UTF-8."),
        ("quotes.csv", b'"country","iso\n', "1: is no CSV:"),
        ("empty.csv", ",".join(EXPLORER).encode(), "country: “China” is missing"),
    ],
)
def test_a_file_that_is_no_release_is_refused(tmp_path: Path, name: str, content: bytes | None, words: str) -> None:
    """The file itself is named when it cannot be read."""
    if content is not None:
        (tmp_path / name).write_bytes(content)

    assert problems_of(tmp_path / name, as_of=DAY)[0].startswith(words)


def in_summary(column: str, row: int) -> str:
    return f"{row}: {SUMMARY}: {column}: "


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (
            summary_rows(changed(SUMMARY_ROWS, 1, c8=95.3)),
            in_summary("Total bilateral allocations", 11) + "is 95.3, but its parts make 95.275.",
        ),
        (
            summary_rows(changed(SUMMARY_ROWS, 0, c5=-1)),
            in_summary("Financial allocations", 10) + "“-1” is negative.",
        ),
        (
            summary_rows(changed(SUMMARY_ROWS, 0, c7="0,5")),
            in_summary("Military allocations", 10) + "“0,5” has a comma.",
        ),
        (
            summary_rows(changed(SUMMARY_ROWS, 0, c7=None)),
            in_summary("Military allocations", 10) + "is empty.",
        ),
        (
            summary_rows(changed(SUMMARY_ROWS, 0, c4="n/a")),
            in_summary("GDP (2021)", 10) + "“n/a” is not a number.",
        ),
        (
            summary_rows([*SUMMARY_ROWS, SUMMARY_ROWS[0]]),
            in_summary("Country", 13) + "“China” stands twice, first in row 10.",
        ),
        (
            summary_rows([*SUMMARY_ROWS, changed(SUMMARY_ROWS, 0, c1="Brazil")[0]]),
            in_summary("Country", 13) + "the pack has no donor “Brazil”.",
        ),
        (
            summary_rows(SUMMARY_ROWS[:2]),
            f"{SUMMARY}: Country: “Türkiye” is missing, which data/aid.csv has.",
        ),
        (
            summary_rows(header=[*SUMMARY_HEADER[:7], "Military aid", *SUMMARY_HEADER[8:]]),
            in_summary("Military allocations", 8) + "is missing.",
        ),
        (
            summary_rows(header=[*SUMMARY_HEADER[:7], "Country", *SUMMARY_HEADER[7:]]),
            in_summary("Country", 8) + "stands twice",
        ),
        (
            summary_rows(
                [[*row[:5], 7, *row[5:]] for row in SUMMARY_ROWS],
                header=[*SUMMARY_HEADER[:5], "Refugee costs", *SUMMARY_HEADER[5:]],
            ),
            in_summary("Refugee costs", 8) + "is not a column that is known before the total.",
        ),
        ([["no names here"]], f"{SUMMARY}: Country: is in none of the first 30 rows."),
        (None, f"{SUMMARY}: is missing."),
    ],
)
def test_a_mistake_in_the_summary_is_named(tmp_path: Path, rows: Sequence[Sequence[Any]] | None, told: str) -> None:
    """The sheet is named with the row and the column."""
    (problem,) = problems_of(write_workbook(tmp_path / "release.xlsx", summary=rows), as_of=DAY)

    assert problem.startswith(told)


def test_a_summary_without_its_row_of_units_is_refused(tmp_path: Path) -> None:
    """Otherwise the first donor would be taken for the units."""
    rows = [row for row in summary_rows() if "€ billion" not in row]

    told = problems_of(write_workbook(tmp_path / "release.xlsx", summary=rows), as_of=DAY)

    assert told[0].startswith(in_summary("Total bilateral allocations", 9) + "is a number, where the row below")
    assert "“China” is missing" in told[1]


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        ({"c1": "Brazil"}, "donor", "the pack has no donor “Brazil”."),
        ({"c2": "soon"}, "announcement_date", "“soon” is not a date."),
        ({"c2": date(2026, 7, 1)}, "announcement_date", "2026-07-01 is later than 2026-06-30."),
        ({"c2": date(2021, 7, 1)}, "announcement_date", "2021 has no column in the pack."),
        ({"c3": "Naval"}, "aid_type_general", "“Naval” is none of Military, Financial and Humanitarian."),
        ({"c4": "Promise"}, "measure", "“Promise” is neither Allocation nor Commitment."),
        ({"c5": -5}, "tot_sub_activity_value_EUR", "“-5” is negative."),
        ({"c5": "2,145"}, "tot_sub_activity_value_EUR", "“2,145” has a comma."),
        ({"c5": "a lot"}, "tot_sub_activity_value_EUR", "“a lot” is not a number."),
    ],
)
def test_a_mistake_among_the_entries_is_named(
    tmp_path: Path, cells: Mapping[str, Any], column: str, words: str
) -> None:
    """Also of entries only those are refused that would count."""
    rows = (MAIN_HEADER, *changed(MAIN_ROWS, 0, **cells))

    (told,) = problems_of(write_workbook(tmp_path / "release.xlsx", main=rows), as_of=DAY)

    assert told.startswith(f"2: {MAIN_DATA}: {column}: {words}")


def test_entries_need_their_columns_and_their_sheet(tmp_path: Path) -> None:
    """A column that was renamed is missed, with the name that it may have now."""
    header = [*MAIN_HEADER[:4], "measures", *MAIN_HEADER[5:]]

    (renamed,) = problems_of(write_workbook(tmp_path / "a.xlsx", main=(header, *MAIN_ROWS)), as_of=DAY)
    (no_sheet,) = problems_of(write_workbook(tmp_path / "b.xlsx", main=None), as_of=DAY)

    assert renamed.startswith(f"1: {MAIN_DATA}: measure: is missing. Did you mean “measures”?")
    assert no_sheet.startswith(f"{MAIN_DATA}: is missing.")


def test_a_workbook_needs_its_day(tmp_path: Path) -> None:
    """The day is asked for together with all that is wrong."""
    path = write_workbook(tmp_path / "release.xlsx", summary=summary_rows(changed(SUMMARY_ROWS, 0, c5=-1)))

    told = problems_of(path)

    assert told[0] == "as_of: a workbook does not say which day it covers. Give it: --as-of YYYY-MM-DD"
    assert len(told) == 2


def test_without_the_extra_a_workbook_is_refused_with_the_way_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bot itself does not need what reads workbooks."""
    path = write_workbook(tmp_path / "release.xlsx")
    monkeypatch.setitem(sys.modules, "openpyxl", None)

    with pytest.raises(ConfigurationError, match=r"pip install 'natobot\[workbook\]'"):
        read(path, as_of=DAY)
