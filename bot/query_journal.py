"""
A file that holds what was recorded but is not yet in the database.

Appending costs one ``write`` into the operating system's cache, a few microseconds, so it can come before the reply:
when the process is killed, the rows of all answers given are in the file and are written at the next start. (A power
cut may still lose what the system had not put on disk.)
"""

import logging
import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Self

import orjson

from bot.query import Query

log = logging.getLogger(__name__)

SIZE_LIMIT = 64 * 1024 * 1024  # bytes, about 150,000 rows; past it rows are refused rather than filling the disk


class QueryJournal:
    """Appends rows to a file and reads them back. One process uses a journal at a time."""

    def __init__(self, path: Path, descriptor: int, size_limit: int) -> None:
        self._path = path
        self._size_limit = size_limit
        self._descriptor = descriptor
        self._size = os.fstat(descriptor).st_size

    @classmethod
    def open(cls, path: Path, *, size_limit: int = SIZE_LIMIT) -> Self:
        """
        Open the journal at *path*, making it and its folder when they are missing.

        Raises:
            OSError: The folder cannot be written to.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        return cls(path, os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600), size_limit)

    @property
    def is_empty(self) -> bool:
        return self._size == 0

    def append(self, query: Query) -> None:
        """
        Add a row.

        Raises:
            OSError: The disk is full or gone, or the journal has reached its limit; the row is not in the file.
        """
        line = orjson.dumps(asdict(query)) + b"\n"
        if self._size + len(line) > self._size_limit:
            raise OSError(f"the journal {self._path} has reached its limit of {self._size_limit:,} bytes")
        written = os.write(self._descriptor, line)
        self._size += written
        if written < len(line):
            raise OSError(f"the disk took only a part of a row of {self._path}")

    def rows(self) -> Iterator[Query]:
        """Yield the rows in the file, oldest first; a torn last line is passed over with a warning."""
        with self._path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    yield Query(**orjson.loads(line))
                except (orjson.JSONDecodeError, TypeError):
                    log.warning("Line %d of %s is not a whole row; it is passed over.", number, self._path)

    def clear(self) -> None:
        """Forget every row: all of them are in the database."""
        if self._size:
            os.ftruncate(self._descriptor, 0)
            self._size = 0

    def close(self) -> None:
        """Close the file; rows in it stay for the next start."""
        os.close(self._descriptor)
