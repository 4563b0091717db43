"""Makes docs/gallery.md and its pictures anew: ``python -m tests.gallery``."""

from pathlib import Path

from bot.knowledge.loader import load_knowledge
from bot.knowledge.models import Knowledge
from bot.rendering.charts.drawing import draw
from bot.rendering.charts.pictures import all_pictures
from tests.factories import REAL_PACK

DOCS = Path(__file__).parents[1] / "docs"
PAGE = DOCS / "gallery.md"
PICTURES = DOCS / "images" / "gallery"
_HEAD = """# Gallery

Every picture of the pack `nato-ukraine`, as its bot sends it, with the words that stand for it where it is not seen.
They are drawn from `knowledge/nato-ukraine/data/` by `charts.yaml`; `python -m tests.gallery` makes this page anew.
`/aid`, `/members` and `/eastern-flank` show them with the option `chart`; without the extra `charts` the same figures
are given in words. `/timeline picture:True` draws a stretch of the timeline.
"""


def gallery_page(knowledge: Knowledge) -> str:
    """Return the page, in Markdown."""
    parts = [_HEAD]
    for name, picture in all_pictures(knowledge):
        commands = " and ".join(f"`/{knowledge.topics[topic].command.name}`" for topic in knowledge.charts[name].topics)
        parts.append(f"## {commands} `chart:{name}`\n\n![{name}](images/gallery/{name}.png)\n\n{picture.alt}\n")
    return "\n".join(parts)


def main() -> None:
    """Write the page and draw its pictures."""
    knowledge = load_knowledge(REAL_PACK)
    PAGE.write_text(gallery_page(knowledge), encoding="utf-8")
    PICTURES.mkdir(parents=True, exist_ok=True)
    for name, picture in all_pictures(knowledge):
        (PICTURES / f"{name}.png").write_bytes(draw(picture.spec))


if __name__ == "__main__":
    main()
