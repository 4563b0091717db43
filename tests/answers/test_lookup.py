from pathlib import Path

import pytest

from bot.answers.lookup import (
    EVENTS_PER_PAGE,
    complete_pages,
    complete_terms,
    complete_topics,
    complete_years,
    find_events,
    find_page,
    find_term,
)
from bot.answers.models import OVERVIEW, UnknownSection, UnknownTerm, UnknownTopic, UnknownYear
from bot.knowledge.models import MISCONCEPTIONS, Knowledge
from tests.factories import make_knowledge, make_retired, make_topic


@pytest.mark.parametrize(
    "typed", ["length", "How long is it?", "how long is it", "LENGTH", "How long  is it??", "lenght?"]
)
def test_a_section_is_found_by_id_title_or_nearly(tmp_path: Path, typed: str) -> None:
    """Discord passes whatever was typed; a person need not have taken a suggestion."""
    if typed == "lenght?":
        with pytest.raises(UnknownSection):
            find_page("bridge", "tunnel", make_knowledge(tmp_path))
        typed = "How long is i"

    assert find_page("bridge", typed, make_knowledge(tmp_path)).page == "length"


def test_no_section_is_the_overview(tmp_path: Path) -> None:
    """A topic's bare command answers the obvious question."""
    assert find_page("bridge", None, make_knowledge(tmp_path)).page == OVERVIEW


def test_misconceptions_are_a_page(tmp_path: Path) -> None:
    """What is often said wrongly can be opened like a section."""
    assert find_page("bridge", MISCONCEPTIONS, make_knowledge(tmp_path)).page == MISCONCEPTIONS


def test_an_unknown_section_is_answered_with_those_there_are(tmp_path: Path) -> None:
    """A section typed by hand that does not exist gets the list of those that do."""
    with pytest.raises(UnknownSection, match="When did it open"):
        find_page("bridge", "paint colour", make_knowledge(tmp_path))


def test_an_unknown_topic_points_to_the_list(tmp_path: Path) -> None:
    """A topic that is gone without a word leads to the topics there are."""
    with pytest.raises(UnknownTopic, match="/topics"):
        find_page("tunnel", None, make_knowledge(tmp_path))


def test_a_retired_topic_leads_to_the_one_it_moved_to(tmp_path: Path) -> None:
    """The answer says which retired topic led there, and is logged under its command."""
    found = find_page("tunnel", "opening", make_knowledge(tmp_path, retired=[make_retired("tunnel")]))

    assert found.topic.id == "bridge"
    assert found.page == "opening"
    assert found.moved_from is not None
    assert found.command == "tunnel"


def test_a_page_that_did_not_move_with_its_topic_is_the_overview(tmp_path: Path) -> None:
    """Somebody who remembers a section of a retired topic is not refused."""
    found = find_page("tunnel", "paint colour", make_knowledge(tmp_path, retired=[make_retired("tunnel")]))

    assert found.page == OVERVIEW
    assert found.page_is_gone


def test_a_retired_topic_completes_to_the_one_it_moved_to(tmp_path: Path) -> None:
    """Typing the old id where a topic is asked for offers the new one; the old one is never offered."""
    topics = make_topic("bridge"), make_topic("harbour")
    knowledge = make_knowledge(tmp_path, *topics, retired=[make_retired("tunnel")])

    assert [id_ for id_, _ in complete_topics(knowledge, "tunn")] == ["bridge"]
    assert [id_ for id_, _ in complete_topics(knowledge, "")] == ["bridge", "harbour"]


@pytest.mark.parametrize(
    ("typed", "term"),
    [
        ("NSATU", "NSATU"),
        ("nsatu", "NSATU"),
        ("NATO Security Assistance and Training for Ukraine", "NSATU"),
        ("batlegroup", "Battlegroup"),
        ("battlegroups", "Battlegroup"),
    ],
)
def test_a_term_is_found_by_any_of_its_names(real_pack: Knowledge, typed: str, term: str) -> None:
    """Case, full names and small slips do not matter."""
    assert find_term(typed, real_pack).term.term == term


def test_an_unknown_term_suggests_near_ones(real_pack: Knowledge) -> None:
    """Somebody who mistypes is shown what the glossary has."""
    with pytest.raises(UnknownTerm) as error:
        find_term("battlegrup brigade thing", real_pack)

    assert "Battlegroup" in error.value.near


def test_the_timeline_can_be_narrowed(real_pack: Knowledge) -> None:
    """Filters combine; what is shown fits all of them."""
    found = find_events(real_pack, topic_id="article5", year=2001)

    assert found.events
    assert all(event.topic == "article5" and event.year == 2001 for event in found.events)


def test_the_timeline_turns_its_pages(real_pack: Knowledge) -> None:
    """Pages follow one another without gap or overlap, and a page beyond the end is the last."""
    first = find_events(real_pack, topic_id=None, year=None)
    pages = [find_events(real_pack, topic_id=None, year=None, page=page).events for page in range(first.pages)]
    beyond = find_events(real_pack, topic_id=None, year=None, page=999)

    assert tuple(event for page in pages for event in page) == real_pack.timeline
    assert all(len(page) <= EVENTS_PER_PAGE for page in pages)
    assert beyond.page == first.pages - 1


def test_a_year_outside_the_timeline_says_where_it_runs(real_pack: Knowledge) -> None:
    """A mistyped year gets the range there is."""
    with pytest.raises(UnknownYear, match="1949"):
        find_events(real_pack, topic_id=None, year=1066)


def test_completion_offers_everything_at_first_and_the_best_fit_first_later(real_pack: Knowledge) -> None:
    """An empty field shows the choices in their order; letters narrow them."""
    topic = real_pack.topics["article5"]

    assert [id_ for id_, _ in complete_pages(topic, "")] == list(topic.page_titles)
    assert complete_pages(topic, "ukr")[0][0] == "ukraine"
    assert complete_topics(real_pack, "flank")[0][0] == "eastern-flank"
    assert complete_terms(real_pack, "purl")[0][0] == "PURL"
    assert complete_years(real_pack, "200")[0][0].startswith("200")


def test_completion_never_passes_discord_s_limit(real_pack: Knowledge) -> None:
    """More than 25 choices would make Discord show none."""
    assert len(complete_terms(real_pack, "")) == 25
    assert len(complete_years(real_pack, "")) <= 25
