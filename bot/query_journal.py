"""
A file that holds what was recorded but is not yet in the database.

Appending costs one ``write`` into the operating system's cache, a few microseconds, so it can come before the reply:
when the process is killed, the rows of all answers given are in the file and are written at the next start. Nothing is
ever synced, so that nothing waits for the disk: a power cut may lose what the system had not put on it.
"""

import io
import os
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from bot.query import Query
from bot.query_lines import HEADER, Unreadable, line_of, read_rows

SIZE_LIMIT = 64 * 1024 * 1024  # bytes, about 300,000 rows; past it rows are refused rather than filling the disk
REWRITE_SIZE = 1024 * 1024  # bytes; a smaller file is not worth writing anew to rid it of rows the database has
REOPEN_SECONDS = 1.0  # between attempts to open a file that could not be opened


class QueryJournal:
    """Appends rows to a file and reads them back. One process uses a journal at a time."""

    def __init__(self, path: Path, *, size_limit: int = SIZE_LIMIT) -> None:
        self._path = path
        self._size_limit = size_limit
        self._descriptor: int | None = None
        self._size = 0
        self._is_torn = False  # the last line has no end
        self._opened_at = 0.0  # monotonic; the last attempt

    @classmethod
    def open(cls, path: Path, *, size_limit: int = SIZE_LIMIT) -> Self:
        """
        Return the journal at *path*, opened.

        Raises:
            OSError: The folder cannot be written to.
        """
        journal = cls(path, size_limit=size_limit)
        journal.reopen()
        return journal

    def reopen(self) -> None:
        """
        Open the file, making it and its folder when they are missing.

        Raises:
            OSError: The folder cannot be written to.
        """
        self._opened_at = time.monotonic()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._take(os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600))

    @property
    def is_empty(self) -> bool:
        return self._size == 0

    @property
    def is_in_place(self) -> bool:
        """Whether the file that is open is the one the next start will find."""
        if self._descriptor is None:
            return False
        try:
            return os.path.samestat(self._path.stat(), os.fstat(self._descriptor))
        except OSError:
            return False

    def append(self, query: Query) -> None:
        """
        Add a row.

        Raises:
            OSError: The disk is full or gone, or the journal has reached its limit; the row is not in the file.
            UnwritableRow: The row holds a value that no column can.
        """
        line = line_of(query)
        if self._descriptor is None:
            self._reopen_now_and_then()
        if self._size == 0:
            line = HEADER + line
        elif self._is_torn:
            line = b"\n" + line
        self._write(line)

    def rows(self) -> Iterator[Query | Unreadable]:
        """Yield what is in the file now, oldest first; also when the file was deleted while it is open."""
        if self._descriptor is None:
            return iter(())
        return read_rows(io.BufferedReader(_Section(self._descriptor, self._size)))

    def keep(self, rows: Sequence[Query], *, anew: bool = False) -> bool:
        """
        Forget every row but *rows*, which wait for the database; return whether the file now holds just them.

        A small file is left as it is while rows wait, unless *anew* asks for it to be written in any case.

        Raises:
            OSError: The file cannot be written; it holds what it held.
            UnwritableRow: A row holds a value that no column can.
        """
        if not self.is_in_place or (rows and (anew or self._size >= REWRITE_SIZE)):
            self._replace([line_of(row) for row in rows])
        elif rows:
            return False
        elif self._size and self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            self._size, self._is_torn = 0, False
        return True

    def close(self) -> None:
        """Close the file; rows in it stay for the next start."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _take(self, descriptor: int) -> None:
        self.close()
        self._descriptor = descriptor
        self._size = os.fstat(descriptor).st_size
        self._is_torn = self._size > 0 and os.pread(descriptor, 1, self._size - 1) != b"\n"

    def _reopen_now_and_then(self) -> None:
        if time.monotonic() - self._opened_at < REOPEN_SECONDS:
            raise OSError(f"{self._path} could not be opened")
        self.reopen()

    def _write(self, data: bytes) -> None:
        if self._size + len(data) > self._size_limit:
            raise OSError(f"the journal {self._path} has reached its limit of {self._size_limit:,} bytes")
        assert self._descriptor is not None, "opened by the caller"
        written = os.write(self._descriptor, data)
        if written < len(data):
            os.ftruncate(self._descriptor, self._size)  # the next row must not continue half of this one
            raise OSError(f"the disk took only a part of a row of {self._path}")
        self._size += written
        self._is_torn = False

    def _replace(self, lines: list[bytes]) -> None:
        """Write another file and put it into this one's place, so that a kill in between loses nothing."""
        if not lines:
            self.reopen()
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._path.with_name(f"{self._path.name}.draft")
        try:
            _write_whole(draft, lines, os.O_TRUNC)
            draft.replace(self._path)
        except OSError:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
            raise
        self.reopen()


def save_rows(rows: Iterable[Query], folder: Path) -> Path:
    """
    Write *rows* to a new file in *folder*, or in the system's temporary folder where that fails; return its path.

    Raises:
        OSError: Neither can be written to.
    """
    lines = [line_of(row) for row in rows]
    name = f"queries-unwritten-{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{os.getpid()}.jsonl"
    try:
        return _save(lines, folder / name)
    except OSError:
        return _save(lines, Path(tempfile.gettempdir()) / name)


def _save(lines: list[bytes], path: Path) -> Path:
    try:
        _write_whole(path, lines, os.O_EXCL)
    except FileExistsError:
        raise
    except OSError:
        with suppress(OSError):
            path.unlink(missing_ok=True)  # half a file would look like all that there was
        raise
    return path


def _write_whole(path: Path, lines: list[bytes], flags: int) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | flags, 0o600), "wb") as file:
        file.write(HEADER)
        file.writelines(lines)


class _Section(io.RawIOBase):
    """
    The first *size* bytes of an open file.

    Reads at a position of its own: the descriptor's moves with every row that is appended meanwhile.
    """

    def __init__(self, descriptor: int, size: int) -> None:
        self._descriptor = descriptor
        self._size = size
        self._position = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        wanted = min(len(buffer), self._size - self._position)
        data = os.pread(self._descriptor, wanted, self._position)
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)
