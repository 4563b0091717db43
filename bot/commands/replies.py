"""
Sending what was rendered, and logging that it was asked.

The row goes to the log before the reply leaves: recording takes microseconds and cannot fail, and so no answer that
Discord acknowledged can be missing from the log, whenever the process dies.
"""

import logging
import time
from collections import Counter
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

import discord
from discord import app_commands

from bot.commands.askers import AnyInteraction, asker_of
from bot.commands.occasions import Occasion
from bot.errors import ReplyLost, UserError
from bot.privacy import OptOuts
from bot.pseudonyms import Pseudonyms
from bot.query import Query
from bot.query_log import QueryLog
from bot.rendering import wording
from bot.rendering.cards import notice_card
from bot.rendering.components import Card

log = logging.getLogger(__name__)

RECEIVED = "received"  # key in Interaction.extras: time.perf_counter() at receipt

# Discord's error codes after which an interaction can no longer be answered, by us or at all
# (https://docs.discord.com/developers/topics/opcodes-and-status-codes#json).
UNANSWERABLE = frozenset(
    {
        10008,  # unknown message: it was deleted
        10015,  # unknown webhook: the interaction's token has expired
        10062,  # unknown interaction: too late
        40060,  # already acknowledged: another process was faster
        50027,  # invalid webhook token
    }
)


_followed_up: ContextVar[bool | None] = ContextVar("followed_up", default=None)


def note_follow_up(follows: bool) -> None:
    """Say whether something follows the reply that this context sends next."""
    _followed_up.set(follows)


def is_followed_up() -> bool | None:
    """Return whether something follows the reply that is being sent; ``None`` when its kind says so."""
    return _followed_up.get()


@dataclass(slots=True, kw_only=True)
class Asked:
    """What the log should know of a reply beyond the interaction itself. Not frozen, as ``bot.query.Query`` is not."""

    command: str
    outcome: str = "found"
    source: str = "command"
    topic: str | None = None
    section: str | None = None
    language: str | None = None  # of the question
    score: float | None = None
    runner_ups: tuple[str, ...] = ()
    regards: int | None = None
    text: str | None = None  # scrubbed
    edition: str | None = None  # of the answer that is voted on, where it is not the one that answers now

    def but(self, **changes: Any) -> "Asked":
        """Return the same with some fields changed."""
        return replace(self, **changes)


class Replies:
    """Answers interactions and records each answer."""

    def __init__(self, query_log: QueryLog, pseudonyms: Pseudonyms, opt_outs: OptOuts) -> None:
        self._query_log = query_log
        self._pseudonyms = pseudonyms
        self._opt_outs = opt_outs
        self.answered: Counter[tuple[str, str, str]] = Counter()  # by command, source and outcome; for metrics

    async def send(self, interaction: AnyInteraction, card: Card, asked: Asked, occasion: Occasion) -> None:
        """Answer with a new message, seen by whom the occasion says."""
        self._record(interaction, asked, occasion)
        if card.gallery is None:
            await interaction.response.send_message(view=card, ephemeral=occasion.private)
        else:
            await interaction.response.send_message(view=card, ephemeral=occasion.private, file=card.gallery.file())

    async def turn(self, interaction: AnyInteraction, card: Card, asked: Asked, occasion: Occasion) -> None:
        """Answer by changing the message whose component was pressed."""
        self._record(interaction, asked, occasion)
        if card.gallery is not None or asker_of(interaction).used_message_with_files:  # the old one goes
            files = [card.gallery.file()] if card.gallery is not None else []
            await interaction.response.edit_message(view=card, attachments=files)
        else:
            await interaction.response.edit_message(view=card)

    async def note(self, interaction: AnyInteraction, text: str, asked: Asked, occasion: Occasion) -> None:
        """Answer privately with a sentence of the bot about itself, and record it."""
        self._record(interaction, asked, occasion.privately())
        await interaction.response.send_message(view=notice_card(text), ephemeral=True)

    def counts(self, interaction: AnyInteraction) -> bool:
        """Return whether what the person does is recorded: they may have opted out."""
        return self._pseudonyms.of(asker_of(interaction).id) not in self._opt_outs

    async def tell(self, interaction: AnyInteraction, text: str) -> None:
        """Say something privately, whatever has been sent already. Not logged: it is no answer."""
        card = notice_card(text)
        if interaction.response.is_done():
            await interaction.followup.send(view=card, ephemeral=True)
        else:
            await interaction.response.send_message(view=card, ephemeral=True)

    async def explain(self, interaction: AnyInteraction, error: Exception) -> None:
        """Answer an interaction whose handling failed; the last resort, which itself never raises."""
        cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
        try:
            match cause:
                case ReplyLost():
                    return  # logged and counted; no other reply can arrive
                case UserError():
                    await self.tell(interaction, str(cause))
                case app_commands.CommandNotFound() | app_commands.CommandSignatureMismatch():
                    await self.tell(interaction, wording.OLD_COMMAND)
                case discord.HTTPException(code=code) if code in UNANSWERABLE:
                    log.warning("An interaction could not be answered any more (Discord's code %d).", code)
                case _:
                    log.error("An interaction failed.", exc_info=cause)
                    await self.tell(interaction, wording.SOMETHING_BROKE)
        except ReplyLost:
            pass  # logged and counted
        except discord.HTTPException as failure:
            log.warning("The reply about a failed interaction was refused too: %s", failure)
        except Exception:  # nothing is left that could answer
            log.exception("The reply about a failed interaction failed too.")

    def _record(self, interaction: AnyInteraction, asked: Asked, occasion: Occasion) -> None:
        self.answered[asked.command, asked.source, asked.outcome] += 1
        pseudonym = self._pseudonyms.of(asker_of(interaction).id)
        if pseudonym in self._opt_outs:
            return
        received = interaction.extras.get(RECEIVED, time.perf_counter())
        self._query_log.record(
            Query(
                interaction_id=interaction.id,
                asked_at=occasion.asked_at.isoformat(timespec="milliseconds"),
                guild_id=occasion.guild_id,
                user_key=pseudonym,
                key_id=self._pseudonyms.key_id,
                source=asked.source,
                command=asked.command,
                topic=asked.topic,
                section=asked.section,
                language=occasion.reader.language,
                locale=asker_of(interaction).locale,
                outcome=asked.outcome,
                private=occasion.private,
                edition=asked.edition or occasion.knowledge.edition,
                answer_us=round((time.perf_counter() - received) * 1_000_000),
                asked_language=asked.language,
                score=asked.score,
                runner_ups=" ".join(asked.runner_ups) or None,
                regards=asked.regards,
                text=asked.text if occasion.keep_texts else None,
            )
        )
