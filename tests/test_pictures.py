"""Pictures on disk: drawn once, kept whole, never waited for."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.pictures import Picture, Pictures, Spec
from bot.workers import WorkerFailed

PNG = b"\x89PNG\r\n\x1a\n of %d IEND\xaeB`\x82"
ONE, TWO = Picture.of({"title": "one"}, "One."), Picture.of({"title": "two"}, "Two.")


class Drawing:
    """Draws instead of Vega-Lite, and counts."""

    def __init__(self) -> None:
        self.drawn: list[Spec] = []

    async def __call__(self, specs: Sequence[Spec]) -> list[bytes]:
        await asyncio.sleep(0.01)
        self.drawn += specs
        return [PNG % len(self.drawn) for _ in specs]


async def test_what_was_drawn_is_kept_over_restarts(tmp_path: Path) -> None:
    """The second process finds it on disk."""
    drawing = Drawing()
    first = await Pictures(tmp_path, drawing).drawn(ONE)

    assert Pictures(tmp_path, drawing).kept(ONE) == first
    assert drawing.drawn == [ONE.spec]


async def test_two_who_ask_at_once_have_it_drawn_once(tmp_path: Path) -> None:
    """The second waits for the first one's."""
    drawing = Drawing()
    pictures = Pictures(tmp_path, drawing)

    first, second = await asyncio.gather(pictures.drawn(ONE), pictures.drawn(ONE))

    assert first == second
    assert len(drawing.drawn) == 1


async def test_a_file_that_was_cut_short_is_drawn_again(tmp_path: Path) -> None:
    """Half a picture is none."""
    pictures = Pictures(tmp_path, Drawing())
    await pictures.drawn(ONE)
    path = tmp_path / f"{ONE.key}.png"
    path.write_bytes(path.read_bytes()[:-3])

    assert pictures.kept(ONE) is None
    assert await pictures.drawn(ONE) is not None


async def test_only_what_is_missing_is_prepared(tmp_path: Path) -> None:
    """All of it in one go."""
    drawing = Drawing()
    pictures = Pictures(tmp_path, drawing)
    await pictures.drawn(ONE)

    assert await pictures.prepare([ONE, TWO]) == 1
    assert drawing.drawn == [ONE.spec, TWO.spec]


async def test_a_picture_that_cannot_be_drawn_is_none(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The log says so, and the answer stays in words."""

    async def fail(specs: Sequence[Spec]) -> list[bytes]:
        raise WorkerFailed("A helper process ended early")

    assert await Pictures(tmp_path, fail).drawn(ONE) is None
    assert "could not be drawn" in caplog.text


async def test_a_folder_that_cannot_be_written_costs_only_the_keeping(tmp_path: Path) -> None:
    """The picture is sent all the same."""
    (tmp_path / "file").write_text("in the way")

    assert await Pictures(tmp_path / "file", Drawing()).drawn(ONE) is not None


def test_another_figure_is_another_picture() -> None:
    """So no answer shows a picture of an older edition's figures."""
    assert ONE.key == Picture.of({"title": "one"}, "Other words.").key
    assert ONE.key != TWO.key
