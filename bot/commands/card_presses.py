"""What pressing a card's buttons and menus does. Everything needed stands in the custom id."""

from typing import assert_never

import discord

from bot.answers.figures import find_page_of_figures, names_figures
from bot.answers.lookup import find_events, find_page, find_topic
from bot.answers.models import Figures, Found, UnknownSection
from bot.commands.askers import AnyInteraction, asker_of
from bot.commands.occasions import Occasion, Occasions
from bot.commands.pictures import IllustratedReplies
from bot.commands.replies import Asked, Replies
from bot.commands.votes import Votes
from bot.rendering import wording
from bot.rendering.cards import source_list_card, sources_card, timeline_card
from bot.rendering.components import Card
from bot.rendering.custom_ids import Action, Press
from bot.rendering.figure_cards import cited_by, figures_title


class CardPresses:
    """Answers presses. A card's owner turns its pages; anybody else gets a private copy."""

    def __init__(self, occasions: Occasions, replies: Replies, votes: Votes, illustrated: IllustratedReplies) -> None:
        self._illustrated = illustrated
        self._occasions = occasions
        self._votes = votes
        self._replies = replies

    async def handle(self, interaction: AnyInteraction, press: Press | None) -> None:
        """
        Answer *press*; ``None`` stands for an id that no card of this version carries.

        Raises:
            UserError: What the card led to is gone; the error says so to the presser.
        """
        if press is None:
            await self._replies.tell(interaction, wording.OLD_COMPONENT)
            return
        match press.action:
            case Action.PAGE | Action.PICK | Action.TOPIC:
                await self._open_page(interaction, press)
            case Action.CHOOSE:
                await self._choose(interaction, press)
            case Action.TELL:
                await self._tell_maintainers(interaction, press)
            case Action.SOURCES:
                await self._open_sources(interaction, press)
            case Action.SHARE:
                await self._share(interaction, press)
            case Action.DELETE:
                await self._delete(interaction, press)
            case Action.TIMELINE:
                await self._turn_timeline(interaction, press)
            case Action.HELPFUL | Action.UNHELPFUL | Action.WHY:
                await self._votes.handle(interaction, press)
            case _:
                assert_never(press.action)

    async def _open_page(self, interaction: AnyInteraction, press: Press) -> None:
        here = await self._here(interaction, press)
        if names_figures(press.page):
            await self._open_figures(interaction, press, here)
            return
        note = None
        try:
            found = find_page(press.topic, press.page, here.knowledge)
        except UnknownSection:  # the card is from an edition that had this section
            found, note = find_page(press.topic, None, here.knowledge), wording.OLD_PAGE
        card = here.topic_card(found, note=note)
        source = "button" if press.action is Action.TOPIC else "select"
        await self._turn_or_send(interaction, press, card, _asked(found, source, found.command), here)

    async def _open_figures(self, interaction: AnyInteraction, press: Press, here: Occasion) -> None:
        figures = find_page_of_figures(find_topic(press.topic, here.knowledge), press.page, here.knowledge)
        asked = _asked_figures(figures, "select", figures.topic.command.name)
        turn = _is_owner(interaction, press)
        await self._illustrated.send_figures(interaction, figures, asked, here, turn=turn)

    async def _choose(self, interaction: AnyInteraction, press: Press) -> None:
        """Open a suggested topic; the log learns which question it was the answer to."""
        here = await self._here(interaction, press)
        found = find_page(press.topic, None, here.knowledge)
        asked = _asked(found, "button", found.command).but(outcome="chosen", regards=_number(press.page))
        await self._turn_or_send(interaction, press, here.topic_card(found), asked, here)

    async def _tell_maintainers(self, interaction: AnyInteraction, press: Press) -> None:
        asked = Asked(command="tell", source="button", outcome="reported", regards=_number(press.page))
        await self._replies.note(interaction, wording.TOLD_MAINTAINERS, asked, await self._here(interaction, press))

    async def _open_sources(self, interaction: AnyInteraction, press: Press) -> None:
        here = (await self._here(interaction, press)).privately()
        if names_figures(press.page):
            figures = find_page_of_figures(find_topic(press.topic, here.knowledge), press.page, here.knowledge)
            title = figures_title(figures, here.knowledge, here.reader)
            cited = cited_by(figures, here.knowledge, here.reader)
            listed = source_list_card(title, cited, here.knowledge, here.reader)
            await self._replies.send(interaction, listed, _asked_figures(figures, "button", "sources"), here)
            return
        found = find_page(press.topic, press.page, here.knowledge)
        # The numbers on the card of a retired topic are not those of the topic's sources now.
        card = here.topic_card(found) if found.moved_from else sources_card(found, here.knowledge, here.reader)
        await self._replies.send(interaction, card, _asked(found, "button", "sources"), here)

    async def _share(self, interaction: AnyInteraction, press: Press) -> None:
        here = (await self._here(interaction, press)).publicly()
        if not here.reader.may_share:
            await self._replies.tell(interaction, wording.NOT_YOURS_TO_SHARE)
            return
        if names_figures(press.page):
            figures = find_page_of_figures(find_topic(press.topic, here.knowledge), press.page, here.knowledge)
            asked = _asked_figures(figures, "button", "share")
            await self._illustrated.send_figures(interaction, figures, asked, here)
            return
        found = find_page(press.topic, press.page, here.knowledge)
        card = here.topic_card(found)
        await self._replies.send(interaction, card, _asked(found, "button", "share"), here)

    async def _turn_timeline(self, interaction: AnyInteraction, press: Press) -> None:
        here = await self._here(interaction, press)
        span, _, page = press.page.partition(".")
        year, _, until = span.partition("-")
        events = find_events(
            here.knowledge,
            topic_id=press.topic or None,
            year=int(year) if year.isdecimal() else None,
            until=int(until) if until.isdecimal() else None,
            page=int(page) if page.isdecimal() else 0,
        )
        card = timeline_card(events, here.knowledge, here.reader)
        asked = Asked(command="timeline", topic=events.topic.id if events.topic else None, source="button")
        await self._turn_or_send(interaction, press, card, asked, here)

    async def _here(self, interaction: AnyInteraction, press: Press) -> Occasion:
        """Return the occasion: a message stays as public as it is; somebody else's copy is private."""
        here = await self._occasions.of(interaction)
        is_private = asker_of(interaction).used_private_message or not _is_owner(interaction, press)
        return here.privately() if is_private else here.publicly()

    async def _turn_or_send(
        self, interaction: AnyInteraction, press: Press, card: Card, asked: Asked, here: Occasion
    ) -> None:
        if _is_owner(interaction, press):
            await self._replies.turn(interaction, card, asked, here)
        else:
            await self._replies.send(interaction, card, asked, here)

    async def _delete(self, interaction: AnyInteraction, press: Press) -> None:
        if not (_is_owner(interaction, press) or asker_of(interaction).manages_messages):
            await self._replies.tell(interaction, wording.NOT_YOURS_TO_DELETE)
            return
        await interaction.response.defer()
        try:
            await interaction.delete_original_response()
        except (discord.NotFound, discord.Forbidden):
            await self._replies.tell(interaction, wording.DELETED_BY_OTHER_MEANS)


def _asked(found: Found, source: str, command: str) -> Asked:
    return Asked(command=command, topic=found.topic.id, section=found.page or None, source=source)


def _asked_figures(figures: Figures, source: str, command: str) -> Asked:
    return Asked(command=command, topic=figures.topic.id, section=figures.page, source=source)


def _number(text: str) -> int | None:
    """Return the interaction that *text* names; ``None`` when it names none."""
    return int(text) if text.isdecimal() and int(text) < 2**63 else None


def _is_owner(interaction: AnyInteraction, press: Press) -> bool:
    return asker_of(interaction).id == press.owner
