"""What can be decided, and how it is read back."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from bot.servers.models import CAREFUL, DEFAULTS, NOTE_LIMIT, ServerSettings, Visibility

REFUSED = {
    "an unknown setting": ({"colour": "red"}, "Extra inputs"),
    "no visibility": ({"answers": "secret"}, "'public' or 'private'"),
    "26 channels": ({"private_channels": range(1, 27)}, "at most 25"),
    "a channel twice": ({"public_channels": [5, 5]}, "names something twice"),
    "a channel with two rules": ({"private_channels": [5, 6], "public_channels": [6]}, "channel 6 stands in"),
    "26 roles": ({"sharers": range(1, 27)}, "at most 25"),
    "id zero": ({"news_channel": 0}, "greater than 0"),
    "a negative id": ({"news_channel": -5}, "greater than 0"),
    "an id of 64 bits": ({"news_channel": 2**63}, "less than"),
    "an id with underscores": ({"news_channel": "1_000"}, "is not an id"),
    "an id with a sign": ({"news_channel": "+5"}, "is not an id"),
    "an id with a fraction": ({"news_channel": "12.0"}, "is not an id"),
    "an id in other digits": ({"news_channel": "１２"}, "is not an id"),
    "an endless id": ({"news_channel": "9" * 5000}, "is not an id"),
    "true as an id": ({"news_channel": True}, "is not an id"),
    "yes for true": ({"keep_texts": "yes"}, "is neither true nor false"),
    "one for true": ({"keep_texts": "1"}, "is neither true nor false"),
    "True for true": ({"keep_texts": "True"}, "is neither true nor false"),
    "a language's name": ({"language": "English"}, "pattern"),
    "a topic that is no id": ({"hidden_topics": ["Article 5"]}, "pattern"),
    "a topic with a line feed": ({"hidden_topics": ["aid\n"]}, "pattern"),
    "a note that is too long": ({"note": "x" * (NOTE_LIMIT + 1)}, "at most 300"),
    "an empty note": ({"note": " \n "}, "at least 1"),
    "a note of six lines": ({"note": "1\n2\n3\n4\n5\n6"}, "longer than five lines"),
    "an empty note of a topic": ({"topic_notes": {"aid": ""}}, "at least 1"),
    "a note above no topic": ({"topic_notes": {"": "x"}}, "pattern"),
    "26 notes of topics": ({"topic_notes": {f"topic{i}": "x" for i in range(26)}}, "at most 25"),
}
INVISIBLE = {
    "NUL": "\x00",
    "carriage return": "\r",
    "tab": "\t",
    "next line": "\x85",
    "line separator": "\u2028",
    "paragraph separator": "\u2029",
    "form feed": "\x0c",
    "zero width space": "\u200b",
    "right to left": "\u202e",
    "isolate": "\u2066",
    "byte order mark": "\ufeff",
    "soft hyphen": "\xad",
    "word joiner": "\u2060",
    "half a character": "\ud800",
}


@pytest.mark.parametrize(("values", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_a_setting_is_refused(values: dict[str, Any], reason: str) -> None:
    """Nothing is saved that Discord or the panel could not show, or that would mean two things."""
    with pytest.raises(ValidationError, match=reason):
        DEFAULTS.changed(**values)


@pytest.mark.parametrize("character", INVISIBLE.values(), ids=INVISIBLE)
def test_a_note_holds_nothing_that_cannot_be_seen(character: str) -> None:
    """A note cannot hide words, turn them around or break out of its quote."""
    with pytest.raises(ValidationError):
        ServerSettings(note=f"Read{character}this")


@pytest.mark.parametrize(
    "note", ["👩‍👩‍👧 family", "می‌خواهم", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "1\n2\n3\n4\n5"], ids=["family", "farsi", "flag", "five lines"]
)
def test_a_note_may_be_in_any_script(note: str) -> None:
    """The joiners that emoji and some scripts need are allowed."""
    assert ServerSettings(note=note).note == note


@pytest.mark.parametrize("code", ["en", "pt-BR", "es-419"])
def test_every_form_of_discord_s_languages_can_be_chosen(code: str) -> None:
    """A language, that of a country, and that of a continent."""
    assert ServerSettings(language=code).language == code


def test_a_topic_s_own_note_stands_instead_of_the_other() -> None:
    """One note stands above an answer, the nearer one."""
    settings = ServerSettings(note="all", topic_notes={"aid": "of aid"})

    assert [settings.note_above(topic) for topic in ("aid", "stance", None)] == ["of aid", "all", "all"]


def test_what_a_newer_version_added_is_left_out() -> None:
    """After going back to an older version, everything it knows still holds."""
    stored = ServerSettings(answers=Visibility.PRIVATE, note="Hello").model_dump() | {"colour": "red"}

    assert ServerSettings.from_json(json.dumps(stored)) == ServerSettings(answers=Visibility.PRIVATE, note="Hello")


def test_what_this_version_refuses_does_not_silence_a_server(caplog: pytest.LogCaptureFixture) -> None:
    """The rest holds, answers are private, no texts are kept, and the operator reads which setting it is."""
    stored = {"answers": "threads", "hidden_topics": ["aid"], "note": "x" * 400, "public_channels": [5], "sharers": [6]}

    settings = ServerSettings.from_json(json.dumps(stored))

    assert settings == CAREFUL.changed(hidden_topics=["aid"], sharers=[6])
    assert "answers, note" in caplog.text
    assert "xxx" not in caplog.text


def test_rules_that_contradict_each_other_make_answers_private() -> None:
    """A row in which a channel has two rules is read all the same."""
    settings = ServerSettings.from_json(json.dumps({"private_channels": [5], "public_channels": [5], "note": "Hello"}))

    assert settings == CAREFUL.changed(private_channels=[5], note="Hello")


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"x"', "7", '{"answers": NaN}'])
def test_a_row_that_is_no_settings_at_all_makes_answers_private(text: str) -> None:
    """Whatever happened to a row, its server gets answers."""
    assert ServerSettings.from_json(text) == CAREFUL


def test_settings_cannot_be_changed_in_place() -> None:
    """One object is shared by all that ask for it."""
    with pytest.raises(ValidationError, match="frozen"):
        setattr(DEFAULTS, "answers", Visibility.PRIVATE)  # noqa: B010  mypy would refuse the plain assignment
