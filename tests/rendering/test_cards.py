from datetime import date
from pathlib import Path
from typing import Any

import pytest
from discord import ui

from bot.answers.lookup import find_events, find_page, find_term
from bot.knowledge.models import MISCONCEPTIONS, Knowledge
from bot.rendering.cards import notice_card, sources_card, term_card, timeline_card, topic_card, topics_card
from bot.rendering.check import unshowable
from bot.rendering.components import Card, Reader
from bot.rendering.custom_ids import Action, Press
from bot.rendering.limits import broken_limits
from tests.factories import make_claim, make_knowledge, make_topic
from tests.openapi import violations

READER = Reader(owner=42, private=False, today=date(2026, 11, 25))
PRIVATE = Reader(owner=42, private=True, today=date(2026, 11, 25))

_SCHEMAS = {17: "ContainerComponentForMessageRequest", 1: "ActionRowComponentForMessageRequest"}


def text_of(card: Card) -> str:
    def walk(items: list[dict[str, Any]]) -> list[str]:
        return [
            text
            for item in items
            for text in ([item["content"]] if "content" in item else walk(item.get("components", [])))
        ]

    return "\n".join(walk(card.payload()))


def components_of(card: Card, kind: int) -> list[dict[str, Any]]:
    return [item for row in card.payload() if row["type"] == 1 for item in row["components"] if item["type"] == kind]


def labels_of(card: Card) -> list[str]:
    return [button["label"] for button in components_of(card, 2)]


def assert_valid(card: Card) -> None:
    assert list(broken_limits(card.payload())) == []
    assert [found for row in card.payload() for found in violations(_SCHEMAS[row["type"]], row)] == []


def test_a_claim_shows_its_kind_its_day_and_its_numbered_sources(tmp_path: Path) -> None:
    """Nobody takes a figure for treaty text, and everybody can check it."""
    knowledge = make_knowledge(tmp_path)

    text = text_of(topic_card(find_page("bridge", "length", knowledge), knowledge, READER))

    assert "It is 300 metres long.\n-# Figure · 4 May 1999 · [1](https://bridges.example/survey)" in text


def test_a_claim_past_its_review_date_says_so_in_words(tmp_path: Path) -> None:
    """An old claim is not hidden, and not passed off as fresh."""
    claim = make_claim(review_by="2026-11-24")
    knowledge = make_knowledge(tmp_path, make_topic(sections=[{"id": "s1", "title": "One", "claims": [claim]}]))
    found = find_page("bridge", "s1", knowledge)

    on_the_day = Reader(owner=42, private=False, today=date(2026, 11, 24))

    assert "due for review since 24 November 2026" in text_of(topic_card(found, knowledge, READER))
    assert "due for review" not in text_of(topic_card(found, knowledge, on_the_day))


def test_sources_keep_one_number_within_a_card(tmp_path: Path) -> None:
    """A source that is cited twice has one number, and the list of sources uses the same."""
    claims = [make_claim(sources=["gazette"]), make_claim("Two.", sources=["survey", "gazette"])]
    knowledge = make_knowledge(tmp_path, make_topic(sections=[{"id": "s1", "title": "One", "claims": claims}]))
    found = find_page("bridge", "s1", knowledge)

    card, sources = text_of(topic_card(found, knowledge, READER)), text_of(sources_card(found, knowledge, READER))

    assert "[2](https://bridges.example/survey) [1](https://gazette.example/a_%28b%29)" in card
    assert "1. [The bridge (opening) gazette](https://gazette.example/a_%28b%29)" in sources
    assert "2. [Survey of bridges]" in sources
    assert "published September 2026" in sources


def test_the_overview_answers_and_leads_on(real_pack: Knowledge) -> None:
    """A bare command shows the summary, a first claim of each section, and a menu of all pages."""
    topic = real_pack.topics["article5"]

    card = topic_card(find_page("article5", None, real_pack), real_pack, READER)
    (menu,) = components_of(card, 3)

    assert topic.summary in text_of(card)
    assert topic.sections[1].claims[0].text in text_of(card)
    assert [option["value"] for option in menu["options"]] == ["overview", *topic.page_titles]
    assert [option["value"] for option in menu["options"] if option.get("default")] == ["overview"]


def test_a_misconception_stands_beside_its_correction(real_pack: Knowledge) -> None:
    """What is wrong is quoted as such and corrected at once."""
    item = real_pack.topics["article5"].misconceptions[0]

    text = text_of(topic_card(find_page("article5", MISCONCEPTIONS, real_pack), real_pack, READER))

    assert f"**“{item.says}”**\n{item.answer}" in text


def test_every_card_names_its_edition_and_research_day(real_pack: Knowledge) -> None:
    """A screenshot of an answer shows how old it is."""
    cards = (
        topic_card(find_page("aid", None, real_pack), real_pack, READER),
        sources_card(find_page("aid", None, real_pack), real_pack, READER),
        topics_card(real_pack, READER),
        term_card(find_term("PURL", real_pack), real_pack, READER),
        timeline_card(find_events(real_pack, topic_id=None, year=None), real_pack, READER),
    )

    for card in cards:
        assert real_pack.fingerprint in text_of(card)
        assert "research to 10 October 2026" in text_of(card)


def test_public_and_private_cards_offer_what_fits(real_pack: Knowledge) -> None:
    """A private answer can be shown to everyone; a public one can be deleted."""
    found = find_page("article5", None, real_pack)

    public, private = topic_card(found, real_pack, READER), topic_card(found, real_pack, PRIVATE)

    assert "Delete" in labels_of(public)
    assert "Show to everyone" not in labels_of(public)
    assert "Show to everyone" in labels_of(private)
    assert "Delete" not in labels_of(private)


def test_every_component_says_all_a_press_needs(real_pack: Knowledge) -> None:
    """Custom ids are versioned and complete, so that any process can answer them."""
    card = topic_card(find_page("article5", "ukraine", real_pack), real_pack, PRIVATE)

    presses = [Press.parse(item["custom_id"]) for kind in (2, 3) for item in components_of(card, kind)]

    assert Press(action=Action.SHARE, topic="article5", page="ukraine", owner=42) in presses
    assert Press(action=Action.PAGE, topic="article5", owner=42) in presses
    assert None not in presses


def test_a_card_keeps_nothing_in_the_client(real_pack: Knowledge) -> None:
    """All interactive items are dynamic: a mixed view would unregister every button when it dies."""
    card = topic_card(find_page("article5", None, real_pack), real_pack, READER)

    interactive = [item for item in card.walk_children() if item.is_dispatchable()]

    assert interactive
    assert all(isinstance(item, ui.DynamicItem) for item in interactive)
    assert card.is_persistent()
    assert card.timeout is None


@pytest.mark.parametrize("topic_id", ["article5", "aid", "members", "scenarios"])
def test_cards_are_valid_by_discord_s_own_description(real_pack: Knowledge, topic_id: str) -> None:
    """Every page of a topic and its sources, public and private, is a payload that Discord accepts."""
    for page in (None, *real_pack.topics[topic_id].page_titles):
        found = find_page(topic_id, page, real_pack)
        for reader in (READER, PRIVATE):
            assert_valid(topic_card(found, real_pack, reader))
        assert_valid(sources_card(found, real_pack, READER))


def test_other_cards_are_valid_by_discord_s_own_description(real_pack: Knowledge) -> None:
    """So are the lists, the glossary, the timeline and the bot's own words."""
    assert_valid(topics_card(real_pack, READER))
    assert_valid(term_card(find_term("NSATU", real_pack), real_pack, READER))
    assert_valid(timeline_card(find_events(real_pack, topic_id="aid", year=None), real_pack, READER))
    assert_valid(notice_card("Something."))


def test_all_of_the_pack_can_be_shown(real_pack: Knowledge) -> None:
    """No card of the shipped pack breaks a limit, even with the longest ids and all claims overdue."""
    assert list(unshowable(real_pack)) == []


def test_a_card_that_would_be_too_long_is_reported(tmp_path: Path) -> None:
    """An edition whose page is longer than Discord allows is refused before anybody asks for it."""
    claims = [make_claim("x" * 399 + str(i)) for i in range(10)]
    knowledge = make_knowledge(tmp_path, make_topic(sections=[{"id": "s1", "title": "One", "claims": claims}]))

    (problem,) = unshowable(knowledge)

    assert problem[:2] == ("topics/bridge.yaml", "One")
    assert "there is room for 3,630" in problem[2]
