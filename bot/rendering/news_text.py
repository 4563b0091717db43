"""
News of an edition in words: what is told, in which order, how much of it, and how each change reads.

Knows nothing of Discord but how much text a message takes, so that the terminal shows what the message would say.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import assert_never

from bot.knowledge.content import SourceContent, Statement, TopicContent
from bot.knowledge.differences import Added, Changed, EditionDifference, News, Removed, Resourced
from bot.rendering import wording
from bot.rendering.limits import TEXT_LIMIT

ROOM = TEXT_LIMIT - 250  # characters for the changes; the title and the line at the end take the rest
FIGURES = 8  # told of one sentence; it follows whole
_KIND_NAMES = {kind.value: name for kind, name in wording.KIND_NAMES.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTopic:
    """A topic that the earlier edition did not have."""

    topic: TopicContent


@dataclass(frozen=True, slots=True, kw_only=True)
class RetiredTopic:
    """A topic that is no longer offered."""

    topic: TopicContent


Item = News | NewTopic | RetiredTopic


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicNews:
    """What is told of a topic, the most important first."""

    topic: TopicContent
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What one message tells of a difference."""

    topics: tuple[TopicNews, ...]  # the one with the most important change first
    omitted: int  # changes for which there is no room
    to_open: tuple[TopicContent, ...]  # every topic with news that is still offered, those that are told first


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How text is marked."""

    heading: str = ""
    bold: str = ""
    code: str = ""
    small: str = ""
    cite: Callable[[int, SourceContent], str]


MARKDOWN = Style(
    heading="### ",
    bold="**",
    code="`",
    small="-# ",
    # Brackets within an address would end the link too early.
    cite=lambda number, source: f"[{number}]({source.url.replace('(', '%28').replace(')', '%29')})",
)
PLAIN = Style(small="  ", cite=lambda number, source: f"[{number}]")
# Not shorter than Markdown with whatever numbers the sources get.
_LONGEST = replace(MARKDOWN, cite=lambda number, source: MARKDOWN.cite(9999, source))


class Citations:
    """Numbers sources in the order in which they are first cited, from 1."""

    def __init__(self, sources: Mapping[str, SourceContent], style: Style) -> None:
        self._sources = sources
        self._style = style
        self.order: dict[str, int] = {}

    def of(self, source_ids: Iterable[str]) -> str:
        """Return the numbered links of those sources that the edition has."""
        return " ".join(
            self._style.cite(self.order.setdefault(id_, len(self.order) + 1), self._sources[id_])
            for id_ in source_ids
            if id_ in self._sources
        )


def selection_of(difference: EditionDifference) -> Selection:
    """Return what a message tells of *difference*: of all changes the most important, as many as there is room for."""
    ranked = sorted(_items(difference), key=lambda entry: _importance(entry[1]))  # stable: topics keep their order
    topics = {topic.id: topic for topic, _ in ranked}
    citations = Citations(difference.after.sources, _LONGEST)
    chosen: dict[str, list[Item]] = {}
    room = ROOM
    left_out: int | None = None  # the importance of the first that had no room
    for topic, item in ranked:
        if chosen and left_out is not None and _importance(item) > left_out:
            break  # nothing is told instead of something more important
        texts = [item_text(item, citations, _LONGEST), *([] if topic.id in chosen else [_heading(topic, _LONGEST)])]
        size = sum(len(text) + 2 for text in texts)  # with the empty line between them
        if size <= room:
            room -= size
            chosen.setdefault(topic.id, []).append(item)
        elif left_out is None:
            left_out = _importance(item)
    return Selection(
        topics=tuple(TopicNews(topic=topics[id_], items=tuple(items)) for id_, items in chosen.items()),
        omitted=len(ranked) - sum(map(len, chosen.values())),
        to_open=tuple(topics[id_] for id_ in {**chosen, **topics} if id_ in difference.after.topics),
    )


def topic_texts(selection: Selection, citations: Citations, style: Style) -> Iterator[str]:
    """Yield what is told of each topic, under its title and command."""
    for news in selection.topics:
        items = (item_text(item, citations, style) for item in news.items)
        yield f"{_heading(news.topic, style)}\n" + "\n\n".join(items)


def item_text(item: Item, citations: Citations, style: Style) -> str:
    """Return how one change reads."""
    match item:
        case Changed():
            return _changed(item, citations, style)
        case Added(after=after):
            return _told(_strong(wording.NEWS_ADDED, style), after, citations, style)
        case Removed(before=before):
            return f"{_strong(wording.NEWS_REMOVED, style)}\n{_sentence(before)}"
        case Resourced(after=after):
            return _told(_strong(wording.NEWS_RESOURCED, style), after, citations, style)
        case NewTopic(topic=topic):
            return _strong(wording.news_new_topic(sum(len(section.statements) for section in topic.sections)), style)
        case RetiredTopic():
            return _strong(wording.NEWS_TOPIC_RETIRED, style)
        case _:
            assert_never(item)


def _items(difference: EditionDifference) -> Iterator[tuple[TopicContent, Item]]:
    for changed in difference.topics:
        yield from ((changed.after, change) for change in changed.news)
    yield from ((topic, NewTopic(topic=topic)) for topic in difference.added_topics)
    yield from ((topic, RetiredTopic(topic=topic)) for topic in difference.removed_topics)


def _importance(item: Item) -> int:
    """Return the place of a kind of change; the lowest is told first."""
    match item:
        case Changed(figures=figures):
            return 0 if figures else 1
        case NewTopic():
            return 2
        case Added():
            return 3
        case RetiredTopic():
            return 4
        case Removed():
            return 5
        case Resourced():
            return 6
        case _:
            assert_never(item)


def _changed(change: Changed, citations: Citations, style: Style) -> str:
    before, after = change.before, change.after
    if change.figures:
        pairs = [f"{_strong(pair.before, style)} → {_strong(pair.after, style)}" for pair in change.figures]
        lead = "; ".join([*pairs[:FIGURES], *(["…"] if len(pairs) > FIGURES else [])])
        return _told(lead, after, citations, style)
    if _sentence(before) == _sentence(after):  # only its kind is another
        return _told(f"{_kind(before)} → {_strong(_kind(after), style)}", after, citations, style)
    told = _told(_strong(wording.NEWS_CHANGED, style), after, citations, style)
    return f"{told}\n{style.small}{wording.NEWS_BEFORE}: {_sentence(before)}"


def _told(lead: str, statement: Statement, citations: Citations, style: Style) -> str:
    day = wording.day(statement.as_of) if statement.as_of else ""
    notes = " · ".join(filter(None, [_kind(statement), day, citations.of(statement.sources)]))
    return f"{lead}\n{_sentence(statement)}" + (f"\n{style.small}{notes}" if notes else "")


def _sentence(statement: Statement) -> str:
    return f"{wording.OFTEN_SAID}: “{statement.says}” {statement.text}" if statement.says else statement.text


def _kind(statement: Statement) -> str:
    return _KIND_NAMES.get(statement.kind, statement.kind)


def _heading(topic: TopicContent, style: Style) -> str:
    return f"{style.heading}{topic.title} · {style.code}/{topic.command}{style.code}"


def _strong(text: str, style: Style) -> str:
    return f"{style.bold}{text}{style.bold}"
