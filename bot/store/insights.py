"""What ``/insights`` reads from the log and writes about it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.gaps import OpenQuestion
from bot.store.gaps import GapStore
from bot.store.query_reports import QueryReports, TopicCount, Trend, Which
from bot.store.traffic import section_answers

MISSED = "not-found"  # outcome


class InsightsStore:
    """Everything that the command needs, of a database whose schema is up to date."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._reports = QueryReports(engine)
        self._gaps = GapStore(engine)

    async def popular(self, since: datetime, limit: int) -> Sequence[TopicCount]:
        """Return the most answered topics."""
        return await self._reports.top(Which(since=since), limit=limit)

    async def missed(self, since: datetime, limit: int) -> Sequence[OpenQuestion]:
        """Return the newest *limit* questions that found nothing."""
        return (await self._reports.open_questions(MISSED, Which(since=since)))[-limit:]

    async def decided(self) -> Mapping[str, str]:
        """Return what was decided, by the key of each wording."""
        return await self._gaps.decided()

    async def days(self, since: datetime) -> Sequence[Trend]:
        """Return each day of use, oldest first."""
        return await self._reports.trends(Which(since=since))

    async def traffic(self, since: datetime) -> Mapping[tuple[str, str | None], int]:
        """Return how often each page was shown."""
        return await section_answers(self._engine, since=since)

    async def decide(self, keys: Collection[str], decision: str, *, at: datetime, by: int) -> None:
        """Remember a decision about questions."""
        await self._gaps.decide(keys, decision, at=at, by=by)
