"""Brings inflected and mistyped words to one form, without knowing their language."""

from collections import defaultdict
from collections.abc import Mapping

import numpy as np

# Endings of English, German, French, Spanish, Polish, Ukrainian and Russian words, as features.words_of spells them.
_ENDINGS_OF = {
    "en": "s es ed ing er ers ings",
    "de": "en e n em es ern ung ungen ns",
    "fr": "ent ons ait",
    "es": "os as",
    "pl": "a i u o ow om am ami ach ego emu ej iej iego iemu im imi ih",
    "uk, ru": "ii ie ia iu iam iami iah ah oi oiu ogo omu ov iv ev eiu oe oie aia uiu",
}
_ENDINGS = sorted(
    {ending for endings in _ENDINGS_OF.values() for ending in endings.split()},
    key=lambda ending: (-len(ending), ending),
)
_SHORTEST_STEM = 4  # letters that an ending leaves
_SHORTEST_MISTYPED = 5  # letters; shorter words that differ in one letter are often different words
_LONG = 9  # letters from which two mistakes are seen through
_ROWS = 512  # words compared at a time


def stems_of(counts: Mapping[str, int]) -> dict[str, str]:
    """Return the form that stands for each word of *counts*, which says how often each word occurs."""
    stems = {word: _stem(word) for word in counts}
    totals: dict[str, int] = defaultdict(int)
    for word, count in counts.items():
        totals[stems[word]] += count
    meant = _meant_by(totals)
    return {word: meant.get(stem, stem) for word, stem in stems.items()}


def _stem(word: str) -> str:
    if not word.isalpha():
        return word
    if len(word) == _SHORTEST_STEM and word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word[: -len(ending)]
    return word


def _meant_by(counts: Mapping[str, int]) -> dict[str, str]:
    """Return, for each stem that is a rare near copy of a frequent one, the frequent one."""
    alike: dict[str, list[str]] = defaultdict(list)
    for stem in sorted(counts, key=lambda stem: (-counts[stem], stem)):
        if stem.isalpha() and len(stem) >= _SHORTEST_MISTYPED:
            alike[stem[0]].append(stem)
    return {rare: stem for stems in alike.values() for rare, stem in _copies(stems, counts)}


def _copies(stems: list[str], counts: Mapping[str, int]) -> list[tuple[str, str]]:
    """Return pairs of a rare stem and the most frequent one it may be a copy of; *stems* has frequent ones first."""
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import cdist

    found = []
    taken: set[str] = set()
    lengths = np.array([len(stem) for stem in stems])
    for start in range(0, len(stems), _ROWS):
        rows = stems[start : start + _ROWS]
        distances = cdist(rows, stems, scorer=OSA.distance, score_cutoff=2, dtype=np.uint8)
        allowed = np.where(lengths >= _LONG, 2, 1)
        for row, column in np.argwhere((distances > 0) & (distances <= allowed)):
            stem, other = stems[column], rows[row]
            if other in taken or stem in taken or column > start + row or not _is_rare(counts[other], counts[stem]):
                continue
            taken.add(other)
            found.append((other, stem))
    return found


def _is_rare(count: int, beside: int) -> bool:
    return count * 4 <= beside or (count <= 2 and count < beside)
