"""What would be answered otherwise if another edition answered: the proof before it is published."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bot.answers.examples import digest_of, examples_of
from bot.answers.model import SearchModel
from bot.answers.replay import Question, Shift, answer_in_short, shifts
from bot.answers.search import Search
from bot.errors import BotError, ConfigurationError
from bot.knowledge.revisions import folder_at, whole_edition_in
from bot.reports.asking import read_rows
from bot.reports.connection import with_current_schema
from bot.reports.periods import parse_since
from bot.search_index import LEARNING_PATIENCE, MODEL_FILE, read_model
from bot.settings import load_settings
from bot.store.kept_texts import kept_texts

GOLDEN = Path("tests/golden/questions.jsonl")


class NotLearned(BotError):
    """The search could not learn an edition's examples; ``str(error)`` says why."""


def print_replay(
    *, candidate: str | None, present: str | None, since: str, golden: Path | None, limit: int, format_: str
) -> bool:
    """
    Print which answers change from *present* to *candidate*, each a folder or git revision, or the configured pack.

    Return whether a golden question moves away from its labels. Nothing is written to the log.

    Raises:
        UnreadableEdition: One of them names no edition that can be read.
        NotLearned: The search could not learn one of them.
        BadQuestions: The golden questions cannot be read.
    """
    labelled = _golden(golden)
    asked = _asked(since, limit)
    before, after = _open_search(present), _open_search(candidate)
    moved, changed = list(shifts(labelled, before, after)), list(shifts(asked, before, after))
    if format_ == "json":
        counts = {"golden": len(labelled), "asked": len(asked)}
        print(json.dumps(_as_data(before, after, counts, moved, changed), ensure_ascii=False, indent=2))
    else:
        _print_all(before, after, labelled, asked, moved, changed)
    return any(shift.is_worse for shift in moved)


def _golden(path: Path | None) -> Sequence[Question]:
    if path is None and not GOLDEN.is_file():
        print(f"There are no golden questions at {GOLDEN}; name their file with --golden.", file=sys.stderr)
        return []
    return [Question(text=str(row["text"]), labels=tuple(row.get("labels", ()))) for row in read_rows(path or GOLDEN)]


def _asked(since: str, limit: int) -> Sequence[Question]:
    """Return the questions of the log whose words are kept; none, and why on standard error, when there is no log."""
    moment = parse_since(since, datetime.now(UTC))
    assert moment is not None, "there is a text to parse"
    try:
        texts = with_current_schema(lambda engine: kept_texts(engine, since=moment, limit=limit))
    except ConfigurationError as error:
        print(f"Only golden questions are replayed. {error}", file=sys.stderr)
        return []
    if len(texts) == limit:
        print(f"Only the {limit:,} questions asked most often are replayed; see --limit.", file=sys.stderr)
    return [Question(text=text.text, times=text.times) for text in texts]


def _open_search(reference: str | None) -> Search:
    settings = load_settings()
    pack = settings.knowledge.folder
    name = reference if reference is not None else str(pack)
    with folder_at(name, pack) as folder:
        edition = whole_edition_in(folder, name)
        digest = digest_of(list(examples_of(edition.knowledge, edition.wordings)))
        known = (read_model(path / MODEL_FILE) for path in (folder, settings.database.folder, pack))
        model = next((model for model in known if model is not None and model.digest == digest), None)
        return Search(edition.knowledge, model if model is not None else _learned(folder, name))


def _learned(folder: Path, name: str) -> SearchModel:
    """Learn the examples in *folder* in a process of its own, which gives back the memory that takes."""
    print(f"The search is learning the examples of {name}, which takes half a minute.", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="search-") as temporary:
        target = Path(temporary) / MODEL_FILE
        command = [sys.executable, "-m", "bot", "knowledge", "build", "--output", str(target)]
        environment = {**os.environ, "BOT_KNOWLEDGE": str(folder)}
        try:
            done = subprocess.run(  # noqa: S603  our own program
                command, env=environment, capture_output=True, text=True, check=False, timeout=LEARNING_PATIENCE
            )
        except subprocess.TimeoutExpired:
            raise NotLearned(f"The search did not learn {name} within {LEARNING_PATIENCE:.0f} seconds.") from None
        model = read_model(target)
        if model is None:
            said = done.stderr.strip().splitlines() or ["it ended without a word"]
            raise NotLearned(f"The search could not learn {name}: {said[-1]}")
        return model


def _print_all(
    before: Search,
    after: Search,
    labelled: Sequence[Question],
    asked: Sequence[Question],
    moved: Sequence[Shift],
    changed: Sequence[Shift],
) -> None:
    print(f"From edition {before.knowledge.edition} to edition {after.knowledge.edition}.")
    times = sum(question.times for question in asked)
    print(f"{len(changed)} of {len(asked)} questions of the log (asked {times} times) would be answered otherwise.")
    _print_shifts(changed, labelled=False)
    worse, better = sum(shift.is_worse for shift in moved), sum(shift.is_better for shift in moved)
    print(
        f"{len(moved)} of {len(labelled)} golden questions would be answered otherwise: {worse} worse, "
        f"{better} better, {len(moved) - worse - better} as good as before."
    )
    _print_shifts(sorted(moved, key=lambda shift: (not shift.is_worse, not shift.is_better)), labelled=True)


def _print_shifts(found: Sequence[Shift], *, labelled: bool) -> None:
    if not found:
        return
    table = Table()
    for name in ("question", "now", "then", "labels" if labelled else "asked", *(["so it is"] if labelled else [])):
        table.add_column(name, justify="right" if name == "asked" else "left", overflow="fold")
    for shift in found:
        question = shift.question
        last = [", ".join(question.labels), _verdict(shift)] if labelled else [str(question.times)]
        table.add_row(_printable(question.text), answer_in_short(shift.before), answer_in_short(shift.after), *last)
    Console(markup=False).print(table)


def _printable(text: str) -> str:
    """Return what strangers typed without what a terminal would obey."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _verdict(shift: Shift) -> str:
    return "worse" if shift.is_worse else "better" if shift.is_better else "as good"


def _as_data(
    before: Search, after: Search, counts: Mapping[str, int], moved: Sequence[Shift], changed: Sequence[Shift]
) -> Mapping[str, Any]:
    return {
        "before": before.knowledge.edition,
        "after": after.knowledge.edition,
        "asked": {"questions": counts["asked"], "changed": [_shift_data(shift) for shift in changed]},
        "golden": {
            "questions": counts["golden"],
            "worse": sum(shift.is_worse for shift in moved),
            "better": sum(shift.is_better for shift in moved),
            "changed": [_shift_data(shift) | {"verdict": _verdict(shift)} for shift in moved],
        },
    }


def _shift_data(shift: Shift) -> dict[str, Any]:
    question = shift.question
    return {
        "text": question.text,
        "before": answer_in_short(shift.before),
        "after": answer_in_short(shift.after),
    } | ({"labels": list(question.labels)} if question.labels else {"times": question.times})
