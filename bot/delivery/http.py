"""
Delivery by HTTP: Discord posts interactions, the answer carries the reply, any number of processes share the work.

The same command tree, presses and limits answer as by gateway; only the way in and out differs. Nothing is kept between
requests that another process would need.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from discord.http import Route

from bot.delivery.callback import REPLY_SECONDS, use_adapter
from bot.delivery.client import BotClient
from bot.delivery.gateway import log_in
from bot.delivery.inline import Deadlines, Exchange, InlineAdapter, InlineReply, Recent, answer_in, response_with
from bot.delivery.receive import addressee
from bot.delivery.reply_connections import ReplyConnections
from bot.delivery.signed_requests import Rejected, Rejection, SignedRequests
from bot.delivery.webhook_events import WebhookEvents
from bot.delivery.work import offer_to_answer
from bot.errors import ConfigurationError

log = logging.getLogger(__name__)
_server_log = logging.getLogger(f"{__name__}.server")  # what aiohttp says
_server_log.setLevel(logging.INFO)

INTERACTIONS, EVENTS = "/interactions", "/events"
KEEP_ALIVE = 75.0  # seconds; longer than load balancers keep a connection that is idle, so that they close it first
LINGERING = 1.0  # seconds to read on after an answer that came early
CLOSING = 2.0  # seconds for requests in progress, once no new ones are taken
_PING = 1
_PONG = b'{"type":1}'


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Where requests come in, and how long they still do once the process was asked to stop."""

    host: str
    port: int
    linger_seconds: float


class InteractionServer:
    """Answers what Discord posts."""

    def __init__(self, client: BotClient, requests: SignedRequests, events: WebhookEvents) -> None:
        self.requests = requests
        self.events = events
        self.taken = 0  # interactions
        self.repeated = 0  # of them, those that came again and got the same reply
        self._client = client
        self._recent = Recent()
        self._deadlines = Deadlines(REPLY_SECONDS, self._let_go)
        self._is_leaving = False
        self._runner: web.ServerRunner | None = None
        self._handlers: Mapping[str, Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]] = {
            INTERACTIONS: self._interaction,
            EVENTS: self._event,
        }

    def rejections(self) -> Iterator[tuple[Rejection, int]]:
        """Yield every reason for which requests are not taken, and how many were not."""
        return ((reason, self.requests.rejected[reason]) for reason in Rejection)

    async def run(self, token: str, listening: Listening, *, patience: float) -> None:
        """
        Log in, take requests until cancelled, and finish those in progress.

        Raises:
            ConfigurationError: Discord refuses the token, or the port cannot be listened on.
            TryAgainLater: Discord could not be reached for *patience* seconds.
        """
        client = self._client
        logging.getLogger("discord.client").addFilter(_is_not_about_the_endpoint)
        async with ReplyConnections(Route.BASE, user_agent=client.http.user_agent) as connections:
            use_adapter(InlineAdapter(client.counts, connections))
            await log_in(client, token, patience=patience)
            client.work.start(connections.warm_up(), name="warm-up")
            _server_log.addFilter(self._is_no_bad_request)
            self._runner = runner = web.ServerRunner(self._server(), shutdown_timeout=CLOSING)
            await runner.setup()
            try:
                await _listen(runner, listening)
                client.link.begin(1)[0].note_up()
                client.note_ready()
                self._say_where(runner)
                await asyncio.Event().wait()
            finally:
                client.link.begin(1)  # which is not there any more
                await runner.cleanup()
                _server_log.removeFilter(self._is_no_bad_request)

    async def drain(self, listening: Listening, seconds: float) -> int:
        """
        Go on until load balancers have noticed that this process is leaving, then finish what is in progress.

        Takes at most *seconds* and the time to linger; returns how many replies were left unfinished.
        """
        self._is_leaving = self._client.link.stopping = True
        if self._runner is not None:
            await asyncio.sleep(listening.linger_seconds)
            for site in self._runner.sites:
                await site.stop()
        return await self._client.drain(seconds)

    def _server(self) -> web.Server:
        # The plain server: routes, middlewares and signals of an application would cost a fifth of an answer.
        return web.Server(
            self._handle,
            logger=_server_log,
            access_log=None,
            keepalive_timeout=KEEP_ALIVE,
            lingering_time=LINGERING,
            auto_decompress=False,
        )

    def _is_no_bad_request(self, record: logging.LogRecord) -> bool:
        """Count what is not HTTP instead of letting aiohttp quote it, whoever sent it, with a traceback."""
        if record.exc_info and isinstance(record.exc_info[1], HttpProcessingError):
            self.requests.rejected[Rejection.NOT_HTTP] += 1
            return False
        return True

    def _say_where(self, runner: web.ServerRunner) -> None:
        addresses = ", ".join(f"{address[0]}:{address[1]}" for address in runner.addresses)
        log.info("Taking interactions on %s%s and events on %s.", addresses, INTERACTIONS, EVENTS)
        application = self._client.application
        if application is not None and not application.interactions_endpoint_url:
            log.warning(
                "Discord sends nothing here yet. Set the Interactions Endpoint URL under General Information in the "
                "developer portal to the public address of %s.",
                INTERACTIONS,
            )

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        try:
            handler = self._handlers.get(request.path)
            if handler is None:
                raise Rejected(Rejection.PATH)
            response: web.StreamResponse = await handler(request)
        except Rejected as rejected:
            self.requests.rejected[rejected.reason] += 1
            response = rejected.response()
        if self._is_leaving and not response.prepared:
            response.force_close()
        return response

    async def _interaction(self, request: web.BaseRequest) -> web.StreamResponse:
        data = await self.requests.read(request)
        if data.get("type") == _PING:
            return response_with(InlineReply(_PONG, "application/json"))
        whom = addressee(data)
        if whom is None:
            raise Rejected(Rejection.BODY)
        if whom[0] in self._recent:
            return await self._repeat(whom[0])
        if self._client.gate.is_full:
            self._client.gate.note_dropped()
            raise Rejected(Rejection.BUSY)
        return await self._answer(request, data, whom[0])

    async def _answer(
        self, request: web.BaseRequest, data: Mapping[str, Any], interaction_id: int
    ) -> web.StreamResponse:
        self.taken += 1
        exchange = Exchange(request, is_last=self._is_leaving)
        self._recent.note(interaction_id, exchange)
        self._deadlines.add(exchange)
        answer_in(exchange)
        offer = offer_to_answer()
        self._client.receive(data)
        await self._client.work.keep(offer, request.task)
        if exchange.response is None:  # nothing was sent: whoever should have answered has said so in the log
            await exchange.send(None)
        response, exchange.response = exchange.response, None  # the reply alone is kept, for a request that comes again
        assert response is not None, "sent"
        return response

    def _let_go(self, exchange: Exchange) -> None:
        """Answer a request whose reply is late: it goes another way, should it still come."""

        async def let_go() -> None:
            await exchange.send(None)

        self._client.work.start(let_go(), name="late")

    async def _repeat(self, interaction_id: int) -> web.Response:
        """Answer a request that came again as the first one is, or was."""
        exchange = self._recent.exchange(interaction_id)
        if exchange is None:
            raise Rejected(Rejection.REPLAYED)
        self.repeated += 1
        await exchange.over()
        return response_with(exchange.reply)

    async def _event(self, request: web.BaseRequest) -> web.Response:
        if not self.events.take(await self.requests.read(request)):
            raise Rejected(Rejection.BODY)
        return web.Response(status=204, headers={"Content-Type": "application/json"})


async def _listen(runner: web.ServerRunner, listening: Listening) -> None:
    try:
        await web.TCPSite(runner, listening.host, listening.port).start()
    except OSError as error:
        reason = error.strerror or error
        raise ConfigurationError(f"http.port {listening.port} on {listening.host} cannot be used: {reason}.") from None


def _is_not_about_the_endpoint(record: logging.LogRecord) -> bool:
    """Leave out discord.py's warning that an endpoint is set: here it is meant."""
    return "interaction endpoint URL" not in record.getMessage()
