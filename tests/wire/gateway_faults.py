"""A small Discord whose gateway and login can be made to fail in the ways the real ones do."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.ports import free_ports
from tests.wire.discord import HEARTBEAT_MS, WireDiscord
from tests.wire.gateway_sockets import GatewaySocket

REMEMBERED = 10_000  # events that a session is told again


@dataclass(slots=True)
class FaultyDiscord(WireDiscord):
    """As ``WireDiscord``, and a session that is resumed is told what it missed; every fault is off by default."""

    heartbeat_ms: int = HEARTBEAT_MS
    acks: bool = True  # whether heartbeats are acknowledged
    session_limit: dict[str, int] = field(
        default_factory=lambda: {"total": 1000, "remaining": 999, "reset_after": 86_400_000, "max_concurrency": 1}
    )
    invalidates: bool = False  # every session is refused as invalid, for ever
    close_code: int | None = None  # what IDENTIFY is answered with instead of READY
    mute: int = 0  # so many connections are opened and hear nothing
    broken_readies: int = 0  # so many READY are broken_ready
    broken_ready: dict[str, Any] = field(default_factory=dict)  # lacks what discord.py reads
    login_answers: deque[web.Response] = field(default_factory=deque)  # given before the real one, in turn
    resumes: list[dict[str, Any]] = field(default_factory=list)
    resumed: asyncio.Event = field(default_factory=asyncio.Event)
    sent: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=REMEMBERED))  # in this session
    _runner: web.AppRunner | None = None

    async def send(self, event: str, data: Mapping[str, Any]) -> None:
        """Dispatch an event; while nobody is connected it waits for the session to be resumed."""
        self.sent.append({"op": 0, "t": event, "s": next(self._sequence), "d": data})
        if self._socket is not None:
            with suppress(ConnectionError):  # it has just ended
                await self._socket.send_json(self.sent[-1])

    async def drop(self, code: int) -> None:
        """Close the gateway connection with *code*."""
        assert self._socket is not None, "the bot is not connected"
        await self._socket.close(code=code)

    async def send_raw(self, frame: str) -> None:
        """Send *frame* as it is."""
        assert self._socket is not None, "the bot is not connected"
        await self._socket.send_str(frame)

    async def abort(self) -> None:
        """Cut the gateway's TCP connection without a word."""
        assert self._socket is not None, "the bot is not connected"
        assert self._socket._req is not None, "prepared"
        assert self._socket._req.transport is not None, "connected"
        self._socket._req.transport.abort()

    async def go_away(self) -> None:
        """Stop listening and drop every connection, as when the network is gone."""
        if self._socket is not None:
            await self.abort()
        assert self._runner is not None, "served"
        await self._runner.cleanup()

    async def come_back(self, port: int | None = None) -> None:
        """Listen, at the same port as before once there was one; nobody can have taken it meanwhile."""
        if port is None:
            (port,) = free_ports(1)
        self._runner = web.AppRunner(self.application(), access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port, reuse_address=True).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])

    async def _me(self, request: web.Request) -> web.Response:
        if self.login_answers:
            return self.login_answers.popleft()
        return await WireDiscord._me(self, request)

    async def _gateway_bot(self, _: web.Request) -> web.Response:
        address = self.url.replace("http://", "ws://") + "/gateway"
        body = {"url": address, "shards": 1, "session_start_limit": self.session_limit}
        return web.Response(body=json.dumps(body).encode(), headers={"Content-Type": "application/json"})

    async def _gateway(self, request: web.Request) -> web.WebSocketResponse:
        socket = await self._open_socket(request)
        if self.mute:
            self.mute -= 1
        else:
            await socket.send_json({"op": 10, "s": None, "t": None, "d": {"heartbeat_interval": self.heartbeat_ms}})
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await self._take(socket, json.loads(message.data))
        if self._socket is socket:
            self._socket = None
            self.ready.clear()
            self.resumed.clear()
        return socket

    async def _take(self, socket: GatewaySocket, payload: dict[str, Any]) -> None:
        match payload["op"]:
            case 1 if self.acks:
                await socket.send_json({"op": 11, "s": None, "t": None, "d": None})
            case 2:
                self.identifies.append(payload["d"])
                await self._start_session(socket)
            case 6:
                self.resumes.append(payload["d"])
                if self.invalidates:
                    await socket.send_json({"op": 9, "s": None, "t": None, "d": False})
                    return
                for event in [event for event in self.sent if event["s"] > payload["d"]["seq"]]:
                    await socket.send_json(event)
                self._socket = socket
                await self.send("RESUMED", {})
                self.ready.set()
                self.resumed.set()

    async def _start_session(self, socket: GatewaySocket) -> None:
        if self.close_code is not None:
            await socket.close(code=self.close_code)
        elif self.invalidates:
            await socket.send_json({"op": 9, "s": None, "t": None, "d": False})
        elif self.broken_readies:
            self.broken_readies -= 1
            await socket.send_json({"op": 0, "t": "READY", "s": 1, "d": self.broken_ready})
        else:
            self.sent.clear()
            await self._open_session(socket)


@asynccontextmanager
async def open_faulty() -> AsyncIterator[FaultyDiscord]:
    """Serve a Discord that can be made to fail, on a free port of the loopback interface."""
    discord = FaultyDiscord()
    await discord.come_back()
    try:
        yield discord
    finally:
        assert discord._runner is not None, "served"
        await discord._runner.cleanup()
