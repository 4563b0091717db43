"""
What cards are made of: a layout, buttons and menus that carry all they need in their custom ids.

What a press does is decided from its custom id alone (``bot.delivery.receive``), and nothing is kept per message: a
card's interactive items are all ``DynamicItem``s, for which discord.py keeps nothing either.
"""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Self, cast

import discord
from discord import ui

from bot.rendering.custom_ids import MENUS, VERSION, Press
from bot.rendering.limits import BUTTON_LABEL_LIMIT, shortened
from bot.rendering.wording import SERVER_NOTE

PICTURE = "picture.png"
ACCENT = 0x2F6DB5  # the container's edge; carries no meaning


@dataclass(frozen=True, slots=True, kw_only=True)
class Gallery:
    """A picture that a card shows and its message carries."""

    png: bytes
    alt: str  # what it shows, in words and figures

    def file(self) -> discord.File:
        """Return the attachment; made anew for each message."""
        return discord.File(io.BytesIO(self.png), filename=PICTURE, description=self.alt)


@dataclass(slots=True, kw_only=True)
class Reader:
    """For whom and when a card is made. Not frozen, as ``bot.query.Query`` is not."""

    owner: int  # id of the user who asked; may delete the card and turn its pages
    private: bool  # only the owner sees it
    today: date
    may_share: bool = True  # whether they may show a private answer to everyone here
    language: str = "en"  # of the answer
    notes: Mapping[str, str] = field(default_factory=dict)  # the server's own, by topic; "" stands for all the others
    notice: str | None = None  # of the bot about itself, above the answer

    def above(self, topic_id: str = "") -> list[str]:
        """Return what stands above an answer of this topic: the server's note, the bot's notice."""
        note = self.notes.get(topic_id) or self.notes.get("")
        quoted = "\n".join(f"> {line}" for line in note.splitlines()) if note else ""
        return [*([f"-# {SERVER_NOTE}\n{quoted}"] if note else []), *([f"-# {self.notice}"] if self.notice else [])]


class CardButton(
    ui.DynamicItem[ui.Button[Any]],
    template=rf"{VERSION}:(?!(?:{'|'.join(MENUS)}):).*",
):
    """A button of a card. All it knows stands in its custom id."""

    @classmethod
    def of(cls, press: Press, label: str, style: discord.ButtonStyle = discord.ButtonStyle.secondary) -> Self:
        return cls(ui.Button(label=shortened(label, BUTTON_LABEL_LIMIT), style=style, custom_id=press.custom_id()))


class CardSelect(ui.DynamicItem[ui.Select[Any]], template=rf"{VERSION}:(?:{'|'.join(MENUS)}):.*"):
    """A select menu of a card: of a topic's pages, or of topics."""

    @classmethod
    def of(cls, press: Press, placeholder: str, options: Sequence[discord.SelectOption]) -> Self:
        return cls(ui.Select(custom_id=press.custom_id(), placeholder=placeholder, options=list(options)))


class Card(ui.LayoutView):
    """What one answer looks like."""

    gallery: Gallery | None = None

    def __init__(
        self,
        *texts: str,
        accent: int = ACCENT,
        rows: Iterable[Sequence[ui.Item[Any]]] = (),
        gallery: Gallery | None = None,
    ) -> None:
        """*gallery* stands above the last of *texts*."""
        super().__init__(timeout=None)
        if not texts and not rows:  # made in another way, see bot.rendering.prepared
            return
        blocks: list[ui.Item[Any]] = []
        for text in texts:
            blocks += [ui.Separator(), ui.TextDisplay(text)] if blocks else [ui.TextDisplay(text)]
        self.gallery = gallery
        if gallery is not None:
            shown = ui.MediaGallery[Any](discord.MediaGalleryItem(f"attachment://{PICTURE}", description=gallery.alt))
            blocks.insert(-2 if len(blocks) > 1 else 0, shown)
        self.add_item(ui.Container(*blocks, accent_colour=accent))
        for row in rows:
            if row:
                self.add_item(ui.ActionRow(*row))

    def is_finished(self) -> bool:
        """
        Return that there is nothing to wait for: presses are answered from their custom ids.

        discord.py keeps what is not finished, and each private one with a timer of 15 minutes (discord/interactions.py,
        ``send_message``, 2.7.1).
        """
        return True

    def payload(self) -> list[dict[str, Any]]:
        """Return the components as they go to Discord."""
        return cast("list[dict[str, Any]]", self.to_components())  # type: ignore[no-untyped-call]  # of discord.py
