"""What maintainers should know of the last days: what is popular, what is missing, how it goes, what is out of date."""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from bot.errors import UserError
from bot.gaps import Gap, OpenQuestion, gaps_of
from bot.knowledge.freshness import DueClaim, Traffic, due_claims
from bot.knowledge.models import Knowledge
from bot.workers import in_process

log = logging.getLogger(__name__)

LISTED = 5  # topics, gaps and claims each
QUESTIONS = 5000  # the newest questions without an answer that are grouped; more would keep people waiting
SOON = timedelta(days=30)  # before it is overdue, from which a claim is listed


class NoInsights(UserError):
    """The log cannot be read."""

    def __init__(self) -> None:
        super().__init__("The query log cannot be read at the moment, and nothing was changed. Please try again later.")


class GapGone(UserError):
    """A gap was decided that is no longer there."""

    def __init__(self) -> None:
        super().__init__("No open question reads like that any more: somebody decided it, or its words were let go of.")


class Popular(Protocol):
    """How often a topic was answered, and how it was received."""

    @property
    def topic(self) -> str: ...
    @property
    def answers(self) -> int: ...
    @property
    def askers(self) -> int: ...
    @property
    def helpful(self) -> int: ...
    @property
    def unhelpful(self) -> int: ...


class Day(Protocol):
    """One day of use."""

    @property
    def start(self) -> str: ...
    @property
    def answers(self) -> int: ...
    @property
    def missed(self) -> int: ...
    @property
    def unsure(self) -> int: ...


class InsightsSource(Protocol):
    """The query log, as maintainers read it; see ``bot.store.insights``."""

    async def popular(self, since: datetime, limit: int) -> Sequence[Popular]: ...
    async def missed(self, since: datetime, limit: int) -> Sequence[OpenQuestion]: ...
    async def decided(self) -> Mapping[str, str]: ...
    async def days(self, since: datetime) -> Sequence[Day]: ...
    async def traffic(self, since: datetime) -> Traffic: ...
    async def decide(self, keys: Collection[str], decision: str, *, at: datetime, by: int) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What there is to know of the last *days* days."""

    days: int
    popular: tuple[Popular, ...]  # most answers first
    gaps: tuple[Gap, ...]  # open ones, most questions first
    open_gaps: int  # how many there are
    trend: tuple[Day, ...]  # oldest first
    due: tuple[DueClaim, ...]  # overdue first, most read first
    overdue: int  # how many there are


class Insights:
    """Reads the log for maintainers, and remembers what they decide about gaps."""

    def __init__(self) -> None:
        self._source: InsightsSource | None = None

    def connect(self, source: InsightsSource) -> None:
        """Use *source* from now on."""
        self._source = source

    async def digest(self, knowledge: Knowledge, *, days: int) -> Digest:
        """
        Return what there is to know.

        Raises:
            NoInsights: The log cannot be read; the same holds for ``decide``.
        """
        source = self._ready()
        now = datetime.now(UTC)
        since = now - timedelta(days=days)
        try:
            popular = await source.popular(since, LISTED)
            trend = await source.days(since)
            traffic = await source.traffic(since)
            gaps = await self._open_gaps(source, since)
        except Exception as error:  # whatever the database does, the maintainer reads a sentence
            log.warning("The log could not be read for /insights: %r", error)
            raise NoInsights from error
        due = due_claims(knowledge, today=now.date(), soon=SOON, traffic=traffic)
        return Digest(
            days=days,
            popular=tuple(popular),
            gaps=tuple(gaps[:LISTED]),
            open_gaps=len(gaps),
            trend=tuple(trend),
            due=tuple(due[:LISTED]),
            overdue=sum(claim.is_overdue for claim in due),
        )

    async def decide(self, key: str, decision: str, *, days: int, by: int) -> Gap:
        """
        Remember that the gap to which the wording *key* belongs needs no answer any more; return it.

        Raises:
            GapGone: No open gap has that wording.
        """
        source = self._ready()
        now = datetime.now(UTC)
        try:
            gaps = await self._open_gaps(source, now - timedelta(days=days))
            gap = next((gap for gap in gaps if key in gap.keys), None)
            if gap is not None:
                await source.decide(gap.keys, decision, at=now, by=by)
        except Exception as error:
            log.warning("A gap could not be decided: %r", error)
            raise NoInsights from error
        if gap is None:
            raise GapGone
        return gap

    async def _open_gaps(self, source: InsightsSource, since: datetime) -> list[Gap]:
        questions = await source.missed(since, QUESTIONS)
        decided = await source.decided()
        gaps = await in_process(gaps_of, questions) if questions else []
        return [gap for gap in gaps if not gap.is_decided(decided)]

    def _ready(self) -> InsightsSource:
        if self._source is None:
            raise NoInsights
        return self._source
