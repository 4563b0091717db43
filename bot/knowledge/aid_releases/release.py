"""
A release of the Kiel Institute's Ukraine Support Tracker -> the rows of ``data/aid.csv`` and ``data/aid_monthly.csv``.

Donors, their order and what else the pack says of them stay as they are; only figures and the day are taken over.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from bot.errors import KnowledgeError
from bot.knowledge.aid_releases.explorer import read_explorer
from bot.knowledge.aid_releases.reading import KINDS, NONE, TOTAL, YEAR_COLUMN, Amounts, Reading
from bot.knowledge.aid_releases.workbook import read_workbook
from bot.knowledge.tables import Row, Table

FIGURES = tuple(f"{name}_eur_bn" for name in (*KINDS, TOTAL))  # columns of both tables
SHARE, DAY = "total_pct_gdp", "as_of"


@dataclass(frozen=True, slots=True, kw_only=True)
class AidRelease:
    """What a release makes of the two tables."""

    day: date  # the last one that it covers
    aid: tuple[Row, ...]  # in the order of the pack
    monthly: tuple[Row, ...]  # in the order of time
    has_undated: bool  # whether totals hold aid that the tracker cannot date


def read_release(path: Path, aid: Table, monthly: Table, *, as_of: date | None) -> AidRelease:
    """
    Return the rows of both tables as the release in *path* has them; *aid* and *monthly* are the present ones.

    The workbook does not say which day it covers, so *as_of* has to.

    Raises:
        KnowledgeError: The file has mistakes, or does not fit the pack; every one is listed.
        ConfigurationError: The file is a workbook, and what reads workbooks is not installed.
    """
    reading = Reading(path, aid)
    if not path.is_file():
        reading.complain(None, "", "is not there. Name the file of the release.")
    elif path.suffix.lower() == ".csv":
        read_explorer(reading, as_of)
    elif path.suffix.lower() == ".xlsx":
        read_workbook(reading, as_of)
    else:
        reading.complain(None, "", "is neither .csv nor .xlsx. Give data_explorer.csv or the workbook.")
    if reading.day is not None:
        _check_day(reading, (aid, monthly))
    if reading.problems or reading.day is None:
        raise KnowledgeError(reading.problems)
    release = AidRelease(
        day=reading.day,
        aid=tuple(_aid_row(reading, reading.day, row, aid) for row in aid.rows),
        monthly=tuple(_monthly_rows(reading, reading.day, monthly)),
        has_undated=reading.has_undated,
    )
    for table, rows in ((aid, release.aid), (monthly, release.monthly)):
        if release.day == day_of(table) and rows != table.rows:
            had = f"covers until {release.day}, as data/{table.spec.file} does, with other figures"
            reading.complain(None, DAY, f"{had}. Only a later release is taken over; look which of the two is right.")
    if reading.problems:
        raise KnowledgeError(reading.problems)
    return release


def day_of(table: Table) -> date:
    """Return the latest day of the rows of *table*; the first day there is when no row has one."""
    days = (row.text(DAY) for row in table.rows)
    return max((date.fromisoformat(day) for day in days if day), default=date.min)


def amount_text(amount: Decimal) -> str:
    """Return *amount* as the tables write it: at most three decimals, none that says nothing."""
    return f"{amount.quantize(Decimal('0.001'), ROUND_HALF_UP):f}".rstrip("0").rstrip(".")


def _check_day(reading: Reading, tables: Sequence[Table]) -> None:
    for table in tables:
        if reading.day is not None and reading.day < day_of(table):
            had = f"covers until {reading.day}, but data/{table.spec.file} has figures of {day_of(table)}"
            reading.complain(None, DAY, f"{had}. Take a later release.")


def _aid_row(reading: Reading, day: date, row: Row, aid: Table) -> Row:
    donor = aid.name(row)
    amounts = reading.totals[donor]
    cells = {**row.cells, DAY: day.isoformat(), **_amount_cells(amounts)}
    cells[SHARE] = amount_text(100 * amounts[TOTAL] / reading.gdp[donor]) if donor in reading.gdp else ""
    for name in row.cells:
        if found := YEAR_COLUMN.fullmatch(name):
            year = int(found[1])
            cells[name] = amount_text(reading.by_year.get((donor, year), NONE)) if year <= day.year else ""
    return Row(cells=cells)


def _monthly_rows(reading: Reading, day: date, monthly: Table) -> Iterator[Row]:
    """Yield a row for each month from the first that is known, also for those in which nothing was given."""
    present = (tuple(map(int, monthly.name(row).split("-"))) for row in monthly.rows)
    year, month = min([*reading.by_month, *((year, month) for year, month in present)])
    while (year, month) <= (day.year, day.month):
        amounts = reading.by_month.get((year, month), dict.fromkeys((*KINDS, TOTAL), NONE))
        cells = {monthly.spec.key: f"{year}-{month:02}", **_amount_cells(amounts), DAY: day.isoformat()}
        yield Row(cells={column.name: cells.get(column.name, "") for column in monthly.spec.columns})
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def _amount_cells(amounts: Amounts) -> dict[str, str]:
    return {f"{name}_eur_bn": amount_text(amounts[name]) for name in (*KINDS, TOTAL)}
