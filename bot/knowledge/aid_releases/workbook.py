"""The published workbook: a sheet of totals by donor, and one of every single entry."""

import warnings
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import date, datetime
from typing import Any
from zipfile import BadZipFile

from bot.errors import ConfigurationError
from bot.knowledge.aid_releases.reading import KINDS, NONE, TOTAL, Reading, text_of
from bot.knowledge.mistakes import near

SUMMARY, MAIN_DATA = "Country Summary (€)", "Bilateral Assistance, MAIN DATA"
HEADER_WITHIN = 30  # rows from the top of the summary, which begins with remarks
GDP = "GDP (2021)"
SUMMARY_COLUMNS = {
    "financial": "Financial allocations",
    "humanitarian": "Humanitarian allocations",
    "military": "Military allocations",
    TOTAL: "Total bilateral allocations",
}
SUMMARY_NEEDS = ("Country", "EU member", "Geographic Europe", GDP, *SUMMARY_COLUMNS.values())
VALUE = "tot_sub_activity_value_EUR"
MAIN_DATA_NEEDS = ("donor", "announcement_date", "aid_type_general", "measure", VALUE)
UNKNOWN = {"", ".", "-", "na", "n/a", "no price"}  # how the sheet of single entries writes that it does not know

_Cells = Sequence[object]


def read_workbook(reading: Reading, as_of: date | None) -> None:
    """
    Take the workbook over; it does not say which day it covers.

    Raises:
        ConfigurationError: What reads workbooks is not installed.
    """
    reading.day, reading.has_undated = as_of, True
    if as_of is None:
        reading.complain(None, "as_of", "a workbook does not say which day it covers. Give it: --as-of YYYY-MM-DD")
    sheets = _sheets(reading)
    lists_donors = SUMMARY in sheets and _read_summary(reading, sheets[SUMMARY])
    if MAIN_DATA in sheets:
        _read_main_data(reading, sheets[MAIN_DATA])
    if lists_donors:
        reading.check_donors(_in_sheet(SUMMARY, "Country"))


def _sheets(reading: Reading) -> Mapping[str, Sequence[_Cells]]:
    """Return the rows of the sheets that are used."""
    try:
        from openpyxl import load_workbook
    except ImportError:
        raise ConfigurationError(
            "Workbooks need openpyxl, which is not installed. Install it: pip install 'natobot[workbook]'"
        ) from None
    found: dict[str, Sequence[_Cells]] = {}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of drop-down lists and styles that openpyxl does not keep
            with closing(load_workbook(reading.path, read_only=True, data_only=True)) as workbook:
                for name in {SUMMARY, MAIN_DATA} & set(workbook.sheetnames):
                    sheet: Any = workbook[name]
                    sheet.reset_dimensions()  # some programs write a sheet's size wrongly, and rows would be lost
                    found[name] = list(sheet.iter_rows(values_only=True))
    except (BadZipFile, KeyError, ValueError, SyntaxError, OSError) as error:
        reading.complain(None, "", f"cannot be read as a workbook: {error}. Download it again.")
        return {}
    for name in (SUMMARY, MAIN_DATA):
        if name not in found:
            reading.complain(None, name, "is missing. The workbook needs a sheet of this name.")
    return found


def _read_summary(reading: Reading, rows: Sequence[_Cells]) -> bool:
    """Take over the totals, and say whether the sheet has the columns for them."""
    top = next((i for i, cells in enumerate(rows[:HEADER_WITHIN]) if "Country" in map(text_of, cells)), None)
    if top is None:
        message = f"is in none of the first {HEADER_WITHIN} rows. Take the workbook as it was published."
        reading.complain(None, _in_sheet(SUMMARY, "Country"), message)
        return False
    places = _places(reading, SUMMARY, rows[top], top + 1, SUMMARY_NEEDS)
    if places is None:
        return False
    for name in map(text_of, rows[top][: max(places.values())]):  # what follows the total is of no concern
        if name not in {"", *SUMMARY_NEEDS}:
            message = "is not a column that is known before the total. Look what it means before importing."
            reading.complain(top + 1, _in_sheet(SUMMARY, name), message)
    units = _cells(rows[top + 1], places) if len(rows) > top + 1 else {}
    if any(isinstance(units.get(column), int | float) for column in SUMMARY_COLUMNS.values()):
        message = "is a number, where the row below the names has the units. Take the workbook as it was published."
        reading.complain(top + 2, _in_sheet(SUMMARY, SUMMARY_COLUMNS[TOTAL]), message)
    first: dict[str, int] = {}
    for line, row in enumerate(rows[top + 2 :], start=top + 3):
        cells = _cells(row, places)
        if text_of(cells["Country"]) in {"", "Total"}:
            break
        _read_summary_row(reading, line, cells, first)
    return True


def _read_summary_row(reading: Reading, line: int, cells: Mapping[str, object], first: dict[str, int]) -> None:
    donor = reading.donor(cells["Country"], line, _in_sheet(SUMMARY, "Country"))
    keys = {name: _in_sheet(SUMMARY, column) for name, column in SUMMARY_COLUMNS.items()}
    amounts = reading.amounts({name: cells[column] for name, column in SUMMARY_COLUMNS.items()}, keys, line)
    if donor is None:
        return
    if (earlier := first.setdefault(donor, line)) != line:
        message = f"“{donor}” stands twice, first in row {earlier}. Keep one of the two."
        reading.complain(line, _in_sheet(SUMMARY, "Country"), message)
        return
    if amounts is not None:
        reading.totals[donor] = amounts
    if reading.is_country(donor):
        gdp = reading.amount(cells[GDP], line, _in_sheet(SUMMARY, GDP))
        reading.check_gdp(donor, gdp, line, _in_sheet(SUMMARY, GDP))


def _read_main_data(reading: Reading, rows: Sequence[_Cells]) -> None:
    places = _places(reading, MAIN_DATA, rows[0] if rows else (), 1, MAIN_DATA_NEEDS)
    if places is None:
        return
    for line, row in enumerate(rows[1:], start=2):
        cells = _cells(row, places)
        measure = text_of(cells["measure"])
        if measure == "Allocation":
            _read_entry(reading, line, cells)
        elif measure != "Commitment" and any(map(text_of, cells.values())):
            message = f"“{measure}” is neither Allocation nor Commitment. Look it up in the file as it was published."
            reading.complain(line, _in_sheet(MAIN_DATA, "measure"), message)


def _read_entry(reading: Reading, line: int, cells: Mapping[str, object]) -> None:
    donor = reading.donor(cells["donor"], line, _in_sheet(MAIN_DATA, "donor"), lists_donors=False)
    kind = text_of(cells["aid_type_general"]).casefold()
    if kind not in KINDS:
        message = f"“{text_of(cells['aid_type_general'])}” is none of Military, Financial and Humanitarian. Look it up."
        reading.complain(line, _in_sheet(MAIN_DATA, "aid_type_general"), message)
    day = _day(reading, cells["announcement_date"], line)
    if text_of(cells[VALUE]).casefold() in UNKNOWN:
        return
    value = reading.amount(cells[VALUE], line, _in_sheet(MAIN_DATA, VALUE))
    if donor is None or kind not in KINDS or day is None or value is None:
        return
    amounts = {**dict.fromkeys(KINDS, NONE), kind: value.scaleb(-9), TOTAL: value.scaleb(-9)}
    reading.add_dated(donor, day.year, day.month, amounts, line, _in_sheet(MAIN_DATA, "announcement_date"))


def _day(reading: Reading, cell: object, line: int) -> date | None:
    """Return the day of an entry; ``None`` when it has none, or one that is wrong."""
    key = _in_sheet(MAIN_DATA, "announcement_date")
    if isinstance(cell, date):
        day = cell.date() if isinstance(cell, datetime) else cell
        if reading.day is None or day <= reading.day:
            return day
        reading.complain(line, key, f"{day} is later than {reading.day}. Look which day the release covers: --as-of")
    elif text_of(cell).casefold() not in UNKNOWN:
        reading.complain(line, key, f"“{text_of(cell)}” is not a date. Format the cell as a date, or leave it empty.")
    return None


def _places(reading: Reading, sheet: str, header: _Cells, line: int, needed: Sequence[str]) -> Mapping[str, int] | None:
    """Return where each needed column stands; ``None`` when one is missing or stands twice."""
    names = [text_of(cell) for cell in header]
    for name in needed:
        if name not in names:
            likely = near(name, {other for other in names if other} - set(needed))
            message = f"is missing.{likely} The layout may be another; take the workbook as it was published."
            reading.complain(line, _in_sheet(sheet, name), message)
        elif names.count(name) > 1:
            reading.complain(line, _in_sheet(sheet, name), "stands twice among the columns. Keep one of the two.")
    sound = all(names.count(name) == 1 for name in needed)
    return {name: names.index(name) for name in needed} if sound else None


def _cells(row: _Cells, places: Mapping[str, int]) -> Mapping[str, object]:
    return {name: row[place] if place < len(row) else None for name, place in places.items()}


def _in_sheet(sheet: str, column: str) -> str:
    return f"{sheet}: {column}"
