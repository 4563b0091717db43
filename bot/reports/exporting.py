"""The log's rows, for other programs."""

import csv
import json
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import BotError
from bot.reports.connection import with_current_schema
from bot.reports.printing import CannotWrite, NeedsFile, Output, opened, write_parquet
from bot.store.query_reports import QueryReports, Which
from bot.store.schema import queries
from bot.store.snapshots import write_snapshot

COLUMNS = [column.name for column in queries.columns]


class FileExists(BotError):
    """A snapshot would replace a file."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is there already. Name another file, or delete it first.")


def export_rows(which: Which, output: Output) -> str | None:
    """
    Write the rows of *which*; return what to tell when they went to a file.

    Raises:
        NeedsFile: The format is not text and no file is named.
        FileExists: A snapshot would replace a file.
        ConfigurationError: The database, or what writes Parquet, is not there.
        CannotWrite: The file cannot be written.
    """
    match output.format_:
        case "sqlite":
            return _snapshot(which, output)
        case "parquet":
            return _parquet(which, output)
        case _:
            with_current_schema(lambda engine: _write_text(engine, which, output))
            return None


async def _write_text(engine: AsyncEngine, which: Which, output: Output) -> None:
    with opened(output) as file:
        table = csv.DictWriter(file, COLUMNS)
        if output.format_ == "csv":
            table.writeheader()
        async for row in QueryReports(engine).export(which):
            if output.format_ == "csv":
                table.writerow(row)
            else:
                file.write(json.dumps(row, ensure_ascii=False) + "\n")


def _parquet(which: Which, output: Output) -> str:
    if output.path is None:
        raise NeedsFile("parquet")

    async def read(engine: AsyncEngine) -> dict[str, list[object]]:
        columns: dict[str, list[object]] = {name: [] for name in COLUMNS}
        async for row in QueryReports(engine).export(which):
            for name, values in columns.items():
                values.append(row[name])
        return columns

    columns = with_current_schema(read)
    write_parquet(iter([columns]), output)
    return f"{output.path}: {len(columns['interaction_id']):,} rows."


def _snapshot(which: Which, output: Output) -> str:
    path = output.path
    if path is None:
        raise NeedsFile("sqlite")
    if path.exists():
        raise FileExists(path)
    if not path.parent.is_dir():
        raise CannotWrite(f"{path} cannot be written: there is no folder {path.parent}.")
    count = with_current_schema(lambda engine: write_snapshot(engine, path, which))
    return f"{path}: {count:,} rows; people in it cannot be found in the log."
