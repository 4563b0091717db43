"""The same questions, answered by two editions: which answers would change, and whether for the better."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import assert_never

from bot.answers.answer import answer
from bot.answers.models import OVERVIEW, Answer, Corrected, Found, NotFound, Suggested
from bot.answers.search import Search
from bot.knowledge.models import Knowledge

NO_TOPIC = "none"  # the label of questions outside the subject


class Standing(IntEnum):
    """How good an answer is to a question whose topic is known. A wrong answer is worse than none."""

    WRONG = 0
    UNANSWERED = 1  # none, or only wrong suggestions
    OFFERED = 2  # a right topic is among the suggestions
    RIGHT = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Something that was asked, or that a person has labelled."""

    text: str
    times: int = 1  # how often it was asked
    labels: tuple[str, ...] = ()  # topic ids that are right, or (NO_TOPIC,); empty when nobody has said


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A question that would be answered otherwise."""

    question: Question
    before: Answer
    after: Answer
    standing_before: Standing | None  # None without labels
    standing_after: Standing | None

    @property
    def is_worse(self) -> bool:
        """Whether the answer moves away from the labels."""
        before, after = self.standing_before, self.standing_after
        return before is not None and after is not None and after < before

    @property
    def is_better(self) -> bool:
        """Whether the answer moves towards the labels."""
        before, after = self.standing_before, self.standing_after
        return before is not None and after is not None and after > before


def shifts(questions: Iterable[Question], before: Search, after: Search) -> Iterator[Shift]:
    """Yield the questions that *after* answers with another topic, page, correction or choice than *before*."""
    for question in questions:
        old, new = answer(question.text, before).answer, answer(question.text, after).answer
        if _key(old) != _key(new):
            yield Shift(
                question=question,
                before=old,
                after=new,
                standing_before=_standing(old, question, before.knowledge),
                standing_after=_standing(new, question, after.knowledge),
            )


def answer_in_short(answer: Answer) -> str:
    """Return which answer that is, in a few words."""
    match answer:
        case Found(topic=topic, page=page):
            return topic.id if page == OVERVIEW else f"{topic.id}, {page}"
        case Corrected(topic=topic, misconception=item):
            return f"{topic.id}, corrects “{item.says}”"
        case Suggested(topics=topics):
            return f"asks: {', '.join(topic.id for topic in topics)}?"
        case NotFound():
            return "no answer"
        case _:
            assert_never(answer)


def _key(answer: Answer) -> tuple[str, str]:
    return type(answer).__name__, answer_in_short(answer)


def _standing(answer: Answer, question: Question, knowledge: Knowledge) -> Standing | None:
    if not question.labels:
        return None
    right = {_present(label, knowledge) for label in question.labels}
    match answer:
        case Found(topic=topic) | Corrected(topic=topic):
            return Standing.RIGHT if topic.id in right else Standing.WRONG
        case _ if NO_TOPIC in right:
            return Standing.RIGHT
        case Suggested(topics=topics) if any(topic.id in right for topic in topics):
            return Standing.OFFERED
        case Suggested() | NotFound():
            return Standing.UNANSWERED
        case _:
            assert_never(answer)


def _present(label: str, knowledge: Knowledge) -> str:
    """Return the topic that answers for a label now: a label may name one that was retired since."""
    topic = knowledge.present_topic(label)
    return topic.id if topic is not None else label
