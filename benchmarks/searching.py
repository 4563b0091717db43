"""/ask: time and memory of a question, and four designs of search on the same questions."""

import gc
import json
import math
import resource
import sqlite3
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.answers.answer import OUTSIDE_FROM, answer
from bot.answers.examples import OUTSIDE, Example, examples_of
from bot.answers.features import pieces_of, word_numbers, words_of
from bot.answers.model import SearchModel
from bot.answers.search import Search
from bot.knowledge.loader import load_with_wordings
from bot.reports.asking import Marked, mark, measures, read_rows
from bot.search_index import MODEL_FILE, read_model
from tests.factories import REAL_PACK

ROOT = Path(__file__).parents[1]
SETS = {"golden": ROOT / "tests/golden/questions.jsonl", "compare": ROOT / "benchmarks/questions/compare.jsonl"}

Rank = Callable[[str], tuple[str | None, list[str]]]  # question -> topic or None, and up to three topics


async def measure() -> None:
    """Print speed, memory and, for each design and set, how well it does."""
    _speed()
    knowledge, wordings = load_with_wordings(REAL_PACK)
    examples = list(examples_of(knowledge, wordings))
    model = read_model(REAL_PACK / MODEL_FILE)
    assert model is not None
    search = Search(knowledge, model)
    print(f"\n{'design':<34}{'set':<9}{'first':>7}{'top 3':>7}{'abstain':>9}{'wrong':>7}")
    designs: dict[str, Rank] = {
        "SQLite FTS5, trigrams, bm25": _fts5(examples),
        "nearest examples, tf-idf cosine": _nearest(examples, model),
        "naive Bayes on the same features": _bayes(examples),
        "the model, likeliest class only": _likeliest(model),
    }
    for name, path in SETS.items():
        rows = list(read_rows(path))
        for title, rank in designs.items():
            marked = []
            for row in rows:
                topic, ranked = rank(row["text"])
                marked.append(
                    Marked(labels=tuple(row["labels"]), language="", style="", topic=topic, ranked=tuple(ranked[:3]))
                )
            _print(title, name, marked)
        _print("the bot: model and thresholds", name, [mark(row, answer(row["text"], search)) for row in rows])


def _print(title: str, name: str, marked: Sequence[Marked]) -> None:
    first, top, abstained, wrong = (hits / max(1, cases) for hits, cases in measures(marked).values())
    print(f"{title:<34}{name:<9}{first:7.3f}{top:7.3f}{abstained:9.3f}{wrong:7.3f}")


def _speed() -> None:
    """Time questions in a fresh process, so that memory is that of the search alone."""
    report = subprocess.run(
        (sys.executable, "-c", "from benchmarks.searching import print_speed; print_speed()"),
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    print(report.stdout, end="")


def print_speed() -> None:
    """Print the index's time and memory and the time per question."""
    knowledge, _ = load_with_wordings(REAL_PACK)
    questions = [json.loads(line)["text"] for path in SETS.values() for line in path.read_text().splitlines()]
    gc.collect()
    before = _resident()
    started = time.perf_counter()
    model = read_model(REAL_PACK / MODEL_FILE)
    assert model is not None
    search = Search(knowledge, model)
    ready = time.perf_counter() - started
    times = []
    for question in questions:
        started = time.perf_counter()
        answer(question, search)
        times.append((time.perf_counter() - started) * 1000)
    times.sort()
    memory = _resident() - before
    print(f"index ready                {ready * 1000:7.0f} ms")
    print(f"memory for index and use   {memory:7.0f} MiB")
    print(f"per question, p50          {times[len(times) // 2]:7.2f} ms")
    print(f"per question, p99          {times[len(times) * 99 // 100]:7.2f} ms")


def _resident() -> float:
    """Return the memory of this process, in MiB (Linux)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1024 / 1024


def _fts5(examples: Sequence[Example]) -> Rank:
    """The usual tool: full-text search over all examples; the topic of the best hits."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE example USING fts5(text, topic UNINDEXED, tokenize='trigram')")
    database.executemany(
        "INSERT INTO example VALUES (?, ?)", [(" ".join(words_of(item.text)), item.topic) for item in examples]
    )

    def rank(question: str) -> tuple[str | None, list[str]]:
        text = " ".join(words_of(question))
        grams = {text[i : i + 3] for i in range(len(text) - 2)}
        if not grams:
            return None, []
        query = " OR ".join('"' + gram + '"' for gram in sorted(grams))
        rows = database.execute(
            "SELECT topic FROM example WHERE example MATCH ? ORDER BY bm25(example) LIMIT 15", (query,)
        ).fetchall()
        return _vote([(topic, 1.0 / (1 + place)) for place, (topic,) in enumerate(rows)])

    return rank


def _nearest(examples: Sequence[Example], model: SearchModel) -> Rank:
    """The nearest examples by cosine of their features, weighted by rarity."""
    postings: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for i, example in enumerate(examples):
        for number, value in _vector(example.text, model.rarity).items():
            postings[number].append((i, value))

    def rank(question: str) -> tuple[str | None, list[str]]:
        scores: dict[int, float] = defaultdict(float)
        for number, value in _vector(question, model.rarity).items():
            if len(postings[number]) < len(examples) // 20:
                for i, other in postings[number]:
                    scores[i] += value * other
        best = sorted(scores.items(), key=lambda item: -item[1])[:15]
        return _vote([(examples[i].topic, score) for i, score in best])

    return rank


def _vector(text: str, rarity: bytes) -> dict[int, float]:
    words = words_of(text)
    counts = Counter(number for word in words for number in pieces_of(word))
    counts.update(word_numbers(words))
    worth = {number: rarity[number] * (1 + math.log(count)) for number, count in counts.items()}
    length = math.sqrt(sum(value * value for value in worth.values())) or 1.0
    return {number: value / length for number, value in worth.items()}


def _bayes(examples: Sequence[Example]) -> Rank:
    """Multinomial naive Bayes."""
    counts: dict[str, Counter[int]] = defaultdict(Counter)
    sizes = Counter(example.topic for example in examples)
    for example in examples:
        words = words_of(example.text)
        counts[example.topic].update(number for word in words for number in pieces_of(word))
        counts[example.topic].update(word_numbers(words))
    totals = {topic: sum(counter.values()) for topic, counter in counts.items()}
    width = len({number for counter in counts.values() for number in counter})

    def rank(question: str) -> tuple[str | None, list[str]]:
        words = words_of(question)
        numbers = [*(number for word in words for number in pieces_of(word)), *word_numbers(words)]
        scores = {
            topic: math.log(sizes[topic] / len(examples))
            + sum(math.log((counter[number] + 0.1) / (totals[topic] + 0.1 * width)) for number in numbers)
            for topic, counter in counts.items()
        }
        return _order(scores)

    return rank


def _likeliest(model: SearchModel) -> Rank:
    def rank(question: str) -> tuple[str | None, list[str]]:
        if not words_of(question):
            return None, []
        guesses = {guess.topic: guess.probability for guess in model.guesses(question)}
        topic, ranked = _order(guesses)
        return (None if guesses[OUTSIDE] > OUTSIDE_FROM else topic), ranked

    return rank


def _vote(hits: Sequence[tuple[str, float]]) -> tuple[str | None, list[str]]:
    votes: dict[str, float] = defaultdict(float)
    for topic, weight in hits:
        votes[topic] += weight
    return _order(votes)


def _order(scores: dict[str, float]) -> tuple[str | None, list[str]]:
    ordered = sorted(scores, key=lambda topic: -scores[topic])
    ranked = [topic for topic in ordered if topic != OUTSIDE]
    return (ordered[0] if ordered and ordered[0] != OUTSIDE else None), ranked[:3]
