"""The search on the command line: asking it, measuring it, teaching it."""

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bot.answers.answer import answer
from bot.answers.examples import digest_of, examples_of
from bot.answers.models import Corrected, Found, Judged, NotFound, Suggested
from bot.answers.search import Search
from bot.errors import BotError, ConfigurationError
from bot.knowledge.loader import load_knowledge, load_with_wordings
from bot.rendering.terminal import answer_lines
from bot.search_index import MODEL_FILE, read_model
from bot.settings import load_settings

NONE = "none"  # the label of questions outside the subject


class BadQuestions(BotError):
    """A file of questions cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A labelled question and what was answered."""

    labels: tuple[str, ...]  # best first; (NONE,) outside the subject
    language: str
    style: str
    topic: str | None  # what was answered
    ranked: tuple[str, ...]


def ask_once(question: str) -> None:
    """Print what /ask answers."""
    search = _open_search()
    knowledge = search.knowledge
    judged = answer(question, search)
    match judged.answer:
        case Found() as found:
            _print_lines(answer_lines(found, knowledge, today=datetime.now(UTC).date()))
        case Corrected(topic=topic, misconception=item):
            print(f"Often said, but not so: “{item.says}”\n{item.answer}\n")
            _print_lines(answer_lines(Found(topic=topic), knowledge, today=datetime.now(UTC).date()))
        case Suggested(topics=topics):
            print("Not sure. Perhaps one of these:")
            _print_lines(f"- {topic.id}: {topic.title}" for topic in topics)
        case NotFound():
            print("There is no answer to that in this pack.")


def ask_batch(path: Path) -> None:
    """Print one JSON line for each question of the file: its id, the topic or null, and up to three ranked topics."""
    search = _open_search()
    for row in read_rows(path):
        judged = answer(str(row["text"]), search)
        print(json.dumps({"id": row["id"], "topic": topic_of(judged), "ranked": list(judged.ranked)}))


def evaluate_file(path: Path, *, confusions: int) -> None:
    """Print how the search does on labelled questions, in all and by language and style, and its commonest mistakes."""
    search = _open_search()
    marked = [mark(row, answer(str(row["text"]), search)) for row in read_rows(path)]
    table = Table(title=f"{path.name}: {len(marked)} questions")
    for name in ("", "questions", "right first", "in top three", "right abstention", "wrong of given"):
        table.add_column(name, justify="left" if not name else "right")
    for title, group in (("all", marked), *_groups(marked, "language"), *_groups(marked, "style")):
        figures = measures(group)
        table.add_row(title, str(len(group)), *(_share(figures[name]) for name in figures))
    Console().print(table)
    mistakes = Counter((row.labels[0], row.topic or NONE) for row in marked if (row.topic or NONE) not in row.labels)
    for (right, given), count in mistakes.most_common(confusions):
        print(f"{count:4} × {right} answered as {given}")


def build_model(output: Path | None) -> None:
    """Learn the pack's examples and write the model; where they are those of the model there is, only renew it."""
    folder = load_settings().knowledge.folder
    target = output or folder / MODEL_FILE
    knowledge, wordings = load_with_wordings(folder)
    examples = list(examples_of(knowledge, wordings))
    digest = digest_of(examples)
    known = (read_model(path) for path in (target, folder / MODEL_FILE))
    model = next((model for model in known if model is not None and model.digest == digest), None)
    if model is None:
        from bot.answers.training import train

        print(f"Learning {len(examples):,} examples.", file=sys.stderr)
        model = train(examples, knowledge.fingerprint)
    content = model.made_for(knowledge.fingerprint).dump()
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_suffix(".draft")
    draft.write_bytes(content)
    draft.replace(target)
    print(f"{target}: {len(content):,} bytes, for edition {knowledge.edition}.")


def topic_of(judged: Judged) -> str | None:
    """Return the topic that was answered, or ``None`` when nothing was, or the person has to choose."""
    match judged.answer:
        case Found(topic=topic) | Corrected(topic=topic):
            return topic.id
        case Suggested() | NotFound():
            return None


def mark(row: Mapping[str, Any], judged: Judged) -> Marked:
    """Put a labelled question beside what was answered."""
    return Marked(
        labels=tuple(row["labels"]),
        language=str(row.get("lang", "")),
        style=str(row.get("style", "")),
        topic=topic_of(judged),
        ranked=judged.ranked,
    )


def measures(rows: Sequence[Marked]) -> Mapping[str, tuple[int, int]]:
    """Return each measure as hits and cases."""
    answerable = [row for row in rows if row.labels != (NONE,)]
    outside = [row for row in rows if row.labels == (NONE,)]
    given = [row for row in rows if row.topic is not None]
    return {
        "right first": (
            sum(row.ranked[:1] != () and row.ranked[0] in row.labels for row in answerable),
            len(answerable),
        ),
        "in top three": (sum(bool(set(row.ranked) & set(row.labels)) for row in answerable), len(answerable)),
        "right abstention": (sum(row.topic is None for row in outside), len(outside)),
        "wrong of given": (sum(row.topic not in row.labels for row in given), len(given)),
    }


def _open_search() -> Search:
    settings = load_settings()
    folder = settings.knowledge.folder
    knowledge = load_knowledge(folder)
    models = [read_model(path) for path in (settings.database.folder / MODEL_FILE, folder / MODEL_FILE)]
    usable = [model for model in models if model is not None]
    if not usable:
        raise ConfigurationError("The search has not learned this pack yet. Run: natobot knowledge build")
    model = next((model for model in usable if model.fingerprint == knowledge.fingerprint), usable[0])
    if model.fingerprint != knowledge.fingerprint:
        print("The pack changed since the search learned it. Run: natobot knowledge build", file=sys.stderr)
    return Search(knowledge, model)


def read_rows(path: Path) -> Iterator[Mapping[str, Any]]:
    """
    Yield the questions of a file of JSON lines.

    Raises:
        BadQuestions: The file cannot be read, or a line is not an object with id and text.
    """
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                try:
                    row = json.loads(line)
                    yield {"id": row["id"], "text": row["text"], **row}
                except (ValueError, KeyError, TypeError) as error:
                    raise BadQuestions(f"{path}:{number}: is not a JSON object with id and text ({error}).") from None
    except (OSError, UnicodeDecodeError) as error:
        raise BadQuestions(f"{path} cannot be read: {error}") from None


def _groups(rows: Iterable[Marked], by: str) -> Iterator[tuple[str, list[Marked]]]:
    groups: dict[str, list[Marked]] = defaultdict(list)
    for row in rows:
        groups[getattr(row, by)].append(row)
    yield from sorted(groups.items())


def _share(counts: tuple[int, int]) -> str:
    hits, cases = counts
    return f"{hits / cases:.3f}" if cases else "–"


def _print_lines(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)
