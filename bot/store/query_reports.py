"""What maintainers read from the query log: counts, open questions, votes, trends, single rows."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, RowMapping, Select, and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.gaps import OpenQuestion
from bot.query import NOT_ANSWERS
from bot.store.schema import queries

EXPORT_CHUNK = 1000  # rows held in memory at a time

_Statement = TypeVar("_Statement", bound=Select[Any])
_HELPFUL, _UNHELPFUL = "helpful", "unhelpful"


@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """Which rows a report is about; ``None`` stands for all."""

    since: datetime | None = None
    language: str | None = None  # of the question where it was in free words, else of the reader's Discord
    guild_id: int | None = None


ALL = Which()


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicCount:
    """How often a topic was answered, and how it was received."""

    topic: str
    section: str | None  # None for the overview, or when sections are not told apart
    answers: int
    askers: int  # distinct people, as far as one key tells them apart
    helpful: int = 0  # last votes
    unhelpful: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """What somebody last said of an answer."""

    topic: str
    section: str | None
    edition: str
    is_helpful: bool
    reason: str | None  # scrubbed


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """One day or one week of use."""

    start: str  # YYYY-MM-DD; a week's Monday
    answers: int
    missed: int
    unsure: int
    askers: int
    helpful: int  # votes, each person's every vote counting on the day it was given
    unhelpful: int


class QueryReports:
    """Reads the ``queries`` table of a database whose schema is up to date."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def top(self, which: Which = ALL, *, topic: str | None = None, limit: int = 20) -> Sequence[TopicCount]:
        """Return the most answered topics, or the most answered sections of *topic*, most first."""
        by_section = [queries.c.section] if topic else []
        in_order = [queries.c.section.nulls_first()] if topic else []  # databases differ in where they put them
        statement = (
            select(
                queries.c.topic,
                *by_section,
                func.count().label("answers"),
                func.count(func.distinct(queries.c.user_key)).label("askers"),
            )
            .where(queries.c.topic.is_not(None), queries.c.command.not_in(sorted(NOT_ANSWERS)))
            .group_by(queries.c.topic, *by_section)
            .order_by(func.count().desc(), queries.c.topic, *in_order)
            .limit(limit)
        )
        if topic is not None:
            statement = statement.where(queries.c.topic == topic)
        found = await self._rows(_narrowed(statement, which))
        votes = await self.votes(which)
        return [_count(row, votes, by_section=topic is not None) for row in found]

    async def open_questions(self, outcome: str, which: Which = ALL) -> Sequence[OpenQuestion]:
        """Return the questions that ended with *outcome* (not-found or suggested) and kept their text, oldest first."""
        statement = _narrowed(
            select(
                *(queries.c[name] for name in ("interaction_id", "text", "asked_at", "user_key")),
                *(queries.c[name] for name in ("asked_language", "locale", "score", "runner_ups")),
            )
            .where(queries.c.outcome == outcome, queries.c.text.is_not(None))
            .order_by(queries.c.asked_at, queries.c.interaction_id),
            which,
        )
        rows = await self._rows(statement)
        reports, chosen = await self._follow_ups(which)
        return [
            OpenQuestion(
                interaction_id=row["interaction_id"],
                text=row["text"],
                asked_at=row["asked_at"],
                asker=row["user_key"],
                language=row["asked_language"] or language_of(row["locale"]),
                score=row["score"] or 0.0,
                near=tuple((row["runner_ups"] or "").split()),
                reports=reports.get(row["interaction_id"], 0),
                chosen=chosen.get(row["interaction_id"]),
            )
            for row in rows
        ]

    async def _follow_ups(self, which: Which) -> tuple[Mapping[int, int], Mapping[int, str]]:
        """Return how often each interaction was reported, and which topic was last chosen after it."""
        statement = (
            select(queries.c.outcome, queries.c.regards, queries.c.topic)
            .where(queries.c.outcome.in_(("reported", "chosen")), queries.c.regards.is_not(None))
            .order_by(queries.c.asked_at, queries.c.interaction_id)
        )
        reports: dict[int, int] = {}
        chosen: dict[int, str] = {}
        for row in await self._rows(_narrowed(statement, Which(since=which.since, guild_id=which.guild_id))):
            if row["outcome"] == "chosen":
                chosen[row["regards"]] = row["topic"]
            else:
                reports[row["regards"]] = reports.get(row["regards"], 0) + 1
        return reports, chosen

    async def votes(self, which: Which = ALL) -> Sequence[Vote]:
        """Return everybody's last vote on each topic, section and edition, oldest first."""
        names = ("user_key", "topic", "section", "edition", "outcome", "text")
        statement = (
            select(*(queries.c[name] for name in names))
            .where(queries.c.outcome.in_((_HELPFUL, _UNHELPFUL)), queries.c.topic.is_not(None))
            .order_by(queries.c.asked_at, queries.c.interaction_id)
        )
        last: dict[tuple[str, ...], Vote] = {}
        for row in await self._rows(_narrowed(statement, which)):
            place = (row["user_key"], row["topic"], row["section"] or "", row["edition"])
            last.pop(place, None)
            last[place] = Vote(
                topic=row["topic"],
                section=row["section"],
                edition=row["edition"],
                is_helpful=row["outcome"] == _HELPFUL,
                reason=row["text"],
            )
        return list(last.values())

    async def trends(self, which: Which = ALL, *, by: str = "day") -> Sequence[Trend]:
        """Return each *by* (day or week) that something was asked in, oldest first."""
        start = self._start_of(by)
        is_answer = queries.c.command.not_in(sorted(NOT_ANSWERS))

        def tally(condition: ColumnElement[bool]) -> ColumnElement[int]:
            return func.sum(case((condition, 1), else_=0))

        statement = select(
            start.label("start"),
            tally(is_answer).label("answers"),
            *(
                tally(queries.c.outcome == outcome).label(name)
                for name, outcome in (
                    ("missed", "not-found"),
                    ("unsure", "suggested"),
                    (_HELPFUL, _HELPFUL),
                    (_UNHELPFUL, _UNHELPFUL),
                )
            ),
            func.count(func.distinct(case((is_answer, queries.c.user_key)))).label("askers"),
        )
        rows = await self._rows(_narrowed(statement, which).group_by(start).order_by(start))
        return [Trend(**{**row, "start": str(row["start"])[:10]}) for row in rows]

    def _start_of(self, by: str) -> ColumnElement[Any]:
        day = func.substr(queries.c.asked_at, 1, 10)
        if by == "day":
            return day
        if self._engine.dialect.name == "sqlite":
            return func.date(day, "-6 days", "weekday 1")
        return func.substr(func.to_char(func.date_trunc("week", func.to_date(day, "YYYY-MM-DD")), "YYYY-MM-DD"), 1, 10)

    async def story(self, interaction_id: int) -> Sequence[Mapping[str, Any]]:
        """Return the row of an interaction, of what it follows up and of what followed it, oldest first."""
        own = select(queries.c.regards).where(queries.c.interaction_id == interaction_id)
        statement = (
            select(queries)
            .where(
                or_(
                    queries.c.interaction_id == interaction_id,
                    queries.c.regards == interaction_id,
                    queries.c.interaction_id.in_(own),
                )
            )
            .order_by(queries.c.asked_at, queries.c.interaction_id)
        )
        return [dict(row) for row in await self._rows(statement)]

    async def export(self, which: Which = ALL) -> AsyncIterator[dict[str, Any]]:
        """Yield the rows oldest first, without what identifies a person beyond the pseudonym."""
        statement = _narrowed(select(queries).order_by(queries.c.asked_at, queries.c.interaction_id), which)
        async with self._engine.connect() as connection:
            result = await connection.stream(statement.execution_options(yield_per=EXPORT_CHUNK))
            async for row in result.mappings():
                yield dict(row)

    async def _rows(self, statement: Select[Any]) -> Sequence[RowMapping]:
        async with self._engine.connect() as connection:
            rows: Sequence[RowMapping] = (await connection.execute(statement)).mappings().all()
            return rows


def language_of(locale: str) -> str:
    """Return the language of a Discord locale: ``en`` for ``en-US``."""
    return locale.partition("-")[0]


def _narrowed(statement: _Statement, which: Which) -> _Statement:
    if which.since is not None:
        statement = statement.where(queries.c.asked_at >= which.since.isoformat(timespec="milliseconds"))
    if which.guild_id is not None:
        statement = statement.where(queries.c.guild_id == which.guild_id)
    if which.language is not None:
        code = language_of(which.language)
        of_reader = or_(queries.c.locale == code, queries.c.locale.startswith(f"{code}-", autoescape=True))
        unsaid = queries.c.asked_language.is_(None)
        statement = statement.where(or_(queries.c.asked_language == code, and_(unsaid, of_reader)))
    return statement


def _count(row: RowMapping, votes: Sequence[Vote], *, by_section: bool) -> TopicCount:
    section = row["section"] if by_section else None
    cast = [
        vote.is_helpful for vote in votes if vote.topic == row["topic"] and (not by_section or vote.section == section)
    ]
    return TopicCount(
        topic=row["topic"],
        section=section,
        answers=row["answers"],
        askers=row["askers"],
        helpful=sum(cast),
        unhelpful=len(cast) - sum(cast),
    )
