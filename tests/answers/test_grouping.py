"""Grouping questions by likeness, measured on labelled ones (tests/golden/gaps.jsonl)."""

import json
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from bot.answers.grouping import group_questions

GAPS = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "golden" / "gaps.jsonl").read_text(encoding="utf-8").splitlines()
]
HELD_OUT = [row for row in GAPS if row["set"] == "held-out"]  # the numbers in grouping.py were not chosen on these


def grouped(texts: Sequence[str]) -> list[list[str]]:
    return [[texts[place] for place in group] for group in group_questions(texts)]


def together(*texts: str) -> bool:
    return len(group_questions(texts)) == 1


def pairs(rows: Sequence[dict[str, Any]]) -> Iterator[tuple[bool, bool]]:
    """Yield for each pair of questions whether it is one gap and whether it is in one group."""
    owner = {place: i for i, group in enumerate(group_questions([row["text"] for row in rows])) for place in group}
    for (i, one), (j, other) in combinations(enumerate(rows), 2):
        same = one["gap"] == other["gap"]
        if not same or one["lang"] == other["lang"]:  # nothing is promised across languages
            yield same, owner[i] == owner[j]


@pytest.mark.parametrize("rows", [HELD_OUT, GAPS], ids=["held-out", "all"])
def test_groups_hold_one_gap_and_most_of_its_wordings(rows: list[dict[str, Any]]) -> None:
    """A line of the report is one gap nine times in ten, and three quarters of its wordings are on that line."""
    judged = list(pairs(rows))
    joined = [same for same, is_joined in judged if is_joined]
    belonging = [is_joined for same, is_joined in judged if same]

    assert sum(joined) / len(joined) >= 0.9
    assert sum(belonging) / len(belonging) >= 0.75


def test_the_labelled_questions_are_many_and_varied() -> None:
    """The measure is worth something: enough questions, gaps and languages."""
    assert len(GAPS) >= 120
    assert len({row["gap"] for row in GAPS}) >= 24
    assert {row["lang"] for row in GAPS} == {"en", "de", "fr", "es", "pl", "uk", "ru"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What is the NATO anthem?", "nato ANTHEM what is the"),
        ("who is the secretary general", "who is the secretery general"),
        ("frozen russian assets", "frozen russian asset"),
        ("F-16 training", "training f16"),
        ("скільки петріотів", "скільки петріоти"),
        ("Was ist der Bündnisfall", "was ist der bundnisfall"),
    ],
)
def test_spelling_order_and_mistakes_do_not_matter(one: str, other: str) -> None:
    """However a question is typed, it is the same question."""
    assert together(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("does Poland have nukes", "does Poland host US nukes"),
        ("what does article 4 say", "what does article 5 say"),
        ("resolution 1325", "resolution 2202"),
        ("when did sweden join", "when did finland join"),
        ("is iran at war", "is iraq at war"),
    ],
)
def test_near_misses_stay_apart(one: str, other: str) -> None:
    """Questions that look alike but ask for different things are two gaps, in a log that has others too."""
    groups = grouped([one, other, *(row["text"] for row in GAPS)])

    assert not any(one in group and other in group for group in groups)


def test_the_largest_group_and_its_commonest_wording_come_first() -> None:
    """A maintainer reads the most wanted gap first, in the words most people used."""
    texts = ["soup recipe", "nord stream culprit", "who blew up nord stream", "who blew up nord stream"]

    assert grouped(texts)[0][0] == "who blew up nord stream"
    assert len(grouped(texts)[0]) >= 2


def test_the_same_questions_give_the_same_groups() -> None:
    """A report that is asked for twice says the same twice."""
    texts = [row["text"] for row in GAPS]

    assert group_questions(texts) == group_questions(texts)


@pytest.mark.parametrize("texts", [[], [""], ["?!", "🙂"], ["a"], ["why", "who"], ["x" * 300, "1 2 3"]])
def test_every_question_is_in_exactly_one_group(texts: list[str]) -> None:
    """Nothing is lost, however little a question says."""
    assert sorted(place for group in group_questions(texts) for place in group) == list(range(len(texts)))


def test_progress_ends_at_the_number_of_questions() -> None:
    """Whoever waits sees how far it is."""
    told: list[int] = []

    group_questions([row["text"] for row in GAPS], on_progress=told.append)

    assert told == sorted(told)
    assert told[-1] == len(GAPS)
