"""Topics that are yet to be written."""

from pathlib import Path

import pytest
from discord import AppCommandType

from bot.errors import KnowledgeError
from bot.knowledge.drafts import BLANK, OWN_COMMANDS, UnusableName, start_topic
from bot.knowledge.loader import load_knowledge
from tests.conftest import World
from tests.factories import make_retired, make_topic, write_pack

WRITTEN = (
    *("What is known about the harbour", "The harbour is open.", "ships", "Which ships?", "Ships come: big ones."),
    *("event", "2026-07-08", "survey", "is the harbour open", "harbor ships", "port", "where do boats land", "quay"),
)


def start(folder: Path, topic_id: str = "harbour", *, title: str | None = None, command: str | None = None) -> Path:
    return start_topic(folder, load_knowledge(folder), topic_id, title=title, command=command)


def fill(path: Path, texts: tuple[str, ...]) -> None:
    content = path.read_text(encoding="utf-8")
    for text in texts:
        assert BLANK in content
        content = content.replace(BLANK, text, 1)
    path.write_text(content, encoding="utf-8")


def test_a_draft_is_refused_blank_by_blank(tmp_path: Path) -> None:
    """Every blank is named by its line and key, and nothing else is complained of."""
    path = start(write_pack(tmp_path), title="The harbour")
    lines = path.read_text(encoding="utf-8").splitlines()

    with pytest.raises(KnowledgeError) as caught:
        load_knowledge(tmp_path)

    assert [problem.line for problem in caught.value.problems] == [
        i for i, line in enumerate(lines, 1) if BLANK in line
    ]
    assert {problem.message for problem in caught.value.problems} == {
        "is still a blank. Write it instead of “FILL IN”."
    }


def test_a_draft_whose_blanks_are_filled_is_a_topic(tmp_path: Path) -> None:
    """Writing what the notes ask for is all there is to do."""
    fill(start(write_pack(tmp_path), title='The harbour: “old” and "new"'), WRITTEN)

    topic = load_knowledge(tmp_path).topics["harbour"]

    assert (topic.title, topic.command.name) == ('The harbour: “old” and "new"', "harbour")
    assert topic.sections[0].claims[0].text == "Ships come: big ones."
    assert len(topic.asks) == 5


def test_the_title_can_be_left_for_later(tmp_path: Path) -> None:
    """Without a title there is one blank more."""
    path = start(write_pack(tmp_path), command="port")
    fill(path, (WRITTEN[0], "The harbour", *WRITTEN[1:]))

    topic = load_knowledge(tmp_path).topics["harbour"]

    assert (topic.title, topic.command.name) == ("The harbour", "port")


def test_a_blank_in_another_file_is_refused_too(tmp_path: Path) -> None:
    """Also within a sentence: what is not written yet is not published."""
    write_pack(tmp_path, make_topic(summary=f"The bridge is {BLANK} metres long."))

    with pytest.raises(KnowledgeError, match=r"summary: is still a blank"):
        load_knowledge(tmp_path)


@pytest.mark.parametrize(
    ("topic_id", "command", "said"),
    [
        ("bridge", None, "There is a topic “bridge” already"),
        ("tunnel", None, "“tunnel” is retired: it leads to “bridge” since 2026-11-01"),
        ("Harbour", None, "“Harbour” cannot be used. An id has 2 to 24 small letters"),
        ("../harbour", None, "“../harbour” cannot be used"),
        ("harbour", "bridge", "“bridge” is the command of the topic “bridge”"),
        ("harbour", "tunnel", "“tunnel” is the command of the retired topic “tunnel”"),
        ("harbour", "ask", "“ask” is a command of the bot itself"),
        ("topics", None, "“topics” is a command of the bot itself. Choose another name with --command."),
        ("harbour", "The Harbour", "“The Harbour” cannot be used. A command has"),
    ],
)
def test_names_that_cannot_be_had_are_refused(tmp_path: Path, topic_id: str, command: str | None, said: str) -> None:
    """Ids and commands are for ever, so one that is or was in use is not given again; nothing is written."""
    write_pack(tmp_path, retired=[make_retired("tunnel")])

    with pytest.raises(UnusableName) as caught:
        start(tmp_path, topic_id, command=command)

    assert said in str(caught.value)
    assert [path.name for path in tmp_path.rglob("*.yaml") if path.parent.name == "topics"] == ["bridge.yaml"]


def test_a_title_that_discord_would_format_is_refused(tmp_path: Path) -> None:
    """The same rule as for every title."""
    with pytest.raises(UnusableName, match="A title has at most 80 characters and no formatting"):
        start(write_pack(tmp_path), title="The *harbour*")


def test_a_topic_cannot_take_a_command_of_the_bot(tmp_path: Path) -> None:
    """Also one that was written by hand: Discord knows one command of a name."""
    write_pack(tmp_path, make_topic("bridge", command={"name": "ask", "description": "Bridges"}))

    with pytest.raises(KnowledgeError, match=r"command\.name: “ask” is a command of the bot itself"):
        load_knowledge(tmp_path)


async def test_the_bot_s_own_commands_are_known(world: World) -> None:
    """Every command that is not a topic's is kept from topics."""
    names = {command.name for command in world.bot.client.tree.get_commands(type=AppCommandType.chat_input)}
    topics = {command.name for command in world.bot.library.current.commands.values()}

    assert names - topics <= OWN_COMMANDS
