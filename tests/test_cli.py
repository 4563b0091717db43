"""The command line, as people type it; the log and its database are in ``test_cli_log.py``."""

import json
from pathlib import Path

import pytest

from bot.answers.examples import examples_of
from bot.answers.training import train
from bot.knowledge.loader import load_with_wordings
from bot.search_index import MODEL_FILE
from tests.command_line import run
from tests.factories import make_claim, make_retired, make_topic, write_pack

pytestmark = pytest.mark.usefixtures("fresh_names")


def test_check_counts_what_the_pack_holds(capsys: pytest.CaptureFixture[str]) -> None:
    """A sound pack passes with its counts."""
    assert run("check") == 0
    assert "12 topics" in capsys.readouterr().out


def test_check_names_retired_topics(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A maintainer sees which commands only lead on, and since when."""
    monkeypatch.setenv("BOT_KNOWLEDGE", str(write_pack(tmp_path, retired=[make_retired("tunnel")])))

    assert run("check") == 0
    assert "1 retired: tunnel (to bridge, 2026-11-01)." in capsys.readouterr().out


def test_check_names_topics_that_vanished_without_an_entry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever deletes a topic's file reads how its command can lead on."""
    out_of_scope = [{"id": "food", "title": "Food", "asks": ["soup recipe"]}]
    pack = write_pack(tmp_path, make_topic("bridge"), make_topic("tunnel"), out_of_scope=out_of_scope)
    knowledge, wordings = load_with_wordings(pack)
    (pack / MODEL_FILE).write_bytes(train(list(examples_of(knowledge, wordings)), knowledge.fingerprint).dump())
    (pack / "topics" / "tunnel.yaml").unlink()
    monkeypatch.setenv("BOT_KNOWLEDGE", str(pack))

    assert run("check") == 0

    printed = capsys.readouterr().out
    assert "no longer here: tunnel" in printed
    assert "retired.yaml" in printed


def test_check_refuses_a_note_that_would_not_fit_the_card(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The sentence above a card counts towards Discord's limit, and is checked with it."""
    claims = [make_claim("x" * 360, sources=["survey"]) for _ in range(8)]
    topic = make_topic(sections=[{"id": "long", "title": "Long", "claims": claims}])
    retired = [make_retired("tunnel", note="y" * 400)]
    monkeypatch.setenv("BOT_KNOWLEDGE", str(write_pack(tmp_path, topic, retired=retired)))

    assert run("check") == 1
    assert "retired.yaml: tunnel, Long of bridge: the card is" in capsys.readouterr().err


def test_check_prints_every_mistake_with_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A broken pack fails with 1 and one line per mistake."""
    monkeypatch.setenv("BOT_KNOWLEDGE", str(write_pack(tmp_path, make_topic(colour="red", size="big"))))

    assert run("check") == 1

    printed = capsys.readouterr().err
    assert "bridge.yaml:" in printed
    assert "colour: is not a key" in printed
    assert "2 problems found" in printed


def test_check_also_reads_the_configuration(capsys: pytest.CaptureFixture[str]) -> None:
    """A broken config.yaml is a mistake to be fixed, with its line, and exit status 78."""
    Path("config.yaml").write_text("log:\n  levle: info\n")

    assert run("check") == 78
    assert "config.yaml:2: log.levle: is not a setting" in capsys.readouterr().err


def test_answer_prints_what_the_command_says(capsys: pytest.CaptureFixture[str]) -> None:
    """A maintainer reads an answer without Discord."""
    assert run("answer", "article5", "ukraine") == 0

    printed = capsys.readouterr().out
    assert "Does it cover Ukraine?" in printed
    assert "[1] NATO" in printed


def test_answer_follows_a_retired_topic(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The terminal says first where the topic went, as the card does."""
    monkeypatch.setenv("BOT_KNOWLEDGE", str(write_pack(tmp_path, retired=[make_retired("tunnel")])))

    assert run("answer", "tunnel") == 0
    assert capsys.readouterr().out.startswith("`/tunnel` is now part of `/bridge`.\n\nThe bridge\n")


@pytest.mark.parametrize(("arguments", "message"), [(("article9",), "/topics"), (("aid", "x"), "no such section")])
def test_answer_explains_what_it_cannot_find(
    arguments: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A topic or section that is not there is said in one line, with exit status 1."""
    assert run("answer", *arguments) == 1
    assert message in capsys.readouterr().err


def test_a_topic_is_started_filled_and_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """From a file with blanks to a command that answers, with nothing but writing."""
    pack = write_pack(tmp_path)
    monkeypatch.setenv("BOT_KNOWLEDGE", str(pack))
    assert run("knowledge", "new", "harbour", "--title", "The harbour") == 0
    assert run("check") == 1
    draft = pack / "topics" / "harbour.yaml"
    for text in ("Of ships", "It is open.", "ships", "Ships", "Ships come.", "event", "2026-07-08", "survey", *"abcde"):
        draft.write_text(draft.read_text().replace("FILL IN", text, 1))
    assert run("check") == 0
    capsys.readouterr()

    assert run("answer", "harbour", "ships") == 0

    assert "- Ships come. (Event · 8 July 2026) [1]" in capsys.readouterr().out


def test_a_topic_that_is_there_is_not_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence says why, with exit status 1, and the file stays as it is."""
    pack = write_pack(tmp_path)
    monkeypatch.setenv("BOT_KNOWLEDGE", str(pack))
    before = (pack / "topics" / "bridge.yaml").read_bytes()

    assert run("knowledge", "new", "bridge") == 1

    assert capsys.readouterr().err.startswith("natobot: There is a topic “bridge” already")
    assert (pack / "topics" / "bridge.yaml").read_bytes() == before


def test_schemas_are_written_for_editors(tmp_path: Path) -> None:
    """Each kind of file has a JSON Schema."""
    assert run("knowledge", "schema", str(tmp_path / "schemas")) == 0
    assert json.loads((tmp_path / "schemas" / "topic.schema.json").read_text())["title"] == "Topic"


def test_run_without_a_token_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    """The first thing an operator forgets is answered in one line, with exit status 78."""
    assert run("run") == 78
    assert "Set DISCORD_TOKEN" in capsys.readouterr().err


def test_help_names_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    """--help lists what there is."""
    assert run("--help") == 0
    assert all(name in capsys.readouterr().out for name in ("run",))
