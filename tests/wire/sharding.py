"""A small Discord that spreads a bot's servers over several gateway connections, and holds the bot to its order."""

import itertools
import json
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.wire.discord import BOT_ID, BOT_USER, HEARTBEAT_MS, WireDiscord, json_answer, serve
from tests.wire.gateway_sockets import GatewaySocket


@dataclass(slots=True)
class ShardedDiscord(WireDiscord):
    """
    As ``WireDiscord``, with a connection for each shard; ready once all are there.

    It is stricter than Discord where a bot could be lucky: a session that is asked for too early is refused.
    """

    shards: int = 4  # that it recommends
    required: int = 1  # fewer are refused with 4011
    max_concurrency: int = 1
    spacing: float = 0.2  # seconds between sessions of one place in the order; Discord's are 5
    sockets: dict[int, GatewaySocket] = field(default_factory=dict)  # with a session
    resumes: list[dict[str, Any]] = field(default_factory=list)
    too_early: list[int] = field(default_factory=list)
    closed_with: dict[int, int | None] = field(default_factory=dict)  # by shard, the code the bot gave
    _identified_at: dict[int, float] = field(default_factory=dict)
    _sent: defaultdict[int, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    _sequences: "defaultdict[int, itertools.count[int]]" = field(
        default_factory=lambda: defaultdict(lambda: itertools.count(1))
    )

    async def send(self, event: str, data: Mapping[str, Any]) -> None:
        """Dispatch an event to the shard that its server belongs to."""
        await self.send_to((int(data.get("guild_id", 0)) >> 22) % self.shards, event, data)

    async def send_to(self, shard: int, event: str, data: Mapping[str, Any]) -> None:
        """Dispatch an event to a shard; without a connection it waits for the session to be resumed."""
        frame = {"op": 0, "t": event, "s": next(self._sequences[shard]), "d": data}
        self._sent[shard].append(frame)
        if shard in self.sockets:
            await self.sockets[shard].send_json(frame)

    async def drop(self, shard: int) -> None:
        """Break a shard's connection; its session can be resumed."""
        socket = self.sockets.pop(shard)
        self.ready.clear()
        await socket.close(code=4000)

    async def _gateway_bot(self, _: web.Request) -> web.Response:
        limit = {"total": 1000, "remaining": 999, "reset_after": 86_400_000}
        return json_answer(
            {
                "url": self.url.replace("http://", "ws://") + "/gateway",
                "shards": self.shards,
                "session_start_limit": {**limit, "max_concurrency": self.max_concurrency},
            }
        )

    async def _gateway(self, request: web.Request) -> web.WebSocketResponse:
        socket = await self._open_socket(request)
        await socket.send_json({"op": 10, "s": None, "t": None, "d": {"heartbeat_interval": HEARTBEAT_MS}})
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await self._take(socket, json.loads(message.data))
        for shard in [shard for shard, own in self.sockets.items() if own is socket]:
            del self.sockets[shard]
            self.closed_with[shard] = socket.close_code
        return socket

    async def _take(self, socket: GatewaySocket, payload: dict[str, Any]) -> None:
        match payload["op"]:
            case 1:
                await socket.send_json({"op": 11, "s": None, "t": None, "d": None})
            case 2:
                self.identifies.append(payload["d"])
                await self._identify(socket, *payload["d"].get("shard", (0, 1)))
            case 6:
                self.resumes.append(payload["d"])
                await self._resume(socket, int(payload["d"]["session_id"]), payload["d"]["seq"])

    async def _identify(self, socket: GatewaySocket, shard: int, count: int) -> None:
        place, now = shard % self.max_concurrency, time.monotonic()
        is_early = now - self._identified_at.get(place, float("-inf")) < self.spacing
        self._identified_at[place] = now
        if count < self.required:
            await socket.close(code=4011)
        elif is_early:
            self.too_early.append(shard)
            await socket.send_json({"op": 9, "s": None, "t": None, "d": False})
        else:
            self._sent[shard].clear()
            self.sockets[shard] = socket
            await self.send_to(shard, "READY", self._ready_of(shard, count))
            self._note_ready()

    async def _resume(self, socket: GatewaySocket, shard: int, sequence: int) -> None:
        for event in [event for event in self._sent[shard] if event["s"] > sequence]:
            await socket.send_json(event)
        self.sockets[shard] = socket
        await self.send_to(shard, "RESUMED", {})
        self._note_ready()

    def _ready_of(self, shard: int, count: int) -> dict[str, Any]:
        return {
            "v": 10,
            "user": BOT_USER,
            "guilds": [],
            "session_id": str(shard),
            "resume_gateway_url": self.url.replace("http://", "ws://") + "/gateway",
            "application": {"id": str(BOT_ID), "flags": 0},
            "shard": [shard, count],
        }

    def _note_ready(self) -> None:
        if len(self.sockets) == self.shards:
            self.ready.set()


@asynccontextmanager
async def open_sharded(**settings: Any) -> AsyncIterator[ShardedDiscord]:
    """Serve a Discord with several shards on a free port of the loopback interface."""
    async with serve(ShardedDiscord(**settings)) as discord:
        yield discord
