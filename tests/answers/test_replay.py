"""Which answers another edition would change."""

from pathlib import Path

import pytest

from bot.answers.examples import examples_of
from bot.answers.replay import Question, Standing, answer_in_short, shifts
from bot.answers.search import Search
from bot.answers.training import train
from bot.knowledge.loader import load_with_wordings
from tests.factories import make_retired, make_topic, write_pack

FOOD = [{"id": "food", "title": "Food", "asks": ["soup recipe", "how to bake bread", "best cake"]}]


def topic(topic_id: str, word: str) -> dict[str, object]:
    return make_topic(topic_id, asks=[f"{word} please", f"what about {word}", f"tell me of {word}"])


def search(folder: Path, *topics: dict[str, object], **files: object) -> Search:
    knowledge, wordings = load_with_wordings(write_pack(folder, *topics, out_of_scope=FOOD, **files))
    return Search(knowledge, train(list(examples_of(knowledge, wordings)), knowledge.fingerprint))


@pytest.fixture
def before(tmp_path: Path) -> Search:
    """Zorblax belongs to the bridge, quux to the tunnel."""
    return search(tmp_path / "old", topic("bridge", "zorblax"), topic("tunnel", "quux"))


@pytest.fixture
def after(tmp_path: Path) -> Search:
    """They are swapped."""
    return search(tmp_path / "new", topic("bridge", "quux"), topic("tunnel", "zorblax"))


def test_an_edition_changes_nothing_beside_itself(before: Search) -> None:
    """No question is answered otherwise by the same edition."""
    questions = [Question(text=text) for text in ("zorblax please", "quux please", "soup recipe", "")]

    assert list(shifts(questions, before, before)) == []


def test_answers_that_change_are_told_from_what_to_what(before: Search, after: Search) -> None:
    """A question without labels has no better and worse."""
    (shift,) = shifts([Question(text="what about zorblax", times=4), Question(text="soup recipe")], before, after)

    assert (answer_in_short(shift.before), answer_in_short(shift.after)) == ("bridge", "tunnel")
    assert shift.question.times == 4
    assert (shift.is_worse, shift.is_better) == (False, False)


@pytest.mark.parametrize(
    ("labels", "worse", "better"),
    [(("bridge",), True, False), (("tunnel",), False, True), (("bridge", "tunnel"), False, False)],
    ids=["away from its label", "to its label", "both are right"],
)
def test_labels_say_whether_a_change_is_for_the_worse(
    before: Search, after: Search, labels: tuple[str, ...], worse: bool, better: bool
) -> None:
    """Any of a question's labels is right."""
    (shift,) = shifts([Question(text="what about zorblax", labels=labels)], before, after)

    assert (shift.is_worse, shift.is_better) == (worse, better)


def test_an_answer_where_there_should_be_none_is_worse(before: Search, tmp_path: Path) -> None:
    """A question outside the subject that is answered all of a sudden moves away from its label."""
    greedy = search(tmp_path / "greedy", topic("bridge", "zorblax"), topic("tunnel", "soup recipe"))

    (shift,) = shifts([Question(text="what about soup recipe", labels=("none",))], before, greedy)

    assert (shift.standing_before, shift.standing_after) == (Standing.RIGHT, Standing.WRONG)


def test_a_label_that_was_retired_means_the_topic_it_moved_to(before: Search, tmp_path: Path) -> None:
    """A redirect is no worse answer."""
    merged = search(
        tmp_path / "merged", make_topic(asks=["quux please", "what about quux"]), retired=[make_retired("tunnel")]
    )

    (shift,) = shifts([Question(text="what about quux", labels=("tunnel",))], before, merged)

    assert answer_in_short(shift.after) == "bridge"
    assert not shift.is_worse
