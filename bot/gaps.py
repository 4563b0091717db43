"""Questions that the pack did not answer, gathered into the gaps that they show."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

HANDLED, OUT_OF_SCOPE = "handled", "out-of-scope"
DECISIONS = (HANDLED, OUT_OF_SCOPE)
NEAREST = 3  # topics named beside a gap


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenQuestion:
    """One question that was not answered, or answered with a question, as the log has it."""

    interaction_id: int
    text: str  # scrubbed
    asked_at: str  # ISO 8601, UTC
    asker: str  # tells people apart, nothing else
    language: str
    score: float  # how sure the search was of its likeliest topic, 0 to 1
    near: tuple[str, ...]  # topics, likeliest first
    reports: int = 0  # how often somebody pressed “Tell the maintainers”
    chosen: str | None = None  # the topic that was taken after a suggestion


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Questions that are alike; never empty."""

    questions: tuple[OpenQuestion, ...]  # the most typical wording first

    @property
    def wording(self) -> str:
        return self.questions[0].text

    @property
    def askers(self) -> int:
        return len({question.asker for question in self.questions})

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages it was asked in, commonest first."""
        return _commonest(question.language for question in self.questions)

    @property
    def last_asked(self) -> str:
        return max(question.asked_at for question in self.questions)

    @property
    def near(self) -> tuple[str, ...]:
        """The topics that the search thought of, those it put first counting most."""
        worth: Counter[str] = Counter()
        for question in self.questions:
            worth.update({topic: NEAREST - place for place, topic in enumerate(question.near[:NEAREST])})
        return tuple(topic for topic, _ in sorted(worth.items(), key=lambda item: (-item[1], item[0]))[:NEAREST])

    @property
    def reports(self) -> int:
        return sum(question.reports for question in self.questions)

    @property
    def chosen(self) -> Mapping[str, int]:
        """How often each topic was taken after a suggestion, most first."""
        counts = Counter(question.chosen for question in self.questions if question.chosen is not None)
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    @property
    def keys(self) -> tuple[str, ...]:
        """The ``text_key`` of each distinct wording."""
        return tuple(dict.fromkeys(text_key(question.text) for question in self.questions))

    def is_decided(self, decided: Mapping[str, str]) -> bool:
        """Return whether at least half of its wordings were decided; *decided* is by ``text_key``."""
        keys = self.keys
        return 2 * sum(key in decided for key in keys) >= len(keys)


def text_key(text: str) -> str:
    """Return what stands for a question where it may not be kept: the SHA-256 of its words in plain letters."""
    from bot.answers.features import words_of  # a start does without

    return hashlib.sha256(" ".join(words_of(text)).encode()).hexdigest()


def gaps_of(questions: Sequence[OpenQuestion], *, on_progress: Callable[[int], None] | None = None) -> list[Gap]:
    """Return *questions* as gaps, those with most questions first."""
    from bot.answers.grouping import group_questions

    groups = group_questions([question.text for question in questions], on_progress=on_progress)
    return [Gap(questions=tuple(questions[place] for place in group)) for group in groups]


def _commonest(values: Iterable[str]) -> tuple[str, ...]:
    counts = Counter(values)
    return tuple(sorted(counts, key=lambda value: (-counts[value], value)))
