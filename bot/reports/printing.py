"""Rows as a table for people, or as CSV, JSON or Parquet for programs."""

import csv
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from rich.console import Console
from rich.table import Table

from bot.errors import BotError, ConfigurationError

Row = Mapping[str, Any]

_SHORT = 10  # characters that are not broken into lines; a day has ten
_BARS = "▁▂▃▄▅▆▇█"


class NeedsFile(BotError):
    """A format that is not text was asked for without a file to write."""

    def __init__(self, format_: str) -> None:
        super().__init__(f"--format {format_} is not text. Name a file with --output.")


class CannotWrite(BotError):
    """The file to write cannot be written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """Where rows go, and in which form."""

    format_: str  # table, csv, json or parquet
    path: Path | None = None  # None for standard output


def print_rows(rows: Sequence[Row], names: Sequence[str], output: Output, *, when_empty: str) -> None:
    """
    Write *rows*, whose columns are *names*; values are texts, numbers, ``None`` or lists of texts.

    Raises:
        NeedsFile: Parquet cannot go to standard output.
        ConfigurationError: PyArrow, which writes Parquet, is not installed.
        CannotWrite: The file cannot be written.
    """
    if output.format_ == "parquet":
        columns = {name: [row[name] for row in rows] for name in names}
        write_parquet(iter([columns]), output)
        return
    with opened(output) as file:
        if output.format_ == "json":
            file.write(json.dumps([dict(row) for row in rows], ensure_ascii=False, indent=2) + "\n")
        elif output.format_ == "csv":
            table = csv.DictWriter(file, names)
            table.writeheader()
            table.writerows({name: _plain(row[name]) for name in names} for row in rows)
        elif rows:
            Console(file=file).print(_table(rows, names))
        else:
            print(when_empty, file=file)


@contextmanager
def opened(output: Output) -> Iterator[IO[str]]:
    """Yield the file to write text to; standard output stays open."""
    if output.path is None:
        yield sys.stdout
        return
    try:
        with output.path.open("w", encoding="utf-8", newline="") as file:
            yield file
    except OSError as error:
        raise CannotWrite(f"{output.path} cannot be written: {error.strerror}.") from None


def write_parquet(chunks: Iterator[Mapping[str, Sequence[Any]]], output: Output) -> None:
    """
    Write columns, chunk by chunk, as one Parquet file.

    Raises:
        NeedsFile: There is no file to write to.
        ConfigurationError: PyArrow is not installed.
        CannotWrite: The file cannot be written.
    """
    if output.path is None:
        raise NeedsFile("parquet")
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise ConfigurationError(
            "Parquet files need PyArrow, which is not installed. Install it: pip install 'natobot[parquet]'"
        ) from None
    writer = None
    try:
        for columns in chunks:
            schema = writer.schema if writer is not None else None
            table = pyarrow.table(dict(columns), schema=schema)
            if writer is None:
                table = _without_nulls(pyarrow, table)
                writer = pyarrow.parquet.ParquetWriter(output.path, table.schema)
            writer.write_table(table)
    except OSError as error:
        raise CannotWrite(f"{output.path} cannot be written: {error}") from None
    finally:
        if writer is not None:
            writer.close()


def _without_nulls(pyarrow: Any, table: Any) -> Any:
    """Return *table* with columns that have no value yet as texts, so that later chunks may bring some."""
    fields = [
        field.with_type(pyarrow.string()) if pyarrow.types.is_null(field.type) else field for field in table.schema
    ]
    return table.cast(pyarrow.schema(fields))


def sparkline(values: Sequence[float]) -> str:
    """Return *values* as a line of bars, the largest one full; empty when there are none."""
    highest = max(values, default=0.0)
    if highest <= 0:
        return _BARS[0] * len(values)
    return "".join(_BARS[min(len(_BARS) - 1, int(value / highest * len(_BARS)))] for value in values)


def _plain(value: Any) -> Any:
    return " ".join(value) if isinstance(value, list | tuple) else value


def _table(rows: Sequence[Row], names: Sequence[str]) -> Table:
    shown = Table()
    for name in names:
        is_number = all(isinstance(row[name], int | float) or row[name] is None for row in rows)
        is_short = is_number or all(len(_cell(row[name])) <= _SHORT for row in rows)
        shown.add_column(
            name.replace("_", " "), justify="right" if is_number else "left", no_wrap=is_short, overflow="fold"
        )
    for row in rows:
        shown.add_row(*(_cell(row[name]) for name in names))
    return shown


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    text = f"{value:.1%}" if isinstance(value, float) else str(_plain(value))
    return text.replace("[", r"\[")  # square brackets are rich's markup
