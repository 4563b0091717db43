"""
The search that answers now: read from the pack once the bot is connected, learned anew when the examples change.

Learning takes a process of its own for some seconds; until it is done, the last model goes on answering. The search
itself is imported with its model, after the connection: starting need not wait for it.
"""

import asyncio
import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bot.answers.models import Judged
from bot.knowledge.models import Knowledge, Topic

if TYPE_CHECKING:
    from bot.answers.model import SearchModel
    from bot.answers.search import Search

log = logging.getLogger(__name__)

MODEL_FILE = "search.bin"  # in the pack, made by ``natobot knowledge build``
LEARNING_PATIENCE = 600.0  # seconds


class SearchIndex:
    """Holds the search of the current edition; ``None`` until it is ready."""

    def __init__(self, pack: Path, cache: Path, *, learn: bool) -> None:
        """*cache* is where a model that was learned here is kept; *learn* allows to learn one."""
        self._pack = pack
        self._cache = cache
        self._learn = learn
        self._lock = asyncio.Lock()
        self.current: Search | None = None

    @property
    def edition(self) -> Knowledge | None:
        """The edition that answers to free words, or ``None`` while the search is not ready."""
        return self.current.knowledge if self.current is not None else None

    def answer(self, question: str) -> Judged:
        """Return what ``edition`` has to say about *question*. The search must be ready."""
        from bot.answers.answer import answer

        assert self.current is not None, "the search is ready"
        return answer(question, self.current)

    def topics_touched(self, text: str) -> tuple[Judged, tuple[Topic, ...]]:
        """Return how *text* is judged and the topics that speak to it. The search must be ready."""
        from bot.answers.answer import topics_touched

        assert self.current is not None, "the search is ready"
        return topics_touched(text, self.current)

    async def refresh(self, current_edition: Callable[[], Knowledge]) -> None:
        """Make the search fit the current edition: at once with the best model there is, later with a new one."""
        async with self._lock:
            knowledge = current_edition()
            model, is_fresh = await asyncio.to_thread(self._best_model, knowledge)
            if model is not None:
                self.current = await asyncio.to_thread(_open, knowledge, model)
            if is_fresh or not self._learn:
                return
            log.info("The pack's examples changed; the search is learning them.")
            if await self._learn_anew():
                knowledge = current_edition()
                model, _ = await asyncio.to_thread(self._best_model, knowledge)
                if model is not None:
                    self.current = await asyncio.to_thread(_open, knowledge, model)
                    log.info("The search has learned the new examples.")

    def _best_model(self, knowledge: Knowledge) -> "tuple[SearchModel | None, bool]":
        """Return the model to use, and whether it was made from exactly these files."""
        models = [model for path in (self._cache, self._pack / MODEL_FILE) if (model := read_model(path)) is not None]
        fresh = next((model for model in models if model.fingerprint == knowledge.fingerprint), None)
        return (fresh, True) if fresh else (models[0] if models else None, False)

    async def _learn_anew(self) -> bool:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "knowledge", "build", "--output", str(self._cache)),
            env={**os.environ, "BOT_KNOWLEDGE": str(self._pack)},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(LEARNING_PATIENCE):
                _, errors = await process.communicate()
        except (TimeoutError, asyncio.CancelledError):
            process.kill()
            await process.wait()
            raise
        if process.returncode:
            log.error("The search could not learn the new examples: %s", errors.decode(errors="replace")[-500:])
        return process.returncode == 0


def _open(knowledge: Knowledge, model: "SearchModel") -> "Search":
    import bot.answers.answer  # noqa: F401  so that the first question does not wait for it
    from bot.answers.search import Search

    return Search(knowledge, model)


def lost_topics(knowledge: Knowledge, pack: Path) -> Sequence[str]:
    """Return the topics that the model in *pack* has learned and that *knowledge* neither has nor has retired."""
    from bot.answers.examples import OUTSIDE

    model = read_model(pack / MODEL_FILE)
    learned = model.topics if model is not None else ()
    return [id_ for id_ in learned if id_ != OUTSIDE and id_ not in knowledge.commands]


def read_model(path: Path) -> "SearchModel | None":
    """Return the model in *path*, or ``None`` when there is none that can be used."""
    from bot.answers.model import SearchModel

    try:
        return SearchModel.load(path.read_bytes())
    except OSError:
        return None
    except ValueError as error:
        log.warning("%s is passed over: %s.", path, error)
        return None
