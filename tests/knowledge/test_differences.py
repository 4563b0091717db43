from datetime import date

import pytest

from bot.knowledge.content import Statement, TopicContent
from bot.knowledge.differences import (
    Added,
    Change,
    Changed,
    Confirmed,
    Moved,
    Removed,
    Resourced,
    TopicDifference,
    differences,
)
from tests.editions import SOURCES, claim, edition, topic


def changes(old: TopicContent, new: TopicContent) -> tuple[Change, ...]:
    found = differences(edition(old), edition(new))
    return tuple(change for topic in found.topics for change in topic.changes)


def pairs(old: TopicContent, new: TopicContent) -> list[tuple[str, str]]:
    """Texts of what counts as one edited statement."""
    return [(c.before.text, c.after.text) for c in changes(old, new) if isinstance(c, Changed)]


def test_equal_editions_do_not_differ() -> None:
    """Where nothing was edited there is nothing to tell."""
    found = differences(edition(topic(claim("One."))), edition(topic(claim("One."))))

    assert (found.topics, found.is_news) == ((), False)


def test_new_and_gone_topics_are_named() -> None:
    """A topic that comes or goes is news by itself; its claims are not listed one by one."""
    kept, old, new = (topic(claim("One."), topic_id=id_) for id_ in ("kept", "old", "new"))

    found = differences(edition(kept, old), edition(kept, new))

    assert (found.added_topics, found.removed_topics, found.topics) == ((new,), (old,), ())
    assert found.is_news


def test_a_renamed_topic_differs_but_is_not_news() -> None:
    """A new title is a difference for maintainers; it says nothing new about the subject."""
    old = topic(claim("One."))
    new = TopicContent(id=old.id, command=old.command, title="Another", sections=old.sections)

    found = differences(edition(old), edition(new))

    assert found.topics == (TopicDifference(before=old, after=new, changes=()),)
    assert not found.is_news


def test_claims_come_and_go() -> None:
    """A sentence that is like none before is new; one that nothing took the place of is gone."""
    here, gone, new = claim("The bridge stands."), claim("A ferry crosses daily."), claim("Cars pay a toll of 2 euros.")

    assert changes(topic(here, gone), topic(here, new)) == (
        Added(section="s1", after=new),
        Removed(section="s1", before=gone),
    )


def test_a_changed_figure_is_told_from_what_to_what() -> None:
    """The figure stands with its unit; the day it was counted may move along."""
    before = claim("By 30 April 2026 the office had counted EUR 80 billion of aid.")
    after = claim("By 31 August 2026 the office had counted EUR 92 billion of aid.", as_of=date(2026, 8, 31))

    (change,) = changes(topic(before), topic(after))

    assert isinstance(change, Changed)
    assert [(figure.before, figure.after) for figure in change.figures] == [("EUR 80 billion", "EUR 92 billion")]


def test_another_kind_is_a_change_of_the_claim() -> None:
    """The same words count as changed when they are now to be taken as disputed."""
    before, after = claim("It is safe.", kind="official-position"), claim("It is safe.", kind="disputed")

    assert changes(topic(before), topic(after)) == (Changed(section="s1", before=before, after=after),)


def test_other_sources_for_the_same_words_are_told() -> None:
    """A replaced source is a change of its own, also when the day moved with it."""
    before, after = claim("One."), claim("One.", sources=("gazette",), as_of=date(2026, 5, 1))

    assert changes(topic(before), topic(after)) == (Resourced(section="s1", before=before, after=after),)


def test_a_source_under_another_id_is_the_same_source() -> None:
    """What counts is the page a source leads to, not how the pack calls it or in which order it stands."""
    old, new = topic(claim("One.", sources=("survey", "gazette"))), topic(claim("One.", sources=("papers", "survey")))
    renamed = {"survey": SOURCES["survey"], "papers": SOURCES["gazette"]}

    assert differences(edition(old), edition(new, sources=renamed)).topics == ()


def test_a_claim_that_was_confirmed_anew_is_not_news() -> None:
    """Looking again and finding the same is kept apart."""
    before, after = claim("One."), claim("One.", as_of=date(2026, 9, 1), review_by=date(2027, 1, 1))

    found = differences(edition(topic(before)), edition(topic(after)))

    assert found.topics[0].changes == (Confirmed(section="s1", before=before, after=after),)
    assert not found.is_news


def test_a_claim_that_moved_is_not_news() -> None:
    """The same sentence in another section of its topic was neither added nor removed."""
    one, two = claim("One."), claim("Two.")

    found = differences(edition(topic(one, two, s2=())), edition(topic(one, s2=(two,))))

    assert found.topics[0].changes == (Moved(section="s2", section_before="s1", after=two),)
    assert not found.is_news


def test_a_sentence_that_stands_twice_is_not_taken_for_a_move() -> None:
    """Equal sentences of two sections stay where they are when one of them is removed."""
    twice = claim("One.")

    assert changes(topic(twice, s2=(twice,)), topic(s2=(twice,))) == (Removed(section="s1", before=twice),)


def test_corrections_are_compared_like_claims() -> None:
    """What is often said keeps its correction together through an edit of the answer."""
    before = Statement(says="Every ally must spend 2 %", text="It is an aim of 2 %.", sources=("survey",))
    after = Statement(says="Every ally must spend 2 %", text="It is an aim of 5 %.", sources=("survey",))

    (change,) = changes(topic(misconceptions=(before,)), topic(misconceptions=(after,)))

    assert isinstance(change, Changed)
    assert [(figure.before, figure.after) for figure in change.figures] == [("2 %", "5 %")]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            "Ukraine is not a member, so an attack on it does not trigger Article 5.",
            "Ukraine is not a party to the treaty, so an attack on Ukraine does not trigger Article 5.",
            id="reworded",
        ),
        pytest.param(
            "The allies will send troops to the bridge.", "The allies will not send troops to the bridge.", id="negated"
        ),
        pytest.param(
            "In 2025 the office counted 20 cranes.", "The office counted 24 cranes in 2026.", id="another order"
        ),
        pytest.param(
            "The United States let Ukraine fire the missiles into part of Russia.",
            "In November 2024 the United States let Ukraine fire the missiles into part of Russia, and Russia said so.",
            id="extended",
        ),
        pytest.param(
            "Germany's aid stood at EUR 8 billion.", "Germany’s aid stands at EUR 9 billion.", id="apostrophe"
        ),
    ],
)
def test_an_edited_sentence_is_one_claim(before: str, after: str) -> None:
    """Rewording, negating, reordering and extending leave it the same claim, changed."""
    assert pairs(topic(claim(before)), topic(claim(after))) == [(before, after)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            "Poland gave EUR 4.5 billion of military aid by 30 April 2026.",
            "France gave EUR 6.2 billion of military aid by 30 April 2026.",
            id="another country",
        ),
        pytest.param(
            "By 30 April 2026 the office counted EUR 4.5 billion of military aid from Poland.",
            "By 30 April 2026 the office counted EUR 6.2 billion of military aid from France.",
            id="another country at the end",
        ),
        pytest.param(
            "Germany's bilateral aid of all kinds stood at EUR 29.9 billion by 30 April 2026, or EUR 49.0 billion with "
            "its share of EU aid, by the Kiel Institute's count.",
            "France had allocated EUR 7.9 billion bilaterally by 30 April 2026, and EUR 24.1 billion with its share of "
            "EU aid, by the Kiel Institute's count.",
            id="alike in the shipped pack",
        ),
        pytest.param("The bridge opened in 1999.", "Cars pay a toll of 2 euros.", id="nothing in common"),
    ],
)
def test_sentences_about_different_things_are_not_one_claim(before: str, after: str) -> None:
    """One went and another came: no figure of the one became a figure of the other."""
    assert changes(topic(claim(before)), topic(claim(after))) == (
        Added(section="s1", after=claim(after)),
        Removed(section="s1", before=claim(before)),
    )


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(
            ["Germany gave EUR 24.2 billion by April 2026.", "Poland gave EUR 4.5 billion by April 2026."],
            ["Poland gave EUR 24.9 billion by August 2026.", "Germany gave EUR 26 billion by August 2026."],
            {
                "Germany gave EUR 24.2 billion by April 2026.": "Germany gave EUR 26 billion by August 2026.",
                "Poland gave EUR 4.5 billion by April 2026.": "Poland gave EUR 24.9 billion by August 2026.",
            },
            id="two countries, order reversed",
        ),
        pytest.param(
            ["Aid was EUR 5 billion in 2024.", "Aid was EUR 7 billion in 2025."],
            ["Aid was EUR 7.2 billion in 2025.", "Aid was EUR 5.5 billion in 2024."],
            {
                "Aid was EUR 5 billion in 2024.": "Aid was EUR 5.5 billion in 2024.",
                "Aid was EUR 7 billion in 2025.": "Aid was EUR 7.2 billion in 2025.",
            },
            id="two years, order reversed",
        ),
        pytest.param(
            ["Aid was EUR 5 billion in 2024.", "Aid was EUR 7 billion in 2025."],
            ["Aid was EUR 7.2 billion in 2025.", "Aid was EUR 9 billion in 2026."],
            {"Aid was EUR 7 billion in 2025.": "Aid was EUR 7.2 billion in 2025."},
            id="a row that moves on by a year",
        ),
        pytest.param(
            ["Aid was EUR 5 billion in 2024.", "Aid was EUR 7 billion in 2025."],
            ["Aid was EUR 5 billion in 2024.", "Aid was EUR 9 billion in 2026."],
            {},
            id="a year replaced by another",
        ),
        pytest.param(
            ["Tanks given by allies: 300.", "Tanks promised by allies: 400."],
            ["Tanks given by allies: 400.", "Tanks promised by allies: 500."],
            {
                "Tanks given by allies: 300.": "Tanks given by allies: 400.",
                "Tanks promised by allies: 400.": "Tanks promised by allies: 500.",
            },
            id="one took the other's figure",
        ),
    ],
)
def test_similar_figures_of_a_section_do_not_cross(old: list[str], new: list[str], expected: dict[str, str]) -> None:
    """Each figure is compared with its own earlier one, or with none."""
    found = pairs(topic(*map(claim, old)), topic(*map(claim, new)))

    assert dict(found) == expected


def test_likeness_is_looked_for_within_a_section() -> None:
    """A sentence of another section is not taken for an edit, however like it is."""
    before, after = claim("It is 300 metres long."), claim("It is 310 metres long.")

    assert pairs(topic(before, s2=()), topic(s2=(after,))) == []
