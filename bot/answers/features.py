"""
What a text is made of, for the search: pieces of its words, its words and its pairs of words, as numbers.

Everything is brought to plain Latin letters first, so that inflected, misspelt, accented, transliterated and Cyrillic
words share pieces: «стаття», "stattya" and "stattia" are one word here. All of it is deterministic: the same text gives
the same numbers on every machine.
"""

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise
from zlib import crc32

BUCKETS = 1 << 18  # features are hashed into this many numbers
LONGEST = 600  # characters that are looked at; Discord passes 300 to /ask, a message can be longer
_MASK = BUCKETS - 1
_SHORTEST_PIECE, _LONGEST_PIECE = 2, 5  # letters

# Ukrainian and Russian to Latin, without the finer points that people write in five ways.
_CYRILLIC = dict(
    zip(
        "абвгґдеєжзиіїйклмнопрстуфхцчшщьюяыэёъў",
        (
            *("a", "b", "v", "h", "g", "d", "e", "e", "zh", "z", "i", "i", "i", "i", "k", "l", "m", "n", "o", "p"),
            *("r", "s", "t", "u", "f", "h", "ts", "ch", "sh", "sh", "", "iu", "ia", "i", "e", "e", "", "u"),
        ),
        strict=True,
    )
)
_LETTERS = str.maketrans(
    {**_CYRILLIC, "г": "g", "ß": "ss", "ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i"}
)
# How people type Cyrillic in Latin letters, brought to the one way used here.
_SPELLINGS = (
    ("shch", "sh"),
    ("sch", "sh"),
    ("kh", "h"),
    ("ya", "ia"),
    ("yu", "iu"),
    ("ye", "e"),
    ("yi", "i"),
    ("y", "i"),
)
_NOISE = re.compile(r"https?://\S+|www\.\S+|<[@#:!&/a-z][^>]*>")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")
_REPEATED = re.compile(r"(.)\1{2,}")
_WORD = re.compile(r"[a-z0-9]+")


def words_of(text: str) -> list[str]:
    """Return the words of *text* in plain Latin letters and digits."""
    text = _NOISE.sub(" ", _INVISIBLE.sub("", unicodedata.normalize("NFKC", text[:LONGEST]))).casefold()
    text = unicodedata.normalize("NFC", text).translate(_LETTERS)
    text = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    text = _REPEATED.sub(r"\1\1", text)
    for written, meant in _SPELLINGS:
        text = text.replace(written, meant)
    return _WORD.findall(text)


@lru_cache(maxsize=65_536)
def pieces_of(word: str) -> tuple[int, ...]:
    """Return the numbers of the pieces of *word*, its ends marked."""
    marked = f" {word} ".encode()
    length = len(marked)
    return tuple(
        crc32(marked[start : start + size]) & _MASK
        for size in range(_SHORTEST_PIECE, _LONGEST_PIECE + 1)
        for start in range(max(1, length - size + 1))
    )


def word_numbers(words: list[str]) -> list[int]:
    """Return the numbers of the words and of the pairs of neighbours."""
    single = [crc32(b"w" + word.encode()) & _MASK for word in words]
    return single + [crc32(f"p{one} {two}".encode()) & _MASK for one, two in pairwise(words)]
