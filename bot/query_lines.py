"""
How rows of the log stand in a file: JSON lines, first the names of the columns, then each row as a list.

A list costs a third of what an object costs to write, and every answer writes one. Objects are read too: files of
earlier versions have them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any

import orjson

from bot.query import Query

COLUMNS = tuple(field.name for field in fields(Query))
HEADER = orjson.dumps({"columns": COLUMNS}, option=orjson.OPT_APPEND_NEWLINE)
values_of = attrgetter(*COLUMNS)  # a row's values in the order of COLUMNS

_TYPES = {field.name: field.type for field in fields(Query)}


class UnwritableRow(ValueError):
    """A row that neither a file nor a database can hold, such as a number beyond 64 bits."""


class NotARow(ValueError):
    """A line that is not a whole row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A line of a file of rows that is none."""

    line: int  # the first is 1
    reason: str
    is_torn: bool  # the last line, without its end: it was being written when the process or the disk stopped


def encodable(text: str) -> str:
    """Return *text* with a question mark for each half of a character, which UTF-8 cannot hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def line_of(query: Query) -> bytes:
    """
    Return *query* as a line.

    Raises:
        UnwritableRow: It holds a value that no column can.
    """
    values = values_of(query)
    try:
        return orjson.dumps(values, option=orjson.OPT_APPEND_NEWLINE)
    except TypeError:
        try:
            clean = [encodable(value) if isinstance(value, str) else value for value in values]
            return orjson.dumps(clean, option=orjson.OPT_APPEND_NEWLINE)
        except TypeError as error:
            raise UnwritableRow(str(error)) from None


def read_rows(lines: Iterable[bytes]) -> Iterator[Query | Unreadable]:
    """Yield every row of a file in order, and in its place what is none."""
    columns: Sequence[str] = COLUMNS  # also when the line that names them is damaged: types tell whether that is right
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            found = _decoded(line)
            if isinstance(found, dict) and "columns" in found:
                columns = _column_names(found["columns"])
            else:
                yield _row(found, columns)
        except NotARow as error:
            yield Unreadable(line=number, reason=str(error), is_torn=not line.endswith(b"\n"))


def _decoded(line: bytes) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        raise NotARow("it is not JSON") from None


def _column_names(found: Any) -> Sequence[str]:
    if not isinstance(found, list) or not set(COLUMNS).issuperset(map(str, found)):
        raise NotARow("it names columns that the query log does not have")
    return found


def _row(found: Any, columns: Sequence[str]) -> Query:
    if isinstance(found, list):
        if len(found) != len(columns):
            raise NotARow(f"it has {len(found)} values for {len(columns)} columns")
        found = dict(zip(columns, found, strict=True))
    if not isinstance(found, dict):
        raise NotARow("it is not a row of the query log")
    for name, value in found.items():
        if name not in _TYPES:
            raise NotARow(f"the query log has no column “{name}”")
        if not _fits(value, _TYPES[name]):
            raise NotARow(f"{name} cannot be {str(orjson.dumps(value), 'utf-8')[:40]}")
    try:
        return Query(**found)
    except TypeError:
        missing = [field for field in ("interaction_id", *COLUMNS) if field not in found]
        raise NotARow(f"it lacks {missing[0]}") from None


def _fits(value: Any, type_: Any) -> bool:
    if isinstance(value, bool):
        return type_ is bool
    return isinstance(value, type_)
