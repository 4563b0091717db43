from pathlib import Path
from typing import Any

import pytest

from bot.errors import KnowledgeError, Problem
from bot.knowledge.loader import json_schemas, load_knowledge
from tests.factories import (
    PACK,
    SOURCES,
    make_claim,
    make_knowledge,
    make_retired,
    make_topic,
    write_pack,
    write_yaml,
)


def problems_of(folder: Path) -> tuple[Problem, ...]:
    with pytest.raises(KnowledgeError) as error:
        load_knowledge(folder)
    return error.value.problems


def one_section(*claims: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"id": "s1", "title": "One", "claims": list(claims)}]


BAD_TOPICS = {
    "unknown key": (make_topic(colour="red"), "colour", "not a key that is known here"),
    "unknown source": (
        make_topic(sections=one_section(make_claim(sources=["survay"]))),
        "sections[0].claims[0].sources[0]",
        "there is no source “survay” in sources.yaml. Did you mean “survey”?",
    ),
    "no source": (
        make_topic(sections=one_section(make_claim(sources=[]))),
        "sections[0].claims[0].sources",
        "at least 1",
    ),
    "unknown kind": (
        make_topic(sections=one_section(make_claim(kind="fact"))),
        "sections[0].claims[0].kind",
        "should be one of: 'treaty-text'",
    ),
    "claim of 5,000 characters": (
        make_topic(sections=one_section(make_claim("x" * 5000))),
        "sections[0].claims[0].text",
        "too long: at most 400 characters",
    ),
    "not a day": (
        make_topic(sections=one_section(make_claim(as_of="2026-7-8"))),
        "sections[0].claims[0].as_of",
        "is not a day. Write it as YYYY-MM-DD",
    ),
    "no such day": (
        make_topic(sections=one_section(make_claim(as_of="2026-02-30"))),
        "sections[0].claims[0].as_of",
        "",
    ),
    "missing title": ({k: v for k, v in make_topic().items() if k != "title"}, "title", "is missing. Add it."),
    "section id twice": (
        make_topic(sections=one_section(make_claim()) + one_section(make_claim())),
        "sections[1].id",
        "“s1” stands twice, first at sections[0].id",
    ),
    "reserved section id": (
        make_topic(sections=[{"id": "misconceptions", "title": "One", "claims": [make_claim()]}]),
        "sections[0]",
        "reserved",
    ),
    "command name": (make_topic(command={"name": "The Bridge", "description": "x"}), "command.name", "characters"),
    "long description": (make_topic(command={"name": "b", "description": "x" * 101}), "command.description", "100"),
    "long title": (make_topic(title="x" * 257), "title", "too long: at most 80"),
    "unknown related topic": (
        make_topic(related=["tunnel"]),
        "related[0]",
        "there is no other topic “tunnel”. Name one there is; if it was one before, enter it in retired.yaml.",
    ),
    "ask twice": (make_topic(asks=["is it open", "Is it open"]), "asks[1]", "stands twice, also as bridge.asks[0]"),
    "formatting": (
        make_topic(sections=one_section(make_claim("It is **very** long."))),
        "sections[0].claims[0].text",
        "which Discord shows as formatting",
    ),
    "mention": (make_topic(summary="Ask <@1234>."), "summary", "formatting"),
    "link in text": (make_topic(summary="See https://bridges.example."), "summary", "formatting"),
    "invisible character": (make_topic(summary="Right\u202eleft."), "summary", "invisible"),
    "source named twice": (
        make_topic(sections=one_section(make_claim(sources=["survey", "survey"]))),
        "sections[0].claims[0].sources",
        "names a source twice",
    ),
}


@pytest.mark.parametrize(("topic", "key", "message"), BAD_TOPICS.values(), ids=BAD_TOPICS)
def test_a_bad_topic_is_refused_by_file_line_and_key(
    tmp_path: Path, topic: dict[str, Any], key: str, message: str
) -> None:
    """Each mistake is one message that names the file, the line and the key, and says what to do."""
    write_pack(tmp_path, topic)

    (problem,) = problems_of(tmp_path)

    assert problem.file == tmp_path / "topics" / "bridge.yaml"
    assert problem.line is not None
    assert problem.key == key
    assert message in problem.message


BAD_RETIRED = {
    "unknown key": ([make_retired(reason="merged")], "[0].reason", "not a key that is known here"),
    "no new topic": ([{k: v for k, v in make_retired().items() if k != "moved_to"}], "[0].moved_to", "is missing"),
    "not a day": ([make_retired(since="soon")], "[0].since", "is not a day"),
    "formatting": ([make_retired(note="See **there**.")], "[0].note", "formatting"),
    "long description": (
        [make_retired(command={"name": "tunnel", "description": "x" * 101})],
        "[0].command.description",
        "at most 100",
    ),
    "a topic's id": (
        [make_retired("bridge", command={"name": "span", "description": "x"}, moved_to="arch")],
        "[0].id",
        "“bridge” is still a topic. Remove topics/bridge.yaml or this entry.",
    ),
    "a topic's command": (
        [make_retired(command={"name": "crossing", "description": "x"})],
        "[0].command.name",
        "“crossing” is the command of “bridge”",
    ),
    "id twice": (
        [make_retired(), make_retired(command={"name": "tube", "description": "x"})],
        "[1].id",
        "“tunnel” stands twice, first at [0].id",
    ),
    "command twice": (
        [make_retired(), make_retired("tube", command={"name": "tunnel", "description": "x"})],
        "[1].command.name",
        "“tunnel” stands twice, first at [0].command.name",
    ),
    "unknown new topic": (
        [make_retired(moved_to="brigde")],
        "[0].moved_to",
        "there is no topic “brigde”. Did you mean “bridge”?",
    ),
    "moved to a retired topic": (
        [make_retired(), make_retired("tube", moved_to="tunnel")],
        "[1].moved_to",
        "there is no topic “tunnel”. It is retired: write “bridge”, to which it moved.",
    ),
    "moved to itself": ([make_retired(moved_to="tunnel")], "[0].moved_to", "It is retired: write one that answers."),
}


@pytest.mark.parametrize(("retired", "key", "message"), BAD_RETIRED.values(), ids=BAD_RETIRED)
def test_a_bad_retired_topic_is_refused_by_file_line_and_key(
    tmp_path: Path, retired: list[dict[str, Any]], key: str, message: str
) -> None:
    """A retired topic leads to one that answers, under an id and a command that nothing else has."""
    bridge = make_topic(command={"name": "crossing", "description": "x"})
    write_pack(tmp_path, bridge, make_topic("arch", asks=["is it round"]), retired=retired)

    (problem,) = problems_of(tmp_path)

    assert problem.file == tmp_path / "retired.yaml"
    assert problem.line is not None
    assert problem.key == key
    assert message in problem.message


def test_what_still_refers_to_a_retired_topic_is_told_where_it_moved(tmp_path: Path) -> None:
    """Whoever merges a topic finds each place that names it, with the id to write instead."""
    event = {"date": "1999", "text": "It opened.", "topic": "tunnel", "sources": ["survey"]}
    write_pack(
        tmp_path,
        make_topic(related=["tunnel"]),
        pack={**PACK, "order": ["tunnel"]},
        retired=[make_retired()],
        timeline=[event],
    )

    problems = problems_of(tmp_path)

    assert {problem.key for problem in problems} == {"related[0]", "order[0]", "[0].topic"}
    assert all("It is retired: write “bridge”" in problem.message for problem in problems)


def test_examples_of_a_retired_topic_are_told_where_they_belong(tmp_path: Path) -> None:
    """Examples in other languages move with their topic."""
    write_pack(tmp_path, retired=[make_retired()])
    (tmp_path / "locales" / "uk").mkdir(parents=True)
    write_yaml(tmp_path / "locales" / "uk" / "asks.yaml", {"tunnel": ["чи відкрито тунель"]})

    (problem,) = problems_of(tmp_path)

    assert "It is retired: write “bridge”" in problem.message


def test_retiring_a_topic_makes_another_edition(tmp_path: Path) -> None:
    """What retired.yaml says is part of what answers, and so of the edition's name."""
    before = make_knowledge(tmp_path)

    after = make_knowledge(tmp_path, retired=[make_retired()])

    assert after.fingerprint != before.fingerprint
    assert after.retired["tunnel"].moved_to == "bridge"


def test_the_line_of_a_mistake_is_the_line_in_the_file(tmp_path: Path) -> None:
    """An editor can jump to the place the message names."""
    write_pack(tmp_path, make_topic(sections=one_section(make_claim(kind="fact"))))
    path = tmp_path / "topics" / "bridge.yaml"

    (problem,) = problems_of(tmp_path)

    assert problem.line is not None
    assert "kind: fact" in path.read_text().splitlines()[problem.line - 1]


def test_problems_of_all_files_come_at_once(tmp_path: Path) -> None:
    """A run reports every mistake of every file, and none that only follows from another."""
    write_pack(
        tmp_path, make_topic(colour="red"), make_topic("tunnel", related=["bridge"]), sources={"x": {"title": "y"}}
    )

    files = {problem.file.name for problem in problems_of(tmp_path)}

    assert files == {"bridge.yaml", "sources.yaml"}


def test_an_id_must_be_the_name_of_its_file(tmp_path: Path) -> None:
    """An id that was edited by accident is caught: links and logs refer to it for ever."""
    write_pack(tmp_path)
    write_yaml(tmp_path / "topics" / "bridge.yaml", make_topic("crossing"))

    (problem,) = problems_of(tmp_path)

    assert problem.key == "id"
    assert "An id is for ever" in problem.message


def test_two_topics_cannot_share_a_command_or_an_alias(tmp_path: Path) -> None:
    """What a person types leads to one topic only."""
    tunnel = make_topic("tunnel", command={"name": "bridge", "description": "x"}, aliases=["is the bridge open"])
    write_pack(tmp_path, make_topic(), tunnel)

    messages = [problem.message for problem in problems_of(tmp_path)]

    assert any("“bridge” is the command of “bridge”" in message for message in messages)
    assert any("stands twice, also as bridge.asks[0]" in message for message in messages)


def test_state_media_may_only_be_cited_for_what_was_said_or_happened(tmp_path: Path) -> None:
    """A figure that rests on state media is refused; a statement of its officials is not."""
    sources = {**SOURCES, "state": {**SOURCES["survey"], "kind": "state-media"}}
    said, counted = make_claim(sources=["state"]), make_claim(kind="figure", sources=["state"])
    write_pack(tmp_path, make_topic(sections=one_section(said, counted)), sources=sources)

    (problem,) = problems_of(tmp_path)

    assert problem.key == "sections[0].claims[1].sources[0]"
    assert "state media" in problem.message


def test_a_missing_folder_or_file_is_named(tmp_path: Path) -> None:
    """Somebody who points the bot at the wrong place is told so."""
    (tmp_path / "empty").mkdir()

    assert "is not a folder" in problems_of(tmp_path / "none")[0].message
    assert {problem.file.name for problem in problems_of(tmp_path / "empty")} == {"pack.yaml", "sources.yaml", "topics"}


def test_a_link_that_leaves_the_pack_is_refused(tmp_path: Path) -> None:
    """A pack cannot be made to read files of the machine."""
    write_pack(tmp_path / "pack")
    write_yaml(tmp_path / "outside.yaml", make_topic("outside"))
    (tmp_path / "pack" / "topics" / "outside.yaml").symlink_to(tmp_path / "outside.yaml")

    assert "link that leaves the pack" in problems_of(tmp_path / "pack")[0].message


def test_topics_stand_in_the_pack_s_order(tmp_path: Path) -> None:
    """Topics that ``order`` names come first; the others follow by id."""
    topics = [make_topic(name) for name in ("arch", "bridge", "tunnel")]

    knowledge = make_knowledge(tmp_path, *topics, pack={**PACK, "order": ["tunnel"]})

    assert list(knowledge.topics) == ["tunnel", "arch", "bridge"]


def test_the_fingerprint_follows_the_content(tmp_path: Path) -> None:
    """The same files give the same edition everywhere; any change gives another."""
    first = make_knowledge(tmp_path / "a")
    same = make_knowledge(tmp_path / "b")
    other = make_knowledge(tmp_path / "c", make_topic(title="The big bridge"))

    assert first.edition == same.edition
    assert first.fingerprint != other.fingerprint


def test_a_claim_is_due_by_its_own_date_or_its_kind_s_shelf_life(tmp_path: Path) -> None:
    """Shelf life counts from the day the research reached, or from the claim's day when that is later."""
    claims = [make_claim(review_by="2026-12-01"), make_claim("Old figure.", kind="figure")]
    knowledge = make_knowledge(tmp_path, make_topic(sections=one_section(*claims)))
    own, kind = knowledge.topics["bridge"].sections[0].claims

    assert knowledge.review_day(own).isoformat() == "2026-12-01"
    assert knowledge.review_day(kind).isoformat() == "2027-03-30"


def test_schemas_name_every_key_of_a_topic() -> None:
    """An editor that uses the exported schema knows all keys and refuses others."""
    schema = json_schemas()["topic.schema.json"]
    retired = json_schemas()["retired.schema.json"]

    assert retired["items"]["$ref"].endswith("RetiredTopic")
    assert {"id", "command", "sections", "misconceptions", "asks", "related"} <= schema["properties"].keys()
    assert schema["additionalProperties"] is False


def test_examples_in_other_languages_must_belong_to_something(tmp_path: Path) -> None:
    """An example for a topic or a kind of question that the pack does not have is refused by its line."""
    write_pack(tmp_path)
    (tmp_path / "locales" / "uk").mkdir(parents=True)
    write_yaml(tmp_path / "locales" / "uk" / "asks.yaml", {"brigde": ["чи відкрито міст"]})

    (problem,) = problems_of(tmp_path)

    assert problem.file == tmp_path / "locales" / "uk" / "asks.yaml"
    assert problem.line == 1
    assert "Did you mean “bridge”?" in problem.message
