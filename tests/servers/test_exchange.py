"""Settings as a file: what goes out comes back in, and mistakes are named."""

from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.servers.exchange import FILE_NAME, SIZE_LIMIT, ImportRefused, Surroundings, export_settings, import_settings
from bot.servers.models import DEFAULTS, NOTE_LIMIT, ServerSettings, Visibility
from tests.servers.strategies import TOPICS, some_settings

SERVER = 500
MESSAGE_LIMIT = 2000  # characters; Discord docs, content of a message
OWN_TIME = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def around(
    *, channels: Collection[int] | None = None, roles: Collection[int] | None = None, topics: Collection[str] = TOPICS
) -> Surroundings:
    return Surroundings(server=SERVER, topics=topics, offered=topics, channels=channels, roles=roles)


def refusal(raw: str | bytes, surroundings: Surroundings | None = None) -> ImportRefused:
    with pytest.raises(ImportRefused) as caught:
        import_settings(raw.encode() if isinstance(raw, str) else raw, surroundings or around())
    return caught.value


@OWN_TIME
@given(some_settings())
def test_what_is_exported_can_be_imported(wanted: ServerSettings) -> None:
    """Every setting comes back as it was, whatever its words look like to YAML."""
    assert import_settings(export_settings(wanted, SERVER).encode(), around()).settings == wanted


@OWN_TIME
@given(some_settings())
def test_what_is_stored_can_be_read(wanted: ServerSettings) -> None:
    """The same goes for the row in the database."""
    assert ServerSettings.from_json(wanted.model_dump_json()) == wanted


def test_the_largest_settings_are_no_too_large_file() -> None:
    """What the bot exported it takes back, also with every list full and notes of emoji."""
    topics = [f"topic-{i:017}" for i in range(100)]
    wanted = ServerSettings(
        answers=Visibility.PRIVATE,
        private_channels=tuple(range(10**18, 10**18 + 25)),
        public_channels=tuple(range(2 * 10**18, 2 * 10**18 + 25)),
        sharers=tuple(range(3 * 10**18, 3 * 10**18 + 25)),
        hidden_topics=tuple(topics[:-1]),
        note="\uffff🕊" * (NOTE_LIMIT // 2),
        topic_notes=dict.fromkeys(topics[:25], "🕊\n" + "🕊" * (NOTE_LIMIT - 2)),
        news_channel=2**63 - 1,
    )

    exported = export_settings(wanted, 2**63 - 1).encode()

    assert len(exported) <= SIZE_LIMIT
    assert import_settings(exported, around(topics=topics)).settings.topic_notes == wanted.topic_notes


def test_a_file_says_only_what_differs_from_the_default() -> None:
    """What is left out gets its default."""
    assert import_settings(b"answers: private\n", around()).settings == ServerSettings(answers=Visibility.PRIVATE)


BAD = {
    "an unknown setting": ("answers: public\ncolour: red\n", 2, "colour", "is not a setting"),
    "no visibility": ("answers: secret\n", 1, "answers", "'public' or 'private'"),
    "a setting twice": ("answers: public\nanswers: private\n", 2, "answers", "stands twice, first on line 1"),
    "a bare no": ("keep_texts: no\n", 1, "keep_texts", "bare word"),
    "a quoted yes": ("keep_texts: 'yes'\n", 1, "keep_texts", "neither true nor false"),
    "a one": ("keep_texts: 1\n", 1, "keep_texts", "neither true nor false"),
    "TRUE": ("keep_texts: TRUE\n", 1, "keep_texts", "neither true nor false"),
    "an alias": ("note: &a x\ntopic_notes: {aid: *a}\n", 1, "", "anchor `&a`"),
    "a tag": ("note: !!python/name:os.system x\n", 1, "", "tag"),
    "deep nesting": ("note: " + "[a, " * 5000, 1, "", "nest"),
    "no list": ("private_channels: 600\n", 1, "private_channels", "should be a list"),
    "a list as a note": ("note: [a]\n", 1, "note", "should be a text"),
    "a note without a topic": ("topic_notes: Hello\n", 1, "topic_notes", "a note for each topic"),
    "a channel's name": ("private_channels:\n- 600\n- '#general'\n", 3, "private_channels[1]", "is not an id"),
    "a channel's mention": ("news_channel: <#600>\n", 1, "news_channel", "is not an id"),
    "an id with underscores": ("sharers: [1_000]\n", 1, "sharers[0]", "is not an id"),
    "a channel twice": ("public_channels: [5, 5]\n", 1, "public_channels", "names something twice"),
    "a channel with two rules": ("private_channels: [5]\npublic_channels: [5]\n", 1, "", "channel 5 stands in"),
    "26 channels": (f"answers: public\nprivate_channels: {list(range(1, 27))}\n", 2, "private_channels", "at most 25"),
    "a note of 301 characters": (f"note: {'x' * 301}\n", 1, "note", "at most 300 characters"),
    "a control character": ('note: "a\\x07b"\n', 1, "note", "invisible character"),
    "a raw control character": ("note: a\x07b\n", 1, "", "character that YAML does not allow"),
    "a line separator": ('note: "a\\u2028b"\n', 1, "note", "invisible character"),
    "an unknown topic": ("hidden_topics:\n- aid\n- weather\n", 3, "hidden_topics[1]", "no topic “weather”"),
    "a note above an unknown topic": ("topic_notes:\n  weather: x\n", 2, "topic_notes.weather", "no topic “weather”"),
    "every topic hidden": (f"hidden_topics: {sorted(TOPICS)}\n", 1, "hidden_topics", "hides every topic"),
    "a server's name": ("server: ours\n", 1, "server", "is not a server's id"),
    "a list as server": ("server: [500]\n", 1, "server", "is not a server's id"),
    "an endless server": (f"server: {'9' * 5000}\n", 1, "server", "is not a server's id"),
    "a server in other digits": ("server: ٣\n", 1, "server", "is not a server's id"),
    "a list": ("- answers\n", 1, "", "is a list"),
    "a text": ("Hello\n", 1, "", "single text"),
    "two documents": ("answers: public\n---\nnote: x\n", 2, "", "more than one document"),
    "nothing": ("", None, "", "is empty"),
    "a comment": ("# nothing\n", None, "", "is empty"),
}


@pytest.mark.parametrize(("text", "line", "key", "message"), [*BAD.values()], ids=[*BAD])
def test_a_mistake_is_named_with_its_line_and_key(text: str, line: int | None, key: str, message: str) -> None:
    """An admin reads what is wrong, where, and what to do."""
    problem = refusal(text).problems[0]

    # A key of YAML's may be known where the parser stopped; it says no less than asked for.
    assert problem.file == Path(FILE_NAME)
    assert problem.line == line
    assert key in problem.key
    assert message in problem.message


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"\x89PNG\r\n\x1a\n\x00", "is not UTF-8"),
        (b"\x00\x01\x02", "does not allow"),
        ("answers: public".encode("utf-16"), "is not UTF-8"),
        (b"a: b\n" * 210_000, "1,050,000 bytes; settings never need more than 98,304"),
        (b"#" * (SIZE_LIMIT + 1), "98,305 bytes"),
    ],
    ids=["a picture", "zeros", "UTF-16", "1 MiB", "a byte too many"],
)
def test_a_file_that_is_no_settings_is_refused(raw: bytes, message: str) -> None:
    """Whatever is dropped into the command is answered with a sentence."""
    assert message in str(refusal(raw))


def test_all_mistakes_are_listed_at_once() -> None:
    """Who made three mistakes reads about three."""
    problems = refusal("answers: secret\nkeep_texts: 1\ncolour: red\n").problems

    assert sorted((problem.line, problem.key) for problem in problems) == [
        (1, "answers"),
        (2, "keep_texts"),
        (3, "colour"),
    ]


def test_channels_and_roles_that_do_not_exist_are_named() -> None:
    """Nothing is taken over that could not work."""
    text = "private_channels: [1, 2]\npublic_channels: [3]\nnews_channel: 4\nsharers: [5]\n"

    problems = refusal(text, around(channels={1}, roles=set())).problems

    assert [(problem.line, problem.key) for problem in problems] == [
        (1, "private_channels[1]"),
        (2, "public_channels[0]"),
        (3, "news_channel"),
        (4, "sharers[0]"),
    ]
    assert "no role 5" in problems[-1].message


def test_what_could_not_be_looked_up_is_taken_as_it_is() -> None:
    """When Discord did not answer, a file is not refused for channels that may exist."""
    assert import_settings(b"private_channels: [1]\nsharers: [5]\n", around()).settings.private_channels == (1,)


def test_a_file_of_another_server_leaves_out_what_means_nothing_here() -> None:
    """Its channels and roles do not exist here; which settings were left out is told."""
    theirs = ServerSettings(answers=Visibility.PRIVATE, private_channels=(1, 2), news_channel=3, note="Hello")

    taken = import_settings(export_settings(theirs, SERVER + 1).encode(), around(channels={9}, roles=set()))

    assert taken.settings == ServerSettings(answers=Visibility.PRIVATE, note="Hello")
    assert taken.left_out == ("private_channels", "news_channel")
    ours = ServerSettings(private_channels=(5,), sharers=(6,), news_channel=7, note="Ours.")
    kept = taken.beside(ours)
    assert (kept.private_channels, kept.sharers, kept.news_channel) == ((5,), (6,), 7)
    assert kept.note == taken.settings.note


def test_a_file_of_this_server_leaves_nothing_out() -> None:
    """A backup is taken back whole."""
    ours = ServerSettings(private_channels=(1,), sharers=(5,))

    taken = import_settings(export_settings(ours, SERVER).encode(), around(channels={1}, roles={5}))

    assert (taken.settings, taken.left_out) == (ours, ())


FLOODS = {
    "thousands of unknown settings": "".join(f"key{i}: x\n" for i in range(5000)),
    "thousands of equal keys": "a: x\n" * 10_000,
    "a very long key": f"{'k' * 900}: x\n" * 20,
    "backticks": "".join(f"'```k{i}``` @everyone': '```'\n" for i in range(50)),
    "keys of several lines": "".join(f'"a{i}\\n```\\n# b": x\n' for i in range(50)),
    "topics full of backticks": "hidden_topics:\n" + "- '```\n\n  ```x'\n" * 40,
    "a long tag": f"note: !<{'`' * 3000}> x\n",
}


@pytest.mark.parametrize("text", FLOODS.values(), ids=FLOODS)
def test_the_list_of_mistakes_fits_into_one_message(text: str) -> None:
    """However bad the file is, the answer can be sent, and stays within its block."""
    answer = str(refusal(text))

    head, block, tail = answer.split("```")
    assert len(answer) <= MESSAGE_LIMIT
    assert head == "**Nothing was changed.** The file has mistakes:\n"
    assert tail == ""
    assert all(line.startswith((f"{FILE_NAME}:", "…")) for line in block.strip().splitlines())


def test_mistakes_that_are_not_shown_are_counted() -> None:
    """Who corrects the first ones knows that there are more."""
    shown = str(refusal("".join(f"key{i}: x\n" for i in range(500)))).splitlines()

    assert shown[-2] == f"… and {500 - len(shown) + 4} more"


def outcome(raw: bytes) -> str:
    """Return what an admin reads: nothing when the file is sound."""
    with suppress(ImportRefused):
        import_settings(raw, around())
        return ""
    return str(refusal(raw))


@OWN_TIME
@given(st.binary(max_size=200))
def test_any_bytes_are_answered(raw: bytes) -> None:
    """No file makes the command fail instead of answering."""
    assert len(outcome(raw)) <= MESSAGE_LIMIT


@OWN_TIME
@given(st.text("abcdno:-# \n[]{}'\"&*!|>%@`~,?0123\\x", max_size=80))
def test_any_text_is_answered(text: str) -> None:
    """Nor does a text that is nearly YAML."""
    assert outcome(f"note: {text}".encode()).count("```") in {0, 2}


def test_the_defaults_make_a_short_file() -> None:
    """An export of a server that decided nothing can be read in one look."""
    assert len(export_settings(DEFAULTS, SERVER).splitlines()) < 15
