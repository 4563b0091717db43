"""Previewing an edition's news on the command line."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.command_line import run
from tests.factories import PACK, make_claim, make_topic, write_pack


def bridge(folder: Path, day: str, metres: int) -> Path:
    claim = make_claim(f"It is {metres} metres long.", kind="figure")
    topic = make_topic(sections=[{"id": "length", "title": "How long is it?", "claims": [claim]}])
    return write_pack(folder, topic, pack={**PACK, "edition": day})


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=Tests", "-c", "user.email=tests@bridges.example", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "-C", folder, *identity, *arguments], check=True, capture_output=True)


@pytest.fixture
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The configured pack."""
    folder = bridge(tmp_path / "repository" / "packs" / "tiny", "2026-11-26", 310)
    monkeypatch.setenv("BOT_KNOWLEDGE", str(folder))
    return folder


@pytest.fixture
def repository(pack: Path, tmp_path: Path) -> Path:
    """The pack in a git repository whose revision “v1” has the bridge 300 metres long."""
    folder = tmp_path / "repository"
    bridge(pack, "2026-11-01", 300)
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "First edition")
    git(folder, "tag", "v1")
    bridge(pack, "2026-11-26", 310)
    return folder


@pytest.mark.usefixtures("pack")
def test_two_folders_are_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A maintainer reads what a server would read."""
    old, new = bridge(tmp_path / "old", "2026-11-01", 200), bridge(tmp_path / "new", "2026-11-26", 250)

    assert run("editions", "news", str(old), str(new)) == 0

    printed = capsys.readouterr()
    assert "What is new in the edition of 26 November 2026" in printed.out
    assert "200 metres long → 250 metres long\nIt is 250 metres long." in printed.out
    assert "[1] Bridge Office: Survey of bridges. https://bridges.example/survey" in printed.out
    assert printed.err == ""


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize("revision", ["v1", "HEAD", "main~0", "HEAD^{commit}"])
def test_a_git_revision_is_compared_with_the_configured_pack(
    revision: str, repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Edits that are not committed yet are part of what is previewed, and stay untouched."""
    git(repository, "branch", "-M", "main")

    assert run("editions", "news", revision) == 0

    assert "300 metres long → 310 metres long" in capsys.readouterr().out
    assert "310 metres" in (repository / "packs/tiny/topics/bridge.yaml").read_text()


def test_two_revisions_are_compared(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What an earlier edition told can be read again."""
    git(repository, "commit", "--quiet", "-a", "-m", "Second edition")
    bridge(repository / "packs" / "tiny", "2026-11-27", 999)

    assert run("editions", "news", "v1", "HEAD") == 0

    assert "300 metres long → 310 metres long" in capsys.readouterr().out


def test_a_pack_that_is_a_repository_itself_has_revisions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The pack need not lie below the repository's top."""
    folder = bridge(tmp_path / "alone", "2026-11-01", 300)
    monkeypatch.setenv("BOT_KNOWLEDGE", str(folder))
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "First edition")
    bridge(folder, "2026-11-26", 310)

    assert run("editions", "news", "HEAD") == 0

    assert "300 metres long → 310 metres long" in capsys.readouterr().out


def test_no_news_is_said_to_be_none(pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same edition twice has nothing to tell, and its day would keep it silent anyway."""
    assert run("editions", "news", str(pack)) == 0

    printed = capsys.readouterr()
    assert printed.out == "Nothing changed that servers would be told of.\n"
    assert "“edition” in pack.yaml is 2026-11-26, which is not later than 2026-11-26" in printed.err


@pytest.mark.usefixtures("pack")
def test_an_edition_outside_a_repository_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    """A name that is no folder can only be a revision, for which there has to be a repository."""
    assert run("editions", "news", "v1") == 1
    assert "“v1” is not a folder, and" in capsys.readouterr().err


@pytest.mark.usefixtures("repository")
@pytest.mark.parametrize("reference", ["v9", "--output=x", "v1:packs", ""])
def test_a_revision_that_is_not_there_is_explained(reference: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither a folder nor a revision: one line, and exit status 1."""
    assert run("editions", "news", "--", reference) == 1
    assert capsys.readouterr().err.startswith(f"natobot: “{reference}” is neither a folder nor a revision")


def test_a_revision_without_the_pack_is_explained(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The pack may have lain elsewhere then."""
    git(repository, "mv", "packs/tiny", "elsewhere")
    git(repository, "commit", "--quiet", "-m", "Move the pack")
    bridge(repository / "packs" / "tiny", "2026-11-26", 310)

    assert run("editions", "news", "HEAD") == 1
    assert "The revision “HEAD” has no folder packs/tiny" in capsys.readouterr().err


@pytest.mark.usefixtures("pack")
def test_a_broken_pack_is_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """How many mistakes, and the first with its place in the pack."""
    broken = write_pack(tmp_path / "broken", make_topic(colour="red"))

    assert run("editions", "news", str(broken)) == 1

    printed = capsys.readouterr().err
    assert "cannot be read: 1 problem, first topics/bridge.yaml:" in printed
    assert "colour: is not a key" in printed


@pytest.mark.usefixtures("repository")
def test_all_that_changed_since_a_revision_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Both ids, as cards show them, then every change in words."""
    assert run("editions", "diff", "v1") == 0

    lines = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"From edition 2026-11-01-[0-9a-f]{8} to edition 2026-11-26-[0-9a-f]{8}\.", lines[0])
    assert lines[2:] == [
        "The pack",
        "  edition: 2026-11-01 → 2026-11-26",
        "",
        "bridge · The bridge",
        "  length: 300 metres long → 310 metres long",
        "    now     It is 310 metres long.",
        "    before  It is 300 metres long.",
    ]


@pytest.mark.usefixtures("pack")
def test_differences_come_as_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Programs read the same, with days as text."""
    old, new = bridge(tmp_path / "old", "2026-11-01", 200), bridge(tmp_path / "new", "2026-11-26", 250)

    assert run("editions", "diff", str(old), str(new), "--format", "json") == 0

    data = json.loads(capsys.readouterr().out)
    assert data["before"].startswith("2026-11-01-")
    (statement,) = data["statements"]
    assert (statement["topic"], statement["section"], statement["change"]) == ("bridge", "length", "changed")
    assert statement["figures"] == [{"before": "200 metres long", "after": "250 metres long"}]
    assert statement["after"]["as_of"] == "1999-05-04"
    assert data["details"][0]["field"] == "edition"


@pytest.mark.parametrize("place", ["old", "new", "configured"])
def test_an_edition_that_cannot_be_read_is_one_sentence(
    place: str, tmp_path: Path, pack: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whichever it is, with exit status 1."""
    broken = write_pack(pack if place == "configured" else tmp_path / "broken", make_topic(colour="red", size="big"))
    sound = bridge(tmp_path / "sound", "2026-11-01", 300)
    references = {"old": (broken, sound), "new": (sound, broken), "configured": (sound,)}[place]

    assert run("editions", "diff", *map(str, references)) == 1

    printed = capsys.readouterr().err.splitlines()
    assert len(printed) == 1
    assert "cannot be read: 2 problems, first topics/bridge.yaml:" in printed[0]
