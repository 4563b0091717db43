import pytest

from bot.answers.features import LONGEST, pieces_of, words_of
from bot.answers.keyboard import on_the_other_layout
from bot.answers.language import language_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("стаття 5", "stattya 5"),
        ("Україна", "UKRAINA"),
        ("Żołnierze NATO", "zolnierze nato"),
        ("Straße", "strasse"),
        ("¿Qué dice el artículo 5?", "que dice el articulo 5"),
        ("ста\u200bття", "стаття"),
        ("NATOOOOO!!!", "natoo"),
        ("войска", "voyska"),
    ],
)
def test_ways_of_writing_one_thing_are_one(one: str, other: str) -> None:
    """Case, accents, alphabets, invisible characters and stretched letters make no difference."""
    assert words_of(one) == words_of(other)


@pytest.mark.parametrize(
    "noise", ["", "   ", "😀" * 300, "\u202e\u200d\u2066", "https://example.org/x", "<@123456>", "**__~~||`", "?!…"]
)
def test_what_says_nothing_has_no_words(noise: str) -> None:
    """Emoji, links, mentions and invisible characters are not words."""
    assert words_of(noise) == []


def test_inflected_words_share_most_pieces() -> None:
    """What Ukrainian does to the end of a word leaves its beginning recognisable."""
    one, other = set(pieces_of(words_of("Україна")[0])), set(pieces_of(words_of("Україною")[0]))

    assert len(one & other) / len(one) > 0.6


def test_a_text_of_any_length_is_read_to_a_limit() -> None:
    """Ten thousand words cost no more than a long message."""
    assert len("".join(words_of("nato " * 10_000))) <= LONGEST


@pytest.mark.parametrize(("typed", "meant"), [("cnfnnz", "стаття"), ("тфещ", "nato"), ("erhf]yf", "україна")])
def test_the_wrong_layout_is_undone(typed: str, meant: str) -> None:
    """The same keys on the other layout give what was meant."""
    assert on_the_other_layout(typed) == meant


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("does article 5 cover ukraine", "en"),
        ("чи діє стаття 5 для України", "uk"),
        ("НАТО официально участвует в войне?", "ru"),
        ("Czy Węgry mogą zablokować decyzję?", "pl"),
        ("Ist die NATO im Krieg mit Russland?", "de"),
        ("Est-ce que l'OTAN est en guerre ?", "fr"),
        ("¿La OTAN está en guerra con Rusia?", "es"),
        ("", "und"),
    ],
)
def test_the_language_of_a_question_is_told(text: str, language: str) -> None:
    """The log can be looked at by language."""
    assert language_of(text) == language
