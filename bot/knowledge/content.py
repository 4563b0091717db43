"""
What one edition said, reduced to what a later one is compared with: statements, their sources, and where they stand.

It is kept for as long as news may refer to it, so another version of this program may read it: fields it does not know
are passed over, fields that are missing have their defaults, and what still cannot be read counts as nothing.
"""

import logging
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from pydantic import TypeAdapter, ValidationError

from bot.knowledge.models import MISCONCEPTIONS, Claim, Knowledge, Misconception, Topic

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One sentence of a pack that can be checked: a claim, or the correction of what is often said."""

    text: str
    kind: str = ""  # a ``Kind`` of claim; empty for a correction
    says: str = ""  # what a correction corrects; empty for a claim
    as_of: date | None = None
    review_by: date | None = None
    sources: tuple[str, ...] = ()  # ids


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionContent:
    """The statements of a section. A topic's corrections are a section with the id ``misconceptions``."""

    id: str
    title: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicContent:
    """The sections of a topic, in their order."""

    id: str
    command: str  # name of its command, without the slash
    title: str
    sections: tuple[SectionContent, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceContent:
    """Where a statement can be checked."""

    title: str
    publisher: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionContent:
    """One edition, as far as news of a later one needs it."""

    edition: str  # as ``Knowledge.edition``
    published: date
    topics: Mapping[str, TopicContent]  # by id, in the order they are listed
    sources: Mapping[str, SourceContent] = field(default_factory=dict)  # by id


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEdition:
    """An edition as it is kept."""

    edition: str  # as ``Knowledge.edition``
    published: date
    content: bytes  # of ``dump_content``


def content_of(knowledge: Knowledge) -> EditionContent:
    """Return what a later edition is compared with."""
    return EditionContent(
        edition=knowledge.edition,
        published=knowledge.pack.edition,
        topics={topic_id: _topic(topic) for topic_id, topic in knowledge.topics.items()},
        sources={
            source_id: SourceContent(title=source.title, publisher=source.publisher, url=source.url)
            for source_id, source in knowledge.sources.items()
        },
    )


def dump_content(content: EditionContent) -> bytes:
    """Return *content* as compressed JSON."""
    return zlib.compress(TypeAdapter(EditionContent).dump_json(content))


def read_content(dumped: bytes) -> EditionContent | None:
    """Return what ``dump_content`` made, by whatever version; ``None``, and a line in the log, if it cannot be read."""
    try:
        return TypeAdapter(EditionContent).validate_json(zlib.decompress(dumped))
    except (zlib.error, ValidationError) as error:
        log.warning("The content of an earlier edition cannot be read, so nothing is compared with it: %s", error)
        return None


def _topic(topic: Topic) -> TopicContent:
    sections = [
        SectionContent(id=section.id, title=section.title, statements=tuple(map(_claim, section.claims)))
        for section in topic.sections
    ]
    if topic.misconceptions:
        corrections = tuple(map(_correction, topic.misconceptions))
        title = topic.page_titles[MISCONCEPTIONS]
        sections.append(SectionContent(id=MISCONCEPTIONS, title=title, statements=corrections))
    return TopicContent(id=topic.id, command=topic.command.name, title=topic.title, sections=tuple(sections))


def _claim(claim: Claim) -> Statement:
    return Statement(
        text=claim.text,
        kind=claim.kind.value,
        as_of=claim.as_of,
        review_by=claim.review_by,
        sources=claim.sources,
    )


def _correction(misconception: Misconception) -> Statement:
    return Statement(
        text=misconception.answer,
        says=misconception.says,
        as_of=misconception.as_of,
        sources=misconception.sources,
    )
