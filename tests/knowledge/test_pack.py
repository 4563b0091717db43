"""What the shipped pack must hold, whoever edits it next."""

from collections import Counter
from datetime import date

import pytest

from bot.knowledge.models import Kind, Knowledge, SourceKind

TOPICS = [
    "article5",
    "stance",
    "escalation",
    "consensus",
    "aid",
    "eastern-flank",
    "intelligence",
    "training",
    "members",
    "unilateral",
    "scenarios",
    "membership",
]


def test_the_twelve_topics_have_their_fixed_ids(real_pack: Knowledge) -> None:
    """Links, logs and permission overrides refer to these ids and command names."""
    assert list(real_pack.topics) == TOPICS
    assert [topic.command.name for topic in real_pack.topics.values()] == TOPICS


@pytest.mark.parametrize("topic_id", TOPICS)
def test_every_topic_is_covered_in_depth(real_pack: Knowledge, topic_id: str) -> None:
    """A topic has a summary, sections, claims, corrections and examples of how people ask."""
    topic = real_pack.topics[topic_id]

    assert len(topic.summary) >= 150
    assert len(topic.sections) >= 3
    assert sum(len(section.claims) for section in topic.sections) >= 10
    assert len(topic.misconceptions) >= 2
    assert len(topic.asks) >= 25
    assert topic.related


def test_the_pack_is_large_enough_to_be_useful(real_pack: Knowledge) -> None:
    """At least 180 claims, 40 terms and 60 dated events."""
    assert real_pack.claim_count >= 180
    assert len(real_pack.glossary) >= 40
    assert len(real_pack.timeline) >= 60
    assert real_pack.out_of_scope


def test_no_claim_is_dated_after_the_research(real_pack: Knowledge) -> None:
    """A claim cannot be known to be true on a day that the research did not reach."""
    late = [
        claim.text
        for topic in real_pack.topics.values()
        for section in topic.sections
        for claim in section.claims
        if claim.as_of > real_pack.pack.reviewed
    ]

    assert late == []


def test_no_event_is_dated_after_the_research(real_pack: Knowledge) -> None:
    """The timeline ends where the research ends."""
    assert all(event.date[:10] <= real_pack.pack.reviewed.isoformat() for event in real_pack.timeline)


def test_every_source_is_cited(real_pack: Knowledge) -> None:
    """A source that nothing cites is a leftover."""
    cited = {id_ for topic in real_pack.topics.values() for s in topic.sections for c in s.claims for id_ in c.sources}
    cited |= {id_ for topic in real_pack.topics.values() for item in topic.misconceptions for id_ in item.sources}
    cited |= {id_ for term in real_pack.glossary for id_ in term.sources}
    cited |= {id_ for event in real_pack.timeline for id_ in event.sources}
    for table in real_pack.tables.values():
        cited |= {id_ for row in table.rows for column in table.spec.columns for id_ in table.sources(row, column)}

    assert set(real_pack.sources) - cited == set()


def test_every_scenario_is_marked_hypothetical(real_pack: Knowledge) -> None:
    """Each scenario opens with a sentence of that kind; none is worded as a forecast."""
    sections = [section for section in real_pack.topics["scenarios"].sections if section.id != "talks"]

    assert len(sections) >= 6
    assert all(any(claim.kind is Kind.HYPOTHETICAL for claim in section.claims) for section in sections)
    forecasts = [
        claim.text
        for topic in real_pack.topics.values()
        for section in topic.sections
        for claim in section.claims
        if claim.kind is Kind.HYPOTHETICAL and " will " in claim.text and "would" not in claim.text
    ]
    assert forecasts == []


def test_sources_are_mostly_institutions_datasets_and_publishers(real_pack: Knowledge) -> None:
    """Reprints are the exception, and no state medium carries a claim."""
    kinds = Counter(source.kind for source in real_pack.sources.values())
    reprints = kinds[SourceKind.AGENCY_REPRINT]

    assert reprints < len(real_pack.sources) / 4
    assert kinds[SourceKind.STATE_MEDIA] == 0


def test_dates_are_said_in_full(real_pack: Knowledge) -> None:
    """“Currently” and its like age badly; a claim names its day instead."""
    vague = [
        claim.text
        for topic in real_pack.topics.values()
        for section in topic.sections
        for claim in section.claims
        if {"currently", "nowadays", "today", "recently"} & set(claim.text.lower().replace(",", " ").split())
    ]

    assert vague == []


def test_out_of_date_beliefs_are_put_right(real_pack: Knowledge) -> None:
    """Nine battlegroups, Europe ahead in aid, and plans for after a ceasefire are in the pack, with their day."""
    texts = [
        (claim.text, claim.as_of)
        for topic in real_pack.topics.values()
        for section in topic.sections
        for claim in section.claims
    ]

    assert any("nin" in text and "battlegroup" in text and day >= date(2026, 6, 1) for text, day in texts)
    assert any("Europe" in text and "United States" in text and day >= date(2026, 4, 1) for text, day in texts)
    assert any("ceasefire" in text and "France" in text and day >= date(2026, 1, 1) for text, day in texts)
