"""Renders everything an edition can show and reports what Discord would refuse."""

from collections.abc import Iterator
from datetime import date

from bot.answers.lookup import find_events
from bot.answers.models import OVERVIEW, Corrected, Found, FoundChart, FoundRanking, FoundRow, FoundTerm
from bot.knowledge.models import Knowledge, Topic
from bot.rendering.cards import (
    corrected_card,
    source_list_card,
    sources_card,
    term_card,
    timeline_card,
    topic_card,
    topics_card,
)
from bot.rendering.components import Card, Reader
from bot.rendering.figure_cards import cited_by, figures_card
from bot.rendering.limits import NOTE_ROOM, TEXT_LIMIT, broken_limits

# The longest a card can be: the largest id Discord could give, and every claim past its review date.
_LONGEST = Reader(owner=2**63 - 1, private=False, today=date(9999, 1, 1))


def unshowable(knowledge: Knowledge) -> Iterator[tuple[str, str, str]]:
    """
    Yield file name, key and problem of every card of *knowledge* that breaks a limit of Discord.

    Cards are built one after another, so this can be stopped early.
    """
    for name, key, card in _cards(knowledge):
        for problem in broken_limits(card.payload(), text_limit=TEXT_LIMIT - NOTE_ROOM):
            yield name, key, f"the card {problem}"


def _cards(knowledge: Knowledge) -> Iterator[tuple[str, str, Card]]:
    for topic in knowledge.topics.values():
        name = f"topics/{topic.id}.yaml"
        for page, title in {OVERVIEW: "overview", **topic.page_titles}.items():
            found = Found(topic=topic, page=page)
            yield name, title, topic_card(found, knowledge, _LONGEST)
            yield name, f"sources of {title}", sources_card(found, knowledge, _LONGEST)
        for item in topic.misconceptions:
            correction = corrected_card(Corrected(topic=topic, misconception=item), knowledge, _LONGEST)
            yield name, f"correction of “{item.says}”", correction
    for retired in knowledge.retired.values():
        topic = knowledge.topics[retired.moved_to]
        for page, title in {OVERVIEW: "overview", **topic.page_titles}.items():
            found = Found(topic=topic, page=page, moved_from=retired, page_is_gone=page == OVERVIEW)
            card = topic_card(found, knowledge, _LONGEST)
            yield "retired.yaml", f"{retired.id}, {title} of {topic.id}", card
    for topic in knowledge.topics.values():
        yield from _figure_cards(topic, knowledge)
    yield "pack.yaml", "topics", topics_card(knowledge, _LONGEST)
    for term in knowledge.glossary:
        yield "glossary.yaml", term.term, term_card(FoundTerm(term=term), knowledge, _LONGEST)
    for topic_id in (None, *knowledge.topics):
        for number in range(find_events(knowledge, topic_id=topic_id, year=None).pages):
            events = find_events(knowledge, topic_id=topic_id, year=None, page=number)
            yield "timeline.yaml", f"page {number + 1}", timeline_card(events, knowledge, _LONGEST)


def _figure_cards(topic: Topic, knowledge: Knowledge) -> Iterator[tuple[str, str, Card]]:
    table = knowledge.table_of(topic.id)
    if table is not None:
        name = f"data/{table.spec.file}"
        for row in table.rows:
            yield name, table.name(row), figures_card(FoundRow(topic=topic, table=table, row=row), knowledge, _LONGEST)
        for measure in table.spec.measure.choices if table.spec.measure else ():
            ranking = FoundRanking(topic=topic, table=table, measure=measure)
            yield name, measure, figures_card(ranking, knowledge, _LONGEST)
    for chart in knowledge.charts_of(topic.id):
        found = FoundChart(topic=topic, chart=chart)
        yield "charts.yaml", chart.id, figures_card(found, knowledge, _LONGEST)
        sources = source_list_card(chart.title, cited_by(found, knowledge, _LONGEST), knowledge, _LONGEST)
        yield "charts.yaml", f"sources of {chart.id}", sources
