"""CSV file -> rows, strictly: each mistake with its line, its column and what to do."""

import csv
import io
import re
from collections.abc import Collection, Iterator
from datetime import date
from pathlib import Path

from bot.errors import Problem
from bot.knowledge.fields import plain_problem
from bot.knowledge.mistakes import near
from bot.knowledge.tables import ColumnType, Row, Table, TableSpec

_NUMBER = re.compile(r"\d{1,15}(\.\d{1,9})?")


def read_table(path: Path, spec: TableSpec, sources: Collection[str] | None, problems: list[Problem]) -> Table | None:
    """
    Return the table in *path*; ``None`` when it has mistakes, which are added to *problems*.

    Sources are not looked up where *sources* is ``None``, because their own file is broken.
    """
    found = len(problems)
    try:
        text = path.read_text(encoding="utf-8-sig")  # spreadsheets save UTF-8 with a mark at its start
    except FileNotFoundError:
        problems.append(_problem(path, None, "", "is missing, but data/tables.yaml describes it. Add it."))
        return None
    except UnicodeDecodeError:
        problems.append(_problem(path, None, "", "is not UTF-8. Save it as CSV in UTF-8."))
        return None
    if not text.strip():
        problems.append(_problem(path, None, "", "is empty. Add a first line with the names of the columns, and rows."))
        return None
    rows, start = [], 1
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(lines, [])
        problems += _header_problems(path, header, [column.name for column in spec.columns])
        if len(problems) > found:
            return None
        start = lines.line_num + 1
        for cells in lines:
            line, start = start, lines.line_num + 1
            if not cells:
                problems.append(_problem(path, line, "", "is blank. Remove the line."))
                continue
            if len(cells) != len(header):
                message = f"has {len(cells)} cells, the first line {len(header)}. Quote a text that holds a comma."
                problems.append(_problem(path, line, "", message))
                continue
            row = dict(zip(header, (cell.strip() for cell in cells), strict=True))
            problems += _row_problems(path, line, row, spec, sources)
            rows.append((line, Row(cells=row)))
    except csv.Error as error:
        message = f"is no CSV: {error}. Look at the quotes in this line and below."
        problems.append(_problem(path, start, "", message))
        return None
    if not rows:
        problems.append(_problem(path, None, "", "has no rows. Add at least one."))
    problems += _repeated(path, rows, spec.key)
    problems += _repeated(path, rows, spec.code) if spec.code else ()
    return Table(spec=spec, rows=tuple(row for _, row in rows)) if len(problems) == found else None


def _header_problems(path: Path, header: list[str], names: list[str]) -> Iterator[Problem]:
    for name in names:
        if name not in header:
            yield _problem(path, 1, name, "is missing. Add the column, or remove it from data/tables.yaml.")
    for place, name in enumerate(header):
        if name not in names:
            message = f"is not a column that data/tables.yaml describes.{near(name, names)} Describe or remove it."
            yield _problem(path, 1, name or f"column {place + 1}", message)
        elif name in header[:place]:
            yield _problem(path, 1, name, "stands twice in the first line. Remove one.")


def _row_problems(
    path: Path, line: int, row: dict[str, str], spec: TableSpec, sources: Collection[str] | None
) -> Iterator[Problem]:
    if not row[spec.key]:
        yield _problem(path, line, spec.key, "is empty. Every row needs a name.")
    for column in spec.columns:
        if row[column.name] and (message := _wrong_with(row[column.name], column.type, sources)):
            yield _problem(path, line, column.name, message)


def _wrong_with(cell: str, type_: ColumnType, sources: Collection[str] | None) -> str | None:
    match type_:
        case ColumnType.NUMBER:
            return _wrong_with_number(cell)
        case ColumnType.DAY:
            return None if _is_day(cell) else f"“{cell}” is not a day. Write it as YYYY-MM-DD."
        case ColumnType.MONTH:
            return None if _is_day(f"{cell}-01") else f"“{cell}” is not a month. Write it as YYYY-MM."
        case ColumnType.YES_NO:
            return None if cell in {"yes", "no"} else f"“{cell}” is neither yes nor no."
        case ColumnType.CODE:
            return None if re.fullmatch(r"[A-Z]{2}", cell) else f"“{cell}” is no code such as PL. Write two capitals."
        case ColumnType.SOURCES:
            unknown = [id_ for id_ in cell.split() if sources is not None and id_ not in sources]
            return (
                f"there is no source “{unknown[0]}” in sources.yaml.{near(unknown[0], sources or ())}"
                if unknown
                else None
            )
        case ColumnType.TEXT:
            return plain_problem(cell)


def _wrong_with_number(cell: str) -> str | None:
    if _NUMBER.fullmatch(cell):
        return None
    if cell.startswith("-") and _NUMBER.fullmatch(cell[1:]):
        return f"“{cell}” is negative. Amounts here are zero or more; look it up again."
    if _NUMBER.fullmatch(cell.replace(",", ".", 1)):
        return f"“{cell}” has a comma. Write a point before decimals and nothing between thousands."
    return f"“{cell}” is not a number. Write digits and at most one point, or leave the cell empty."


def _repeated(path: Path, rows: list[tuple[int, Row]], key: str) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for line, row in rows:
        name = row.text(key)
        if name and (earlier := first.setdefault(name.casefold(), line)) != line:
            yield _problem(path, line, key, f"“{name}” stands twice, first in line {earlier}. Keep one of the two.")


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}", text))


def _problem(path: Path, line: int | None, key: str, message: str) -> Problem:
    return Problem(file=path, line=line, key=key, message=message)
