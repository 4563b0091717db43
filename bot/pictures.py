"""
Pictures on disk: drawn once, in a process of their own, and kept under a hash of what they show.

Nobody waits for a picture that is not there yet: whoever answers sends the words first (``bot.commands.pictures``).
"""

import asyncio
import hashlib
import json
import logging
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from bot.workers import WorkerFailed

log = logging.getLogger(__name__)

DRAWING = 1  # raise it when the same specification is drawn in another way
DRAW_SECONDS = 60.0  # after which drawing is given up
_PNG = b"\x89PNG\r\n\x1a\n"
_END = b"IEND\xaeB`\x82"

Spec = Mapping[str, Any]
DrawAll = Callable[[Sequence[Spec]], Awaitable[Sequence[bytes]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What is to be drawn, and what it shows in words."""

    spec: Spec  # Vega-Lite
    alt: str
    key: str  # names the picture on disk: equal pictures have one key

    @classmethod
    def of(cls, spec: Spec, alt: str) -> Self:
        """Return the picture of *spec*."""
        content = json.dumps(spec, sort_keys=True, ensure_ascii=False).encode()
        return cls(spec=spec, alt=alt, key=hashlib.sha256(b"%d\0" % DRAWING + content).hexdigest()[:32])


class Pictures:
    """Keeps what was drawn; draws what is not there yet."""

    def __init__(self, folder: Path, draw_all: DrawAll | None) -> None:
        """*draw_all* is ``None`` where nothing can be drawn."""
        self._folder = folder
        self._draw_all = draw_all
        self._drawing: dict[str, asyncio.Task[bytes | None]] = {}
        self._one_process = asyncio.Lock()  # drawing takes much memory

    @property
    def can_draw(self) -> bool:
        return self._draw_all is not None

    def kept(self, picture: Picture) -> bytes | None:
        """Return the PNG if it is on disk whole, else ``None``."""
        try:
            png = self._path(picture.key).read_bytes()
        except OSError:
            return None
        return png if png.startswith(_PNG) and png.endswith(_END) else None

    async def drawn(self, picture: Picture) -> bytes | None:
        """Return the PNG, drawing it if need be; ``None`` when it cannot be drawn, which was logged."""
        if (png := self.kept(picture)) is not None or self._draw_all is None:
            return png
        task = self._drawing.get(picture.key)
        if task is None:
            task = self._drawing[picture.key] = asyncio.create_task(self._draw_one(picture), name="picture")
            task.add_done_callback(lambda _: self._drawing.pop(picture.key, None))
        return await asyncio.shield(task)

    async def prepare(self, pictures: Sequence[Picture]) -> int:
        """Draw those that are not there yet, all in one process; return how many were drawn."""
        missing = [picture for picture in pictures if self.kept(picture) is None]
        if not missing or self._draw_all is None:
            return 0
        return len(await self._draw(missing))

    async def _draw_one(self, picture: Picture) -> bytes | None:
        drawn = await self._draw([picture])
        return drawn[0] if drawn else None

    async def _draw(self, pictures: Sequence[Picture]) -> Sequence[bytes]:
        assert self._draw_all is not None, "checked by the caller"
        try:
            async with self._one_process, asyncio.timeout(DRAW_SECONDS):
                drawn = await self._draw_all([picture.spec for picture in pictures])
        except (WorkerFailed, TimeoutError, ValueError) as error:
            log.warning("%d pictures could not be drawn (%s); answers say it in words.", len(pictures), error)
            return []
        for picture, png in zip(pictures, drawn, strict=True):
            self._keep(picture.key, png)
        return drawn

    def _keep(self, key: str, png: bytes) -> None:
        draft = self._folder / f"{key}.{os.getpid()}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            draft.write_bytes(png)
            draft.replace(self._path(key))
        except OSError as error:
            log.warning(
                "A picture could not be kept in %s (%s); it is drawn again when asked for.", self._folder, error
            )

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.png"
