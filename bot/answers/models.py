"""What an answer can be. Each outcome is a type; callers ``match`` on it."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.errors import UserError
from bot.knowledge.charts import Chart
from bot.knowledge.models import GlossaryTerm, Misconception, RetiredTopic, TimelineEvent, Topic
from bot.knowledge.tables import Row, Table

OVERVIEW = ""  # the page of a topic that is shown when no section is asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A topic answers, on one of its pages."""

    topic: Topic
    page: str = OVERVIEW  # a section's id, MISCONCEPTIONS or OVERVIEW
    moved_from: RetiredTopic | None = None  # what was asked for, when that is retired and led here
    page_is_gone: bool = False  # the page asked for did not move with it; this is the overview

    @property
    def command(self) -> str:
        """The name of the command that was asked for: the retired topic's when that led here."""
        return (self.moved_from or self.topic).command.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """What was said is a misconception of this topic."""

    topic: Topic
    misconception: Misconception


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """It may be about one of these; the person decides."""

    topics: tuple[Topic, ...]  # most likely first, one to three


@dataclass(frozen=True, slots=True, kw_only=True)
class NotFound:
    """The pack has no answer to that."""


Answer = Found | Corrected | Suggested | NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """An answer to a question in free words, and what the log should know of how it came about."""

    answer: Answer
    score: float  # how likely the likeliest topic is, 0 to 1
    ranked: tuple[str, ...]  # up to three topics, most likely first, whatever the answer
    language: str  # of the question


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundTerm:
    """The glossary has the word."""

    term: GlossaryTerm


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundEvents:
    """One page of the timeline, under the filters that were asked for."""

    events: tuple[TimelineEvent, ...]  # oldest first; empty when nothing fits
    page: int  # the first is 0
    pages: int  # at least 1
    topic: Topic | None
    year: int | None  # the first one, when there is a last
    until: int | None = None  # the last year


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRow:
    """A table has the row that was asked for."""

    topic: Topic
    table: Table
    row: Row
    measure: str | None = None  # the choice of the table's measure; None for all

    @property
    def page(self) -> str:
        """What stands for this answer where cards name a page of a topic."""
        return "/".join(filter(None, ["row", _page_key(self.table, self.row), self.measure]))


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRanking:
    """Rows of a table by one measure, the largest first."""

    topic: Topic
    table: Table
    measure: str

    @property
    def page(self) -> str:
        return f"rank/{self.measure}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundChart:
    """The topic has the picture."""

    topic: Topic
    chart: Chart
    row: FoundRow | None = None  # told above the picture

    @property
    def page(self) -> str:
        return self.chart.page


Figures = FoundRow | FoundRanking | FoundChart


def _page_key(table: Table, row: Row) -> str:
    """Return what names a row in custom ids, which are short and split at colons and dots."""
    return table.code(row) or str(table.rows.index(row))


class UnknownTopic(UserError):
    """A topic was asked for that this edition does not have."""

    def __init__(self, topic_id: str) -> None:
        self.topic_id = topic_id
        super().__init__("This edition has no such topic any more. `/topics` lists those it has.")


class TopicHidden(UserError):
    """The server's admins chose not to show this topic there."""

    def __init__(self) -> None:
        super().__init__(
            "This server chose not to show that topic. In a direct message to the bot you can still open it; `/topics` "
            "lists what there is here."
        )


class UnknownSection(UserError):
    """A section was typed by hand, or pressed on an old card, that the topic does not have."""

    def __init__(self, topic: Topic) -> None:
        self.topic = topic
        titles = "\n".join(f"- {title}" for title in topic.page_titles.values())
        super().__init__(f"**{topic.title}** has no such section. It has these; pick one from the list:\n{titles}")


class UnknownTerm(UserError):
    """A word was asked for that the glossary does not have."""

    def __init__(self, near: tuple[str, ...]) -> None:
        self.near = near
        hint = f" It has {', '.join(f'**{term}**' for term in near)}." if near else ""
        super().__init__(f"The glossary does not have that word.{hint} Type a few letters to see what fits.")


class UnknownRow(UserError):
    """A donor, a member or the like was asked for that the table does not have."""

    def __init__(self, noun: str, near: Sequence[str]) -> None:
        hint = f" Did you mean {' or '.join(f'**{name}**' for name in near)}?" if near else ""
        super().__init__(f"There is no such {noun} in the figures.{hint} Type a few letters to see what there is.")


class UnknownChart(UserError):
    """A picture was asked for that the topic does not have."""

    def __init__(self, titles: Sequence[str]) -> None:
        listed = "\n".join(f"- {title}" for title in titles)
        there_are = f"There are these; pick one from the list:\n{listed}" if titles else "This topic has none."
        super().__init__(f"There is no such picture here. {there_are}")


class UnknownMeasure(UserError):
    """A kind was typed by hand that the table does not tell apart."""

    def __init__(self, choices: Sequence[str]) -> None:
        listed = ", ".join(f"`{choice}`" for choice in choices)
        super().__init__(
            f"Choose one of {listed} from the list." if choices else "There are no kinds to choose from here."
        )


class WrongSpan(UserError):
    """The last year of a span lies before the first."""

    def __init__(self) -> None:
        super().__init__("The span ends before it begins. Give `year` the first and `until` the last year.")


class UnknownYear(UserError):
    """The year typed is not a year of the timeline."""

    def __init__(self, first: int, last: int) -> None:
        super().__init__(f"The timeline runs from {first} to {last}. Give a year within that, for example `{last}`.")
