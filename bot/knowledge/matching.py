"""
Which statement of an edition was edited into which statement of a later one.

Statements have no ids. Equal ones are matched first, wherever in their topic they stand; what is left of a section is
paired by likeness, and only where the two can be taken for one sentence that was edited. In doubt the old one counts
as removed and the new one as added, which is true as well.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.knowledge.content import Statement, TopicContent
from bot.knowledge.figures import Token, TokenKind, tokens_of

# Of the 1,771 pairs of different statements that share a section of the shipped pack, one is taken for an edit at this
# threshold, and without figures. Rewordings that keep the point are above it.
LIKE = 70.0  # of 100, figures and dates left out


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Placed:
    """A statement where it stands, taken apart for comparing. Compared by identity: a sentence may stand twice."""

    section: str
    position: int  # within its section
    statement: Statement
    tokens: tuple[Token, ...]
    words: str  # the sentence with every figure alike and every date alike
    figures: Counter[str]  # and dates

    def says_the_same_as(self, other: "Placed") -> bool:
        """Return whether both have the same words, whatever their kinds, days and sources."""
        ours, theirs = self.statement, other.statement
        return (ours.text, ours.says) == (theirs.text, theirs.says)

    def names(self, known: frozenset[str]) -> list[str]:
        """Return which of the *known* names it has, in its order."""
        words = (_bare(token.text) for token in self.tokens if token.kind is TokenKind.WORD)
        return [word for word in words if word in known]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """The statements of a topic in two editions, in their order, and which belong together."""

    before: tuple[Placed, ...]
    after: tuple[Placed, ...]
    partners: Mapping[Placed, Placed]  # the earlier statement of a later one


def matches_of(before: TopicContent, after: TopicContent) -> Matches:
    """Return which statements of *before* and *after* belong together, each at most once."""
    olds, news = _placed(before), _placed(after)
    partners = _equals(olds, news)
    names = _names([*olds, *news])
    for section in dict.fromkeys(item.section for item in news):
        likeness = _Likeness(_within(section, olds), _within(section, news), names)
        partners |= likeness.pairs(partners)
    return Matches(before=tuple(olds), after=tuple(news), partners=partners)


def _placed(topic: TopicContent) -> list[Placed]:
    return [
        _take_apart(statement, section.id, position)
        for section in topic.sections
        for position, statement in enumerate(section.statements)
    ]


def _take_apart(statement: Statement, section: str, position: int) -> Placed:
    tokens = tokens_of(f"{statement.says} {statement.text}")
    measures = (TokenKind.FIGURE, TokenKind.DATE)
    return Placed(
        section=section,
        position=position,
        statement=statement,
        tokens=tokens,
        words=" ".join(token.masked for token in tokens),
        figures=Counter(token.text.casefold() for token in tokens if token.kind in measures),
    )


def _within(section: str, items: Iterable[Placed]) -> list[Placed]:
    return [item for item in items if item.section == section]


def _equals(olds: Sequence[Placed], news: Sequence[Placed]) -> dict[Placed, Placed]:
    """Return the old statement of each new one with the same words, in the same section where there is a choice."""
    partners: dict[Placed, Placed] = {}
    free = list(olds)
    for anywhere in (False, True):
        for item in news:
            if item in partners:
                continue
            match = next(
                (o for o in free if o.says_the_same_as(item) and (anywhere or o.section == item.section)), None
            )
            if match is not None:
                partners[item] = match
                free.remove(match)
    return partners


def _names(items: Iterable[Placed]) -> frozenset[str]:
    """Return the words, in small letters, that are written with a capital wherever the topic has them."""
    words = [token.text for item in items for token in item.tokens if token.kind is TokenKind.WORD]
    small = {word for word in words if word[0].islower()}
    return frozenset(_bare(word) for word in words if word[0].isupper()) - small


def _bare(word: str) -> str:
    return word.casefold().removesuffix("'s").removesuffix("’s")


class _Likeness:
    """Pairs what is left of a section on both sides, the likest first."""

    def __init__(self, olds: Sequence[Placed], news: Sequence[Placed], names: frozenset[str]) -> None:
        """Take all statements of the section on both sides, and the words that are names."""
        self._olds = olds
        self._news = news
        self._names = names

    def pairs(self, known: Mapping[Placed, Placed]) -> dict[Placed, Placed]:
        """Return the old statement of each new one that has none among *known* and was edited from it."""
        taken = set(known.values())
        ranked = sorted(
            (
                (rank, old, new)
                for old in self._olds
                for new in self._news
                if old not in taken and new not in known and (rank := self._rank(old, new))[0] >= LIKE
            ),
            key=lambda entry: entry[0],
            reverse=True,
        )
        partners: dict[Placed, Placed] = {}
        for _, old, new in ranked:
            if old not in taken and new not in partners:
                partners[new] = old
                taken.add(old)
        return partners

    def _rank(self, old: Placed, new: Placed) -> tuple[float, int, int]:
        """Return how like two statements are; then how many figures they share, and how near they stand."""
        if not self._may_pair(old, new):
            return 0.0, 0, 0
        from rapidfuzz import fuzz  # not needed to start, only where editions differ

        likeness = max(fuzz.ratio(old.words, new.words), fuzz.token_sort_ratio(old.words, new.words))
        return likeness, (old.figures & new.figures).total(), -abs(old.position - new.position)

    def _may_pair(self, old: Placed, new: Placed) -> bool:
        same_sort = bool(old.statement.says) == bool(new.statement.says)
        return same_sort and self._one_subject(old, new) and self._one_row(old, new)

    def _one_subject(self, old: Placed, new: Placed) -> bool:
        """Refuse “Poland gave 4 billion” for “France gave 6 billion”: what differs is whom they are about."""
        ours, theirs = old.names(self._names), new.names(self._names)
        if ours and theirs and ours[0] not in theirs and theirs[0] not in ours:
            return False
        before, after = (Counter(map(_bare, item.words.split())) for item in (old, new))
        gone, come = before - after, after - before
        return not (gone and come and {*gone, *come} <= self._names)

    def _one_row(self, old: Placed, new: Placed) -> bool:
        """
        Refuse “in 2024 it was 5” for “in 2026 it was 9” where a section has such a sentence for every year.

        Sentences that differ in nothing but figures and dates are told apart by these, so a pair has to share one that
        is not in all of them.
        """
        before = [item for item in self._olds if item.words == old.words]
        after = [item for item in self._news if item.words == new.words]
        if len(before) == len(after) == 1:
            return True
        everywhere = set.intersection(*(set(item.figures) for item in [*before, *after]))
        return bool((set(old.figures) & set(new.figures)) - everywhere)
