"""
The send path: how replies to interactions reach Discord, whatever happens on the way.

discord.py sends each reply through the adapter in the context variable ``discord.webhook.async_.async_context``. Its
own one waits up to 300 s, repeats a request for 25 s although Discord forgets the interaction after 3 s, and gives up
at once when a connection breaks (2.7.1). Ours has until 2.5 s after receipt and sends again where that helps. Discord
takes one reply per interaction and says 40060 to a second, so a repeated reply is never shown twice; a follow-up that
was sent again because a connection broke can be.

It also leaves out what a reply does not need: asking for the message it became, building an object of that, and a
general HTTP client, unless there are files to send or a proxy to pass.
``tests/delivery/test_discordpy_contract.py`` holds the names used.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, assert_never
from urllib.parse import quote, urlencode

import aiohttp
import discord
import orjson
from discord.http import MultipartParameters, Route
from discord.webhook.async_ import AsyncWebhookAdapter, async_context

from bot.delivery.counts import DeliveryCounts, Loss
from bot.delivery.reply_connections import Answer, NotConnected, ReplyConnections
from bot.errors import ReplyLost
from bot.rendering.prepared import encode, take_json

log = logging.getLogger(__name__)

REPLY_SECONDS = 2.5  # from receipt; Discord gives 3 from when it sent the interaction
SILENT_SECONDS = 1.5  # without a word on one connection, after which another is tried
FOLLOW_UP_SECONDS = 10.0  # for what comes after the reply; its token holds for 15 minutes
RETRY_SECONDS = 0.1  # after a connection broke
SERVER_ERROR_SECONDS = 0.25  # after a 5xx
_RECONNECT_LIMIT = 0.4  # between attempts at connecting, none of which reached Discord

AUTOCOMPLETE = 8  # the type of a reply that offers choices

# https://docs.discord.com/developers/topics/opcodes-and-status-codes#json
_ALREADY_ACKNOWLEDGED = 40060
_GONE = frozenset({10015, 10062, 50027})  # unknown webhook, unknown interaction, invalid webhook token

_received_at: ContextVar[float] = ContextVar("received_at")


def note_receipt() -> None:
    """Start the time within which replies of this context, and of tasks started in it, have to arrive."""
    _received_at.set(asyncio.get_running_loop().time())


def time_since_receipt() -> float:
    """Return the seconds since what this context answers was received."""
    now = asyncio.get_running_loop().time()
    return now - _received_at.get(now)


def use_adapter(adapter: AsyncWebhookAdapter) -> None:
    """Let every task that is started from here on send its replies through *adapter*, which uses ``encode``."""
    async_context.set(adapter)
    take_json()


@dataclass(slots=True, kw_only=True)
class _Request:
    """What is sent, as often as it takes."""

    method: str
    path: str
    body: bytes | None = None
    headers: dict[str, str]
    is_reply: bool = False  # the first answer to an interaction
    session: aiohttp.ClientSession  # for files and proxies
    multipart: Sequence[Mapping[str, Any]] = ()
    files: Sequence[discord.File] = ()
    proxy: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_plain(self) -> bool:
        """Whether it is no more than a body, sent straight to Discord."""
        return not self.multipart and not self.proxy

    def form(self, attempt: int) -> bytes | aiohttp.FormData | None:
        """Return the body of an attempt, counted from 0; files are read from their start each time."""
        if not self.multipart:
            return self.body
        for file in self.files:
            file.reset(seek=attempt)
        form = aiohttp.FormData(quote_fields=False)
        for part in self.multipart:
            form.add_field(**part)
        return form


@dataclass(frozen=True, slots=True)
class _Taken:
    """Discord took the request."""

    data: Any = None


@dataclass(frozen=True, slots=True)
class _Failed:
    """An attempt did not succeed."""

    loss: Loss
    retry_in: float | None = None  # seconds; None when another attempt cannot help
    reached: bool = True  # whether anything was sent
    error: discord.HTTPException | None = None  # what discord.py raises for it


class ReplyAdapter(AsyncWebhookAdapter):
    """Sends replies and what follows them, each within its time."""

    def __init__(self, counts: DeliveryCounts, connections: ReplyConnections) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # of discord.py
        self._counts = counts
        self._connections = connections

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
        now = asyncio.get_running_loop().time()
        received = _received_at.get(now)
        request = _Request(
            session=session,
            method="POST",
            path=f"/interactions/{interaction_id}/{quote(token, safe='')}/callback",
            body=None if params.files else encode(params.payload),
            multipart=(params.multipart or ()) if params.files else (),
            files=params.files or (),
            headers={} if params.files else _JSON,
            proxy=_proxy(proxy, proxy_auth),
            is_reply=True,
        )
        try:
            await self._send(request, received + REPLY_SECONDS)
        except ReplyLost:
            if (params.payload or {}).get("type") != AUTOCOMPLETE:
                raise  # choices nobody waits for any more are no reason to stop anything
        else:
            self._counts.accept(time_since_receipt())
        return {"interaction": {"id": str(interaction_id), "type": 2}}

    async def request(
        self,
        route: Route,
        session: aiohttp.ClientSession,
        *,
        payload: dict[str, Any] | None = None,
        multipart: list[dict[str, Any]] | None = None,
        proxy: str | None = None,
        proxy_auth: aiohttp.BasicAuth | None = None,
        files: Sequence[discord.File] | None = None,
        reason: str | None = None,
        auth_token: str | None = None,
        params: dict[str, Any] | None = None,
    ) -> Any:
        """
        Send what follows a reply: another message, an edit, a deletion.

        Raises:
            ReplyLost: It did not arrive; that was logged and counted.
            discord.HTTPException: Discord refuses it.
        """
        headers = dict(_JSON) if payload is not None else {}
        if auth_token is not None:
            headers["Authorization"] = f"Bot {auth_token}"
        if reason is not None:
            headers["X-Audit-Log-Reason"] = quote(reason, safe="/ ")
        request = _Request(
            session=session,
            method=route.method,
            path=route.url.removeprefix(Route.BASE) + (f"?{urlencode(params)}" if params else ""),
            body=None if payload is None else encode(payload),
            multipart=multipart or (),
            files=files or (),
            headers=headers,
            proxy=_proxy(proxy, proxy_auth),
        )
        return await self._send(request, asyncio.get_running_loop().time() + FOLLOW_UP_SECONDS)

    async def _send(self, request: _Request, deadline: float) -> Any:
        """Send *request* until it is taken, it failed twice, or *deadline*; connecting alone may fail more often."""
        loop = asyncio.get_running_loop()
        attempt = failures = 0
        while True:
            outcome = await self._attempt(request, attempt, deadline, may_repeat=not failures)
            match outcome:
                case _Taken(data=data):
                    return data
                case _Failed(retry_in=wait, reached=reached):
                    attempt += 1
                    failures += reached
                    if failures > 1 or wait is None or loop.time() + wait >= deadline:
                        raise self._lost(outcome, request)
                    self._counts.retried += 1
                    await asyncio.sleep(wait if reached else min(wait * 2 ** (attempt - 1), _RECONNECT_LIMIT))
                case _:
                    assert_never(outcome)

    async def _attempt(self, request: _Request, attempt: int, deadline: float, *, may_repeat: bool) -> _Taken | _Failed:
        """Send *request* once; a connection that says nothing is left in time for another attempt."""
        until = deadline
        if may_repeat and request.is_reply and not request.files:
            until = min(deadline, asyncio.get_running_loop().time() + SILENT_SECONDS)
        try:
            async with asyncio.timeout_at(until):
                if request.is_plain:
                    answer = await self._connections.request(
                        request.method, request.path, headers=request.headers, body=request.body
                    )
                else:
                    answer = await _through_session(request, attempt)
            return _judge(request, answer)
        except TimeoutError:
            return _Failed(Loss.LATE, retry_in=0.0)
        except (NotConnected, aiohttp.ClientConnectorError):
            return _Failed(Loss.UNREACHABLE, retry_in=RETRY_SECONDS, reached=False)
        except (aiohttp.ClientError, OSError):
            return _Failed(Loss.UNREACHABLE, retry_in=RETRY_SECONDS)

    def _lost(self, failed: _Failed, request: _Request) -> Exception:
        """Count and log what was lost; return what to raise."""
        self._counts.lose(failed.loss)
        if failed.loss is Loss.REFUSED and failed.error is not None:
            return failed.error  # whoever sent it knows what to say
        what = "A reply to an interaction" if request.is_reply else "What follows a reply"
        log.warning("%s could not be delivered: %s.", what, _WORDS[failed.loss])
        return ReplyLost(failed.loss)


_JSON = {"Content-Type": "application/json"}
_WORDS = {
    Loss.LATE: "Discord did not take it in time",
    Loss.GONE: "Discord no longer knows the interaction; it was answered too late, or its message is gone",
    Loss.UNREACHABLE: "the connection to Discord failed",
    Loss.SERVER_ERROR: "Discord answered with an error of its own",
    Loss.RATE_LIMITED: "Discord asks to wait longer than a reply may take",
    Loss.REFUSED: "Discord refused it",
    Loss.UNREADABLE: "it probably was, but Discord's answer cannot be read",
}


def _proxy(proxy: str | None, proxy_auth: aiohttp.BasicAuth | None) -> Mapping[str, Any]:
    return {"proxy": proxy, "proxy_auth": proxy_auth} if proxy is not None else {}


async def _through_session(request: _Request, attempt: int) -> Answer:
    """Send *request* with all that aiohttp can do."""
    async with request.session.request(
        request.method,
        Route.BASE + request.path,
        data=request.form(attempt),
        headers=request.headers,
        allow_redirects=False,
        **request.proxy,
    ) as response:
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status, response.reason or "", headers, await response.read())


def _judge(request: _Request, answer: Answer) -> _Taken | _Failed:
    """Return what an answer of Discord means."""
    if 200 <= answer.status < 300 and (request.is_reply or not answer.body):
        return _Taken()
    data = _read(answer.body)
    if 200 <= answer.status < 300:  # a message, of which discord.py makes an object
        return _Taken(data) if isinstance(data, dict) and "id" in data else _Failed(Loss.UNREADABLE)
    if answer.status == 429:
        return _Failed(Loss.RATE_LIMITED, retry_in=_retry_after(answer, data))
    if answer.status >= 500:
        return _Failed(Loss.SERVER_ERROR, retry_in=SERVER_ERROR_SECONDS)
    code = data.get("code") if isinstance(data, dict) else None
    if code == _ALREADY_ACKNOWLEDGED and request.is_reply:
        return _Taken()  # by an attempt whose answer was lost, or by another process of ours
    if code in _GONE:
        return _Failed(Loss.GONE)
    kinds = {403: discord.Forbidden, 404: discord.NotFound}
    response: Any = answer  # has what the error reads of it
    return _Failed(Loss.REFUSED, error=kinds.get(answer.status, discord.HTTPException)(response, data))


def _read(body: bytes) -> Any:
    """Return the JSON that *body* holds, else its text: something other than Discord may have answered."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return body.decode(errors="replace")


def _retry_after(answer: Answer, data: Any) -> float | None:
    """Return the seconds that a 429 asks to wait; ``None`` when it does not say."""
    said: Any = data.get("retry_after") if isinstance(data, dict) else answer.headers.get("retry-after")
    try:
        return max(0.0, float(said))
    except (TypeError, ValueError):
        return None
