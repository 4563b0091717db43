"""
What a knowledge pack holds: topics made of claims, each with a kind, a day and its sources.

The models validate the files and are the frozen objects the rest of the bot reads.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from bot.knowledge.charts import Chart
from bot.knowledge.fields import (
    ClaimText,
    CommandName,
    Day,
    Description,
    FileModel,
    Paragraph,
    PartialDay,
    Phrase,
    SectionId,
    SourceIds,
    Title,
    TopicId,
    WebAddress,
    plain,
)
from bot.knowledge.tables import Names, Table

MISCONCEPTIONS = "misconceptions"  # reserved section id: the page of a topic that corrects what is often said


class Kind(StrEnum):
    """How a claim is to be taken; always shown with it."""

    TREATY_TEXT = "treaty-text"
    OFFICIAL_POSITION = "official-position"
    EVENT = "event"
    FIGURE = "figure"
    ANALYSIS = "analysis"
    DISPUTED = "disputed"
    HYPOTHETICAL = "hypothetical"


class SourceKind(StrEnum):
    """Who answers for a source."""

    INSTITUTION = "institution"
    DATASET = "dataset"
    PUBLISHER = "publisher"
    AGENCY_REPRINT = "agency-reprint"  # an outlet that carries a named agency's or paper's text
    STATE_MEDIA = "state-media"  # speaks for a government: only for what its own officials said


class Source(FileModel):
    """Where a claim can be checked. Its id is its key in ``sources.yaml``."""

    title: Annotated[str, StringConstraints(min_length=1, max_length=160)]
    publisher: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    url: WebAddress
    kind: SourceKind
    published: PartialDay | None = None


class Claim(FileModel):
    """One checkable sentence."""

    text: ClaimText
    kind: Kind
    as_of: Day  # it was true on this day
    review_by: Day | None = None  # past this day the card says so; the pack's shelf life applies when absent
    sources: SourceIds


class Section(FileModel):
    """One aspect of a topic, shown as one page."""

    id: SectionId
    title: Title
    claims: Annotated[tuple[Claim, ...], Field(min_length=1, max_length=10)]

    @model_validator(mode="after")
    def _id_is_free(self) -> Self:
        if self.id == MISCONCEPTIONS:
            raise ValueError(f"the section id “{MISCONCEPTIONS}” is reserved. Choose another")
        return self


class Misconception(FileModel):
    """Something often said that is wrong, and the correction."""

    says: Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(plain)]
    answer: ClaimText
    as_of: Day | None = None
    sources: SourceIds


class Command(FileModel):
    """The slash command that opens a topic. Its name is for ever: Discord keys permission overrides by it."""

    name: CommandName
    description: Description


class Topic(FileModel):
    """One thing the bot can answer about, with a command of its own."""

    id: TopicId
    command: Command
    title: Title
    summary: Paragraph
    sections: Annotated[
        tuple[Section, ...], Field(min_length=1, max_length=24)
    ]  # 25 select options with misconceptions
    misconceptions: Annotated[tuple[Misconception, ...], Field(max_length=10)] = ()
    aliases: tuple[Phrase, ...] = ()  # short names of the topic
    asks: tuple[Phrase, ...] = ()  # questions as people type them
    related: Annotated[tuple[TopicId, ...], Field(max_length=4)] = ()

    def section(self, section_id: str) -> Section | None:
        """Return the section with this id, or ``None``."""
        return next((section for section in self.sections if section.id == section_id), None)

    def claims_of(self, section_id: str) -> tuple[Claim, ...]:
        """Return the claims of a section, none when there is no such section."""
        section = self.section(section_id)
        return section.claims if section else ()

    @cached_property
    def page_titles(self) -> Mapping[str, str]:
        """Id and title of every page but the overview, in the order they are offered."""
        titles = {section.id: section.title for section in self.sections}
        return titles | ({MISCONCEPTIONS: "Often said, but not so"} if self.misconceptions else {})


class RetiredTopic(FileModel):
    """A topic that went into another one. Its command stays registered and answers with that one."""

    id: TopicId
    command: Command  # as it was, so that servers' permission overrides for it stay valid
    moved_to: TopicId  # a topic that answers; never a retired one
    since: Day  # it was retired on this day
    note: ClaimText | None = None  # shown above the answer, after where the topic went


class GlossaryTerm(FileModel):
    """A word of the subject in one or two sentences."""

    term: Annotated[str, StringConstraints(min_length=1, max_length=80), AfterValidator(plain)]
    full_name: Annotated[str, StringConstraints(min_length=1, max_length=120), AfterValidator(plain)] | None = None
    definition: ClaimText
    topic: TopicId  # where to read on
    as_of: Day
    sources: SourceIds
    aliases: tuple[Phrase, ...] = ()


class TimelineEvent(FileModel):
    """Something that happened on a day, in a month or in a year."""

    date: PartialDay
    text: ClaimText
    topic: TopicId
    sources: SourceIds

    @property
    def year(self) -> int:
        return int(self.date[:4])


class OutOfScope(FileModel):
    """A kind of question this pack does not answer, with examples."""

    id: TopicId
    title: Title
    hint: Paragraph | None = None
    asks: Annotated[tuple[Phrase, ...], Field(min_length=1)]


class ShelfLife(FileModel):
    """Days after which a claim of each kind should be looked at again."""

    treaty_text: Annotated[int, Field(gt=0, alias="treaty-text")]
    official_position: Annotated[int, Field(gt=0, alias="official-position")]
    event: Annotated[int, Field(gt=0)]
    figure: Annotated[int, Field(gt=0)]
    analysis: Annotated[int, Field(gt=0)]
    disputed: Annotated[int, Field(gt=0)]
    hypothetical: Annotated[int, Field(gt=0)]

    def days(self, kind: Kind) -> int:
        return int(getattr(self, kind.name.lower()))


class Pack(FileModel):
    """What ``pack.yaml`` says of the pack as a whole."""

    id: TopicId
    title: Title
    description: Paragraph  # one sentence for /about and /help
    languages: Annotated[tuple[str, ...], Field(min_length=1)]  # Discord locale codes
    default_language: str
    edition: Day  # the day this edition was published
    reviewed: Day  # the research reaches this day; shelf lives count from it
    contact: Paragraph  # where readers report a mistake
    disclaimer: Paragraph
    shelf_life_days: ShelfLife
    order: tuple[TopicId, ...] = ()  # topics to list first; the others follow by id

    @model_validator(mode="after")
    def _default_language_is_offered(self) -> Self:
        if self.default_language not in self.languages:
            raise ValueError("default_language is not among languages. Add it there")
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """One edition of a pack, whole and valid; replaced as a whole, never changed."""

    pack: Pack
    sources: Mapping[str, Source]
    topics: Mapping[str, Topic]  # by id, in the order they are listed
    retired: Mapping[str, RetiredTopic]  # by id; no id and no command is also a topic's
    glossary: tuple[GlossaryTerm, ...]  # by term
    timeline: tuple[TimelineEvent, ...]  # oldest first
    out_of_scope: tuple[OutOfScope, ...]
    tables: Mapping[str, Table]  # by id
    charts: Mapping[str, Chart]  # by id, in the order they are offered
    names: Mapping[str, Names]  # what countries are called, by code
    fingerprint: str  # first 8 hexadecimal digits of the SHA-256 of all files
    hidden: frozenset[str] = frozenset()  # ids of topics left out of this selection, see bot.knowledge.selection

    @property
    def edition(self) -> str:
        """What identifies this edition on cards and in the log: ``2026-11-25-3f9a2c1b``."""
        return f"{self.pack.edition.isoformat()}-{self.fingerprint}"

    @property
    def commands(self) -> Mapping[str, Command]:
        """The command of each topic and of each retired one, by the topic's id."""
        answering = {topic.id: topic.command for topic in self.topics.values()}
        return answering | {entry.id: entry.command for entry in self.retired.values()}

    def present_topic(self, topic_id: str) -> Topic | None:
        """Return what answers for *topic_id* now: the topic, or the one it moved to; ``None`` if there is neither."""
        retired = self.retired.get(topic_id)
        return self.topics.get(retired.moved_to if retired else topic_id)

    def charts_of(self, topic_id: str) -> tuple[Chart, ...]:
        """Return the charts that belong to a topic."""
        return tuple(chart for chart in self.charts.values() if topic_id in chart.topics)

    def table_of(self, topic_id: str) -> Table | None:
        """Return the table whose rows the command of a topic can be asked for."""
        with_rows = (table for table in self.tables.values() if table.spec.topic == topic_id and table.spec.option)
        return next(with_rows, None)

    def review_day(self, claim: Claim) -> date:
        """Return the day after which *claim* counts as overdue for review."""
        if claim.review_by is not None:
            return claim.review_by
        return max(claim.as_of, self.pack.reviewed) + timedelta(days=self.pack.shelf_life_days.days(claim.kind))

    @property
    def claim_count(self) -> int:
        return sum(len(section.claims) for topic in self.topics.values() for section in topic.sections)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wordings:
    """How people put things in one language: examples for the search."""

    asks: Mapping[str, tuple[str, ...]]  # by topic
    out_of_scope: Mapping[str, tuple[str, ...]]  # by kind of question
