"""
The figures in a sentence, and which of them differ between two wordings of it.

A figure is a quantity with its currency and unit. Days and years are told apart: they date a statement more often than
they are its point. The words known here are English; in other languages a figure has its digits and its sign.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

_NUMBER = r"(?:\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?!\d)|\d+(?:,\d{3})+(?!\d)|\d+)(?:[.,]\d+)?"
_CURRENCY = r"(?:US\$|[€$£]|\b(?:EUR|USD|GBP|CHF)\b)"
_UNIT = r"(?:%|(?:percentage points?|percent|per cent|trillion|billion|million|thousand|bn|mn)\b)"
_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b"
)
_YEAR = r"(?:19|20)\d\d"
_TOKEN = re.compile(
    rf"(?P<date>(?:\d{{1,2}}\s)?{_MONTH}(?:\s\d{{1,2}},)?(?:\s{_YEAR}\b)?|\d{{4}}-\d\d(?:-\d\d)?\b"
    rf"|{_YEAR}(?![\w]|[.,]\d|\s?{_UNIT}))"
    rf"|(?P<figure>(?:{_CURRENCY}\s?)?{_NUMBER}(?!\w)(?:\s?{_UNIT})?(?:\s(?:euros|dollars|pounds)\b)?)"
    r"|(?P<word>\w+(?:['’.-]\w+)*)"
    r"|(?P<mark>\S)"
)
_NUMBER_WORDS = re.compile(r"one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve", re.IGNORECASE)
# What stands beside a figure without being what it counts.
_NO_UNIT = re.compile(
    r"a|about|above|after|against|and|are|as|at|because|before|below|between|but|by|during|for|from|had|has|have|if|in"
    r"|into|is|it|its|more|not|of|on|or|over|per|since|so|than|that|the|their|then|they|this|to|under|until|up|was|were"
    r"|when|which|while|who|will|with|would",
    re.IGNORECASE,
)
_COUNTED_WORDS = 2  # "20 member states"


class TokenKind(Enum):
    """What a piece of a sentence is."""

    FIGURE = auto()
    DATE = auto()
    WORD = auto()
    MARK = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A piece of a sentence."""

    text: str
    kind: TokenKind

    @property
    def masked(self) -> str:
        """The token with every figure alike and every date alike, so that sentences compare by their words."""
        match self.kind:
            case TokenKind.FIGURE:
                return "0"
            case TokenKind.DATE:
                return "@"
            case _:
                return self.text.casefold()


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureChange:
    """A figure that another one has replaced, each with its unit or what it counts: ``2 %``, ``12 allies``."""

    before: str
    after: str


def tokens_of(text: str) -> tuple[Token, ...]:
    """Return the pieces of *text*; white space is not kept."""
    return tuple(_tokens(text))


def changed_figures(before: str, after: str) -> tuple[FigureChange, ...]:
    """
    Return which figures of a sentence differ, in the order in which they stand in it.

    None when more than figures and dates differ: then nobody can say without reading which figure took the place of
    which. Dates are named only where no quantity differs.
    """
    old, new = tokens_of(before), tokens_of(after)
    if [token.masked for token in old] != [token.masked for token in new]:
        return ()
    pairs = [
        (a.kind, FigureChange(before=_in_context(old, i), after=_in_context(new, i)))
        for i, (a, b) in enumerate(zip(old, new, strict=True))
        if a.text.casefold() != b.text.casefold()
    ]
    quantities = tuple(change for kind, change in pairs if kind is TokenKind.FIGURE)
    return quantities or tuple(change for _, change in pairs)


def _tokens(text: str) -> Iterator[Token]:
    for found in _TOKEN.finditer(text):
        kind = TokenKind[str(found.lastgroup).upper()]
        if kind is TokenKind.WORD and _NUMBER_WORDS.fullmatch(found.group()):
            kind = TokenKind.FIGURE
        yield Token(text=found.group(), kind=kind)


def _in_context(tokens: Sequence[Token], index: int) -> str:
    """Return a figure with its unit: the one written with it, else the name before it, else the words after it."""
    token = tokens[index]
    if token.kind is TokenKind.DATE or re.search(rf"{_UNIT}|{_CURRENCY}", token.text):
        return token.text
    name = tokens[index - 1].text if index and tokens[index - 1].kind is TokenKind.WORD else ""
    if name[:1].isupper() and not _NO_UNIT.fullmatch(name):
        return f"{name} {token.text}"  # Article 4
    counted = []
    for following in tokens[index + 1 : index + 1 + _COUNTED_WORDS]:
        if following.kind is not TokenKind.WORD or not following.text.islower() or _NO_UNIT.fullmatch(following.text):
            break
        counted.append(following.text)
    return " ".join([token.text, *counted])
