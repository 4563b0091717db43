"""What one edition says that another did not, statement by statement."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from bot.knowledge.content import EditionContent, SourceContent, Statement, TopicContent
from bot.knowledge.figures import FigureChange, changed_figures
from bot.knowledge.matching import Placed, matches_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """A statement that is new."""

    section: str
    after: Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """A statement that is no longer made."""

    section: str
    before: Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A statement that was reworded, or is now to be taken in another way."""

    section: str
    before: Statement
    after: Statement
    figures: tuple[FigureChange, ...] = ()  # where nothing but figures and dates differs


@dataclass(frozen=True, slots=True, kw_only=True)
class Resourced:
    """The same words, now with other sources."""

    section: str
    before: Statement
    after: Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """The same words and sources; only the day they were true, or the day of their review, is another. Not news."""

    section: str
    before: Statement
    after: Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """The same statement in another section. Not news."""

    section: str
    section_before: str
    after: Statement


News = Added | Removed | Changed | Resourced  # what a reader should hear of
Change = News | Confirmed | Moved


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicDifference:
    """What changed in a topic that both editions have."""

    before: TopicContent
    after: TopicContent
    changes: tuple[Change, ...]  # as the topic reads now; what was removed comes last

    @property
    def news(self) -> tuple[News, ...]:
        """The changes that a reader should hear of."""
        return tuple(change for change in self.changes if isinstance(change, News))


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionDifference:
    """What changed from one edition to another."""

    before: EditionContent
    after: EditionContent
    added_topics: tuple[TopicContent, ...]
    removed_topics: tuple[TopicContent, ...]
    topics: tuple[TopicDifference, ...]  # those in which anything changed

    @property
    def is_news(self) -> bool:
        """Whether anything changed that a reader should hear of."""
        return bool(self.added_topics or self.removed_topics) or any(topic.news for topic in self.topics)

    def without(self, hidden: Collection[str]) -> "EditionDifference":
        """Return the same without the topics whose ids are *hidden*."""
        return replace(
            self,
            added_topics=tuple(topic for topic in self.added_topics if topic.id not in hidden),
            removed_topics=tuple(topic for topic in self.removed_topics if topic.id not in hidden),
            topics=tuple(topic for topic in self.topics if topic.after.id not in hidden),
        )


def differences(before: EditionContent, after: EditionContent) -> EditionDifference:
    """Return what changed from *before* to *after*."""
    compared = (
        TopicDifference(
            before=old, after=new, changes=tuple(_changes(old, new, _Addresses(before.sources, after.sources)))
        )
        for topic_id, new in after.topics.items()
        if (old := before.topics.get(topic_id)) is not None
    )
    return EditionDifference(
        before=before,
        after=after,
        added_topics=tuple(topic for id_, topic in after.topics.items() if id_ not in before.topics),
        removed_topics=tuple(topic for id_, topic in before.topics.items() if id_ not in after.topics),
        topics=tuple(
            topic
            for topic in compared
            if topic.changes or (topic.before.title, topic.before.command) != (topic.after.title, topic.after.command)
        ),
    )


@dataclass(frozen=True, slots=True)
class _Addresses:
    """Sources are compared by where they lead: another id or order for the same pages is no change."""

    before: Mapping[str, SourceContent]
    after: Mapping[str, SourceContent]

    def same(self, old: Statement, new: Statement) -> bool:
        return self._of(old, self.before) == self._of(new, self.after)

    @staticmethod
    def _of(statement: Statement, sources: Mapping[str, SourceContent]) -> frozenset[str]:
        return frozenset(sources[id_].url if id_ in sources else id_ for id_ in statement.sources)


def _changes(old: TopicContent, new: TopicContent, addresses: _Addresses) -> Iterator[Change]:
    matches = matches_of(old, new)
    for item in matches.after:
        partner = matches.partners.get(item)
        if partner is None:
            yield Added(section=item.section, after=item.statement)
        elif (change := _change(partner, item, addresses)) is not None:
            yield change
    kept = set(matches.partners.values())
    yield from (Removed(section=item.section, before=item.statement) for item in matches.before if item not in kept)


def _change(old: Placed, new: Placed, addresses: _Addresses) -> Change | None:
    before, after = old.statement, new.statement
    if not old.says_the_same_as(new) or before.kind != after.kind:
        figures = changed_figures(f"{before.says} {before.text}", f"{after.says} {after.text}")
        return Changed(section=new.section, before=before, after=after, figures=figures)
    if not addresses.same(before, after):
        return Resourced(section=new.section, before=before, after=after)
    if (before.as_of, before.review_by) != (after.as_of, after.review_by):
        return Confirmed(section=new.section, before=before, after=after)
    if old.section != new.section:
        return Moved(section=new.section, section_before=old.section, after=after)
    return None
