"""Applies a patch file to the configured pack: all of what was accepted, or nothing."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from bot.answers.examples import OUTSIDE, examples_of
from bot.errors import KnowledgeError
from bot.knowledge.loader import load_with_wordings
from bot.knowledge.patches import Change, accepted_changes, key_of, moved_problems
from bot.reports.asking import read_rows
from bot.settings import load_settings


def apply_patch(patch_file: Path, golden: Path) -> str:
    """
    Add the accepted questions of *patch_file* to the pack and say what was done.

    Questions of the file *golden*, where it exists, are refused: the search must not learn what it is measured by.

    Raises:
        KnowledgeError: The patch or the pack has mistakes; nothing was written.
        BadQuestions: *golden* cannot be read.
    """
    folder = load_settings().knowledge.folder
    changes = accepted_changes(patch_file, folder, load_with_wordings(folder)[0], known_questions(folder, golden))
    if not changes:
        return "Nothing is accepted yet. Set accept to true where an entry shall be added."
    _check(folder, changes)
    for change in changes:
        change.path.parent.mkdir(parents=True, exist_ok=True)
        draft = change.path.with_name(f".{change.path.name}.draft")
        draft.write_bytes(change.text.encode())
        draft.replace(change.path)
    lines = [f"{change.path}: {change.added} added" for change in changes]
    return "\n".join([*lines, "Let the search learn them: natobot knowledge build"])


def known_questions(folder: Path, golden: Path) -> dict[str, str]:
    """
    Return where each question stands already, by ``key_of``.

    Raises:
        KnowledgeError: The pack has mistakes.
        BadQuestions: *golden* cannot be read.
    """
    return dict(_known(folder, golden))


def _known(folder: Path, golden: Path) -> Iterator[tuple[str, str]]:
    for example in examples_of(*load_with_wordings(folder)):
        where = f"among the examples of “{example.topic}”" if example.topic != OUTSIDE else "among what is out of scope"
        yield key_of(example.text), where
    if golden.is_file():
        for row in read_rows(golden):
            yield key_of(str(row["text"])), f"among the questions that measure the search ({golden})"


def _check(folder: Path, changes: Sequence[Change]) -> None:
    """Load a copy of the pack with the changes, so that a patch never leaves a broken pack behind."""
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name) / folder.name
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("*.bin"))
        for change in changes:
            target = copy / change.path.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(change.text.encode())
        try:
            load_with_wordings(copy)
        except KnowledgeError as error:
            raise moved_problems(error, copy, folder) from None
