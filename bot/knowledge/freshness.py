"""Which claims are due for another look, and which of them are read most."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.knowledge.models import Claim, Knowledge, Section, Topic

# How often each page of a topic was answered: topic id and section id, ``None`` for the overview -> answers.
Traffic = Mapping[tuple[str, str | None], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class DueClaim:
    """A claim that is past its day of review, or will be soon."""

    topic: str  # id
    section: str  # id
    text: str
    due: date  # the last day on which it counts as fresh
    days_over: int  # since that day; 0 or less when it is still to come
    answers: int  # how often it was shown; 0 where nobody counted

    @property
    def is_overdue(self) -> bool:
        """Whether cards say by now that it may have changed."""
        return self.days_over > 0


def due_claims(
    knowledge: Knowledge, *, today: date, soon: timedelta, traffic: Traffic | None = None
) -> Sequence[DueClaim]:
    """
    Return the claims that are overdue *today* or will be within *soon*: overdue ones first, the most read first.

    Without *traffic*, those that have been due for longest come first. A section's first claim is also on the topic's
    overview, so answers of the overview count for it.
    """
    claims = [
        _due(topic, section, claim, knowledge.review_day(claim), today, traffic or {})
        for topic in knowledge.topics.values()
        for section in topic.sections
        for claim in section.claims
        if knowledge.review_day(claim) <= today + soon
    ]
    return sorted(claims, key=lambda claim: (not claim.is_overdue, -claim.answers, claim.due))


def _due(topic: Topic, section: Section, claim: Claim, due: date, today: date, traffic: Traffic) -> DueClaim:
    on_overview = traffic.get((topic.id, None), 0) if claim is section.claims[0] else 0
    return DueClaim(
        topic=topic.id,
        section=section.id,
        text=claim.text,
        due=due,
        days_over=(today - due).days,
        answers=traffic.get((topic.id, section.id), 0) + on_overview,
    )
