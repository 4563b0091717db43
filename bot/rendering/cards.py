"""Outcome -> the card Discord shows. Pure: the day and the reader come in as arguments."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import discord

from bot.answers.models import OVERVIEW, Answer, Corrected, Found, FoundEvents, FoundTerm
from bot.knowledge.models import MISCONCEPTIONS, Claim, Knowledge, Misconception, Topic
from bot.rendering import wording
from bot.rendering.components import Card, CardButton, CardSelect, Gallery, Reader
from bot.rendering.custom_ids import OVERVIEW_VALUE, Action, Press
from bot.rendering.limits import OPTION_LABEL_LIMIT, OPTIONS_LIMIT, shortened

NOTICE_ACCENT = 0x8A8F98
CHECKED_CLAIMS = 2  # claims of a section that fits a checked message
# First claims of sections on the overview; more would pass Discord's text limit and a phone's screen.
LEAD_CLAIMS = 5


def notice_card(text: str) -> Card:
    """A short message of the bot about itself: an error, a hint."""
    return Card(text, accent=NOTICE_ACCENT)


def topic_card(found: Found, knowledge: Knowledge, reader: Reader, *, note: str | None = None) -> Card:
    """The answer of a topic, on the page that was found; *note* stands above it."""
    topic, page = found.topic, found.page
    note = note or wording.redirection(found)
    numbers = SourceNumbers(knowledge)
    body: list[str]
    if page == OVERVIEW:
        leads = [section.claims[0] for section in topic.sections[:LEAD_CLAIMS]]
        lines = "\n\n".join(_claim_lines(leads, knowledge, numbers, reader))
        body = [f"## {topic.title}\n{topic.summary}", f"**{wording.KEY_POINTS}**\n{lines}"]
    elif page == MISCONCEPTIONS:
        lines = "\n\n".join(_misconception_lines(topic.misconceptions, numbers))
        body = [f"## {topic.title}\n### {topic.page_titles[page]}", lines]
    else:
        lines = "\n\n".join(_claim_lines(topic.claims_of(page), knowledge, numbers, reader))
        body = [f"## {topic.title}\n### {topic.page_titles[page]}", lines]
    return Card(
        *reader.above(topic.id),
        *([note] if note else []),
        *body,
        footer(knowledge, reader),
        rows=(
            [page_select(topic, page, knowledge, reader)],
            related_buttons(topic, knowledge, reader),
            action_buttons(topic.id, page, knowledge.edition, reader),
        ),
    )


def sources_card(found: Found, knowledge: Knowledge, reader: Reader) -> Card:
    """The sources of a topic's page, numbered as on its card."""
    numbers = SourceNumbers(knowledge)
    for source_ids in _cited(found):
        numbers.links(source_ids)
    title = found.topic.page_titles.get(found.page, wording.OVERVIEW_TITLE)
    return source_list_card(f"{found.topic.title}: {title}", numbers.order, knowledge, reader)


def source_list_card(title: str, source_ids: Iterable[str], knowledge: Knowledge, reader: Reader) -> Card:
    """Sources in the order of their numbers on the card they belong to, whose *title* stands above them."""
    entries = []
    for number, source_id in enumerate(source_ids, 1):
        source = knowledge.sources[source_id]
        published = f" · published {wording.partial_day(source.published)}" if source.published else ""
        entries.append(
            f"{number}. [{_label(source.title)}]({_address(source.url)})\n"
            f"-# {source.publisher} · {wording.SOURCE_KIND_NAMES[source.kind]}{published}"
        )
    return Card(f"## {wording.SOURCES}\n{title}", "\n".join(entries), footer(knowledge, reader))


def topics_card(knowledge: Knowledge, reader: Reader) -> Card:
    """All topics, each with its command, and a menu to open one."""
    lines = "\n".join(
        f"**`/{topic.command.name}`** {topic.title}\n-# {topic.command.description}"
        for topic in knowledge.topics.values()
    )
    return Card(
        f"## {knowledge.pack.title}\n{knowledge.pack.description}",
        lines,
        footer(knowledge, reader),
        rows=([_topic_select(knowledge, reader)], _own_message_buttons(reader)),
    )


def term_card(found: FoundTerm, knowledge: Knowledge, reader: Reader) -> Card:
    """A glossary term with its definition and where to read on."""
    term = found.term
    full_name = f"\n*{term.full_name}*" if term.full_name else ""
    links = SourceNumbers(knowledge).links(term.sources)
    topics = [knowledge.topics[term.topic]] if term.topic in knowledge.topics else []
    return Card(
        *reader.above(term.topic),
        f"## {term.term}{full_name}\n{term.definition}\n-# {wording.day(term.as_of)} · {links}",
        footer(knowledge, reader),
        rows=(_topic_buttons(topics, reader), _own_message_buttons(reader)),
    )


def timeline_card(
    found: FoundEvents,
    knowledge: Knowledge,
    reader: Reader,
    *,
    gallery: Gallery | None = None,
    note: str | None = None,
) -> Card:
    """A page of the timeline, oldest first, with buttons to turn it; *note* says what becomes of its picture."""
    numbers = SourceNumbers(knowledge)
    lines = [
        f"**{wording.partial_day(event.date)}** {event.text} {numbers.links(event.sources)}" for event in found.events
    ]
    place = f"\n-# Page {found.page + 1} of {found.pages}, oldest first" if found.pages > 1 else ""
    turns = [
        CardButton.of(_timeline_press(found, page, reader), label)
        for page, label in ((found.page - 1, wording.EARLIER), (found.page + 1, wording.LATER))
        if 0 <= page < found.pages
    ]
    related = _topic_buttons([found.topic], reader) if found.topic else []
    return Card(
        *reader.above(found.topic.id if found.topic else ""),
        f"## {wording.timeline_heading(found)}{place}",
        "\n".join(lines) or wording.NO_EVENTS,
        *([f"-# {note}"] if note else []),
        footer(knowledge, reader),
        gallery=gallery,
        rows=([*turns, *related], _own_message_buttons(reader)),
    )


def unhelpful_card(press: Press, *, may_explain: bool) -> Card:
    """Thanks for a vote against an answer and offers to say why; *press* is the vote."""
    why = CardButton.of(replace(press, action=Action.WHY), wording.SAY_WHY)
    return Card(wording.VOTED_UNHELPFUL, accent=NOTICE_ACCENT, rows=([why] if may_explain else [],))


def corrected_card(found: Corrected, knowledge: Knowledge, reader: Reader) -> Card:
    """The correction of what was said first, then what the topic says."""
    lines = "\n".join(_misconception_lines([found.misconception], SourceNumbers(knowledge)))
    note = f"### {wording.OFTEN_SAID}\n{lines}"
    return topic_card(Found(topic=found.topic), knowledge, reader, note=note)


def suggestions_card(topics: Sequence[Topic], reader: Reader, *, regards: int) -> Card:
    """Up to three topics to choose from; the choice says which question it answers."""
    lines = "\n".join(f"**{topic.title}**\n-# {topic.command.description}" for topic in topics)
    return Card(
        f"{wording.NOT_SURE}\n{lines}",
        accent=NOTICE_ACCENT,
        rows=(_choice_buttons(topics, reader, regards), _own_message_buttons(reader)),
    )


def not_found_card(knowledge: Knowledge, reader: Reader, *, regards: int) -> Card:
    """Says plainly that there is no answer, and what can be done."""
    tell = Press(action=Action.TELL, page=str(regards), owner=reader.owner)
    return Card(
        wording.NOT_FOUND,
        accent=NOTICE_ACCENT,
        rows=([_topic_select(knowledge, reader)], [CardButton.of(tell, wording.TELL_MAINTAINERS)]),
    )


def check_card(judged: Answer, topics: Sequence[Topic], knowledge: Knowledge, reader: Reader, *, regards: int) -> Card:
    """What the pack says to a chat message: a correction if one fits, and the first lines of each topic."""
    numbers = SourceNumbers(knowledge)
    blocks = [wording.SPEAKS_TO_IT]
    if isinstance(judged, Corrected):
        lines = "\n".join(_misconception_lines([judged.misconception], numbers))
        blocks.append(f"**{wording.OFTEN_SAID}**\n{lines}")
    for topic in topics:
        page = judged.page if isinstance(judged, Found) and judged.topic == topic else OVERVIEW
        claims = topic.claims_of(page)[:CHECKED_CLAIMS] if page else topic.sections[0].claims[:1]
        lines = "\n\n".join(_claim_lines(claims, knowledge, numbers, reader))
        blocks.append(f"**{topic.title}**\n{lines}")
    first = judged.page if isinstance(judged, Found) else MISCONCEPTIONS if isinstance(judged, Corrected) else OVERVIEW
    share = Press(action=Action.SHARE, topic=topics[0].id, page=first, owner=reader.owner)
    return Card(
        *reader.above(topics[0].id),
        *blocks,
        footer(knowledge, reader),
        rows=(
            _choice_buttons(topics, reader, regards),
            [CardButton.of(share, wording.SHARE)] if reader.may_share else [],
        ),
    )


def text_card(title: str, paragraphs: Sequence[str], knowledge: Knowledge, reader: Reader) -> Card:
    """A page of plain text about the bot itself."""
    return Card(
        f"## {title}",
        *paragraphs,
        footer(knowledge, reader),
        rows=([_topic_select(knowledge, reader)], _own_message_buttons(reader)),
    )


class SourceNumbers:
    """Numbers sources in the order in which a card first cites them, from 1."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._sources = knowledge.sources
        self.order: dict[str, int] = {}

    def links(self, source_ids: Iterable[str]) -> str:
        """Return the numbered links of *source_ids*: ``[1](https://…) [2](https://…)``."""
        return " ".join(
            f"[{self.order.setdefault(id_, len(self.order) + 1)}]({_address(self._sources[id_].url)})"
            for id_ in source_ids
        )


def _claim_lines(
    claims: Iterable[Claim], knowledge: Knowledge, numbers: SourceNumbers, reader: Reader
) -> Iterable[str]:
    for claim in claims:
        review_day = knowledge.review_day(claim)
        late = f" · **{wording.overdue(review_day)}**" if reader.today > review_day else ""
        yield f"{claim.text}\n-# {wording.kind_and_day(claim)}{late} · {numbers.links(claim.sources)}"


def _misconception_lines(misconceptions: Iterable[Misconception], numbers: SourceNumbers) -> Iterable[str]:
    for item in misconceptions:
        day = f"{wording.day(item.as_of)} · " if item.as_of else ""
        yield f"**“{item.says}”**\n{item.answer}\n-# {day}{numbers.links(item.sources)}"


def _cited(found: Found) -> Iterable[tuple[str, ...]]:
    if found.page == OVERVIEW:
        return [section.claims[0].sources for section in found.topic.sections[:LEAD_CLAIMS]]
    if found.page == MISCONCEPTIONS:
        return [item.sources for item in found.topic.misconceptions]
    return [claim.sources for claim in found.topic.claims_of(found.page)]


def footer(knowledge: Knowledge, reader: Reader) -> str:
    """Return which edition answers, how far its research reaches, and in which language."""
    pack = knowledge.pack
    return (
        f"-# Edition {wording.day(pack.edition)} ({knowledge.fingerprint}) · research to {wording.day(pack.reviewed)}"
        f" · {wording.language(reader.language)}"
    )


def page_select(topic: Topic, page: str, knowledge: Knowledge, reader: Reader) -> CardSelect:
    """Return the menu of a topic's pages and pictures; *page* is the one shown."""
    pictures = {chart.page: wording.PICTURE.format(chart.title) for chart in knowledge.charts_of(topic.id)}
    titles = {OVERVIEW_VALUE: wording.OVERVIEW_TITLE} | dict(topic.page_titles) | pictures
    options = [
        discord.SelectOption(
            label=shortened(title, OPTION_LABEL_LIMIT), value=id_, default=id_ == (page or OVERVIEW_VALUE)
        )
        for id_, title in titles.items()
    ]
    press = Press(action=Action.PAGE, topic=topic.id, owner=reader.owner)
    return CardSelect.of(press, wording.CHOOSE_PAGE, options[:OPTIONS_LIMIT])


def _topic_select(knowledge: Knowledge, reader: Reader) -> CardSelect:
    options = [
        discord.SelectOption(
            label=shortened(topic.title, OPTION_LABEL_LIMIT),
            value=topic.id,
            description=shortened(topic.command.description, OPTION_LABEL_LIMIT),
        )
        for topic in knowledge.topics.values()
    ]
    return CardSelect.of(Press(action=Action.PICK, owner=reader.owner), wording.CHOOSE_TOPIC, options[:OPTIONS_LIMIT])


def _choice_buttons(topics: Iterable[Topic], reader: Reader, regards: int) -> list[CardButton]:
    return [
        CardButton.of(
            Press(action=Action.CHOOSE, topic=topic.id, page=str(regards), owner=reader.owner),
            topic.title,
            discord.ButtonStyle.primary,
        )
        for topic in topics
    ]


def related_buttons(topic: Topic, knowledge: Knowledge, reader: Reader) -> list[CardButton]:
    """Return buttons to the topics that a topic names as related."""
    return _topic_buttons([knowledge.topics[id_] for id_ in topic.related if id_ in knowledge.topics], reader)


def _topic_buttons(topics: Iterable[Topic], reader: Reader) -> list[CardButton]:
    return [
        CardButton.of(Press(action=Action.TOPIC, topic=topic.id, owner=reader.owner), topic.title) for topic in topics
    ]


def action_buttons(topic_id: str, page: str, edition: str, reader: Reader) -> list[CardButton]:
    """Return what can be done with an answer: see its sources, show it, vote, delete it."""

    def press(action: Action, *, page: str = page) -> Press:
        return Press(action=action, topic=topic_id, page=page, owner=reader.owner)

    share = CardButton.of(press(Action.SHARE), wording.SHARE, discord.ButtonStyle.primary)
    return [
        CardButton.of(press(Action.SOURCES), wording.SOURCES),
        *([share] if reader.private and reader.may_share else []),
        CardButton.of(press(Action.HELPFUL, page=f"{page}.{edition}"), wording.HELPFUL),
        CardButton.of(press(Action.UNHELPFUL, page=f"{page}.{edition}"), wording.UNHELPFUL),
        *_own_message_buttons(reader),
    ]


def _own_message_buttons(reader: Reader) -> list[CardButton]:
    if reader.private:  # Discord itself offers to dismiss a private message
        return []
    return [CardButton.of(Press(action=Action.DELETE, owner=reader.owner), wording.DELETE)]


def _timeline_press(found: FoundEvents, page: int, reader: Reader) -> Press:
    topic = found.topic.id if found.topic else ""
    return Press(action=Action.TIMELINE, topic=topic, page=f"{span_of(found)}.{page}", owner=reader.owner)


def span_of(found: FoundEvents) -> str:
    """Return the years of a stretch as custom ids carry them: ``2022``, ``2014-2022``, or nothing."""
    return f"{found.year}-{found.until}" if found.year and found.until else str(found.year or "")


def _address(url: str) -> str:
    """Escape the brackets that would end a Markdown link too early."""
    return url.replace("(", "%28").replace(")", "%29")


def _label(title: str) -> str:
    return title.replace("[", "(").replace("]", ")")
