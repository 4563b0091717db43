"""What remains of an edition where a server hides topics."""

from dataclasses import replace

import pytest

from bot.answers.lookup import (
    complete_questions,
    complete_topics,
    complete_years,
    find_events,
    find_page,
    find_term,
)
from bot.answers.models import TopicHidden, UnknownTopic
from bot.knowledge import selection
from bot.knowledge.models import Knowledge, RetiredTopic
from bot.knowledge.selection import Selections, without_topics
from tests.factories import make_retired

HIDDEN = "aid"


@pytest.fixture
def selected(real_pack: Knowledge) -> Knowledge:
    return without_topics(real_pack, {HIDDEN})


def test_a_hidden_topic_is_not_listed(real_pack: Knowledge, selected: Knowledge) -> None:
    """All others are, in their order."""
    assert list(selected.topics) == [topic for topic in real_pack.topics if topic != HIDDEN]
    assert selected.hidden == {HIDDEN}
    assert HIDDEN not in selected.commands


def test_events_of_a_hidden_topic_are_not_on_the_timeline(real_pack: Knowledge, selected: Knowledge) -> None:
    """The others stay."""
    assert [event for event in real_pack.timeline if event.topic != HIDDEN] == list(selected.timeline)
    assert 0 < len(selected.timeline) < len(real_pack.timeline)


def test_asking_for_a_hidden_topic_says_that_the_server_hides_it(selected: Knowledge) -> None:
    """That is something else than a topic that does not exist."""
    for ask in (lambda: find_page(HIDDEN, None, selected), lambda: find_events(selected, topic_id=HIDDEN, year=None)):
        with pytest.raises(TopicHidden, match="chose not to show"):
            ask()
    with pytest.raises(UnknownTopic):
        find_page("weather", None, selected)


def test_a_hidden_topic_is_not_offered_while_typing(real_pack: Knowledge, selected: Knowledge) -> None:
    """Neither it nor its questions, whatever is typed."""
    asks = set(real_pack.topics[HIDDEN].asks)

    assert HIDDEN in [id_ for id_, _ in complete_topics(real_pack, HIDDEN)]
    assert HIDDEN not in [id_ for typed in ("", HIDDEN) for id_, _ in complete_topics(selected, typed)]
    assert not asks & {ask for typed in ("", "aid", "a") for ask, _ in complete_questions(selected, typed)}
    assert real_pack.topics[HIDDEN].title not in [title for title, _ in complete_questions(selected, "")]


def test_words_of_the_glossary_stay(real_pack: Knowledge, selected: Knowledge) -> None:
    """A word can be looked up though its topic is hidden."""
    for term in real_pack.glossary:
        assert find_term(term.term, selected).term == term


def test_years_without_events_are_not_offered(real_pack: Knowledge) -> None:
    """Hiding all topics but one leaves the years of its events."""
    selected = without_topics(real_pack, set(real_pack.topics) - {"stance"})

    assert {year for year, _ in complete_years(selected, "")} == {str(event.year) for event in selected.timeline}


def test_a_retired_topic_is_as_hidden_as_what_it_moved_to(real_pack: Knowledge) -> None:
    """Its command does not lead around the admins' choice."""
    retired = RetiredTopic.model_validate(make_retired("former", moved_to=HIDDEN))
    selected = without_topics(replace(real_pack, retired={"former": retired}), {HIDDEN})

    with pytest.raises(TopicHidden):
        find_page("former", None, selected)
    assert selected.present_topic("former") is None


@pytest.mark.parametrize("hidden", [(), ("weather",)], ids=["nothing", "what is not there"])
def test_hiding_nothing_leaves_the_edition_itself(real_pack: Knowledge, hidden: tuple[str, ...]) -> None:
    """Most servers share one object."""
    assert without_topics(real_pack, hidden) is real_pack
    assert Selections().of(real_pack, hidden) is real_pack


def test_hiding_everything_hides_nothing(real_pack: Knowledge) -> None:
    """A later edition with fewer topics does not make the bot useless."""
    assert without_topics(real_pack, [*real_pack.topics, "weather"]) is real_pack


def test_servers_that_hide_the_same_share_one_selection(real_pack: Knowledge) -> None:
    """It is made once for all of them, and anew for another edition."""
    selections = Selections()
    later = replace(real_pack, fingerprint="00000000")

    first, second = selections.of(real_pack, (HIDDEN,)), selections.of(real_pack, (HIDDEN,))

    assert first is second
    assert selections.of(real_pack, ("stance",)) is not first
    assert selections.of(later, (HIDDEN,)).fingerprint == "00000000"


def test_only_so_many_selections_are_remembered(real_pack: Knowledge, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one unused for longest is made anew; memory does not grow with what admins try out."""
    monkeypatch.setattr(selection, "REMEMBERED", 2)
    selections = Selections()
    aid, stance = selections.of(real_pack, ("aid",)), selections.of(real_pack, ("stance",))

    selections.of(real_pack, ("aid",))
    selections.of(real_pack, ("scenarios",))

    assert selections.of(real_pack, ("aid",)) is aid
    assert selections.of(real_pack, ("stance",)) is not stance
