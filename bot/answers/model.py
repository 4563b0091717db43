"""
The search's model: for each feature and each topic a small whole number. Reading it needs no numeric library.

A question's score for a topic is the sum of its features' numbers; the scores become probabilities that sum to one over
all topics and “none of them”. Sums of whole numbers are the same on every machine.
"""

import json
import math
import zlib
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

from bot.answers.features import BUCKETS, pieces_of, word_numbers, words_of

FORMAT = 1
WEIGHT_SCALE = 1 << 12  # features' shares are whole numbers up to this


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """How likely a question is about a topic."""

    topic: str  # OUTSIDE for “about none of them”
    probability: float  # 0 to 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchModel:
    """Weights of features for topics, as they are stored."""

    fingerprint: str  # of the pack it was made for
    digest: str  # of the examples it was trained on
    topics: tuple[str, ...]  # what each column stands for; OUTSIDE is one of them
    rarity: bytes  # one number per feature: how much it says, 0 for features that no example has
    weights: memoryview  # signed bytes, one row per feature, one column per topic
    biases: tuple[float, ...]
    vocabulary: memoryview  # ``word_key`` of every word of the examples, ascending
    scale: float  # what a weight of 1 is worth

    def guesses(self, text: str) -> list[Guess]:
        """Return every topic and “none”, most likely first."""
        words = words_of(text)
        width = len(self.topics)
        sums = [0] * width
        for number, share in self._shares(words):
            start = number * width
            for column, weight in enumerate(self.weights[start : start + width]):
                sums[column] += weight * share
        logits = [bias + self.scale * total / WEIGHT_SCALE for bias, total in zip(self.biases, sums, strict=True)]
        highest = max(logits)
        powers = [math.exp(logit - highest) for logit in logits]
        total = sum(powers)
        guesses = [
            Guess(topic=topic, probability=power / total) for topic, power in zip(self.topics, powers, strict=True)
        ]
        return sorted(guesses, key=lambda guess: (-guess.probability, guess.topic))

    def familiarity(self, words: Sequence[str]) -> float:
        """Return the share of *words* of three letters or more that the examples have, 0 to 1; 1 without such words."""
        telling = [word for word in words if len(word) > 2 and word.isalpha()]  # numbers look alike on every layout
        return sum(self._knows(word) for word in telling) / len(telling) if telling else 1.0

    def _knows(self, word: str) -> bool:
        number = word_key(word)
        place = bisect_left(self.vocabulary, number)
        return place < len(self.vocabulary) and self.vocabulary[place] == number

    def _shares(self, words: list[str]) -> list[tuple[int, int]]:
        """Return the features of *words* with their shares: by rarity, and of unit length for pieces and for words."""
        pieces = Counter(number for word in words for number in pieces_of(word))
        return shares_of(pieces, self.rarity) + shares_of(Counter(word_numbers(words)), self.rarity)

    def made_for(self, fingerprint: str) -> Self:
        """Return the same model for a pack whose examples are the same."""
        return replace(self, fingerprint=fingerprint)

    def dump(self) -> bytes:
        """Return the model as it is stored in a file."""
        header = {
            "format": FORMAT,
            "fingerprint": self.fingerprint,
            "digest": self.digest,
            "topics": self.topics,
            "biases": self.biases,
            "scale": self.scale,
        }
        body = zlib.compress(self.rarity + self.weights.tobytes() + self.vocabulary.tobytes(), 9)
        return json.dumps(header, separators=(",", ":")).encode() + b"\n" + body

    @classmethod
    def load(cls, content: bytes) -> Self:
        """
        Return the model that ``dump`` stored.

        Raises:
            ValueError: The content is not a model of this format.
        """
        try:
            line, _, body = content.partition(b"\n")
            header = json.loads(line)
            if header["format"] != FORMAT:
                raise ValueError(f"format {header['format']}")
            raw = zlib.decompress(body)
            topics = tuple(header["topics"])
            end = BUCKETS * (1 + len(topics))
            if len(raw) < end or (len(raw) - end) % 4:
                raise ValueError("wrong length")
            return cls(
                fingerprint=header["fingerprint"],
                digest=header["digest"],
                topics=topics,
                rarity=raw[:BUCKETS],
                weights=memoryview(raw)[BUCKETS:end].cast("b"),
                vocabulary=memoryview(raw)[end:].cast("I"),
                biases=tuple(header["biases"]),
                scale=header["scale"],
            )
        except (ValueError, KeyError, TypeError, zlib.error) as error:
            raise ValueError(f"not a search model: {error}") from None


def word_key(word: str) -> int:
    """Return the number under which the vocabulary knows *word*."""
    return zlib.crc32(word.encode())


def shares_of(counts: Counter[int], rarity: bytes) -> list[tuple[int, int]]:
    """Return features with their shares of one text: rarer ones count more, and the squares sum to one."""
    worth = [(number, rarity[number] * (1.0 + math.log(count))) for number, count in counts.items() if rarity[number]]
    length = math.sqrt(sum(value * value for _, value in worth))
    return [(number, round(value / length * WEIGHT_SCALE)) for number, value in worth] if length else []
