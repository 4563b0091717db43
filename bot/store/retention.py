"""Lets go of what is no longer needed: texts, then rows, of which counts remain; old settings changes, drafts, news."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.background import in_background
from bot.store.database import patient
from bot.store.failures import reason_of
from bot.store.locks import wait_for_turn
from bot.store.partitions import close_ended, let_go, make_ahead
from bot.store.schema import daily_counts, editions, news_deliveries, queries, server_changes, settings_drafts

log = logging.getLogger(__name__)

EVERY = 24 * 3600.0  # seconds between runs while the bot runs; the first is at start
DRAFT_DAYS = 1  # an import that nobody applied
_COUNTED = ("source", "command", "topic", "section", "language", "outcome", "edition")


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """What one run let go of."""

    texts: int
    rows: int  # turned into daily counts
    changes: int  # of servers' settings, deleted
    drafts: int  # imports of settings that nobody applied, deleted
    news: int  # notes of which server was told of which edition, deleted

    def __bool__(self) -> bool:
        return bool(self.texts or self.rows or self.changes or self.drafts or self.news)


async def release(engine: AsyncEngine, *, now: datetime, text_days: int, row_days: int) -> Released:
    """
    Blank texts older than *text_days* and turn rows older than *row_days* into daily counts, all or nothing.

    Counts hold no person and no server. Changes of servers' settings and news of editions go after *row_days* too,
    drafts after a day; the newest edition stays, for the next is compared with it. On PostgreSQL days are dropped
    whole, and the parts of those to come are made. Processes that do this at once take turns, so that no row is counted
    twice.
    """
    texts_before = _moment(now - timedelta(days=text_days))
    drafts_before = _moment(now - timedelta(days=DRAFT_DAYS))
    # Whole days only, so that no day is counted in two parts.
    first_kept = (now - timedelta(days=row_days)).date()
    rows_before = first_kept.isoformat()
    day = func.substr(queries.c.asked_at, 1, 10)
    columns = [queries.c[name] for name in _COUNTED]
    counts = (
        select(day, *columns, func.count(), func.count(func.distinct(queries.c.user_key)))
        .where(queries.c.asked_at < rows_before)
        .group_by(day, *columns)
    )
    async with patient(engine) as long_running:
        async with long_running.begin() as connection:  # apart: until its end nobody uses the part for all others
            await wait_for_turn(connection, "release")
            await make_ahead(connection, now.date())
        async with long_running.begin() as connection:
            await wait_for_turn(connection, "release")
            ended = await close_ended(connection, first_kept)
            blanked = await connection.execute(
                update(queries).where(queries.c.asked_at < texts_before, queries.c.text.is_not(None)).values(text=None)
            )
            counting = insert(daily_counts).from_select(["day", *_COUNTED, "answers", "askers"], counts)
            counted = (await connection.execute(counting.returning(daily_counts.c.answers))).scalars().all()
            changes = await connection.execute(delete(server_changes).where(server_changes.c.changed_at < rows_before))
            drafts = await connection.execute(delete(settings_drafts).where(settings_drafts.c.made_at < drafts_before))
            news = await connection.execute(delete(news_deliveries).where(news_deliveries.c.claimed_at < rows_before))
            newest = select(func.max(editions.c.published)).scalar_subquery()
            outdated = (editions.c.published < rows_before) & (editions.c.published < newest)
            await connection.execute(delete(editions).where(outdated))
            await let_go(connection, first_kept, ended)
    return Released(
        texts=int(blanked.rowcount),
        rows=sum(counted),
        changes=int(changes.rowcount),
        drafts=int(drafts.rowcount),
        news=int(news.rowcount),
    )


def _moment(value: datetime) -> str:
    return value.isoformat(timespec="milliseconds")


@asynccontextmanager
async def keep_releasing(engine: AsyncEngine, *, text_days: int, row_days: int) -> AsyncIterator[None]:
    """Release what is due now and once a day, until the context ends."""

    async def run() -> None:
        while True:
            try:
                released = await release(engine, now=datetime.now(UTC), text_days=text_days, row_days=row_days)
            except Exception as error:  # noqa: BLE001  the next run does what this one could not
                log.error("Old rows could not be released and are tried again tomorrow: %s", reason_of(error))
            else:
                if released:
                    log.info(
                        "Released %d texts and %d rows of the query log, %d settings changes, %d drafts, %d news.",
                        released.texts,
                        released.rows,
                        released.changes,
                        released.drafts,
                        released.news,
                    )
            await asyncio.sleep(EVERY)

    async with in_background(run(), name="retention"):
        yield
