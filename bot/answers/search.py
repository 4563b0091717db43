"""
Finds what a question in anyone's words is about.

The model says how likely each topic is, and how likely none of them; within the topic, the section and the
misconception that resemble the question most are looked for. Nothing here waits, reads files or draws lots.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from bot.answers.examples import OUTSIDE
from bot.answers.features import pieces_of, word_numbers, words_of
from bot.answers.keyboard import on_the_other_layout
from bot.answers.language import language_of
from bot.answers.model import WEIGHT_SCALE, Guess, SearchModel, shares_of
from bot.knowledge.models import Knowledge, Misconception, Topic

STRANGE = 0.34  # share of known words below which the other keyboard layout is tried
CLEARER = 0.4  # by how much more of the words must be known there

Item = TypeVar("Item")

Vector = Mapping[int, int]  # feature -> share


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness(Generic[Item]):
    """How much something of the pack resembles a question."""

    item: Item
    score: float  # cosine, 0 to 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A question as the search reads it."""

    guesses: tuple[Guess, ...]  # all topics and “none”, most likely first; empty when there was nothing to read
    language: str
    vector: Vector

    @property
    def topics(self) -> tuple[Guess, ...]:
        """The topics, most likely first, without “none”."""
        return tuple(guess for guess in self.guesses if guess.topic != OUTSIDE)

    @property
    def surest(self) -> float:
        """How likely the likeliest topic is, 0 to 1."""
        return self.topics[0].probability if self.topics else 0.0

    @property
    def outside(self) -> float:
        """How likely the question is about none of the topics, 0 to 1."""
        return next((guess.probability for guess in self.guesses if guess.topic == OUTSIDE), 0.0)


class Search:
    """An edition and what was learned from it, ready to be asked; the two belong together."""

    def __init__(self, knowledge: Knowledge, model: SearchModel) -> None:
        self.knowledge = knowledge
        self._model = model
        self._topics = frozenset(knowledge.topics) | {OUTSIDE}
        self._sections = {
            topic.id: [
                (section.id, self._vector(" ".join([section.title, *(claim.text for claim in section.claims)])))
                for section in topic.sections
            ]
            for topic in knowledge.topics.values()
        }
        self._misconceptions = {
            topic.id: [(item, self._vector(item.says)) for item in topic.misconceptions]
            for topic in knowledge.topics.values()
        }

    def read(self, question: str) -> Reading:
        """Return what *question* may be about."""
        words = words_of(question)
        if self._model.familiarity(words) < STRANGE:
            other = on_the_other_layout(question)
            if self._model.familiarity(words_of(other)) > self._model.familiarity(words) + CLEARER:
                question, words = other, words_of(other)
        if not words:
            return Reading(guesses=(), language=language_of(question), vector={})
        guesses = tuple(guess for guess in self._model.guesses(question) if guess.topic in self._topics)
        return Reading(guesses=guesses, language=language_of(question), vector=self._vector(question))

    def sections(self, topic: Topic, reading: Reading) -> Sequence[Likeness[str]]:
        """Return the ids of the topic's sections by how much they resemble the question, most first."""
        return _ranked(reading.vector, self._sections.get(topic.id, ()))

    def misconceptions(self, topic: Topic, reading: Reading) -> Sequence[Likeness[Misconception]]:
        """Return the topic's misconceptions by how much they resemble what was said, most first."""
        return _ranked(reading.vector, self._misconceptions.get(topic.id, ()))

    def _vector(self, text: str) -> Vector:
        words = words_of(text)
        pieces = Counter(number for word in words for number in pieces_of(word))
        pieces.update(word_numbers(words))
        return dict(shares_of(pieces, self._model.rarity))


def _ranked(vector: Vector, entries: Iterable[tuple[Item, Vector]]) -> list[Likeness[Item]]:
    scored = [Likeness(item=item, score=_cosine(vector, other)) for item, other in entries]
    return sorted(scored, key=lambda likeness: -likeness.score)


def _cosine(one: Vector, other: Vector) -> float:
    return sum(share * other.get(number, 0) for number, share in one.items()) / (WEIGHT_SCALE * WEIGHT_SCALE)
