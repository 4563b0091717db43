"""
The edition that answers now, and what changes when the next one takes its place.

An edition is read, validated and checked away from the event loop and then replaces the last one by one assignment, so
a request sees one edition whole. A broken edition changes nothing: the last good one goes on answering.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.background import in_background
from bot.errors import KnowledgeError
from bot.knowledge.files import pack_files
from bot.knowledge.models import Knowledge

log = logging.getLogger(__name__)

Load = Callable[[Path], Knowledge]


@dataclass(frozen=True, slots=True, kw_only=True)
class EditionChange:
    """How two editions of a pack differ in what is for ever. A topic that becomes a retired one is not removed."""

    added_topics: tuple[str, ...]
    removed_topics: tuple[str, ...]  # neither answer nor lead to another topic any more
    commands_differ: bool  # Discord has to be told: a command's name or description changed


def compare(old: Knowledge, new: Knowledge) -> EditionChange:
    """Return what changed from *old* to *new* in topics and commands."""
    return EditionChange(
        added_topics=tuple(id_ for id_ in new.topics if id_ not in old.topics),
        removed_topics=tuple(id_ for id_ in old.commands if id_ not in new.commands),
        commands_differ=set(old.commands.values()) != set(new.commands.values()),
    )


class Library:
    """Holds the edition that answers now. ``current`` is read once per request and kept for its length."""

    def __init__(self, folder: Path, *, load: Load) -> None:
        """
        Load the pack in *folder* with *load*, which may check more than the loader does.

        Raises:
            KnowledgeError: The pack has mistakes.
        """
        self._folder = folder
        self._load = load
        self._seen = _snapshot(folder)
        self.current = load(folder)
        self.last_problem: str | None = None  # why the newest files are not in use
        self.reloads = 0  # editions put into use after the first
        self.failures = 0  # editions refused as broken

    async def reload(self) -> EditionChange | None:
        """
        Put the files' present state into use; return what changed, or ``None`` when nothing did or it is broken.

        Why a broken edition was refused is logged and kept in ``last_problem``.
        """
        seen = await asyncio.to_thread(_snapshot, self._folder)
        if seen == self._seen:
            return None
        self._seen = seen
        try:
            new = await asyncio.to_thread(self._load, self._folder)
        except KnowledgeError as error:
            self.last_problem = str(error)
            self.failures += 1
            log.error("The new edition is broken; edition %s goes on answering.\n%s", self.current.edition, error)
            return None
        self.last_problem = None
        change = compare(self.current, new)
        if new.fingerprint != self.current.fingerprint:
            log.info("Edition %s replaces %s.", new.edition, self.current.edition)
        if change.removed_topics:
            log.warning(
                "Edition %s has no topic %s any more, and people who use its command are told so. To have it lead to "
                "another topic, enter it in retired.yaml (docs/writing-knowledge.md, “Retire or merge a topic”).",
                new.edition,
                ", ".join(change.removed_topics),
            )
        self.current = new
        self.reloads += 1
        return change


@asynccontextmanager
async def watch(library: Library, *, seconds: float, on_change: Callable[[EditionChange], None]) -> AsyncIterator[None]:
    """Look at the pack's files every *seconds* and reload *library* when one changed, until the context ends."""

    async def look() -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                change = await library.reload()
            except OSError as error:  # the folder may be away for a moment while it is replaced
                log.warning("The knowledge pack could not be looked at: %s", error)
                continue
            if change is not None:
                on_change(change)

    async with in_background(look(), name="edition-watch"):
        yield


def _snapshot(folder: Path) -> tuple[tuple[str, int, int], ...]:
    return tuple(
        (str(path), (stat := path.stat()).st_mtime_ns, stat.st_size)
        for path in (pack_files(folder) if folder.is_dir() else [])
    )
