"""Helpful or not: what people press below an answer, and why. Votes belong to the edition that answered."""

from typing import Any, cast

from bot.commands.askers import AnyInteraction
from bot.commands.occasions import Occasions
from bot.commands.replies import Asked, Replies
from bot.rendering import wording
from bot.rendering.cards import unhelpful_card
from bot.rendering.custom_ids import Action, Press
from bot.rendering.forms import form_text, text_form
from bot.scrubbing import scrubbed

REASON_LIMIT = 300  # characters, as of a question


class Votes:
    """Takes votes on answers; the last one of a person on an answer counts, as a row of the log like any other."""

    def __init__(self, occasions: Occasions, replies: Replies) -> None:
        self._occasions = occasions
        self._replies = replies

    async def handle(self, interaction: AnyInteraction, press: Press) -> None:
        """Answer a press of Helpful, Not helpful or Say why."""
        if press.action is Action.WHY:
            await self._ask_why(interaction, press)
        else:
            await self._vote(interaction, press)

    async def submit(self, interaction: AnyInteraction, press: Press | None) -> None:
        """Take what was written into a form: why an answer did not help. It replaces the vote made before."""
        if press is None or press.action is not Action.WHY:
            await self._replies.tell(interaction, wording.OLD_COMPONENT)
            return
        here = await self._occasions.of(interaction)
        written = form_text(cast("dict[str, Any]", interaction.data or {})).strip()
        asked = _vote_of(press, "unhelpful").but(text=scrubbed(written) or None)
        await self._replies.note(interaction, wording.VOTED_WITH_REASON, asked, here)

    async def _vote(self, interaction: AnyInteraction, press: Press) -> None:
        here = (await self._occasions.of(interaction)).privately()
        if not self._replies.counts(interaction):
            await self._replies.tell(interaction, wording.VOTED_BUT_OPTED_OUT)
        elif press.action is Action.HELPFUL:
            await self._replies.note(interaction, wording.VOTED_HELPFUL, _vote_of(press, "helpful"), here)
        else:
            card = unhelpful_card(press, may_explain=here.keep_texts)
            await self._replies.send(interaction, card, _vote_of(press, "unhelpful"), here)

    async def _ask_why(self, interaction: AnyInteraction, press: Press) -> None:
        form = text_form(
            press.custom_id(),
            title=wording.REASON_TITLE,
            label=wording.REASON_LABEL,
            help_=wording.REASON_HELP,
            limit=REASON_LIMIT,
            required=True,
        )
        await interaction.response.send_modal(form)


def _vote_of(press: Press, outcome: str) -> Asked:
    """Return a vote on the answer that the pressed card shows; the last one of a person counts."""
    return Asked(
        command="vote",
        source="button",
        outcome=outcome,
        topic=press.topic,
        section=press.voted_page or None,
        edition=press.voted_edition or None,
    )
