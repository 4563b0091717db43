"""Makes the digest: groups what found no clear answer, and dates the claims of the knowledge pack."""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from bot import __version__
from bot.answers.grouping import group_questions
from bot.knowledge.models import Knowledge
from bot.store.review_digest import DatedClaim, DigestNotes, Member, read_notes, write_claims, write_groups
from bot.store.review_log import OpenQuestion, open_questions, state_of_questions

GROUPED_DAYS = 90  # how far back words are kept at most
MOST_WORDINGS = 12_000  # different wordings of one outcome that are grouped; the newest ones

OnProgress = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What was done for the digest."""

    path: Path
    notes: DigestNotes
    reused: bool  # the groups of the last time are still those of the log


def prepare_digest(log: sqlite3.Connection, knowledge: Knowledge | None, path: Path, *, say: OnProgress) -> Prepared:
    """
    Bring the digest at *path* up to date with *log* and *knowledge*; *say* is told what takes time.

    Questions are grouped anew only when the log has others than the last time. Without *knowledge* there are no claims.

    Raises:
        OSError: The digest cannot be written there.
    """
    now = datetime.now(UTC)
    since = datetime.combine(now.date() - timedelta(days=GROUPED_DAYS), time(tzinfo=UTC))  # the same all day
    state = f"{__version__} {state_of_questions(log, since)}"
    notes = read_notes(path)
    reused = notes is not None and notes.state == state
    if notes is None or not reused:
        members = list(_grouped(log, since, say))
        newest = max((member.interaction_id for member in members), default=0)
        notes = DigestNotes(made_at=now.isoformat(timespec="seconds"), state=state, newest=newest)
        write_groups(path, members, notes)
    write_claims(path, list(_dated(knowledge)) if knowledge else [])
    return Prepared(path=path, notes=notes, reused=reused)


def _grouped(log: sqlite3.Connection, since: datetime, say: OnProgress) -> Iterator[Member]:
    gap = 0
    for outcome in ("not-found", "suggested"):
        by_text: dict[str, list[OpenQuestion]] = defaultdict(list)
        for question in open_questions(log, outcome, since):
            by_text[question.text].append(question)
        texts = list(by_text)[:MOST_WORDINGS]
        if len(texts) < len(by_text):
            say(f"Of {len(by_text):,} wordings the {MOST_WORDINGS:,} newest are grouped.")
        say(f"Grouping {len(texts):,} wordings of questions that were {_words(outcome)} …")
        for group in group_questions(texts):
            gap += 1
            for place, index in enumerate(group):
                for question in by_text[texts[index]]:
                    yield Member(interaction_id=question.interaction_id, gap=gap, place=place)


def _words(outcome: str) -> str:
    return "not answered" if outcome == "not-found" else "answered with suggestions"


def _dated(knowledge: Knowledge) -> Iterator[DatedClaim]:
    for topic in knowledge.topics.values():
        for section in topic.sections:
            for place, claim in enumerate(section.claims):
                yield DatedClaim(
                    topic=topic.id,
                    section=section.id,
                    kind=claim.kind.value,
                    text=claim.text,
                    as_of=claim.as_of.isoformat(),
                    review_by=knowledge.review_day(claim).isoformat(),
                    leads=place == 0,
                )
