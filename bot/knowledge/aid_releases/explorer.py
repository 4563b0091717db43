"""The tracker team's ``data_explorer.csv``: one row per donor and month."""

import calendar
import csv
import io
import re
from collections.abc import Mapping, Sequence
from datetime import date

from bot.knowledge.aid_releases.reading import KINDS, TOTAL, Reading, add_amounts
from bot.knowledge.mistakes import near

COLUMNS = ("country", "iso", "year", "month", TOTAL, "financial", "humanitarian", "military", "gdp", "pct_gdp")
OPTIONAL = ("commitments",)  # up to Release 29


def read_explorer(reading: Reading, as_of: date | None) -> None:
    """Take the file over; its last month says which day it covers."""
    try:
        text = reading.path.read_text(encoding="utf-8-sig")
        lines = csv.reader(io.StringIO(text, newline=""), strict=True)
        rows = [(lines.line_num, cells) for cells in lines if cells]
    except UnicodeDecodeError:
        reading.complain(None, "", "is not UTF-8. Take the file as it was published.")
        return
    except csv.Error as error:
        reading.complain(lines.line_num, "", f"is no CSV: {error}. Look at the quotes in this line.")
        return
    header = rows[0][1] if rows else []
    if not _is_header(reading, header, COLUMNS, OPTIONAL):
        return
    months: dict[tuple[str, int, int], int] = {}
    for line, cells in rows[1:]:
        if len(cells) == len(header):
            _read_row(reading, line, dict(zip(header, cells, strict=True)), months)
        else:
            message = f"has {len(cells)} cells, the first line {len(header)}. Quote a number or text with a comma."
            reading.complain(line, "", message)
    reading.check_donors("country")
    if months:
        year, month = max((year, month) for _, year, month in months)
        reading.day = date(year, month, calendar.monthrange(year, month)[1])
        if as_of not in {None, reading.day}:
            reading.complain(None, "month", f"ends with {reading.day}, not {as_of}. Leave out --as-of.")
    elif not reading.problems:
        reading.complain(None, "", "has no rows. Take the file as it was published.")


def _is_header(reading: Reading, header: Sequence[str], needed: Sequence[str], optional: Sequence[str]) -> bool:
    known = (*needed, *optional)
    for name in needed:
        if name not in header:
            reading.complain(1, name, "is missing. The layout may be another; take data_explorer.csv as published.")
    for place, name in enumerate(header):
        if name not in known:
            message = f"is not a column that is known.{near(name, known)} Look what it means before importing."
            reading.complain(1, name or f"column {place + 1}", message)
        elif name in header[:place]:
            reading.complain(1, name, "stands twice in the first line. Keep one of the two.")
    return not reading.problems


def _read_row(reading: Reading, line: int, cells: Mapping[str, str], months: dict[tuple[str, int, int], int]) -> None:
    donor = reading.donor(cells["country"], line, "country")
    year = _whole(reading, cells["year"], line, "year", range(1000, 10000), "a year such as 2026")
    month = _whole(reading, cells["month"], line, "month", range(1, 13), "a month from 1 to 12")
    amounts = reading.amounts(cells, {name: name for name in (*KINDS, TOTAL)}, line)
    gdp = reading.amount(cells["gdp"], line, "gdp")
    for name in {"pct_gdp", *OPTIONAL} & cells.keys():
        reading.amount(cells[name], line, name)
    if donor is None or year is None or month is None:
        return
    reading.check_gdp(donor, gdp, line, "gdp")
    if (first := months.setdefault((donor, year, month), line)) != line:
        message = f"“{donor}” has {year}-{month:02} twice, first in line {first}. Keep one of the two."
        reading.complain(line, "country", message)
    elif amounts is not None:
        add_amounts(reading.totals.setdefault(donor, {}), amounts)
        reading.add_dated(donor, year, month, amounts, line, "year")


def _whole(reading: Reading, cell: str, line: int, key: str, allowed: range, what: str) -> int | None:
    if re.fullmatch(r"\d{1,4}", cell.strip()) and int(cell) in allowed:
        return int(cell)
    reading.complain(line, key, f"“{cell}” is not {what}. Look it up in the file as it was published.")
    return None
