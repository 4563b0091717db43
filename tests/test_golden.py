"""Questions in seven languages whose topics are known, held by CI; and that the model is the pack's own."""

from functools import cache
from pathlib import Path

import pytest

from bot.answers.answer import answer
from bot.answers.examples import digest_of, examples_of
from bot.answers.search import Search
from bot.knowledge.loader import load_with_wordings
from bot.reports.asking import Marked, mark, measures, read_rows
from bot.search_index import MODEL_FILE, read_model
from tests.factories import GOLDEN, REAL_PACK

LANGUAGES = ("en", "uk", "pl", "de", "fr", "es", "ru")


@cache
def marked() -> tuple[Marked, ...]:
    model = read_model(REAL_PACK / MODEL_FILE)
    assert model is not None
    knowledge, _ = load_with_wordings(REAL_PACK)
    search = Search(knowledge, model)
    return tuple(mark(row, answer(row["text"], search)) for row in read_rows(GOLDEN))


def share(rows: list[Marked], measure: str) -> float:
    hits, cases = measures(rows)[measure]
    return hits / cases


def test_the_model_was_made_from_these_very_files() -> None:
    """After an edit of the pack, ``natobot knowledge build`` has to be run; this fails until it is."""
    knowledge, wordings = load_with_wordings(REAL_PACK)
    model = read_model(REAL_PACK / MODEL_FILE)

    assert model is not None
    assert model.digest == digest_of(list(examples_of(knowledge, wordings)))
    assert model.fingerprint == knowledge.fingerprint


@pytest.mark.parametrize(
    ("measure", "least"), [("right first", 0.92), ("in top three", 0.97), ("right abstention", 0.93)]
)
def test_golden_questions_are_answered_rightly(measure: str, least: float) -> None:
    """A change of the pack or of the search that harms the known questions is noticed."""
    assert share(list(marked()), measure) >= least


def test_few_given_answers_are_wrong() -> None:
    """A wrong answer is worse than none."""
    assert share(list(marked()), "wrong of given") <= 0.05


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_is_served(language: str) -> None:
    """Nobody gets a worse bot for writing in their own language."""
    rows = [row for row in marked() if row.language == language]

    assert len(rows) >= 20
    assert share(rows, "right first") >= 0.85


def test_no_golden_question_is_an_example(tmp_path: Path) -> None:
    """The search is measured on questions it has not learned."""
    knowledge, wordings = load_with_wordings(REAL_PACK)
    known = {example.text.casefold().strip(" ?!.") for example in examples_of(knowledge, wordings)}

    assert [row["text"] for row in read_rows(GOLDEN) if row["text"].casefold().strip(" ?!.") in known] == []
