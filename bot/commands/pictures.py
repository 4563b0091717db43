"""
Answers with pictures: the words at once, the picture with them if it is there, after them if it has to be drawn.

Drawing takes a second or more and an answer may take less than three, so nobody waits for it.
"""

from collections.abc import Callable, Coroutine
from typing import Any

import discord

from bot.answers.models import Figures, FoundChart, FoundEvents
from bot.commands.askers import AnyInteraction
from bot.commands.occasions import Occasion
from bot.commands.replies import Asked, Replies, note_follow_up
from bot.errors import ReplyLost
from bot.knowledge.models import Knowledge
from bot.pictures import Picture, Pictures
from bot.rendering import wording
from bot.rendering.cards import timeline_card
from bot.rendering.charts.pictures import all_pictures, timeline_picture
from bot.rendering.components import Card, Gallery

MakeCard = Callable[[Gallery | None, str | None], Card]  # with its picture, with a note on what becomes of it
Start = Callable[[Coroutine[Any, Any, None]], object]


class IllustratedReplies:
    """Sends cards that have pictures."""

    def __init__(self, pictures: Pictures, replies: Replies, start: Start) -> None:
        """*start* runs what follows an answer, as work that shutting down waits for."""
        self._pictures = pictures
        self._replies = replies
        self._start = start
        self._of_edition: tuple[str, dict[str, Picture]] = ("", {})

    async def send_figures(
        self, interaction: AnyInteraction, found: Figures, asked: Asked, here: Occasion, *, turn: bool = False
    ) -> None:
        """Answer with figures; *turn* changes the message whose component was pressed."""
        picture = self.chart_pictures(here.knowledge)[found.chart.id] if isinstance(found, FoundChart) else None

        def card(gallery: Gallery | None, note: str | None) -> Card:
            return here.figures_card(found, gallery=gallery, note=note)

        await self._send(interaction, picture, card, asked, here, turn=turn)

    async def send_events(self, interaction: AnyInteraction, found: FoundEvents, asked: Asked, here: Occasion) -> None:
        """Answer with a stretch of the timeline and its picture."""

        def card(gallery: Gallery | None, note: str | None) -> Card:
            return timeline_card(found, here.knowledge, here.reader, gallery=gallery, note=note)

        picture = timeline_picture(found, here.knowledge) if found.events else None
        await self._send(interaction, picture, card, asked, here, turn=False)

    def chart_pictures(self, knowledge: Knowledge) -> dict[str, Picture]:
        """Return the picture of each chart, by its id; made once for an edition."""
        if self._of_edition[0] != knowledge.fingerprint:
            self._of_edition = (knowledge.fingerprint, dict(all_pictures(knowledge)))
        return self._of_edition[1]

    async def prepare(self, knowledge: Knowledge) -> None:
        """Draw what an edition shows, before anybody asks."""
        if self._pictures.can_draw:
            await self._pictures.prepare(list(self.chart_pictures(knowledge).values()))

    async def _send(
        self,
        interaction: AnyInteraction,
        picture: Picture | None,
        card: MakeCard,
        asked: Asked,
        here: Occasion,
        *,
        turn: bool,
    ) -> None:
        png = self._pictures.kept(picture) if picture is not None else None
        follows = picture is not None and png is None and self._pictures.can_draw
        gallery = Gallery(png=png, alt=picture.alt) if picture is not None and png is not None else None
        note = None
        if picture is not None and gallery is None:
            note = wording.PICTURE_FOLLOWS if follows else wording.NO_PICTURES
            note_follow_up(follows)
        send = self._replies.turn if turn else self._replies.send
        await send(interaction, card(gallery, note), asked, here)
        if picture is not None and follows:
            self._start(self._follow_up(interaction, picture, card))

    async def _follow_up(self, interaction: AnyInteraction, picture: Picture, card: MakeCard) -> None:
        """Put the picture into the answer once it is drawn."""
        png = await self._pictures.drawn(picture)
        gallery = Gallery(png=png, alt=picture.alt) if png is not None else None
        finished = card(gallery, None if gallery else wording.PICTURE_FAILED)
        try:
            await interaction.edit_original_response(
                view=finished, attachments=[gallery.file()] if gallery is not None else []
            )
        except (ReplyLost, discord.HTTPException):
            return  # logged and counted where it happened; the words are there
