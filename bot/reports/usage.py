"""What is asked most, how it is received, how that changes, and the story of one interaction."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from bot.errors import BotError
from bot.reports.connection import with_current_schema
from bot.reports.printing import Output, print_rows, sparkline
from bot.store.query_reports import QueryReports, Trend, Vote, Which

NOTHING_ASKED = "Nothing has been asked in that time."
_REASONS_SHOWN = 3


class UnknownInteraction(BotError):
    """The log has no such interaction."""

    def __init__(self, interaction_id: int) -> None:
        super().__init__(f"The log has no interaction {interaction_id}. It may be older than the days rows are kept.")


def print_top(which: Which, output: Output, *, topic: str | None, limit: int) -> None:
    """Print the topics, or the sections of *topic*, that are answered most."""
    counts = with_current_schema(lambda engine: QueryReports(engine).top(which, topic=topic, limit=limit))
    rows = [
        {"topic": count.topic, **({"section": count.section or ""} if topic else {})}
        | {"answers": count.answers, "askers": count.askers}
        | {"helpful": share(count.helpful, count.helpful + count.unhelpful), "votes": count.helpful + count.unhelpful}
        for count in counts
    ]
    names = ["topic", *(["section"] if topic else []), "answers", "askers", "helpful", "votes"]
    print_rows(rows, names, output, when_empty=NOTHING_ASKED)


def print_unhelpful(which: Which, output: Output, *, limit: int) -> None:
    """Print the answers that were voted on, those with most “not helpful” first; a person's last vote counts."""
    votes = with_current_schema(lambda engine: QueryReports(engine).votes(which))
    names = ["topic", "section", "edition", "unhelpful", "votes", "share", "reasons"]
    print_rows(_by_answer(votes)[:limit], names, output, when_empty="Nobody has voted in that time.")


def _by_answer(votes: Sequence[Vote]) -> list[dict[str, Any]]:
    together: dict[tuple[str, str, str], list[Vote]] = defaultdict(list)
    for vote in votes:
        together[vote.topic, vote.section or "", vote.edition].append(vote)
    rows = []
    for (topic, section, edition), cast in together.items():
        against = [vote for vote in cast if not vote.is_helpful]
        reasons = [vote.reason for vote in reversed(against) if vote.reason]
        rows.append(
            {"topic": topic, "section": section, "edition": edition, "unhelpful": len(against), "votes": len(cast)}
            | {"share": share(len(against), len(cast)), "reasons": "; ".join(reasons[:_REASONS_SHOWN])}
        )
    return sorted(rows, key=lambda row: (-row["unhelpful"], -row["votes"], row["topic"], row["section"]))


def print_trends(which: Which, output: Output, *, by: str) -> None:
    """Print each day or week with its answers and the shares of them that were missed, unsure or unhelpful."""
    trends = with_current_schema(lambda engine: QueryReports(engine).trends(which, by=by))
    rows = [_trend(trend, by) for trend in trends]
    names = [by, "answers", "askers", "missed", "unsure", "unhelpful"]
    print_rows(rows, names, output, when_empty=NOTHING_ASKED)
    if rows and output.format_ == "table" and output.path is None:
        for name in ("answers", "missed", "unsure"):
            print(f"{name:>9} {sparkline([row[name] or 0 for row in rows])}")


def _trend(trend: Trend, by: str) -> dict[str, Any]:
    return {
        by: trend.start,
        "answers": trend.answers,
        "askers": trend.askers,
        "missed": share(trend.missed, trend.answers),
        "unsure": share(trend.unsure, trend.answers),
        "unhelpful": share(trend.unhelpful, trend.helpful + trend.unhelpful),
    }


def print_story(interaction_id: int, format_: str) -> None:
    """
    Print everything the log has about an interaction, about the one it follows up and about what followed it.

    Raises:
        UnknownInteraction: The log has no such interaction.
    """
    rows = with_current_schema(lambda engine: QueryReports(engine).story(interaction_id))
    if not any(row["interaction_id"] == interaction_id for row in rows):
        raise UnknownInteraction(interaction_id)
    shown = [{name: value for name, value in row.items() if name not in {"user_key", "key_id"}} for row in rows]
    if format_ != "table":
        print_rows(shown, list(shown[0]), Output(format_=format_), when_empty="")
        return
    for row in shown:
        relation = "" if row["interaction_id"] == interaction_id else _relation(row, interaction_id)
        print(f"{row['asked_at'][:19]}Z  {row['outcome']}{relation}")
        for name, value in row.items():
            if value is not None and name not in {"asked_at", "outcome"}:
                print(f"    {name:<15}{value}")


def _relation(row: dict[str, Any], interaction_id: int) -> str:
    return f"  (follows up {interaction_id})" if row["regards"] == interaction_id else f"  (before {interaction_id})"


def share(part: int, whole: int) -> float | None:
    """Return *part* of *whole*, 0 to 1, or ``None`` when there is nothing to have a share of."""
    return round(part / whole, 4) if whole else None
