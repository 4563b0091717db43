"""
Groups questions by likeness, so that forty wordings of one gap are one line.

Two questions are alike when they share most of the words that say what they are about; small words count nothing, rare
words more than frequent ones, and inflections and typing mistakes are seen through. Groups are then joined two by two
as long as their questions are alike on average, so that a chain of neighbours does not pull strangers together. For
maintainers' reports; needs NumPy.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bot.answers.common_words import ASKING_WORDS, SAME_WORDS, SMALL_WORDS
from bot.answers.features import words_of
from bot.answers.stems import stems_of

ALIKE = 0.5  # average likeness, 0 to 1, from which two groups become one
FAINT = 0.2  # likeness below which a pair is taken to have none
FREQUENT = 0.02  # share of the questions up to which a word counts in full …
FEW = 8  # … and how many of them, where there are few
LEAST_WEIGHT = 0.25  # of a word that stands in most questions
LONE_WEIGHT = 0.4  # of a word that no other question has: often a mistake, sometimes what matters
ASKING_WEIGHT = 0.35  # of why, when, where, who and how many
BOTH_DIFFER = 1.5  # weight of what each question has and the other has not …
ONE_HAS_MORE = 0.2  # … of what only the longer one has, up to about one word …
MUCH_MORE = 2.0  # … and beyond
MOST_NEIGHBOURS = 400  # pairs kept for a question; the most alike ones

_LETTER_AND_NUMBER = re.compile(r"\b([a-z]) (\d+)\b")

_Floats = npt.NDArray[np.float32]
_Ints = npt.NDArray[np.int64]
OnProgress = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pairs:
    """Pairs of things, the first number always the lower one, and how alike each pair is."""

    one: _Ints
    other: _Ints
    likeness: _Floats


def group_questions(texts: Sequence[str], *, on_progress: OnProgress | None = None) -> list[list[int]]:
    """
    Return the places of *texts* in groups of like ones: the largest group first, its most typical wording first.

    The same texts give the same groups. *on_progress* is told now and then how many texts are done.
    """
    bags, places = _bags_of(texts)
    weights = _weights_of(bags)
    sizes = np.array([len(members) for members in places], dtype=np.int64)

    def tell(done: int) -> None:
        if on_progress is not None:
            on_progress(int(sizes[:done].sum()))

    pairs = _like_pairs(bags, weights, tell)
    owners = _joined(pairs, sizes)
    groups = _in_order(texts, places, owners, _typicality(pairs, owners, sizes))
    if on_progress is not None:
        on_progress(len(texts))
    return groups


def _bags_of(texts: Sequence[str]) -> tuple[list[tuple[str, ...]], list[list[int]]]:
    """Return the distinct sets of telling words, and for each the places of the texts that have it."""
    words = [_telling(words_of(text)) for text in texts]
    stems = stems_of(Counter(word for bag in words for word in bag))
    places: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, bag in enumerate(words):
        places[tuple(sorted({stems[word] for word in bag}))].append(place)
    return list(places), list(places.values())


def _telling(words: list[str]) -> list[str]:
    """Return the words without those that say little; all of them when nothing else is left."""
    words = _LETTER_AND_NUMBER.sub(r"\1\2", " ".join(words)).split()  # F-16 is f16
    words = [SAME_WORDS.get(word, word) for word in words]
    telling = [f"?{ASKING_WORDS[word]}" if word in ASKING_WORDS else word for word in words if word not in SMALL_WORDS]
    return telling or words


def _weights_of(bags: Sequence[tuple[str, ...]]) -> dict[str, float]:
    """Return what each word counts, 0 to 1: rare ones more."""
    counts = Counter(word for bag in bags for word in bag)
    frequent = min(max(FREQUENT * len(bags), FEW), len(bags) - 1)
    full = np.log(len(bags) / frequent) if frequent > 0 else 1.0
    weights = {}
    for word, count in counts.items():
        share = float(np.log(len(bags) / count) / full)
        weight = LONE_WEIGHT if count == 1 and not word.isdigit() else min(1.0, max(LEAST_WEIGHT, share))
        weights[word] = ASKING_WEIGHT if word.startswith("?") else weight
    return weights


def _like_pairs(bags: Sequence[tuple[str, ...]], weights: dict[str, float], tell: OnProgress) -> _Pairs:
    """Return the pairs of bags that are not faintly alike only."""
    having: dict[str, list[int]] = defaultdict(list)
    for place, bag in enumerate(bags):
        for word in bag:
            having[word].append(place)
    postings = {word: np.array(places, dtype=np.int64) for word, places in having.items()}
    totals = np.array([sum(weights[word] for word in bag) for bag in bags], dtype=np.float32)
    numbers = _Numbers(bags)
    found = []
    for place, bag in enumerate(bags):
        later = [(word, postings[word][np.searchsorted(postings[word], place, "right") :]) for word in bag]
        found.append(_pairs_of(place, [(weights[word], places) for word, places in later], totals, numbers))
        if place % 500 == 0:
            tell(place)
    return _Pairs(
        one=np.repeat(np.arange(len(bags)), [len(others) for others, _ in found]),
        other=np.concatenate([others for others, _ in found]) if found else np.empty(0, dtype=np.int64),
        likeness=np.concatenate([values for _, values in found]) if found else np.empty(0, dtype=np.float32),
    )


def _pairs_of(
    place: int, later: list[tuple[float, _Ints]], totals: _Floats, numbers: "_Numbers"
) -> tuple[_Ints, _Floats]:
    """Return the bags after *place* that are like it; *later* has, for each of its words, the weight and who has it."""
    length = len(totals) - place
    shared = np.zeros(length, dtype=np.float32)
    for weight, places in later:
        shared[places - place] += weight  # each bag has a word once
    others = np.flatnonzero(shared)
    common = shared[others]
    lacking, having = totals[place] - common, totals[others + place] - common
    more = np.abs(lacking - having)
    differing = BOTH_DIFFER * np.minimum(lacking, having)
    differing += ONE_HAS_MORE * np.minimum(more, 1) + MUCH_MORE * np.maximum(more - 1, 0)
    likeness = common / (common + differing)
    near = (likeness >= FAINT) & ~numbers.clash(place, others + place)
    others, likeness = others[near] + place, likeness[near]
    if len(others) > MOST_NEIGHBOURS:
        best = np.sort(np.argsort(-likeness, kind="stable")[:MOST_NEIGHBOURS])
        others, likeness = others[best], likeness[best]
    return others, likeness.astype(np.float32)


class _Numbers:
    """The numbers in each bag: questions about article 4 and article 5 are never alike."""

    def __init__(self, bags: Sequence[tuple[str, ...]]) -> None:
        sets = [frozenset(word for word in bag if any(c.isdigit() for c in word)) for bag in bags]
        distinct = list(dict.fromkeys(sets))
        number = {numbers: i for i, numbers in enumerate(distinct)}
        self._kinds = np.array([number[numbers] for numbers in sets], dtype=np.int64)
        self._distinct = distinct
        self._clashes: dict[int, npt.NDArray[np.bool_]] = {}

    def clash(self, place: int, others: _Ints) -> npt.NDArray[np.bool_]:
        """Return for each of *others* whether it has a number that *place* lacks, and the other way round."""
        kind = int(self._kinds[place])
        if kind not in self._clashes:
            own = self._distinct[kind]
            self._clashes[kind] = np.array([bool(own - other and other - own) for other in self._distinct])
        found: npt.NDArray[np.bool_] = self._clashes[kind][self._kinds[others]]
        return found


def _joined(pairs: _Pairs, sizes: _Ints) -> _Ints:
    """
    Return for each bag the group it ends up in: average linkage, pairs that are not listed counting as unlike.

    In each round all groups that are each other's nearest join; this gives the same as joining the nearest two of all.
    """
    owners = np.arange(len(sizes))
    weights = sizes.astype(np.float64)
    one, other = pairs.one, pairs.other
    total = pairs.likeness * weights[one] * weights[other]  # summed over all pairs of questions of two groups
    while len(one):
        average = total / (weights[one] * weights[other])
        kept = average >= ALIKE
        if not kept.any():
            break
        partner = _nearest(one[kept], other[kept], average[kept], len(sizes))
        lower = np.flatnonzero((partner >= 0) & (partner > np.arange(len(sizes))))
        lower = lower[partner[partner[lower]] == lower]
        renamed = np.arange(len(sizes))
        renamed[partner[lower]] = lower
        weights[lower] += weights[partner[lower]]
        owners = renamed[owners]
        one, other, total = _summed(renamed[one], renamed[other], total)
    return owners


def _nearest(one: _Ints, other: _Ints, average: npt.NDArray[np.float64], length: int) -> _Ints:
    """Return each group's nearest group, -1 where it has none; of equals the pair with the lowest numbers."""
    order = np.lexsort(
        (np.concatenate([other, other]), np.concatenate([one, one]), -np.concatenate([average, average]))
    )
    owner, partner = np.concatenate([one, other])[order], np.concatenate([other, one])[order]
    first, places = np.unique(owner, return_index=True)
    nearest = np.full(length, -1)
    nearest[first] = partner[places]
    return nearest


def _summed(one: _Ints, other: _Ints, total: npt.NDArray[np.float64]) -> tuple[_Ints, _Ints, npt.NDArray[np.float64]]:
    """Return the pairs of groups once each, with the sums of their parts; pairs within one group are left out."""
    apart = one != other
    low, high, total = np.minimum(one, other)[apart], np.maximum(one, other)[apart], total[apart]
    if not len(low):
        return low, high, total
    order = np.lexsort((high, low))
    low, high, total = low[order], high[order], total[order]
    starts = np.flatnonzero(np.r_[True, (low[1:] != low[:-1]) | (high[1:] != high[:-1])])
    return low[starts], high[starts], np.add.reduceat(total, starts)


def _typicality(pairs: _Pairs, owners: _Ints, sizes: _Ints) -> npt.NDArray[np.float64]:
    """Return for each bag how like it is to all questions of its group together."""
    within = owners[pairs.one] == owners[pairs.other]
    one, other, likeness = pairs.one[within], pairs.other[within], pairs.likeness[within]
    typicality = sizes.astype(np.float64)
    typicality += np.bincount(one, weights=likeness * sizes[other], minlength=len(sizes))
    typicality += np.bincount(other, weights=likeness * sizes[one], minlength=len(sizes))
    return typicality


def _in_order(
    texts: Sequence[str], places: Sequence[Sequence[int]], owners: _Ints, typicality: npt.NDArray[np.float64]
) -> list[list[int]]:
    repeated = Counter(texts)
    groups: dict[int, list[int]] = defaultdict(list)
    bag_of = {place: bag for bag, members in enumerate(places) for place in members}
    for place in range(len(texts)):
        groups[int(owners[bag_of[place]])].append(place)

    def untypical(place: int) -> tuple[float, int, int, int]:
        text = texts[place]
        return -round(float(typicality[bag_of[place]]), 6), -repeated[text], len(text), place

    ordered = [sorted(members, key=untypical) for members in groups.values()]
    return sorted(ordered, key=lambda members: (-len(members), members[0]))
