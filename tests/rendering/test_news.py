from datetime import date

import pytest

from bot.knowledge.content import EditionContent, SourceContent, Statement, TopicContent
from bot.knowledge.differences import EditionDifference, differences
from bot.rendering.custom_ids import Action, Press
from bot.rendering.limits import TEXT_LIMIT
from bot.rendering.news import BUTTONS, news_card
from bot.rendering.terminal import news_lines
from tests.editions import SOURCES, claim, edition, topic
from tests.rendering.test_cards import assert_valid, components_of, labels_of, text_of

OLD, NEW = date(2026, 11, 1), date(2026, 11, 26)


def difference(
    old: tuple[TopicContent, ...], new: tuple[TopicContent, ...], sources: dict[str, SourceContent] = SOURCES
) -> EditionDifference:
    return differences(edition(*old, sources=sources, published=OLD), edition(*new, sources=sources, published=NEW))


def told(old: TopicContent, new: TopicContent) -> str:
    return text_of(news_card(difference((old,), (new,))))


def test_a_changed_figure_stands_first_with_its_sentence_and_source() -> None:
    """From what to what, then the sentence as it reads now, how to take it, its day, and where to check it."""
    before = claim("Allies gave EUR 80 billion.")
    after = claim("Allies gave EUR 92 billion.", as_of=date(2026, 8, 31), sources=("survey", "gazette"))

    text = told(topic(before), topic(after))

    assert text.splitlines() == [
        "## What is new in the edition of 26 November 2026",
        "### Aid · `/aid`",
        "**EUR 80 billion** → **EUR 92 billion**",
        "Allies gave EUR 92 billion.",
        "-# Figure · 31 August 2026 · [1](https://bridges.example/survey) [2](https://gazette.example/a_%28b%29)",
        "-# Compared with the edition of 1 November 2026.",
    ]


def test_a_reworded_claim_stands_beside_its_earlier_words() -> None:
    """Readers see what was said before."""
    text = told(topic(claim("The bridge is open to cars.")), topic(claim("The bridge is not open to cars.")))

    assert "**Changed**\nThe bridge is not open to cars.\n" in text
    assert "\n-# Before: The bridge is open to cars." in text


def test_another_kind_of_claim_is_told() -> None:
    """What was a position and is now disputed is said to be so."""
    before, after = claim("It is safe.", kind="official-position"), claim("It is safe.", kind="disputed")

    assert "Official position → **Disputed**\nIt is safe." in told(topic(before), topic(after))


def test_a_kind_of_a_later_version_is_told_as_it_is() -> None:
    """An edition stored by a newer version does not keep an older one from telling."""
    assert "rumour → **Disputed**" in told(topic(claim("One.", kind="rumour")), topic(claim("One.", kind="disputed")))


def test_what_came_and_what_went_is_named() -> None:
    """New sentences have their sources; those that are gone are quoted."""
    text = told(topic(claim("A ferry crosses daily.")), topic(claim("Cars pay a toll of 2 euros.")))

    assert "**New**\nCars pay a toll of 2 euros.\n-# Figure · 30 April 2026 · [1](" in text
    assert "**No longer given**\nA ferry crosses daily." in text


def test_a_replaced_source_is_told() -> None:
    """The sentence stays, and its new source can be opened."""
    text = told(topic(claim("One.")), topic(claim("One.", sources=("gazette",))))

    assert "**Other sources**\nOne.\n-# Figure · 30 April 2026 · [1](https://gazette.example/a_%28b%29)" in text


def test_a_correction_is_told_with_what_it_corrects() -> None:
    """Nobody takes what is often said for what the bot says."""
    new = topic(misconceptions=(Statement(says="It is the longest", text="Others are longer.", sources=("survey",)),))

    assert "**New**\nOften said, but not so: “It is the longest” Others are longer.\n-# [1](" in told(topic(), new)


def test_topics_that_come_and_go_are_told() -> None:
    """A new topic can be opened; a retired one has no button."""
    kept, old, new = (topic(claim("One."), topic_id=id_) for id_ in ("kept", "old", "new"))

    card = news_card(difference((kept, old), (kept, new)))

    assert "### New · `/new`\n**New topic with 1 statement**" in text_of(card)
    assert "### Old · `/old`\n**This topic is no longer offered**" in text_of(card)
    assert labels_of(card) == ["New"]


def test_a_button_opens_its_topic_for_everybody() -> None:
    """The message belongs to nobody, so whoever presses gets a copy of their own."""
    card = news_card(difference((topic(claim("One.")),), (topic(claim("Two things.")),)))

    assert [Press.parse(button["custom_id"]) for button in components_of(card, 2)] == [
        Press(action=Action.TOPIC, topic="aid", owner=0)
    ]


def test_the_most_important_comes_first() -> None:
    """Figures, then rewording, then what is new, what is gone, and other sources, whatever the order of the pack."""
    old = topic(
        claim("Source one."),
        claim("A ferry crosses daily."),
        claim("The bridge is open to cars."),
        claim("It is 300 metres long."),
    )
    new = topic(
        claim("Source one.", sources=("gazette",)),
        claim("Trains may cross at night from now on."),
        claim("The bridge is not open to cars."),
        claim("It is 310 metres long."),
    )

    text = told(old, new)

    leads = ("**300 metres long**", "**Changed**", "**New**", "**No longer given**", "**Other sources**")
    assert sorted(leads, key=text.index) == list(leads)


def test_a_topic_with_a_changed_figure_comes_before_others() -> None:
    """Topics follow their most important change."""
    old = (topic(topic_id="first"), topic(claim("It is 300 metres long."), topic_id="second"))
    new = (topic(claim("One."), topic_id="first"), topic(claim("It is 310 metres long."), topic_id="second"))

    assert labels_of(news_card(difference(old, new))) == ["Second", "First"]


def huge(topics: int, claims: int, *, figure: int, filler: str = "a") -> EditionContent:
    """An edition of the longest texts, titles and addresses there can be, in which only *figure* differs."""
    address = "https://sources.example/" + filler * 480
    sources = {f"s{n}": SourceContent(title="T" * 160, publisher="P" * 80, url=f"{address}{n}") for n in range(4)}
    names = [f"topic-{n:02}".ljust(24, "x") for n in range(topics)]
    return edition(
        *(
            TopicContent(
                id=name,
                command=name.ljust(32, "x"),
                title=name.ljust(80, "t"),
                sections=topic(
                    *(
                        claim(f"{name} {'w' * 350} {'v' * n} {figure} metres", sources=tuple(sources))
                        for n in range(claims)
                    )
                ).sections,
            )
            for name in names
        ),
        sources=sources,
        published=NEW if figure > 1 else OLD,
    )


@pytest.mark.parametrize(("topics", "claims"), [(1, 1), (1, 10), (12, 10), (60, 3)])
def test_however_much_changed_the_message_fits(topics: int, claims: int) -> None:
    """Discord accepts the message: text, components, ids, labels; what has no room is counted."""
    found = differences(huge(topics, claims, figure=1), huge(topics, claims, figure=2))

    card = news_card(found)

    assert_valid(card)
    shown = text_of(card).count(" → ")
    rest = topics * claims - shown
    assert shown > 0
    assert (f"And {rest} more change{'s' if rest > 1 else ''}; open a topic" in text_of(card)) == (rest > 0)
    assert len(labels_of(card)) == min(topics, BUTTONS)


def test_many_small_changes_fill_the_message_but_not_more() -> None:
    """Short changes use the room there is."""
    old = [claim(f"Part {n} {'x' * n} is 1 metre long.") for n in range(40)]
    new = [claim(f"Part {n} {'x' * n} is 2 metre long.") for n in range(40)]

    card = news_card(difference((topic(*old),), (topic(*new),)))

    assert_valid(card)
    assert TEXT_LIMIT - 500 < len(text_of(card)) <= TEXT_LIMIT


def test_nothing_is_told_instead_of_something_more_important() -> None:
    """A sentence that went, however short, has no place while one that changed has no room."""
    old = [claim(f"Part {n} {'x' * 300} {n} is open.") for n in range(20)]
    new = [claim(f"Part {n} {'x' * 300} {n} is not open.") for n in range(20)]

    text = told(topic(*old, claim("Gone.")), topic(*new))

    assert "**Changed**" in text
    assert "**No longer given**" not in text


def test_a_sentence_full_of_figures_names_some_of_them() -> None:
    """Eight are told from what to what; the sentence has them all."""
    before, after = (claim(", ".join(f"{n}.{tail}" for n in range(30))) for tail in (1, 2))

    text = told(topic(before), topic(after))

    assert text.count(" → ") == 8
    assert "; …\n" in text


def test_changes_that_no_message_has_room_for_are_counted() -> None:
    """Four addresses full of brackets alone are too long; the message says that there is a change, and where."""
    old, new = (huge(1, 1, figure=figure, filler="(") for figure in (1, 2))

    card = news_card(differences(old, new))

    assert_valid(card)
    assert "-# And 1 more change; open a topic to read them." in text_of(card)
    assert len(labels_of(card)) == 1


def test_the_terminal_tells_the_same_without_markup() -> None:
    """A maintainer reads the sentences of the message, and the sources as a list."""
    found = difference((topic(claim("Allies gave EUR 80 billion.")),), (topic(claim("Allies gave EUR 92 billion.")),))

    assert list(news_lines(found)) == [
        "What is new in the edition of 26 November 2026",
        "",
        "Aid · /aid",
        "EUR 80 billion → EUR 92 billion",
        "Allies gave EUR 92 billion.",
        "  Figure · 30 April 2026 · [1]",
        "",
        "[1] Office: Survey. https://bridges.example/survey",
        "",
        "Compared with the edition of 1 November 2026.",
    ]
