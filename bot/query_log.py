"""
Logs every answer beside the reply, never in its way.

``record`` appends the row to a journal file and a queue in memory, both in microseconds, before the reply is sent. One
writer gathers rows for a moment and puts them into the database in one transaction. What the database refuses stays
queued until it accepts it; what does not fit in memory stays in the journal; what neither could hold at the end is
saved to a file.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Protocol

from bot.query import Query
from bot.query_journal import QueryJournal, save_rows
from bot.query_lines import UnwritableRow

log = logging.getLogger(__name__)

QUEUE_LIMIT = 10_000  # rows in memory, about 10 MiB
BATCH_LIMIT = 500  # rows in one transaction
# Seconds a row may wait for others. A transaction costs as much as thirty rows, and index pages are written once in it
# however many rows they take, so fewer are cheaper; a longer wait saves little more. It risks nothing: the journal has
# the rows, and whoever needs them in the database cuts the wait short.
WINDOW = 2.0
RETRY_SECONDS = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0)  # waits after failures in a row; the last repeats
CLOSING_PATIENCE = 5.0  # seconds to go on trying at shutdown
REPORT_SECONDS = 60.0  # between lines about rows that are being lost


class QuerySink(Protocol):
    """What the log writes to."""

    async def add(self, rows: Sequence[Query]) -> None:
        """Store *rows*, each interaction once, all or none."""


OpenSink = Callable[[], Awaitable[QuerySink]]


@dataclass(slots=True, kw_only=True)
class LogState:
    """How the log is doing, for health checks and metrics."""

    written: int = 0
    dropped: int = 0  # rows that neither the queue nor the journal could hold
    unreadable: int = 0  # lines of the journal that were damaged
    failing: str | None = None  # why the database did not take the last batch
    journal_failing: str | None = None  # why the journal did not take the last row
    saved_to: Path | None = None  # where rows went at shutdown that nothing else could hold


class QueryLog:
    """Takes rows at any time and in any state of the database."""

    def __init__(self, journal: QueryJournal | None, *, queue_limit: int = QUEUE_LIMIT, window: float = WINDOW) -> None:
        self._queue_limit = queue_limit
        self._window = window
        self.state = LogState()
        self._journal = journal
        self._journal_lacks_rows = False  # rows are queued that the journal did not take
        self._queue: deque[Query] = deque()
        # The journal holds rows that the queue does not: too many at once, or left by the last process.
        self._overflowed = journal is not None and not journal.is_empty
        self._overflows = 0  # how often a row found the queue full
        self._recorded = asyncio.Event()
        self._is_due = asyncio.Event()  # what is queued is worth writing now
        self._closing = False
        self._taken_off = 0  # rows that have left the queue
        self._flushing = 0  # callers that wait for rows to be written
        self._progress = asyncio.Event()  # set for a moment after each write
        self._drops_reported_at = -REPORT_SECONDS
        self._journal_reported_at = -REPORT_SECONDS

    def record(self, query: Query) -> None:
        """Log *query*. Never waits, never raises."""
        try:
            journalled = self._append_to_journal(query)
        except UnwritableRow as error:
            log.error("The row of interaction %d was lost: %s", query.interaction_id, error)
            self.state.dropped += 1
            return
        if len(self._queue) < self._queue_limit:
            self._queue.append(query)
            self._journal_lacks_rows |= not journalled
        elif journalled:
            self._overflowed = True
            self._overflows += 1
        else:
            self._drop()
        self._recorded.set()
        if len(self._queue) >= BATCH_LIMIT:
            self._is_due.set()

    @property
    def has_rows(self) -> bool:
        """Whether rows wait, in memory or in the journal, that the database does not have yet."""
        return bool(self._queue) or self._overflowed

    async def flushed(self) -> None:
        """Have every row recorded so far written at once, and wait until the database has them."""
        wanted = self._taken_off + len(self._queue)
        self._flushing += 1
        self._is_due.set()
        try:
            while self._overflowed or self._taken_off < wanted:
                await self._progress.wait()
        finally:
            self._flushing -= 1

    @property
    def waiting(self) -> int:
        """Rows in memory that the database does not have yet."""
        return len(self._queue)

    def _append_to_journal(self, query: Query) -> bool:
        if self._journal is None:
            return False
        try:
            self._journal.append(query)
        except OSError as error:
            self.state.journal_failing = str(error)
            if (now := time.monotonic()) - self._journal_reported_at >= REPORT_SECONDS:
                self._journal_reported_at = now
                log.error("The query journal cannot be written; rows are kept in memory only: %s", error)
            return False
        self.state.journal_failing = None
        return True

    def _drop(self) -> None:
        self.state.dropped += 1
        if (now := time.monotonic()) - self._drops_reported_at >= REPORT_SECONDS:
            self._drops_reported_at = now
            log.error(
                "%d rows of the query log were lost so far: neither the database (%s) nor the journal (%s) takes them, "
                "and %d wait in memory.",
                self.state.dropped,
                self.state.failing,
                self.state.journal_failing,
                len(self._queue),
            )

    async def _write(self, open_sink: OpenSink) -> None:
        """Write rows until ``_closing`` is set and none is left."""
        sink: QuerySink | None = None
        failures = 0
        while self.has_rows or not self._closing:
            try:
                if sink is None:
                    sink = await open_sink()
                    if self.has_rows:
                        continue  # whether it works is seen when it takes them
                elif self.has_rows:
                    await self._gather()
                    await self._write_once(sink)
                else:
                    self._recorded.clear()
                    await self._recorded.wait()
            except Exception as error:  # noqa: BLE001  whatever the database does, the rows are kept and the bot answers on
                sink = None  # opened anew: it may have been moved, replaced or set aside
                self._report_failure(error)
                await asyncio.sleep(RETRY_SECONDS[min(failures, len(RETRY_SECONDS) - 1)])
                failures += 1
            else:
                if failures:
                    log.info("The query log is being written again.")
                failures, self.state.failing = 0, None

    async def _gather(self) -> None:
        """Wait for more rows, as long as nobody waits for these."""
        if self._overflowed or self.state.failing is not None:
            return
        try:
            async with asyncio.timeout(self._window):
                while not (self._closing or self._flushing or len(self._queue) >= BATCH_LIMIT):
                    self._is_due.clear()
                    await self._is_due.wait()
        except TimeoutError:
            pass

    async def _write_once(self, sink: QuerySink) -> None:
        if batch := list(islice(self._queue, BATCH_LIMIT)):
            await sink.add(batch)
            for _ in batch:
                self._queue.popleft()
            self._taken_off += len(batch)
            self.state.written += len(batch)
        elif self._journal is not None:
            await self._replay(self._journal, sink)
        if not self._overflowed and self._journal is not None:
            self._forget_written(self._journal)
        self._progress.set()
        self._progress.clear()

    def _forget_written(self, journal: QueryJournal) -> None:
        """Let the journal hold what is queued and nothing else, once that is written in a moment."""
        if len(self._queue) > BATCH_LIMIT:
            return
        try:
            if journal.keep(self._queue, anew=self._journal_lacks_rows):
                self._journal_lacks_rows = False
        except OSError as error:
            self.state.journal_failing = str(error)

    async def _replay(self, journal: QueryJournal, sink: QuerySink) -> None:
        """Write every row of the journal; those already in the database are left as they are."""
        overflows, found = self._overflows, journal.rows()
        written = unreadable = 0
        while some := await asyncio.to_thread(list, islice(found, BATCH_LIMIT)):
            rows = [row for row in some if isinstance(row, Query)]
            unreadable += len(some) - len(rows)
            if rows:
                await sink.add(rows)
            written += len(rows)
        self._overflowed = self._overflows != overflows  # meanwhile
        if written:
            log.info("Wrote %d rows from the query journal.", written)
        if unreadable:
            self.state.unreadable += unreadable
            log.error("%d lines of the query journal were damaged, not whole rows; they were passed over.", unreadable)

    def _report_failure(self, error: Exception) -> None:
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        if self.state.failing is None:
            log.error("The query log cannot be written; rows are kept and tried again: %s", reason)
        self.state.failing = reason

    def _finish(self, folder: Path | None) -> None:
        """Say what could not be written, and where it is."""
        if self.has_rows:
            if self._journal is not None and self._journal.is_in_place and not self._journal_lacks_rows:
                log.warning("Rows of the query log wait in its journal and are written at the next start.")
            else:
                self._save(folder)
        if self.state.dropped:
            log.error("%d rows of the query log were lost: %s", self.state.dropped, self.state.failing)
        if self._journal is not None:
            self._journal.close()

    def _save(self, folder: Path | None) -> None:
        """Put what neither database nor journal holds into a file of its own."""
        journalled = self._journal.rows() if self._journal is not None and self._overflowed else ()
        rows: Iterable[Query] = chain((row for row in journalled if isinstance(row, Query)), self._queue)
        if folder is None:
            self.state.dropped += len(self._queue)
            return
        try:
            self.state.saved_to = save_rows(rows, folder)
        except (OSError, UnwritableRow) as error:
            log.error("Rows of the query log could not be saved to a file either: %s", error)
            self.state.dropped += len(self._queue)
        else:
            log.error(
                "The query log could not be written (%s). Its last rows are in %s; once the database works, run: "
                "natobot queries import %s",
                self.state.failing,
                self.state.saved_to,
                self.state.saved_to,
            )


@asynccontextmanager
async def open_query_log(
    open_sink: OpenSink,
    journal: QueryJournal | None,
    *,
    folder: Path | None = None,
    queue_limit: int = QUEUE_LIMIT,
    window: float = WINDOW,
    closing_patience: float = CLOSING_PATIENCE,
) -> AsyncIterator[QueryLog]:
    """
    Yield a log that writes to what *open_sink* opens, at once or as soon as it can be opened.

    After a failure the sink is opened anew. On exit the log writes what is queued, for at most *closing_patience*
    seconds; the rest stays in *journal*, or goes to a file in *folder* (or the system's temporary folder) where the
    journal could not hold it.
    """
    query_log = QueryLog(journal, queue_limit=queue_limit, window=window)
    writer = asyncio.create_task(query_log._write(open_sink), name="query-log")
    try:
        yield query_log
    finally:
        query_log._closing = True
        query_log._recorded.set()
        query_log._is_due.set()
        if query_log.has_rows:
            await asyncio.wait({writer}, timeout=closing_patience)
        writer.cancel()
        await asyncio.gather(writer, return_exceptions=True)
        query_log._finish(folder)
