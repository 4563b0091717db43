"""Gaps: questions that found nothing, or that the bot was unsure about, gathered by likeness; and deciding them."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.progress import Progress
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import BotError
from bot.gaps import Gap, OpenQuestion, gaps_of, text_key
from bot.reports.connection import with_current_schema
from bot.reports.printing import Output, print_rows
from bot.store.gaps import GapStore
from bot.store.query_reports import ALL, QueryReports, Which

MISSED, UNSURE = "not-found", "suggested"  # outcomes
PROGRESS_FROM = 500  # questions; fewer are grouped before a bar could be read


class UnknownGap(BotError):
    """No open question reads like the one that was to be decided."""

    def __init__(self, question: str) -> None:
        super().__init__(
            f"The log has no open question “{question}”. Copy one from: natobot queries missed, or queries unsure"
        )


def print_gaps(outcome: str, which: Which, output: Output, *, limit: int, decided_too: bool) -> None:
    """Print the gaps of *outcome*, largest first, without those decided unless *decided_too*."""
    gaps = read_gaps(outcome, which, decided_too=decided_too)[:limit]
    names = ["question", "count", "askers", "languages", "last_asked", "nearest", "reported"]
    rows = [_row(gap) for gap in gaps]
    if outcome == UNSURE:
        names = [*names[:-1], "chosen"]
    wanted = [{name: row[name] for name in names} for row in rows]
    print_rows(wanted, names, output, when_empty="No question is open in that time.")


def _row(gap: Gap) -> dict[str, Any]:
    return {
        "question": gap.wording,
        "count": len(gap.questions),
        "askers": gap.askers,
        "languages": list(gap.languages),
        "last_asked": gap.last_asked[:10],
        "nearest": list(gap.near),
        "reported": gap.reports,
        "chosen": ", ".join(f"{topic} {count}" for topic, count in gap.chosen.items()),
    }


def read_gaps(outcome: str, which: Which, *, decided_too: bool = False) -> Sequence[Gap]:
    """Return the gaps of *outcome*, largest first; a bar on a terminal shows how far it is."""

    async def read(engine: AsyncEngine) -> tuple[Sequence[OpenQuestion], dict[str, str]]:
        questions = await QueryReports(engine).open_questions(outcome, which)
        return questions, dict(await GapStore(engine).decided())

    questions, decided = with_current_schema(read)
    with _progress(len(questions)) as tell:
        gaps = gaps_of(questions, on_progress=tell)
    return gaps if decided_too else [gap for gap in gaps if not gap.is_decided(decided)]


def decide(question: str, decision: str | None) -> str:
    """
    Decide the gap that *question* belongs to, all its wordings; ``None`` takes the decision back. Say what was done.

    Raises:
        UnknownGap: No open question reads like that.
    """
    key = text_key(question)
    for outcome in (MISSED, UNSURE):
        for gap in read_gaps(outcome, ALL, decided_too=True):
            if key in gap.keys:
                return _decide(gap, decision)
    raise UnknownGap(question)


def _decide(gap: Gap, decision: str | None) -> str:
    keys, wordings = gap.keys, len(gap.keys)
    what = f"“{gap.wording}” and {wordings - 1} other wordings" if wordings > 1 else f"“{gap.wording}”"
    if decision is None:
        count = with_current_schema(lambda engine: GapStore(engine).undecide(keys))
        return f"{what}: open again; {count} decisions taken back."
    with_current_schema(lambda engine: GapStore(engine).decide(keys, decision, at=datetime.now(UTC)))
    return f"{what}: {decision}."


@contextmanager
def _progress(total: int) -> Iterator[Callable[[int], None] | None]:
    if total < PROGRESS_FROM or not sys.stderr.isatty():
        yield None
        return
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(f"Grouping {total:,} questions", total=total)
        yield lambda done: progress.update(task, completed=done)
