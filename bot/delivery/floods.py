"""
Keeps floods from costing everybody else their answers.

Stands before everything that answers. Each check takes constant time, and what is remembered is bounded: a million
people cost no more than fifty thousand. Whoever is too fast is told so once, privately, and from then on acknowledged
as cheaply as Discord allows: a press without a visible effect, a search without choices, a command with the same
sentence, for Discord would show a failure otherwise and people try again at failures.
"""

import logging
import math
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import discord

from bot.commands.askers import AnyInteraction, asker_of
from bot.commands.rate_limit import Allowance, Buckets
from bot.commands.replies import note_follow_up
from bot.delivery.receive import Answerer
from bot.errors import ReplyLost
from bot.rendering import wording

log = logging.getLogger(__name__)

BURST_SECONDS = 20.0  # of its allowance a person or a server may use at once
TYPING = 6  # searches for choices that belong to one command, at most; they are counted apart
TOLD_AGAIN = Allowance(burst=1, seconds=10.0)  # how often a person who presses too fast is told so
DROPPED_AT = 2.5  # times the limit in flight, beyond which not even a refusal is sent


class Refusal(StrEnum):
    """Why an interaction was not answered. The values are labels of metrics; they never change."""

    PERSON = "person"  # one person too fast
    SERVER = "server"  # one server too fast
    TOTAL = "total"  # all together too fast
    BUSY = "busy"  # too many answers in progress
    DROPPED = "dropped"  # so many that not even a refusal was sent


@dataclass(frozen=True, slots=True, kw_only=True)
class FloodLimits:
    """What is too much. 0 switches a limit off."""

    per_person: int = 40  # interactions a minute
    per_server: int = 3_000  # interactions a minute
    total: int = 30_000  # interactions a minute
    in_flight: int = 200  # answers in progress at a time


class FloodGate:
    """Lets interactions through to what answers them, or refuses them politely."""

    def __init__(
        self,
        answerer: Answerer,
        limits: FloodLimits,
        *,
        tell: Callable[[AnyInteraction, str], Awaitable[None]],
        in_flight: Callable[[], int],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.refused: Counter[Refusal] = Counter()
        self._answerer = answerer
        self._tell = tell
        self._in_flight = in_flight
        self._limit = limits.in_flight or math.inf
        self._people = _buckets(limits.per_person, clock)
        self._typing = _buckets(limits.per_person * TYPING, clock)
        self._servers = _buckets(limits.per_server, clock)
        self._everyone = _buckets(limits.total, clock, at_once=2.0)
        self._told = Buckets(TOLD_AGAIN, clock)

    def take_command(self, interaction: AnyInteraction) -> None:
        """Answer a command, or offer choices, unless there are too many; likewise the next three."""
        if self._admits(interaction):
            self._answerer.take_command(interaction)

    def take_press(self, interaction: AnyInteraction, custom_id: str, values: Sequence[str]) -> None:
        if self._admits(interaction):
            self._answerer.take_press(interaction, custom_id, values)

    def take_form(self, interaction: AnyInteraction, custom_id: str) -> None:
        if self._admits(interaction):
            self._answerer.take_form(interaction, custom_id)

    def take_unknown(self, interaction: AnyInteraction) -> None:
        if self._admits(interaction):
            self._answerer.take_unknown(interaction)

    def answer(self, answering: Coroutine[Any, Any, None], *, name: str) -> None:
        """Carry out what answers an interaction."""
        self._answerer.answer(answering, name=name)

    @property
    def is_full(self) -> bool:
        """Whether so much is in progress that not even a refusal would be sent."""
        return self._in_flight() >= self._limit * DROPPED_AT

    def note_dropped(self) -> None:
        """Count an interaction that gets not even a refusal."""
        self.refused[Refusal.DROPPED] += 1

    def remembered(self) -> int:
        """Return how many people and servers are remembered."""
        return sum(len(found) for found in (self._people, self._typing, self._servers, self._told) if found is not None)

    def _admits(self, interaction: AnyInteraction) -> bool:
        refusal, wait = self._judge(interaction)
        if refusal is None:
            return True
        if self.is_full:
            self.note_dropped()
            return False
        self.refused[refusal] += 1
        self._answerer.answer(self._refuse(interaction, refusal, wait), name="refusal")
        return False

    def _judge(self, interaction: AnyInteraction) -> tuple[Refusal | None, float]:
        """Return why *interaction* is refused, if it is, and the seconds until it would not be."""
        if self._in_flight() >= self._limit:
            return Refusal.BUSY, 0.0
        is_typing = interaction.type is discord.InteractionType.autocomplete
        people = self._typing if is_typing else self._people
        if people is not None and (wait := people.take(asker_of(interaction).id)):
            return Refusal.PERSON, wait
        if (
            self._servers is not None
            and not is_typing
            and interaction.guild_id is not None
            and (wait := self._servers.take(interaction.guild_id))
        ):
            return Refusal.SERVER, wait
        if self._everyone is not None and (wait := self._everyone.take(0)):
            return Refusal.TOTAL, wait
        return None, 0.0

    async def _refuse(self, interaction: AnyInteraction, refusal: Refusal, wait: float) -> None:
        try:
            if interaction.type is discord.InteractionType.autocomplete:
                await interaction.response.autocomplete([])
            elif interaction.type is discord.InteractionType.component and self._told.take(asker_of(interaction).id):
                note_follow_up(False)
                await interaction.response.defer()  # no visible effect; the person was told a moment ago
            else:
                await self._tell(interaction, _words(refusal, wait))
        except (ReplyLost, discord.HTTPException) as error:
            log.debug("A refusal did not arrive: %s", error)
        except Exception:  # the edge: nobody waits for this task
            log.exception("A refusal failed.")


def _buckets(per_minute: int, clock: Callable[[], float], *, at_once: float = BURST_SECONDS) -> Buckets | None:
    if not per_minute:
        return None
    seconds = 60.0 / per_minute
    return Buckets(Allowance(burst=max(1, math.ceil(at_once / seconds)), seconds=seconds), clock)


def _words(refusal: Refusal, wait: float) -> str:
    match refusal:
        case Refusal.PERSON:
            return wording.too_fast(wait)
        case Refusal.SERVER:
            return wording.SERVER_TOO_FAST
        case _:
            return wording.BUSY
