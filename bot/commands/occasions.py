"""
For whom, where and from which edition an interaction is answered.

Everything a server decided comes together here, from memory: who sees the answer, which topics there are, what stands
above it, in which language.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.answers.models import Figures, Found
from bot.commands.askers import AnyInteraction, Asker, asker_of
from bot.knowledge.editions import Library
from bot.knowledge.models import Knowledge
from bot.knowledge.selection import Selections
from bot.rendering import wording
from bot.rendering.components import Card, Gallery, Reader
from bot.rendering.prepared import PreparedCards
from bot.servers.models import CAREFUL, ServerSettings, Visibility
from bot.servers.registry import Servers
from bot.servers.resolution import language, may_share, visibility


@dataclass(slots=True, kw_only=True)
class Occasion:
    """All that an answer depends on besides the question. Not frozen, as ``bot.query.Query`` is not."""

    knowledge: Knowledge  # without the topics that are hidden here
    reader: Reader
    asked_at: datetime  # when Discord made the interaction; aware, UTC
    keep_texts: bool  # whether a question without an answer may be stored as text
    guild_id: int | None  # None in direct messages and where a member, not the server, added the bot

    cards: PreparedCards

    def topic_card(self, found: Found, *, note: str | None = None) -> Card:
        """Return the card of a topic's page for this reader."""
        return self.cards.topic_card(found, self.knowledge, self.reader, note=note)

    def figures_card(self, found: Figures, *, gallery: Gallery | None, note: str | None) -> Card:
        """Return the card of figures for this reader."""
        return self.cards.figures_card(found, self.knowledge, self.reader, gallery=gallery, note=note)

    @property
    def private(self) -> bool:
        """Whether only the person who asked sees the answer."""
        return self.reader.private

    def privately(self) -> "Occasion":
        """Return the same for an answer that is nobody else's business."""
        return replace(self, reader=replace(self.reader, private=True))

    def publicly(self) -> "Occasion":
        """Return the same for an answer that is shown to everyone."""
        return replace(self, reader=replace(self.reader, private=False))


class Occasions:
    """Knows the edition and what servers decided."""

    def __init__(self, library: Library, servers: Servers) -> None:
        self._library = library
        self._servers = servers
        self._selections = Selections()
        self._cards = PreparedCards()

    async def of(
        self, interaction: AnyInteraction, *, private: bool = False, edition: Knowledge | None = None
    ) -> Occasion:
        """
        Return on what occasion *interaction* is answered.

        *private* is what the person asked for; *edition* another one than that which answers now. Waits only where the
        settings of a server are not in memory yet.
        """
        asker = asker_of(interaction)
        settings = self._servers.known(asker.server) or await self._servers.settings(asker.server)
        knowledge = self._selections.of(edition or self._library.current, settings.hidden_topics)
        asked_at = interaction.created_at
        return Occasion(
            knowledge=knowledge,
            reader=_reader(asker, settings, knowledge, asked_at, private=private),
            asked_at=asked_at,
            keep_texts=settings.keep_texts,
            guild_id=asker.server,
            cards=self._cards,
        )

    async def edition_for(self, interaction: AnyInteraction) -> Knowledge:
        """Return what may be offered while somebody types. Waits only where ``of`` would."""
        server = asker_of(interaction).server
        settings = self._servers.known(server) or await self._servers.settings(server)
        return self._selections.of(self._library.current, settings.hidden_topics)


def _reader(
    asker: Asker, settings: ServerSettings, knowledge: Knowledge, asked_at: datetime, *, private: bool
) -> Reader:
    pack = knowledge.pack
    return Reader(
        owner=asker.id,
        private=visibility(settings, asker.places, wants_private=private) is Visibility.PRIVATE,
        today=asked_at.date(),
        may_share=may_share(settings, asker.places, roles=asker.roles, manages_messages=asker.manages_messages),
        language=language(settings, asker.locale, offered=pack.languages, default=pack.default_language),
        notes=_notes(settings),
        notice=wording.SETTINGS_UNREACHABLE if settings is CAREFUL else None,
    )


def _notes(settings: ServerSettings) -> Mapping[str, str]:
    return {**settings.topic_notes, "": settings.note} if settings.note else settings.topic_notes
