"""Small editions for tests that compare them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.knowledge.content import EditionContent, SectionContent, SourceContent, Statement, TopicContent

SOURCES = {
    "survey": SourceContent(title="Survey", publisher="Office", url="https://bridges.example/survey"),
    "gazette": SourceContent(title="Gazette", publisher="Press", url="https://gazette.example/a_(b)"),
}


def claim(text: str, **changes: Any) -> Statement:
    fields: dict[str, Any] = {"kind": "figure", "as_of": date(2026, 4, 30), "sources": ("survey",)}
    return Statement(text=text, **(fields | changes))


def topic(*statements: Statement, topic_id: str = "aid", **more: tuple[Statement, ...]) -> TopicContent:
    """Return a topic with a section “s1” of *statements*, and one for each keyword."""
    sections = {"s1": statements} | more
    return TopicContent(
        id=topic_id,
        command=topic_id,
        title=topic_id.title(),
        sections=tuple(SectionContent(id=id_, title=id_, statements=held) for id_, held in sections.items()),
    )


def edition(
    *topics: TopicContent, sources: Mapping[str, SourceContent] = SOURCES, published: date = date(2026, 11, 1)
) -> EditionContent:
    return EditionContent(
        edition=f"{published}-00000000",
        published=published,
        topics={topic.id: topic for topic in topics},
        sources=sources,
    )
