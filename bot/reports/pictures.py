"""Draws what a pack shows, for maintainers to look at."""

from collections.abc import Iterator
from pathlib import Path

from bot.app import load_edition
from bot.errors import ConfigurationError
from bot.knowledge.models import Knowledge
from bot.rendering.charts.drawing import can_draw, draw
from bot.rendering.charts.pictures import all_pictures

_INSTALL = "pip install 'natobot[charts]'"


def pictures_line(knowledge: Knowledge) -> str:
    """Return how many tables and pictures there are, and what is missing to draw them."""
    rows = sum(len(table.rows) for table in knowledge.tables.values())
    line = f"{len(knowledge.tables)} tables with {rows} rows, {len(knowledge.charts)} pictures."
    if knowledge.charts and not can_draw():
        line += f" vl-convert-python is not installed, so pictures are answered in words. To draw them: {_INSTALL}"
    return line


def draw_pictures(pack: Path, folder: Path) -> Iterator[str]:
    """
    Write every picture of *pack* into *folder* as PNG; yield its file, its size and its words.

    Raises:
        KnowledgeError: The pack has mistakes.
        ConfigurationError: Nothing can be drawn here.
    """
    knowledge = load_edition(pack)
    if not can_draw():
        raise ConfigurationError(f"vl-convert-python, which draws, is not installed. Install it: {_INSTALL}")
    folder.mkdir(parents=True, exist_ok=True)
    for name, picture in all_pictures(knowledge):
        path = folder / f"{name}.png"
        path.write_bytes(draw(picture.spec))
        yield f"{path}: {path.stat().st_size:,} bytes. {picture.alt}"
