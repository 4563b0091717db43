"""
Replies in the answer to the request that brought the interaction, where that can be done.

discord.py sends each reply through an adapter (see ``bot.delivery.callback``). The one here hands the reply to the
request that waits for it. What goes the other way, to Discord's callback route after an empty 202: replies that
something follows, since Discord may not know the message yet when it comes, and what is larger than 100 kB, of which
Discord refuses a part (discord-api-docs, issues 7220 and 5250).
"""

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from email.utils import formatdate
from functools import lru_cache
from typing import Any

import aiohttp
from aiohttp import HttpVersion11, web
from discord.http import MultipartParameters

from bot.commands.replies import is_followed_up
from bot.delivery.callback import ReplyAdapter, time_since_receipt
from bot.rendering.prepared import encode

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
    """A request that brought an interaction, and its answer: the reply, or word that it goes another way."""

    __slots__ = ("_repeats", "_request", "is_last", "is_over", "reply", "response")

    def __init__(self, request: web.BaseRequest | None, *, is_last: bool = False) -> None:
        """*is_last* closes the connection afterwards."""
        self._request = request
        self._repeats: list[asyncio.Future[None]] = []  # of those who wait for the same answer
        self.is_last = is_last
        self.is_over = False  # no reply can be handed over any more
        self.reply: InlineReply | None = None  # None: it goes another way
        self.response: web.StreamResponse | None = None  # what was written

    async def send(self, reply: InlineReply | None) -> bool:
        """Answer the request with *reply*; return whether that could be written."""
        request, self._request = self._request, None
        assert request is not None, "still open"
        self.is_over, self.reply = True, reply
        try:
            if reply is not None and not self.is_last and _may_be_written_at_once(request):
                self.response = _WRITTEN
                return _write(request, reply)
            self.response = response = response_with(reply)
            if self.is_last or reply is None:  # whatever follows would hold up the next request on this connection
                response.force_close()
            await response.prepare(request)
            await response.write_eof()
        except ConnectionError:
            return False
        finally:
            for repeat in self._repeats:
                if not repeat.done():
                    repeat.set_result(None)
        return True

    async def over(self) -> None:
        """Wait until it is known what the answer is."""
        if not self.is_over:
            repeat: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._repeats.append(repeat)
            await repeat


def response_with(reply: InlineReply | None) -> web.Response:
    """Return the answer that carries *reply*, or says that it goes another way."""
    if reply is None:
        return web.Response(status=202)
    return web.Response(body=reply.body, headers={"Content-Type": reply.content_type})


class _WrittenResponse(web.StreamResponse):
    """What stands for an answer that was written already, where aiohttp wants a response."""

    @property
    def prepared(self) -> bool:
        return True

    @property
    def keep_alive(self) -> bool:
        return True

    async def prepare(self, request: web.BaseRequest) -> None:
        """Do nothing."""

    async def write_eof(self, data: bytes = b"") -> None:
        """Do nothing."""


_WRITTEN = _WrittenResponse()
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\nDate: %s\r\n\r\n"


def _may_be_written_at_once(request: web.BaseRequest) -> bool:
    """Whether the answer needs nothing said about its connection, which stays open."""
    return request.version == HttpVersion11 and request.keep_alive


def _write(request: web.BaseRequest, reply: InlineReply) -> bool:
    """
    Write an answer, head and body together; return whether somebody is there to read it.

    aiohttp's own response makes a table of headers and looks through it several times, a twentieth of an answer's cost.
    """
    transport = request.transport
    if transport is None or transport.is_closing():
        return False
    head = _HEAD % (reply.content_type.encode("ascii"), len(reply.body), _date_of(int(time.time())))
    transport.write(head + reply.body)
    return True


@lru_cache(maxsize=1)
def _date_of(second: int) -> bytes:
    return formatdate(second, usegmt=True).encode("ascii")


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
        if exchange is not None and not exchange.is_over:
            inline = await _inline(params)
            if not exchange.is_over and await exchange.send(inline) and inline is not None:
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
        body = encode(payload)
        return InlineReply(body, "application/json") if len(body) <= INLINE_LIMIT else None
    form = aiohttp.FormData(quote_fields=False)
    for part in params.multipart or ():
        form.add_field(**part)
    encoded = form()
    body = await encoded.as_bytes()
    for file in params.files:
        file.reset(seek=True)
    return InlineReply(body, encoded.headers["Content-Type"]) if len(body) <= INLINE_LIMIT else None


class Deadlines:
    """
    Lets requests go whose time is over.

    They all have as long, so they end in the order in which they began, and one timer looks after all: one each would
    be a large part of what an exchange costs.
    """

    def __init__(self, seconds: float, let_go: Callable[[Exchange], None]) -> None:
        self._seconds = seconds
        self._let_go = let_go
        self._waiting: deque[tuple[float, Exchange]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def add(self, exchange: Exchange) -> None:
        """Let *exchange* go after the time that all have, unless it is over by then."""
        loop = asyncio.get_running_loop()
        while self._waiting and self._waiting[0][1].is_over:  # else seconds' worth of replies would be kept
            self._waiting.popleft()
        self._waiting.append((loop.time() + self._seconds, exchange))
        if self._timer is None:
            self._timer = loop.call_later(self._seconds, self._look)

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        while self._waiting and (self._waiting[0][0] <= now or self._waiting[0][1].is_over):
            _, exchange = self._waiting.popleft()
            if not exchange.is_over:
                self._let_go(exchange)
        self._timer = loop.call_at(self._waiting[0][0], self._look) if self._waiting else None


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
