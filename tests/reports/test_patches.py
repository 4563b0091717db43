"""From gaps to example questions in the pack, with a person in between."""

import json
from pathlib import Path

import pytest

from bot.knowledge.loader import load_with_wordings
from tests.reports.conftest import Log, Run, missed


def write_patch(folder: Path, *entries: str) -> str:
    path = folder / "patch.yaml"
    path.write_text("entries:\n" + "".join(entries), encoding="utf-8")
    return str(path)


def entry(into: str, *questions: str, language: str = "en", accept: str = "true") -> str:
    lines = [f"  - accept: {accept}", f"    into: {into}", f"    language: {language}", "    questions:"]
    return "\n".join([*lines, *(f"      - {json.dumps(question)}" for question in questions)]) + "\n"


def test_gaps_become_a_patch_that_changes_nothing_until_somebody_accepts(
    run: Run, log: Log, pack: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What people chose proposes the topic; the file as it is written adds nothing."""
    log(
        *(missed(i, text, outcome="suggested") for i, text in ((1, "toll for lorries"), (2, "lorries toll"))),
        *(missed(i, "", outcome="chosen", topic="tunnel", text=None, regards=i - 10) for i in (11, 12)),
        missed(20, "who painted it green"),
    )
    before = {path: path.read_bytes() for path in pack.rglob("*.yaml")}
    patch = tmp_path / "patch.yaml"

    assert run("queries", "suggest", str(patch)) == 0
    assert run("knowledge", "apply", str(patch)) == 0

    written = patch.read_text(encoding="utf-8")
    assert "2 of the 2 who chose took tunnel.\n  - accept: false\n    into: tunnel" in written
    assert "into: new-topic" in written
    assert "Nothing is accepted yet" in capsys.readouterr().out
    assert {path: path.read_bytes() for path in pack.rglob("*.yaml")} == before
    assert run("queries", "suggest", str(patch)) == 1  # somebody may have edited it


def test_accepted_questions_are_added_and_every_other_line_stays(run: Run, pack: Path, tmp_path: Path) -> None:
    """Comments and layout of the files are the writer's; languages go to their own files."""
    topic = pack / "topics" / "bridge.yaml"
    text = topic.read_text(encoding="utf-8").replace("asks:", "# as people type it\nasks:")
    topic.write_text(text + "related: [tunnel]  # for now\n", encoding="utf-8")
    patch = write_patch(
        tmp_path,
        entry("bridge", 'who "built" it: why?'),
        entry("bridge", "wer baute sie", language="de"),
        entry("tunnel", "maut im tunnel", language="de"),
        entry("out-of-scope/food", "cake recipe"),
        entry("tunnel", "not this one", accept="false"),
    )

    assert run("knowledge", "apply", patch) == 0

    after = topic.read_text(encoding="utf-8")
    assert [line for line in after.splitlines() if "built" not in line] == (
        text + "related: [tunnel]  # for now\n"
    ).splitlines()
    knowledge, wordings = load_with_wordings(pack)
    assert knowledge.topics["bridge"].asks == ("is the bridge open", 'who "built" it: why?')
    assert knowledge.topics["tunnel"].asks == ("is the tunnel open",)
    assert wordings["de"].asks == {"bridge": ("ist die brücke offen", "wer baute sie"), "tunnel": ("maut im tunnel",)}
    assert knowledge.out_of_scope[0].asks == ("soup recipe", "cake recipe")


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (entry("bridge", "Is the bridge open?"), "patch.yaml:6: entries[0].questions[0]: “Is the bridge open?” stands"),
        (entry("bridge", "held out"), "among the questions that measure the search"),
        (entry("bridge", "new", "New!"), "earlier in this patch"),
        (entry("bridg", "new"), "patch.yaml:3: entries[0].into: there is no topic “bridg”. Did you mean"),
        (entry("ferry", "new"), "natobot knowledge new ferry"),
        (entry("new-topic", "new"), "say where it belongs"),
        (entry("out-of-scope/fod", "new"), "out_of_scope.yaml has no “fod”"),
        (entry("bridge", "neu", language="fr"), "the pack has no language “fr”"),
        (entry("bridge", "new", accept="perhaps"), "patch.yaml:2: entries[0].accept"),
        ("  - accept: yes\n", "patch.yaml:2: accept: has the bare word `yes`"),
        ("  - colour: red\n", "entries[0].colour"),
    ],
)
def test_what_cannot_be_added_is_refused_with_its_line(
    run: Run, pack: Path, tmp_path: Path, made: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A mistake leaves the pack as it was, and says where it is."""
    golden = tmp_path / "golden.jsonl"
    golden.write_text('{"id": "1", "text": "Held out?"}\n', encoding="utf-8")
    before = {path: path.read_bytes() for path in pack.rglob("*.yaml")}

    assert run("knowledge", "apply", write_patch(tmp_path, made), "--golden", str(golden)) == 1

    assert message in capsys.readouterr().err
    assert {path: path.read_bytes() for path in pack.rglob("*.yaml")} == before


def test_a_list_on_one_line_is_left_to_the_person(
    run: Run, pack: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only lines are added; a list in brackets is not rewritten."""
    topic = pack / "topics" / "bridge.yaml"
    text = topic.read_text(encoding="utf-8").replace("asks:\n- is the bridge open", "asks: [is the bridge open]")
    topic.write_text(text, encoding="utf-8")

    assert run("knowledge", "apply", write_patch(tmp_path, entry("bridge", "new"))) == 1
    assert "Write one item a line" in capsys.readouterr().err


def test_a_question_the_pack_would_refuse_is_found_before_anything_is_written(
    run: Run, pack: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The pack is loaded with the patch first; its mistakes name the pack's own files."""
    (pack / "topics" / "tunnel.yaml").write_text("id: tunnel\n", encoding="utf-8")
    patch = write_patch(tmp_path, entry("bridge", "new"))

    assert run("knowledge", "apply", patch) == 1
    assert str(pack / "topics" / "tunnel.yaml") in capsys.readouterr().err
