"""
Replies in the answer to the request that brought the interaction, where that can be done.

discord.py sends each reply through an adapter (see ``bot.delivery.callback``). The one here hands the reply to the
request that waits for it. What goes the other way, to Discord's callback route after an empty 202: replies that
something follows, since Discord may not know the message yet when it comes, and what is larger than 100 kB, of which
Discord refuses a part (discord-api-docs, issues 7220 and 5250).
"""

import asyncio
from collections import OrderedDict
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson
from discord.http import MultipartParameters

from bot.commands.replies import is_followed_up
from bot.delivery.callback import ReplyAdapter, time_since_receipt

INLINE_LIMIT = 100_000  # bytes
REPLIES_KEPT = 1_000  # for a request that a load balancer sends again
IDS_KEPT = 100_000  # of interactions, to know one that comes again
_DEFERRED = frozenset({5, 6})  # the types of replies that announce another


@dataclass(frozen=True, slots=True)
class InlineReply:
    """The body of an answer."""

    body: bytes
    content_type: str


class Exchange:
    """An interaction that came in a request, and the reply that it waits for."""

    __slots__ = ("_sent", "reply")

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.reply: asyncio.Future[InlineReply | None] = loop.create_future()  # None: it goes another way
        self._sent: asyncio.Future[bool] = loop.create_future()

    def let_go(self) -> None:
        """Wait no longer: a reply that still comes goes another way."""
        if not self.reply.done():
            self.reply.set_result(None)

    def note_sent(self, *, arrived: bool) -> None:
        """Say whether the answer was written."""
        if not self._sent.done():
            self._sent.set_result(arrived)

    async def send(self, reply: InlineReply | None) -> bool:
        """Hand over *reply*; return whether it was written."""
        self.reply.set_result(reply)
        return await asyncio.shield(self._sent)


_exchange: ContextVar[Exchange] = ContextVar("exchange")


def answer_in(exchange: Exchange) -> None:
    """Let replies of this context, and of tasks started in it, go to *exchange*."""
    _exchange.set(exchange)


class InlineAdapter(ReplyAdapter):
    """Sends the first reply to an interaction with the request that brought it, else as its parent does."""

    async def create_interaction_response(  # type: ignore[override]  # discord.py's returns the same, awaited
        self,
        interaction_id: int,
        token: str,
        *,
        session: aiohttp.ClientSession,
        proxy: str | None = None,
        proxy_auth: aiohttp.BasicAuth | None = None,
        params: MultipartParameters,
    ) -> dict[str, Any]:
        """
        Answer an interaction.

        Raises:
            ReplyLost: It did not arrive; that was logged and counted.
            discord.HTTPException: Discord refuses this reply; another could succeed.
        """
        exchange = _exchange.get(None)
        if exchange is not None and not exchange.reply.done():
            inline = await _inline(params)
            if await exchange.send(inline) and inline is not None:
                self._counts.accept(time_since_receipt())
                return {"interaction": {"id": str(interaction_id), "type": 2}}
            # The request was answered with 202, or nobody is at its other end any more; Discord may still wait.
        return await super().create_interaction_response(
            interaction_id, token, session=session, proxy=proxy, proxy_auth=proxy_auth, params=params
        )


async def _inline(params: MultipartParameters) -> InlineReply | None:
    """Return the reply as the body of an answer; ``None`` when it has to go another way."""
    payload = params.payload or {}
    followed = is_followed_up()
    if followed or (followed is None and payload.get("type") in _DEFERRED):
        return None
    if not params.files:
        body = orjson.dumps(payload)
        return InlineReply(body, "application/json") if len(body) <= INLINE_LIMIT else None
    form = aiohttp.FormData(quote_fields=False)
    for part in params.multipart or ():
        form.add_field(**part)
    encoded = form()
    body = await encoded.as_bytes()
    for file in params.files:
        file.reset(seek=True)
    return InlineReply(body, encoded.headers["Content-Type"]) if len(body) <= INLINE_LIMIT else None


class Recent:
    """
    The interactions that came lately: Discord, or what stands between, may bring one twice.

    Bounded: of the latest the reply is kept, of those before only that they came, and then the longest known go first.
    """

    def __init__(self) -> None:
        self._exchanges: OrderedDict[int, Exchange] = OrderedDict()
        self._ids: OrderedDict[int, None] = OrderedDict()

    def note(self, interaction_id: int, exchange: Exchange) -> None:
        """Remember an interaction that is new."""
        self._ids[interaction_id] = None
        self._exchanges[interaction_id] = exchange
        if len(self._exchanges) > REPLIES_KEPT:
            self._exchanges.popitem(last=False)
        if len(self._ids) > IDS_KEPT:
            self._ids.popitem(last=False)

    def __contains__(self, interaction_id: int) -> bool:
        return interaction_id in self._ids

    def exchange(self, interaction_id: int) -> Exchange | None:
        """Return what an interaction was answered with, while that is kept."""
        return self._exchanges.get(interaction_id)
