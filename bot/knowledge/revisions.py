"""The pack as it stood at another time: in a folder, or in a revision of the git repository that it lies in."""

import io
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from bot.errors import BotError, KnowledgeError
from bot.knowledge.content import EditionContent, content_of
from bot.knowledge.loader import load_with_wordings
from bot.knowledge.pack_differences import WholeEdition


class UnreadableEdition(BotError):
    """What was named is no edition that can be read; ``str(error)`` says why."""


def edition_at(reference: str, pack: Path) -> EditionContent:
    """
    Return what the pack said at *reference*; see ``folder_at``.

    Raises:
        UnreadableEdition: There is no such folder or revision, or the pack in it has mistakes.
    """
    return content_of(whole_edition_at(reference, pack).knowledge)


def whole_edition_at(reference: str, pack: Path) -> WholeEdition:
    """
    Return the pack as it was at *reference*; see ``folder_at``.

    Raises:
        UnreadableEdition: There is no such folder or revision, or the pack in it has mistakes.
    """
    with folder_at(reference, pack) as folder:
        return whole_edition_in(folder, reference)


def whole_edition_in(folder: Path, reference: str) -> WholeEdition:
    """
    Return the pack in *folder*, which messages call *reference*.

    Raises:
        UnreadableEdition: The pack has mistakes.
    """
    try:
        knowledge, wordings = load_with_wordings(folder)
    except KnowledgeError as error:
        first = error.problems[0]
        place = first.file.relative_to(folder) if first.file != folder else Path(reference)
        count = len(error.problems)
        raise UnreadableEdition(
            f"The pack in “{reference}” cannot be read: {count} problem{'s' if count != 1 else ''}, "
            f"first {replace(first, file=place)}"
        ) from None
    return WholeEdition(knowledge=knowledge, wordings=wordings)


@contextmanager
def folder_at(reference: str, pack: Path) -> Iterator[Path]:
    """
    Yield a folder with the pack that *reference* names: a folder, or a git revision of the repository *pack* lies in.

    The files of a revision are written to a temporary folder, which is gone after the context; the repository and its
    working tree are left as they are.

    Raises:
        UnreadableEdition: It names neither.
    """
    if reference and Path(reference).is_dir():
        yield Path(reference)
        return
    top, place = _place_in_repository(reference, pack)
    commit = _git(top, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{reference}^{{commit}}")
    if commit is None:
        raise UnreadableEdition(f"“{reference}” is neither a folder nor a revision of the git repository {top}.")
    archive = _git(top, "archive", "--format=tar", f"{commit.decode().strip()}:{place}")
    if archive is None:
        raise UnreadableEdition(f"The revision “{reference}” has no folder {place}. Was the pack elsewhere then?")
    with tempfile.TemporaryDirectory(prefix="edition-") as temporary:
        with tarfile.open(fileobj=io.BytesIO(archive)) as files:
            files.extractall(temporary, filter="data")
        yield Path(temporary)


def _place_in_repository(reference: str, pack: Path) -> tuple[Path, str]:
    """Return the top folder of the repository around *pack*, and where the pack lies below it."""
    found = _git(pack, "rev-parse", "--show-toplevel", "--show-prefix")
    if found is None:
        raise UnreadableEdition(
            f"“{reference}” is not a folder, and {pack} lies in no git repository that could have such a revision."
        )
    top, place = found.decode().split("\n")[:2]
    return Path(top), place.rstrip("/")


def _git(folder: Path, *arguments: str) -> bytes | None:
    """Return what git prints for *folder*, or ``None`` when it fails or there is no git."""
    program = shutil.which("git")
    if program is None or not folder.is_dir():
        return None
    # What a person typed stands after --end-of-options only.
    done = subprocess.run([program, "-C", str(folder), *arguments], capture_output=True, check=False)  # noqa: S603
    return done.stdout if done.returncode == 0 else None
