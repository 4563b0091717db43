"""
Staying connected to Discord's gateway.

discord.py's own loop (``Client.connect``, 2.7.1) ends the process over an event it cannot read, waits up to seventeen
minutes after a long outage, keeps a socket that carries no acknowledgements, and signs in every five seconds when
Discord refuses the session. This one takes its place; sockets, parsers and heartbeats stay discord.py's.
``tests/delivery/test_discordpy_contract.py`` holds the private names used.
"""

import asyncio
import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import discord
import yarl
from discord.gateway import DiscordWebSocket, ReconnectWebSocket

from bot.delivery.client import BotClient
from bot.delivery.frames import TolerantSocket
from bot.delivery.identifies import IdentifyGuard, OtherShards, Shard
from bot.delivery.link import ShardLink
from bot.delivery.replay import Replay
from bot.errors import BotError, ConfigurationError, TryAgainLater

log = logging.getLogger(__name__)

# https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes
FINAL_CLOSE_CODES = {
    4004: "Discord no longer accepts the token. Make a new one in the developer portal and set DISCORD_TOKEN.",
    4012: "Discord no longer serves this gateway version. Update the bot.",
    4013: "Discord refused the intents sent. Update the bot.",
    4014: "Discord refused the intents: they are not switched on for this application in the developer portal.",
}
SHARDS_REFUSED = {4010, 4011}  # not that many connections, or too many servers for each of them
UNREACHABLE = (discord.HTTPException, discord.GatewayNotFound, aiohttp.ClientError, OSError, TimeoutError)
MISSED_ACKS = 2.0  # heartbeat intervals without an acknowledgement, and the socket counts as dead
REPEATED_EVERY = 60.0  # seconds between log lines about one outage


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long the connection waits for what, in seconds. Attempt and longest wait together stay below 30."""

    silence: float = 45.0  # without any frame, and the socket counts as dead; Discord's heartbeat is every 41.25 s
    attempt: float = 15.0  # for one attempt to connect
    first_wait: float = 0.5  # before the second attempt in a row; doubles with each
    longest_wait: float = 10.0
    settled: float = 5.0  # a connection that ended sooner counts as a failed attempt
    closing: float = 2.0  # for the other side to confirm the end of a socket


class ShardsRefused(Exception):
    """Discord wants the servers spread over another number of connections."""


class AcksMissing(Exception):
    """Frames come in, but Discord does not acknowledge heartbeats: it will drop us, or has already."""


class WatchedSocket(TolerantSocket):
    """A gateway socket that never leaves its heartbeat running alone, and that notices missing acknowledgements."""

    async def poll_event(self) -> None:
        try:
            await super().poll_event()
        except BaseException:
            if self._keep_alive is not None:
                self._keep_alive.stop()
            raise
        beat = self._keep_alive
        if beat is not None and time.perf_counter() - beat._last_ack > MISSED_ACKS * (beat.interval or 0.0):
            raise AcksMissing("Heartbeats are not acknowledged.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Session:
    id: str
    sequence: int | None
    gateway: yarl.URL


class Connection:
    """Keeps one of a client's connections."""

    def __init__(
        self, client: BotClient, shard: Shard, link: ShardLink, guard: IdentifyGuard, *, patience: float, pace: Pace
    ) -> None:
        """*patience* is for being connected for the first time, in seconds; from then on there is no end to it."""
        self._client = client
        self._shard = shard
        self._link = link
        self._which = f"Connection {shard.id} of {shard.count}: " if shard.count > 1 else ""
        self._guard = guard
        self._pace = pace
        self._patience = patience
        self._session: _Session | None = None
        self._failures = 0  # in a row
        self._unresumed = 0  # sockets in a row on which resuming led nowhere
        self._up_at: float | None = None  # loop time since when this socket brings events
        self._lost_at: float | None = None
        self._said_at = float("-inf")
        self._replay = Replay(client.receive, client.counts)
        parsers = client._connection.parsers
        self._parsers = {  # of this connection's events; what they mean to the client is the same for all
            **parsers,
            "READY": self._noting_up(parsers["READY"]),
            "RESUMED": self._noting_up(parsers["RESUMED"]),
            "INTERACTION_CREATE": self._replay.take,
        }

    async def run(self) -> None:
        """
        Stay connected until the client is closed or stops.

        Raises:
            ConfigurationError: Discord refuses the bot for a reason that an operator has to change.
            OtherShards, ShardsRefused: There have to be more connections, or fewer.
            TryAgainLater: It could not be connected within the patience, or may not sign in for now.
        """
        deadline = asyncio.get_running_loop().time() + self._patience
        while True:
            reason = await self._connect_once()
            if self._client.is_closed() or self._client.link.stopping:
                return
            await self._wait(reason, deadline)

    async def _connect_once(self) -> str:
        """Connect and take events until the connection ends; return why it did."""
        try:
            await self._serve()
        except ReconnectWebSocket as ended:
            if not ended.resume:
                self._session = None
                return "the session is no longer valid"
            return "Discord asked for it or the socket broke"
        except discord.ConnectionClosed as error:
            if error.code in FINAL_CLOSE_CODES:
                raise ConfigurationError(FINAL_CLOSE_CODES[error.code]) from None
            if error.code in SHARDS_REFUSED:
                raise ShardsRefused from None
            return f"closed with {error.code}"
        except (*UNREACHABLE, AcksMissing) as error:
            return f"{type(error).__name__}: {error}".rstrip(": ")
        except (BotError, OtherShards):
            raise
        except Exception:  # whatever was sent must not end the process
            log.exception("Discord's gateway sent something that could not be read.")
            return "something unreadable"
        raise AssertionError("a connection ends with an exception")

    async def _serve(self) -> None:
        session = self._session
        self._client._connection.heartbeat_timeout = self._pace.silence
        if session is None:
            async with self._guard.admit(self._shard, follow_advice=not self._client.link.was_connected) as start:
                self._client.link.identifies_remaining = start.remaining
                DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(start.address)
                socket = await self._open(None, None)
        else:  # every other attempt goes to the general address, should the own one be down
            socket = await self._open(session, session.gateway if self._failures % 2 == 0 else None)
        socket._discord_parsers = self._parsers
        self._link.socket = self._client.ws = socket
        if session is not None:
            self._unresumed += 1
            self._replay.begin()
        try:
            await self._listen(socket)
        finally:
            self._replay.end()
            self._remember(socket)
            await self._leave(socket)

    async def _open(self, session: _Session | None, address: yarl.URL | None) -> WatchedSocket:
        """Open a socket and sign in or resume on it; one that does not get so far is closed again."""
        opened: list[WatchedSocket] = []

        class _Attempt(WatchedSocket):
            def __init__(self, socket: aiohttp.ClientWebSocketResponse, *, loop: asyncio.AbstractEventLoop) -> None:
                super().__init__(socket, loop=loop)
                opened.append(self)

        try:
            async with asyncio.timeout(self._pace.attempt):
                return await _Attempt.from_client(
                    self._client,
                    initial=not self._link.was_connected,
                    gateway=address,
                    shard_id=self._shard.id if self._shard.count > 1 else None,
                    session=session.id if session else None,
                    sequence=session.sequence if session else None,
                    resume=session is not None,
                )
        except BaseException:
            for socket in opened:
                await self._leave(socket)
            raise

    async def _listen(self, socket: WatchedSocket) -> None:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(self._pace.silence) as limit:
            while True:
                await socket.poll_event()
                limit.reschedule(loop.time() + self._pace.silence)

    def _remember(self, socket: WatchedSocket) -> None:
        """Keep what resuming needs. A session that never began, or could not be resumed three times, is given up."""
        began = self._session is not None or self._up_at is not None
        if socket.session_id is None or not began or self._unresumed >= 3:
            self._session, self._unresumed = None, 0
        else:
            self._session = _Session(id=socket.session_id, sequence=socket.sequence, gateway=socket.gateway)

    async def _leave(self, socket: WatchedSocket) -> None:
        if self._link.connected:
            self._client.link.losses += 1
            self._lost_at = asyncio.get_running_loop().time()
        self._link.connected = False
        self._client.dispatch("disconnect")
        try:
            async with asyncio.timeout(self._pace.closing):
                await socket.close(1000 if self._client.link.stopping else 4000)
        except UNREACHABLE:  # a dead socket cannot be closed politely; it is gone either way
            log.debug("The socket did not close in time.")

    async def _wait(self, reason: str, deadline: float) -> None:
        """Wait as long as failures in a row ask for. The first attempt after a settled connection comes at once."""
        loop = asyncio.get_running_loop()
        settled = self._up_at is not None and loop.time() - self._up_at >= self._pace.settled
        self._up_at = None
        self._failures = 1 if settled else self._failures + 1
        wait = 0.0
        if self._failures > 1:
            longest = min(self._pace.first_wait * 2 ** min(self._failures - 2, 20), self._pace.longest_wait)
            wait = random.uniform(longest / 2, longest)
        if not self._link.was_connected and loop.time() + wait > deadline:
            raise TryAgainLater(f"Discord's gateway could not be reached: {reason}")
        if loop.time() - self._said_at >= REPEATED_EVERY:
            self._said_at = loop.time()
            log.warning("%sNot connected to Discord (%s); connecting again.", self._which, reason)
        if self._client.http.connector:  # an address may have moved while it was away
            _forget_addresses(self._client.http.connector)
        await asyncio.sleep(wait)

    def _noting_up(self, parse: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def parse_and_note(data: Any) -> Any:
            try:
                result = parse(data)
            except Exception as error:  # without it there is nothing to go on with, so the socket has to go
                raise OSError(f"the session's first event could not be read ({type(error).__name__})") from error
            self._replay.end()
            loop = asyncio.get_running_loop()
            if self._lost_at is not None:
                log.info("%sConnected again after %.1f s.", self._which, loop.time() - self._lost_at)
            self._link.note_up()
            self._up_at, self._lost_at, self._unresumed, self._said_at = loop.time(), None, 0, float("-inf")
            return result

        return parse_and_note


def _forget_addresses(connector: aiohttp.BaseConnector) -> None:
    if isinstance(connector, aiohttp.TCPConnector):
        connector.clear_dns_cache()
