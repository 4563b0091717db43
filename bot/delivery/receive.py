"""
The receive path: from a payload of Discord to whoever answers it, leaving none without an answer or a count.

discord.py hands interactions on in ways that drop some without a word: a component that its message does not carry, a
form it does not remember, a kind it does not know (discord/state.py and discord/ui/view.py, 2.7.1). Our components say
all they need in their custom ids, so nothing is looked up: the payload becomes an interaction and goes to its answerer.
"""

import logging
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, Protocol

import discord
from discord.http import MultipartParameters
from discord.webhook.async_ import async_context

from bot.commands.askers import AnyInteraction, note_asker
from bot.commands.replies import RECEIVED
from bot.delivery.callback import AUTOCOMPLETE, note_receipt
from bot.delivery.counts import DeliveryCounts, Loss
from bot.delivery.interactions import LazyInteraction
from bot.errors import ReplyLost
from bot.rendering import wording

log = logging.getLogger(__name__)

_MESSAGE = 4  # the type of a reply that is a message
_IDS = 2**63  # no id of Discord reaches this; no database of ours could hold it
_EPHEMERAL = 64  # the flag of a message that only one person sees


class Answerer(Protocol):
    """What answers each kind of interaction. None of these waits or raises."""

    def take_command(self, interaction: AnyInteraction) -> None:
        """Answer a command, or offer choices for one that is being typed."""

    def take_press(self, interaction: AnyInteraction, custom_id: str, values: Sequence[str]) -> None:
        """Answer a used component; *values* is what was chosen in it."""

    def take_form(self, interaction: AnyInteraction, custom_id: str) -> None:
        """Answer a form."""

    def take_unknown(self, interaction: AnyInteraction) -> None:
        """Answer what is of no kind we know."""

    def answer(self, answering: Coroutine[Any, Any, None], *, name: str) -> None:
        """Carry out what answers an interaction."""


def receiver(client: discord.Client, answerer: Answerer, counts: DeliveryCounts) -> Callable[[Mapping[str, Any]], None]:
    """Return what takes the payloads of interactions; it never raises."""
    state = client._connection

    def receive(data: Mapping[str, Any]) -> None:
        note_receipt()
        if addressee(data) is None:
            counts.lose(Loss.UNREADABLE)
            log.warning("An interaction says not whom to answer, and was dropped.")
            return
        try:
            interaction: AnyInteraction = LazyInteraction(data=data, state=state)
            note_asker(interaction, data)
            _require_storable(interaction.guild_id)
            interaction.extras[RECEIVED] = time.perf_counter()
            _hand_over(interaction, answerer)
        except Exception as error:  # noqa: BLE001  whatever discord.py stumbles over, the next interaction is answered
            counts.unreadable += 1
            log.warning("An interaction could not be read (%s).", _where(error))
            _apologise(client, answerer, data)

    return receive


def _hand_over(interaction: AnyInteraction, answerer: Answerer) -> None:
    kinds = discord.InteractionType
    data: Mapping[str, Any] = interaction.data if isinstance(interaction.data, dict) else {}
    match interaction.type:
        case kinds.application_command | kinds.autocomplete:
            answerer.take_command(interaction)
        case kinds.component:
            values = data.get("values")
            chosen = tuple(map(str, values)) if isinstance(values, list) else ()
            answerer.take_press(interaction, str(data.get("custom_id")), chosen)
        case kinds.modal_submit:
            answerer.take_form(interaction, str(data.get("custom_id")))
        case _:
            answerer.take_unknown(interaction)


def _require_storable(server: int | None) -> None:
    if server is not None and not 0 < server < _IDS:
        raise ValueError(server)


def _where(error: Exception) -> str:
    """Return what kind of error it was and where, without its words: they can quote the payload."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f" at {trace.tb_frame.f_code.co_name}:{trace.tb_lineno}" if trace is not None else ""
    key = f" {error.args[0]!r}" if isinstance(error, KeyError) and error.args and _is_plain(error.args[0]) else ""
    return f"{type(error).__name__}{key}{place}"


def _is_plain(key: Any) -> bool:
    return isinstance(key, str) and key.isidentifier() and len(key) <= 40


def _apologise(client: discord.Client, answerer: Answerer, data: Mapping[str, Any]) -> None:
    """Answer what could not be read."""
    interaction_id, token = int(data["id"]), data["token"]

    async def reply() -> None:
        try:
            await async_context.get().create_interaction_response(
                interaction_id,
                token,
                session=client.http._HTTPClient__session,  # type: ignore[attr-defined]  # as Interaction does
                proxy=client.http.proxy,
                proxy_auth=client.http.proxy_auth,
                params=MultipartParameters(payload=_apology(data), multipart=None, files=None),
            )
        except ReplyLost:
            pass  # logged and counted
        except Exception:  # nothing is left that could answer
            log.exception("The reply to an interaction that could not be read failed.")

    answerer.answer(reply(), name="apology")


def addressee(data: Any) -> tuple[int, str] | None:
    """Return the id and the token of the interaction that *data* is; ``None`` when they cannot be read."""
    if not isinstance(data, Mapping):
        return None
    interaction_id, token = data.get("id"), data.get("token")
    if isinstance(interaction_id, str | int) and isinstance(token, str) and token:
        text = str(interaction_id)
        if text.isascii() and text.isdecimal() and 0 < int(text) < _IDS:
            return int(text), token
    return None


def _apology(data: Mapping[str, Any]) -> dict[str, Any]:
    if data.get("type") == discord.InteractionType.autocomplete.value:
        return {"type": AUTOCOMPLETE, "data": {"choices": []}}
    message = {"content": wording.NOT_UNDERSTOOD, "flags": _EPHEMERAL, "allowed_mentions": {"parse": []}}
    return {"type": _MESSAGE, "data": message}
