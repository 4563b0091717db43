"""Whatever people put into a file, they get a sentence about it or what they asked for."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.errors import Problem
from bot.rendering.custom_ids import Press
from bot.rendering.panel_ids import PanelPress
from bot.servers.exchange import Import, ImportRefused, Surroundings, export_settings, import_settings
from bot.servers.models import ServerSettings
from bot.strict_yaml import parse_yaml
from tests.fuzz.budget import cases
from tests.fuzz.payloads import custom_ids
from tests.servers.strategies import LOOKS_LIKE_YAML, TOPICS, some_settings

AROUND = Surroundings(server=500, topics=TOPICS, offered=TOPICS, channels=None, roles=None)
KEYS = (
    *("server", "answers", "private_channels", "public_channels", "sharers", "language", "hidden_topics", "note"),
    *("topic_notes", "news_channel", "keep_texts", "new", "<<", "a: b"),
)
MESSAGE_LIMIT = 2000  # characters of a message of Discord

scalars = st.sampled_from([*LOOKS_LIKE_YAML, "500", "true", "private", "aid", "9" * 30, "-1", "1e9"]) | st.text(
    max_size=20
)
pieces = st.sampled_from(
    [
        "\n",
        "\n  ",
        ": ",
        "- ",
        "{",
        "}",
        "[",
        "]",
        ", ",
        "&a ",
        "*a",
        "!!int ",
        "|",
        ">",
        "'",
        '"',
        "#",
        "---\n",
        "\t",
        "\0",
    ]
)
texts = st.lists(pieces | scalars | st.sampled_from(KEYS), max_size=30).map("".join)
lines = st.lists(
    st.tuples(st.sampled_from(KEYS), scalars | st.lists(scalars, max_size=4).map(lambda all_: f"[{', '.join(all_)}]")),
    max_size=6,
).map(lambda pairs: "".join(f"{key}: {value}\n" for key, value in pairs))
files = texts.map(lambda text: text.encode(errors="replace")) | lines.map(lambda text: text.encode(errors="replace"))


def outcome(raw: bytes) -> Import | ImportRefused:
    """Return what giving a file comes to."""
    try:
        return import_settings(raw, AROUND)
    except ImportRefused as refused:
        return refused


def is_sound(outcome: Import | ImportRefused) -> bool:
    """Whether it was taken, or refused in words that a message can show."""
    words = str(outcome)
    refusal = len(words) <= MESSAGE_LIMIT and words.count("```") == 2 and "Traceback" not in words
    return isinstance(outcome, Import) or refusal


@cases(4500)
@given(files | st.binary(max_size=200))
@example(b"[" * 90_000)
@example(b"a: &a [*a]\nb: [*a, *a]")
@example("server: \u0661\n".encode())
def test_a_settings_file_is_taken_or_refused_in_words_that_fit_a_message(raw: bytes) -> None:
    """An import never fails in another way, and its list of mistakes can be sent."""
    assert is_sound(outcome(raw))


@cases(1500)
@given(some_settings(), st.lists(st.tuples(st.integers(0, 10**6), pieces | scalars), min_size=1, max_size=5))
def test_an_export_with_a_slip_of_the_hand_is_taken_or_refused(
    settings: ServerSettings, slips: list[tuple[int, str]]
) -> None:
    """A file that was exported and damaged by an editor is no reason to fail."""
    text = export_settings(settings, 500)
    for number, slip in slips:
        place = number % (len(text) + 1)
        text = text[:place] + slip + text[place + len(slip) // 2 :]

    assert is_sound(outcome(text.encode(errors="replace")))


@cases(4500)
@given(files | st.binary(max_size=400))
def test_yaml_is_read_or_every_mistake_is_named(raw: bytes) -> None:
    """A file of a pack is data or a list of problems, each with the file's name."""
    problems: list[Problem] = []

    data = parse_yaml(raw, Path("topic.yaml"), problems)

    assert (data is None) == bool(problems)
    assert all(str(problem).startswith("topic.yaml") for problem in problems)


@cases(4500)
@given(custom_ids())
def test_an_id_is_read_whole_or_not_at_all(custom_id: str) -> None:
    """What is understood of an id leads back to the same press."""
    press, panel = Press.parse(custom_id), PanelPress.parse(custom_id)

    assert press is None or Press.parse(press.custom_id()) == press
    assert panel is None or PanelPress.parse(panel.custom_id()) == panel
    assert press is None or panel is None


@pytest.mark.parametrize("depth", [20, 1000, 100_000])
def test_deep_nesting_ends_in_words(depth: int) -> None:
    """A file that would exhaust the stack of the parser is refused like any other."""
    problems: list[Problem] = []

    parse_yaml(b"a: " + b"[" * depth, Path("topic.yaml"), problems)

    assert len(problems) == 1
