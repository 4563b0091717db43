"""An answer in a server that hides topics."""

from collections.abc import Callable

import pytest

from bot.answers.models import Answer, Corrected, Found, Judged, NotFound, Suggested, TopicHidden
from bot.answers.selection import shown_here
from bot.knowledge.models import Knowledge, Topic


def judged(answer: Answer) -> Judged:
    return Judged(answer=answer, score=0.9, ranked=("aid", "stance", "article5"), language="en")


def found(topic: Topic) -> Answer:
    return Found(topic=topic)


def corrected(topic: Topic) -> Answer:
    return Corrected(topic=topic, misconception=topic.misconceptions[0])


@pytest.mark.parametrize("outcome", [found, corrected])
def test_what_only_a_hidden_topic_answers_is_said_to_be_hidden(
    real_pack: Knowledge, outcome: Callable[[Topic], Answer]
) -> None:
    """The person reads that the server chose so, not that there is no answer."""
    with pytest.raises(TopicHidden):
        shown_here(judged(outcome(real_pack.topics["aid"])), {"aid"})


@pytest.mark.parametrize("outcome", [found, corrected])
def test_other_answers_are_untouched(real_pack: Knowledge, outcome: Callable[[Topic], Answer]) -> None:
    """Hiding one topic changes nothing about the others."""
    answer = judged(outcome(real_pack.topics["stance"]))

    assert shown_here(answer, {"aid"}) == answer


def test_a_hidden_topic_is_not_suggested(real_pack: Knowledge) -> None:
    """The others still are, in their order, and the log keeps what was found."""
    topics = tuple(real_pack.topics[id_] for id_ in ("article5", "aid", "stance"))

    shown = shown_here(judged(Suggested(topics=topics)), {"aid"})

    assert shown == judged(Suggested(topics=(topics[0], topics[2])))


def test_where_every_suggestion_is_hidden_that_is_said(real_pack: Knowledge) -> None:
    """No empty question is asked."""
    with pytest.raises(TopicHidden):
        shown_here(judged(Suggested(topics=(real_pack.topics["aid"],))), {"aid", "stance"})


@pytest.mark.parametrize("hidden", [set(), {"aid"}], ids=["nothing hidden", "a topic hidden"])
def test_no_answer_stays_no_answer(hidden: set[str]) -> None:
    """What the pack does not know has nothing to do with what is hidden."""
    assert shown_here(judged(NotFound()), hidden) == judged(NotFound())
