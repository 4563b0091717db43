"""
Logs every answer beside the reply, never in its way.

``record`` appends the row to a journal file and a queue in memory, both in microseconds, before the reply is sent. One
writer puts what is queued into the database in one transaction, then looks again; there is no waiting window. What the
database refuses stays queued until it accepts it; what does not fit in memory stays in the journal.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from bot.query import Query
from bot.query_journal import QueryJournal

log = logging.getLogger(__name__)

QUEUE_LIMIT = 10_000  # rows in memory, about 10 MiB
BATCH_LIMIT = 500  # rows in one transaction
RETRY_SECONDS = (0.1, 0.25, 0.5, 1.0, 2.0, 5.0)  # waits after failures in a row; the last repeats
CLOSING_PATIENCE = 5.0  # seconds to go on trying at shutdown


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
    failing: str | None = None  # why the database did not take the last batch


class QueryLog:
    """Takes rows at any time and in any state of the database."""

    def __init__(self, journal: QueryJournal | None, *, queue_limit: int = QUEUE_LIMIT) -> None:
        self._queue_limit = queue_limit
        self.state = LogState()
        self._journal = journal
        self._journal_failed = False
        self._queue: deque[Query] = deque()
        # The journal holds rows that the queue does not: too many at once, or left by the last process.
        self._overflowed = journal is not None and not journal.is_empty
        self._recorded = asyncio.Event()
        self._closing = False
        self._all_written = asyncio.Event()
        if not self._overflowed:
            self._all_written.set()

    def record(self, query: Query) -> None:
        """Log *query*. Never waits, never raises."""
        journalled = self._append_to_journal(query)
        if len(self._queue) < self._queue_limit:
            self._queue.append(query)
        elif journalled:
            self._overflowed = True
        else:
            self.state.dropped += 1
        self._all_written.clear()
        self._recorded.set()

    @property
    def has_rows(self) -> bool:
        """Whether rows wait, in memory or in the journal, that the database does not have yet."""
        return bool(self._queue) or self._overflowed

    async def flushed(self) -> None:
        """Wait until the database has every row recorded so far."""
        await self._all_written.wait()

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
            if not self._journal_failed:
                log.error("The query journal cannot be written; rows are kept in memory only: %s", error)
            self._journal_failed = True
            return False
        self._journal_failed = False
        return True

    async def _write(self, open_sink: OpenSink) -> None:
        """Write rows until ``_closing`` is set and none is left."""
        sink: QuerySink | None = None
        failures = 0
        while True:
            idle = not self.has_rows
            if idle and self._closing:
                return
            try:
                if sink is None:
                    sink = await open_sink()
                elif idle:
                    self._recorded.clear()
                    await self._recorded.wait()
                else:
                    await self._write_once(sink)
            except Exception as error:  # noqa: BLE001  whatever the database does, the rows are kept and the bot answers on
                self._report_failure(error)
                await asyncio.sleep(RETRY_SECONDS[min(failures, len(RETRY_SECONDS) - 1)])
                failures += 1
            else:
                if failures:
                    log.info("The query log is being written again.")
                failures, self.state.failing = 0, None

    async def _write_once(self, sink: QuerySink) -> None:
        if batch := list(islice(self._queue, BATCH_LIMIT)):
            await sink.add(batch)
            for _ in batch:
                self._queue.popleft()
            self.state.written += len(batch)
        elif self._journal is not None:
            await self._replay(self._journal, sink)
        if not self.has_rows:
            if self._journal is not None:
                self._journal.clear()
            self._all_written.set()

    async def _replay(self, journal: QueryJournal, sink: QuerySink) -> None:
        """Write every row of the journal; those already in the database are left as they are."""
        self._overflowed = False
        rows = await asyncio.to_thread(list, journal.rows())
        try:
            for start in range(0, len(rows), BATCH_LIMIT):
                await sink.add(rows[start : start + BATCH_LIMIT])
        except BaseException:
            self._overflowed = True
            raise
        if rows:
            log.info("Wrote %d rows from the query journal.", len(rows))

    def _report_failure(self, error: Exception) -> None:
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        if self.state.failing is None:
            log.error("The query log cannot be written; rows are kept and tried again: %s", reason)
        self.state.failing = reason

    def _finish(self) -> None:
        """Say what could not be written, and where it is."""
        if self.has_rows:
            if self._journal is not None and not self._journal_failed:
                log.warning("Rows of the query log wait in its journal and are written at the next start.")
            else:
                self.state.dropped += len(self._queue)
        if self.state.dropped:
            log.error("%d rows of the query log were lost: %s", self.state.dropped, self.state.failing)
        if self._journal is not None:
            self._journal.close()


@asynccontextmanager
async def open_query_log(
    open_sink: OpenSink,
    journal: QueryJournal | None,
    *,
    queue_limit: int = QUEUE_LIMIT,
    closing_patience: float = CLOSING_PATIENCE,
) -> AsyncIterator[QueryLog]:
    """
    Yield a log that writes to what *open_sink* opens, at once or as soon as it can be opened.

    On exit it writes what is queued, for at most *closing_patience* seconds; the rest stays in *journal*.
    """
    query_log = QueryLog(journal, queue_limit=queue_limit)
    writer = asyncio.create_task(query_log._write(open_sink), name="query-log")
    try:
        yield query_log
    finally:
        query_log._closing = True
        query_log._recorded.set()
        if query_log.has_rows:
            await asyncio.wait({writer}, timeout=closing_patience)
        writer.cancel()
        await asyncio.gather(writer, return_exceptions=True)
        query_log._finish()
