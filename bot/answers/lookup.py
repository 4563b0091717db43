"""Finds what was asked for by name: a topic's page, a glossary term, a stretch of the timeline."""

from collections.abc import Iterable, Sequence

from bot.answers.models import (
    OVERVIEW,
    Found,
    FoundEvents,
    FoundTerm,
    TopicHidden,
    UnknownSection,
    UnknownTerm,
    UnknownTopic,
    UnknownYear,
    WrongSpan,
)
from bot.answers.similarity import key_of, likeness, nearest, partial_likeness
from bot.knowledge.models import GlossaryTerm, Knowledge, Topic

SAME = 90  # similarity from 0 to 100 above which a typed name is taken for the known one
NEAR = 60  # similarity above which a name is worth suggesting
EVENTS_PER_PAGE = 10
MAX_CHOICES = 25  # Discord: autocomplete choices
LONGEST_CHOICE = 100  # characters; Discord: value of a choice


def find_page(topic_id: str, section: str | None, knowledge: Knowledge) -> Found:
    """
    Return the page of a topic that *section* names: its id, its title, or nearly that; the overview when ``None``.

    Discord passes whatever was typed, not only what autocomplete offered. A retired topic leads to the one it moved to;
    a page that did not move with it leads to the overview, for who asked could not know.

    Raises:
        UnknownTopic: This edition has no topic of that id, nor a retired one.
        TopicHidden: It has one, but not for this server.
        UnknownSection: The topic has no such page.
    """
    topic = find_topic(topic_id, knowledge)
    retired = knowledge.retired.get(topic_id)
    try:
        return Found(topic=topic, page=_page_of(topic, section), moved_from=retired)
    except UnknownSection:
        if retired is None:
            raise
        return Found(topic=topic, moved_from=retired, page_is_gone=True)


def _page_of(topic: Topic, section: str | None) -> str:
    if section is None or section == OVERVIEW:
        return OVERVIEW
    titles = topic.page_titles
    if section in titles:
        return section
    ids_by_name = {key_of(name): id_ for id_, title in titles.items() for name in (id_, title)}
    key = key_of(section)
    name = max(ids_by_name, key=lambda known: likeness(key, known))
    if likeness(key, name) < SAME:
        raise UnknownSection(topic)
    return ids_by_name[name]


def find_topic(topic_id: str, knowledge: Knowledge) -> Topic:
    """
    Return the topic of that id; for a retired one, that which it moved to.

    Raises:
        UnknownTopic: This edition has none.
        TopicHidden: It has one, but not for this server.
    """
    retired = knowledge.retired.get(topic_id)
    present = retired.moved_to if retired is not None else topic_id
    if present in knowledge.hidden:
        raise TopicHidden
    topic = knowledge.topics.get(present)
    if topic is None:
        raise UnknownTopic(topic_id)
    return topic


def find_term(text: str, knowledge: Knowledge) -> FoundTerm:
    """
    Return the glossary term that *text* names, by its name, full name or an alias.

    Raises:
        UnknownTerm: None is close enough; the error suggests up to three.
    """
    names = {key_of(name): term for term in knowledge.glossary for name in _names(term)}
    key = key_of(text)
    if key in names:
        return FoundTerm(term=names[key])
    near = nearest(key, names, above=NEAR, limit=5)
    if near and likeness(key, near[0]) >= SAME:
        return FoundTerm(term=names[near[0]])
    raise UnknownTerm(tuple(dict.fromkeys(names[name].term for name in near))[:3])


def find_events(
    knowledge: Knowledge, *, topic_id: str | None, year: int | None, until: int | None = None, page: int = 0
) -> FoundEvents:
    """
    Return one page of the timeline; *page* counts from 0 and is brought into range.

    *year* alone means that year; with *until* it is the first of a span, and *until* alone ends one.

    A retired topic stands for the one it moved to.

    Raises:
        UnknownTopic, TopicHidden: As for ``find_topic``.
        UnknownYear: A year lies outside the timeline.
        WrongSpan: The last year lies before the first.
    """
    topic = None if topic_id is None else find_topic(topic_id, knowledge)
    if knowledge.timeline:
        first, last = knowledge.timeline[0].year, knowledge.timeline[-1].year
        if not all(first <= limit <= last for limit in (year, until) if limit is not None):
            raise UnknownYear(first, last)
        if until is not None and year is None:
            year = first
    if year is not None and until is not None and until < year:
        raise WrongSpan
    events = [
        event
        for event in knowledge.timeline
        if (topic is None or event.topic == topic.id) and (year is None or year <= event.year <= (until or year))
    ]
    pages = max(1, -(-len(events) // EVENTS_PER_PAGE))
    page = min(max(page, 0), pages - 1)
    start = page * EVENTS_PER_PAGE
    return FoundEvents(
        events=tuple(events[start : start + EVENTS_PER_PAGE]),
        page=page,
        pages=pages,
        topic=topic,
        year=year,
        until=until,
    )


def complete_pages(topic: Topic, typed: str) -> Sequence[tuple[str, str]]:
    """Return id and title of the pages that fit what was typed so far, best first."""
    return complete_names(typed, [(id_, title, (id_, title)) for id_, title in topic.page_titles.items()])


def complete_topics(knowledge: Knowledge, typed: str) -> Sequence[tuple[str, str]]:
    """Return id and title of the topics that fit what was typed so far, best first; ids of retired ones fit too."""
    former = {id_: [old.id for old in knowledge.retired.values() if old.moved_to == id_] for id_ in knowledge.topics}
    return complete_names(
        typed, [(t.id, t.title, (t.id, t.title, *t.aliases, *former[t.id])) for t in knowledge.topics.values()]
    )


def complete_terms(knowledge: Knowledge, typed: str) -> Sequence[tuple[str, str]]:
    """Return the glossary terms that fit what was typed so far, best first, each with its full name if it has one."""
    return complete_names(
        typed,
        [
            (term.term, f"{term.term}: {term.full_name}" if term.full_name else term.term, tuple(_names(term)))
            for term in knowledge.glossary
        ],
    )


def complete_questions(knowledge: Knowledge, typed: str) -> Sequence[tuple[str, str]]:
    """Return known questions that hold the words typed so far, the shortest first; titles before anything is typed."""
    words = key_of(typed).split()
    if not words:
        return [(topic.title, topic.title) for topic in knowledge.topics.values()][:MAX_CHOICES]
    fitting = [
        ask
        for topic in knowledge.topics.values()
        for ask in topic.asks
        if len(ask) <= LONGEST_CHOICE and all(word in ask.casefold() for word in words)
    ]
    return [(ask, ask) for ask in sorted(fitting, key=lambda ask: (len(ask), ask))[:MAX_CHOICES]]


def complete_years(knowledge: Knowledge, typed: str) -> Sequence[tuple[str, str]]:
    """Return the years of the timeline that start with what was typed, latest first, with their number of events."""
    counts: dict[int, int] = {}
    for event in reversed(knowledge.timeline):
        counts[event.year] = counts.get(event.year, 0) + 1
    return [
        (str(year), f"{year} ({count} event{'s' if count > 1 else ''})")
        for year, count in counts.items()
        if str(year).startswith(typed.strip())
    ][:MAX_CHOICES]


def complete_names(typed: str, entries: Sequence[tuple[str, str, tuple[str, ...]]]) -> Sequence[tuple[str, str]]:
    """Return value and label of each ``(value, label, names)`` whose names fit what was *typed*, best first."""
    key = key_of(typed)
    if not key:
        return [(value, label) for value, label, _ in entries[:MAX_CHOICES]]
    ranked = []
    for place, (value, label, names) in enumerate(entries):
        score = max(_fit(key, key_of(name)) for name in names)
        if score >= NEAR:
            ranked.append((-score, place, value, label))
    return [(value, label) for _, _, value, label in sorted(ranked)[:MAX_CHOICES]]


def _fit(typed: str, name: str) -> float:
    if name.startswith(typed):
        return 101.0
    if any(word.startswith(typed) for word in name.split()):
        return 100.5
    return partial_likeness(typed, name) if len(typed) > 2 else 0.0


def _names(term: GlossaryTerm) -> Iterable[str]:
    return (term.term, *((term.full_name,) if term.full_name else ()), *term.aliases)
