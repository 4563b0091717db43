"""What the command line tells about claims that are due for another look."""

import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.errors import BotError, ConfigurationError
from bot.knowledge.freshness import DueClaim, Traffic, due_claims
from bot.knowledge.models import Knowledge
from bot.reports.connection import with_current_schema
from bot.reports.periods import parse_since
from bot.reports.printing import Output, print_rows
from bot.store.traffic import section_answers

SHOWN = 90  # characters of a claim in the table


class BadSoon(BotError):
    """``--soon`` is no stretch of time we understand."""

    def __init__(self, text: str) -> None:
        super().__init__(f"--soon “{text}” is not a stretch of time. Write 60d, 8w or 0d.")


def parse_soon(text: str) -> timedelta:
    """
    Return the stretch of time that ``60d`` or ``8w`` stands for.

    Raises:
        BadSoon: It is neither.
    """
    match = re.fullmatch(r"(\d{1,5})([dw])", text)
    if match is None:
        raise BadSoon(text)
    return int(match[1]) * timedelta(days=7 if match[2] == "w" else 1)


def print_freshness(knowledge: Knowledge, *, soon: str, since: str, format_: str) -> bool:
    """Print the claims that are overdue or soon due, and return whether one is overdue."""
    now = datetime.now(UTC)
    span, moment = parse_soon(soon), parse_since(since, now)
    assert moment is not None, "there is a text to parse"
    traffic = _traffic(moment)
    claims = due_claims(knowledge, today=now.date(), soon=span, traffic=traffic)
    overdue = sum(claim.is_overdue for claim in claims)
    rows = [_row(claim, counted=traffic is not None, shorten=format_ == "table") for claim in claims]
    if format_ == "table":
        print(
            f"{overdue} of {knowledge.claim_count} claims are overdue, {len(claims) - overdue} are due within {soon}."
        )
    if rows or format_ != "table":
        print_rows(rows, _names(counted=traffic is not None), Output(format_=format_), when_empty="")
    return overdue > 0


def _traffic(since: datetime) -> Traffic | None:
    """Return how often each page was answered, or ``None``, and why on standard error, when no log can be read."""
    try:
        return with_current_schema(lambda engine: section_answers(engine, since=since))
    except ConfigurationError as error:
        print(f"Without a log, claims are ordered by the day they are due. {error}", file=sys.stderr)
        return None


def _names(*, counted: bool) -> list[str]:
    return ["topic", "section", "claim", "due", "days_over", *(["answers"] if counted else [])]


def _row(claim: DueClaim, *, counted: bool, shorten: bool) -> Mapping[str, Any]:
    cut = shorten and len(claim.text) > SHOWN
    row = {
        "topic": claim.topic,
        "section": claim.section,
        "claim": f"{claim.text[: SHOWN - 1].rstrip()}…" if cut else claim.text,
        "due": claim.due.isoformat(),
        "days_over": claim.days_over,
    }
    return row | ({"answers": claim.answers} if counted else {})
