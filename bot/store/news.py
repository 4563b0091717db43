"""Which editions were published, and which server has been told of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Insert, RowMapping, Select, and_, func, insert, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.knowledge.content import StoredEdition
from bot.store.schema import editions, news_deliveries, server_settings

# How long a process that took a delivery on may be silent before another may try, by the attempts made so far. Growing,
# so that an hour without Discord does not use all of them up.
PATIENCE = (timedelta(0), timedelta(minutes=1), timedelta(minutes=4), timedelta(minutes=16), timedelta(minutes=64))
ATTEMPTS = len(PATIENCE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """News that a server waits for."""

    guild_id: int
    channel_id: int  # where its admins want it now


class NewsStore:
    """Editions and deliveries, in a database whose schema is up to date and which several processes may share."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._dialect = postgresql if engine.dialect.name == "postgresql" else sqlite

    async def newest_day(self) -> date | None:
        """Return the day of the newest edition that is remembered, ``None`` before the first."""
        async with self._engine.connect() as connection:
            day = (await connection.execute(select(func.max(editions.c.published)))).scalar()
        return date.fromisoformat(day) if day else None

    async def remember(self, edition: StoredEdition, *, now: datetime, announce: bool) -> bool:
        """
        Keep *edition* unless one of its day is kept already; return whether it was new.

        With *announce*, every server that has a channel for news at this moment waits for the news of it from now on:
        whoever chooses a channel later is told of later editions only.
        """
        moment = _moment(now)
        row = {
            "edition": edition.edition,
            "published": edition.published.isoformat(),
            "seen_at": moment,
            "content": edition.content,
        }
        statement = self._dialect.insert(editions).values(row).on_conflict_do_nothing().returning(editions.c.edition)
        async with self._engine.begin() as connection:
            is_new = (await connection.execute(statement)).scalar() is not None
            if is_new and announce:
                await connection.execute(_deliveries_of(edition.edition, moment))
        return is_new

    async def published_before(self, day: date) -> StoredEdition | None:
        """Return the newest edition published before *day*."""
        statement = select(editions).where(editions.c.published < day.isoformat()).order_by(editions.c.published.desc())
        async with self._engine.connect() as connection:
            row = (await connection.execute(statement.limit(1))).mappings().first()
        return _stored(row) if row is not None else None

    async def unfinished(self, *, since: datetime, now: datetime) -> Sequence[StoredEdition]:
        """Return the editions first seen after *since* whose news a server waits for, oldest first."""
        statement = (
            select(editions)
            .where(editions.c.seen_at > _moment(since))
            .where(_waiting(now).where(news_deliveries.c.edition == editions.c.edition).correlate(editions).exists())
            .order_by(editions.c.published)
        )
        async with self._engine.connect() as connection:
            return [_stored(row) for row in (await connection.execute(statement)).mappings().all()]

    async def waiting(self, edition: str, *, now: datetime, after: int, limit: int) -> Sequence[Delivery]:
        """Return up to *limit* deliveries of *edition* that may be taken on, by guild id, beginning after *after*."""
        statement = (
            _waiting(now)
            .where(news_deliveries.c.edition == edition, news_deliveries.c.guild_id > after)
            .order_by(news_deliveries.c.guild_id)
            .limit(limit)
        )
        async with self._engine.connect() as connection:
            rows = (await connection.execute(statement)).all()
        return [Delivery(guild_id=row.guild_id, channel_id=row.news_channel) for row in rows]

    async def claim(self, guild_id: int, edition: str, *, now: datetime) -> int | None:
        """Take a delivery on; return the number of the attempt, from 1, or ``None`` when another process has it."""
        statement = (
            update(news_deliveries)
            .where(_is(guild_id, edition), _is_free(now))
            .values(claimed_at=_moment(now), attempts=news_deliveries.c.attempts + 1)
            .returning(news_deliveries.c.attempts)
        )
        async with self._engine.begin() as connection:
            attempt: int | None = (await connection.execute(statement)).scalar()
        return attempt

    async def confirm(self, guild_id: int, edition: str, *, now: datetime) -> None:
        """Note that Discord accepted the message."""
        await self._set(guild_id, edition, sent_at=_moment(now))

    async def give_up(self, guild_id: int, edition: str, *, reason: str) -> None:
        """Note why a server cannot be told; it is not tried again."""
        await self._set(guild_id, edition, failure=reason)

    async def _set(self, guild_id: int, edition: str, **values: str) -> None:
        async with self._engine.begin() as connection:
            await connection.execute(update(news_deliveries).where(_is(guild_id, edition)).values(**values))


def _stored(row: RowMapping) -> StoredEdition:
    return StoredEdition(
        edition=row["edition"], published=date.fromisoformat(row["published"]), content=bytes(row["content"])
    )


def _deliveries_of(edition: str, moment: str) -> Insert:
    """Make a delivery for each server with a channel for news, within the database: there may be many."""
    subscribed = select(server_settings.c.guild_id, literal(edition), literal(moment), literal(0)).where(
        server_settings.c.news_channel.is_not(None)
    )
    return insert(news_deliveries).from_select(["guild_id", "edition", "claimed_at", "attempts"], subscribed)


def _waiting(now: datetime) -> Select[Any]:
    """Select guild and channel of the deliveries that may be taken on; a server without a channel has none."""
    return (
        select(news_deliveries.c.guild_id, server_settings.c.news_channel)
        .join(server_settings, server_settings.c.guild_id == news_deliveries.c.guild_id)
        .where(server_settings.c.news_channel.is_not(None), _is_free(now))
    )


def _is_free(now: datetime) -> ColumnElement[bool]:
    after_silence = (
        and_(news_deliveries.c.attempts == made, news_deliveries.c.claimed_at <= _moment(now - patience))
        for made, patience in enumerate(PATIENCE)
    )
    return and_(news_deliveries.c.sent_at.is_(None), news_deliveries.c.failure.is_(None), or_(*after_silence))


def _is(guild_id: int, edition: str) -> ColumnElement[bool]:
    return and_(news_deliveries.c.guild_id == guild_id, news_deliveries.c.edition == edition)


def _moment(value: datetime) -> str:
    return value.isoformat(timespec="milliseconds")
