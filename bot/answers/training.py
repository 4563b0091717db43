"""
Learns the search's model from examples: multinomial logistic regression by stochastic gradient descent.

Runs in a process of its own (``natobot knowledge build``, or beside a bot whose pack was edited): it needs NumPy and
some seconds, which answering does not.
"""

import hashlib
import math
from collections import Counter
from collections.abc import Sequence

import numpy as np

from bot.answers.examples import Example, digest_of
from bot.answers.features import BUCKETS, pieces_of, word_numbers, words_of
from bot.answers.model import WEIGHT_SCALE, SearchModel, shares_of, word_key

EPOCHS = 12
RATE = 2.4  # of the first step; each feature's own rate falls with the steps it has seen (AdaGrad)
DECAY = 4e-7  # pull of each weight towards zero, per step in which its feature takes part
RARITY_STEPS = 16  # steps per unit of inverse document frequency


def train(examples: Sequence[Example], fingerprint: str) -> SearchModel:
    """
    Return the model that tells the topics of *examples* apart. The same examples give the same model.

    *fingerprint* is that of the pack they come from.
    """
    topics = tuple(sorted({example.topic for example in examples}))
    column = {topic: i for i, topic in enumerate(topics)}
    counts = [_counts(example.text) for example in examples]
    rarity = _rarity(counts)
    rows = [_row(pair, rarity) for pair in counts]
    targets = [column[example.topic] for example in examples]
    weights, biases = _descend(rows, targets, len(topics), _orders(examples))
    scale = float(np.abs(weights).max()) / 127.0
    stored = np.rint(weights / scale).astype(np.int8)
    return SearchModel(
        fingerprint=fingerprint,
        digest=digest_of(list(examples)),
        topics=topics,
        rarity=rarity,
        weights=memoryview(stored.tobytes()).cast("b"),
        vocabulary=_vocabulary(examples),
        biases=tuple(round(float(bias), 6) for bias in biases),
        scale=scale,
    )


def _vocabulary(examples: Sequence[Example]) -> memoryview:
    keys = {word_key(word) for example in examples for word in words_of(example.text)}
    return memoryview(np.array(sorted(keys), dtype=np.uint32).tobytes()).cast("I")


def _counts(text: str) -> tuple[Counter[int], Counter[int]]:
    words = words_of(text)
    return Counter(number for word in words for number in pieces_of(word)), Counter(word_numbers(words))


def _rarity(counts: Sequence[tuple[Counter[int], Counter[int]]]) -> bytes:
    """Return each feature's inverse document frequency as a whole number from 1 to 255; 0 where it never occurs."""
    seen = Counter(number for pair in counts for number in {*pair[0], *pair[1]})
    rarity = bytearray(BUCKETS)
    for number, documents in seen.items():
        idf = math.log((1 + len(counts)) / (1 + documents)) + 1.0
        rarity[number] = min(255, max(1, round(idf * RARITY_STEPS)))
    return bytes(rarity)


def _row(pair: tuple[Counter[int], Counter[int]], rarity: bytes) -> tuple[np.ndarray, np.ndarray]:
    shares = shares_of(pair[0], rarity) + shares_of(pair[1], rarity)
    numbers = np.array([number for number, _ in shares], dtype=np.int64)
    values = np.array([share / WEIGHT_SCALE for _, share in shares], dtype=np.float32)
    return numbers, values


def _orders(examples: Sequence[Example]) -> list[np.ndarray]:
    """
    Return the order in which each epoch takes the examples.

    It looks random and hangs on each example alone, so that another example, or another topic, leaves the others in
    their order. Otherwise the answers to questions at the edge would change with every edit of the pack.
    """
    return [
        np.argsort(np.array([_place(example, epoch) for example in examples], dtype=np.uint64), kind="stable")
        for epoch in range(EPOCHS)
    ]


def _place(example: Example, epoch: int) -> int:
    text = f"{epoch}\0{example.topic}\0{example.text}"
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def _descend(
    rows: Sequence[tuple[np.ndarray, np.ndarray]], targets: Sequence[int], width: int, orders: Sequence[np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    weights = np.zeros((BUCKETS, width), dtype=np.float32)
    squares = np.full((BUCKETS, width), 1e-2, dtype=np.float32)
    biases = np.zeros(width, dtype=np.float32)
    average = np.zeros_like(weights)
    average_biases = np.zeros_like(biases)
    for epoch, order in enumerate(orders):
        for index in order:
            numbers, values = rows[index]
            own = weights[numbers]
            logits = (values[:, None] * own).sum(axis=0) + biases
            powers = np.exp(logits - logits.max())
            slope = powers / powers.sum()
            slope[targets[index]] -= 1.0
            step = values[:, None] * slope + DECAY * own
            squares[numbers] += step * step
            weights[numbers] = own - RATE * step / np.sqrt(squares[numbers]) * 0.1
            biases -= 0.01 * slope
        if epoch >= EPOCHS // 2:  # the mean of the later states generalises better than the last one
            average += weights
            average_biases += biases
    states = EPOCHS - EPOCHS // 2
    return average / states, average_biases / states
