"""
A small Discord on a real socket: the REST routes and the gateway that a bot uses, one bot at a time.

It validates what it receives against Discord's API description where there is a copy, and keeps it for the test.
"""

import asyncio
import itertools
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from aiohttp import WSMsgType, web

from tests.openapi import violations
from tests.wire.gateway_sockets import GatewaySocket

EPOCH_MS = 1_420_070_400_000
BOT_ID = 1_048_576_432_109_876_543
TOKEN = "MTA0ODU3NjQzMjEwOTg3NjU0Mw.GxYzAb.abcdefghijklmnopqrstuvwxyz0123456789AB"
SECRET = "interaction-token-"  # what every interaction's token begins with
HEARTBEAT_MS = 41_250

Served = TypeVar("Served", bound="WireDiscord")

BOT_USER = {"id": str(BOT_ID), "username": "natobot", "discriminator": "0", "avatar": None, "bot": True, "flags": 0}
CHANNEL = {
    "id": "600",
    "type": 0,
    "name": "general",
    "guild_id": "500",
    "position": 0,
    "parent_id": None,
    "topic": None,
    "nsfw": False,
    "last_message_id": None,
    "rate_limit_per_user": 0,
    "flags": 0,
    "permissions": "2147483647",
}
_CALLBACKS = {
    1: "PongInteractionCallbackRequest",
    4: "CreateMessageInteractionCallbackRequest",
    5: "CreateMessageInteractionCallbackRequest",
    6: "UpdateMessageInteractionCallbackRequest",
    7: "UpdateMessageInteractionCallbackRequest",
    8: "ApplicationCommandAutocompleteCallbackRequest",
    9: "ModalInteractionCallbackRequest",
}
_FOLLOW_UPS = {"PATCH": "IncomingWebhookUpdateRequestPartial", "POST": "IncomingWebhookRequestPartial"}


async def _payload_of(request: web.Request) -> Any:
    """Return what was sent, beside files or alone."""
    if request.content_type != "multipart/form-data":
        return await request.json()
    return json.loads(str((await request.post())["payload_json"]))


def json_answer(data: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """As Discord answers: discord.py reads JSON only under this exact content type."""
    return web.Response(
        body=json.dumps(data).encode(), status=status, headers={"Content-Type": "application/json", **(headers or {})}
    )


def interaction_payload(interaction_id: int, command: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return what Discord sends when a member of a server uses a slash command."""
    return interaction_of(interaction_id, 2, _slash_data(command, options))


def _slash_data(name: str, options: Mapping[str, Any]) -> dict[str, Any]:
    kinds = {str: 3, int: 4, bool: 5}
    given = [{"name": key, "type": kinds[type(value)], "value": value} for key, value in options.items()]
    return {"id": "900", "name": name, "type": 1, "options": given}


def interaction_of(interaction_id: int, kind: int, data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": str(interaction_id),
        "application_id": str(BOT_ID),
        "type": kind,
        "token": f"{SECRET}{interaction_id}",
        "version": 1,
        "data": data,
        "guild_id": "500",
        "guild": {"id": "500", "locale": "en-US", "features": []},
        "guild_locale": "en-US",
        "channel_id": "600",
        "channel": CHANNEL,
        "member": member_of(user_of("700")),
        "locale": "en-US",
        "app_permissions": "2147483647",
        "entitlements": [],
        "authorizing_integration_owners": {"0": "500"},
        "context": 0,
        "attachment_size_limit": 10485760,
    }


def user_of(user_id: str) -> dict[str, Any]:
    """Return a person."""
    return {"id": user_id, "username": "member", "discriminator": "0", "avatar": None}


def member_of(user: Mapping[str, Any], *, permissions: str = "2147483647") -> dict[str, Any]:
    """Return somebody as a member of a server who may do all that *permissions* say."""
    joined_at = "2026-01-01T00:00:00+00:00"
    state = {"roles": [], "joined_at": joined_at, "deaf": False, "mute": False, "flags": 0}
    return {"user": user, "permissions": permissions, **state}


def message_of(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return a message as Discord answers with."""
    return {
        "id": "1001",
        "channel_id": "600",
        "author": BOT_USER,
        "content": "",
        "timestamp": "2026-01-01T00:00:00+00:00",
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "embeds": [],
        "pinned": False,
        "type": 0,
        "flags": payload.get("flags", 0),
        "components": payload.get("components", []),
    }


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Fault = Callable[[web.Request, Handler], Awaitable[web.StreamResponse]]  # given what would handle the request


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file beside a payload."""

    field: str
    name: str
    content_type: str
    content: bytes


@dataclass(slots=True)
class Callback:
    """One reply the bot gave to an interaction."""

    interaction_id: int
    payload: dict[str, Any]
    at: float  # time.monotonic() when it was whole


@dataclass(slots=True)
class WireDiscord:
    """What the small Discord knows and has seen."""

    token: str = TOKEN
    servers: int = 1  # that the bot is in, by READY
    commands: list[dict[str, Any]] = field(default_factory=list)
    requests: list[tuple[str, str]] = field(default_factory=list)  # method and path, without the API base
    callbacks: list[Callback] = field(default_factory=list)
    identifies: list[dict[str, Any]] = field(default_factory=list)
    invalid: list[str] = field(default_factory=list)  # what was wrong with what the bot sent
    command_faults: Iterator[Fault] = field(default_factory=lambda: iter(()))  # of the next writes of commands
    clock_ahead: float = 0.0  # seconds by which Discord's clock is ahead of the bot's
    file: bytes = b""  # what a member attached, at file_url
    validates: bool = True  # which takes some milliseconds a reply
    edits: dict[int, dict[str, Any]] = field(default_factory=dict)  # what deferred replies became, by interaction
    callback_delay: float = 0.0  # seconds a reply takes to be accepted
    on_callback: Callable[[Callback], None] | None = None
    faults: Iterator[Fault] = field(default_factory=lambda: iter(()))  # of the next replies, one each
    follow_up_faults: Iterator[Fault] = field(default_factory=lambda: iter(()))
    runner: web.AppRunner | None = None  # what serves it
    url: str = "http://127.0.0.1:9"  # where nothing listens, until it is served
    compressions: list[str | None] = field(default_factory=list)  # what each gateway connection asked for
    _socket: GatewaySocket | None = None
    _sequence: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    _ids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    written: asyncio.Event = field(default_factory=asyncio.Event)  # set when the bot writes its commands
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    _answered: dict[int, asyncio.Event] = field(default_factory=dict)
    _edited: dict[int, asyncio.Event] = field(default_factory=dict)

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/v10"

    @property
    def file_url(self) -> str:
        return f"{self.url}/file"

    def message(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """Return the message that a reply became, as interactions with its components carry it."""
        return message_of(payload)

    def writes(self) -> list[tuple[str, str]]:
        """Return the requests that changed commands."""
        return [(method, path) for method, path in self.requests if "/commands" in path and method != "GET"]

    async def send(self, event: str, data: Mapping[str, Any]) -> None:
        """Dispatch an event to the bot."""
        assert self._socket is not None, "the bot is not connected"
        await self._socket.send_json({"op": 0, "t": event, "s": next(self._sequence), "d": data})

    async def slash(self, name: str, **options: Any) -> int:
        """Dispatch a slash command of a member in a server; return the interaction's id."""
        return await self.interact(2, _slash_data(name, options))

    async def interact(self, kind: int, data: Mapping[str, Any], **extra: Any) -> int:
        """Dispatch an interaction; return its id."""
        interaction_id = self.new_id()
        self._answered[interaction_id] = asyncio.Event()
        await self.send("INTERACTION_CREATE", {**interaction_of(interaction_id, kind, data), **extra})
        return interaction_id

    async def answer_to(self, interaction_id: int, *, within: float = 5.0) -> dict[str, Any]:
        """Wait for the reply to an interaction and return its payload."""
        async with asyncio.timeout(within):
            await self._answered[interaction_id].wait()
        return next(item.payload for item in self.callbacks if item.interaction_id == interaction_id)

    async def edit_of(self, interaction_id: int, *, within: float = 5.0) -> dict[str, Any]:
        """Wait until the deferred reply to an interaction is there and return its payload."""
        async with asyncio.timeout(within):
            await self._edited.setdefault(interaction_id, asyncio.Event()).wait()
        return self.edits[interaction_id]

    def new_id(self) -> int:
        """Return a snowflake of now."""
        return ((int((time.time() + self.clock_ahead) * 1000) - EPOCH_MS) << 22) | (next(self._ids) & 0x3FFFFF)

    def take_inline(self, interaction_id: int, payload: dict[str, Any], files: Sequence[SentFile]) -> None:
        """Take a reply that came in the answer to the request that brought its interaction, *files* beside it."""
        self._check(_CALLBACKS[payload["type"]], payload)

    def _check(self, schema: str, payload: Any) -> None:
        if self.validates:
            self.invalid += [f"{schema} {found}" for found in violations(schema, payload)]

    @web.middleware
    async def _note(self, request: web.Request, handler: Any) -> web.StreamResponse:
        path = request.path.removeprefix("/api/v10")
        self.requests.append((request.method, path))
        is_callback = path.startswith(("/interactions", "/webhooks"))
        if (
            request.path not in {"/gateway", "/file"}
            and not is_callback
            and request.headers.get("Authorization") != f"Bot {self.token}"
        ):
            return json_answer({"message": "401: Unauthorized", "code": 0}, status=401)
        response: web.StreamResponse = await handler(request)
        return response

    async def _me(self, _: web.Request) -> web.Response:
        return json_answer(BOT_USER)

    async def _guilds(self, _: web.Request) -> web.Response:
        features: list[str] = []
        return json_answer(
            [{"id": "500", "name": "Server", "icon": None, "owner": False, "permissions": "0"} | {"features": features}]
        )

    async def _follow_up(self, request: web.Request) -> web.StreamResponse:
        fault = next(self.follow_up_faults, None)
        return await (self._take_follow_up(request) if fault is None else fault(request, self._take_follow_up))

    async def _take_follow_up(self, request: web.Request) -> web.Response:
        """Take what a deferred reply becomes, or the message that follows it."""
        interaction_id = int(request.match_info["token"].removeprefix(SECRET))
        self.edits[interaction_id] = await _payload_of(request)
        self._check(_FOLLOW_UPS[request.method], self.edits[interaction_id])
        self._edited.setdefault(interaction_id, asyncio.Event()).set()
        return json_answer(message_of(self.edits[interaction_id]))

    async def _original(self, _: web.Request) -> web.Response:
        return json_answer(message_of({}))

    async def _delete_original(self, _: web.Request) -> web.Response:
        return web.Response(status=204)

    async def _application(self, _: web.Request) -> web.Response:
        return json_answer(
            {
                "id": str(BOT_ID),
                "name": "natobot",
                "icon": None,
                "description": "",
                "bot_public": True,
                "bot_require_code_grant": False,
                "verify_key": "ab" * 32,
                "flags": 0,
                "owner": {"id": "800", "username": "owner", "discriminator": "0", "avatar": None},
                "team": None,
                "rpc_origins": [],
                "summary": "",
            }
        )

    async def _gateway_bot(self, _: web.Request) -> web.Response:
        limit = {"total": 1000, "remaining": 999, "reset_after": 86_400_000, "max_concurrency": 1}
        address = self.url.replace("http://", "ws://") + "/gateway"
        return json_answer({"url": address, "shards": 1, "session_start_limit": limit})

    async def _get_file(self, _: web.Request) -> web.Response:
        return web.Response(body=self.file)

    async def _get_commands(self, _: web.Request) -> web.Response:
        return json_answer(self.commands)

    async def _put_commands(self, request: web.Request) -> web.StreamResponse:
        fault = next(self.command_faults, None)
        return await (self._take_commands(request) if fault is None else fault(request, self._take_commands))

    async def _take_commands(self, request: web.Request) -> web.Response:
        payload = await request.json()
        for command in payload:
            self._check("ApplicationCommandUpdateRequest", command)
        defaults = {
            "application_id": str(BOT_ID),
            "version": "1",
            "description": "",
            "nsfw": False,
            "default_member_permissions": None,
            "name_localizations": None,
            "description_localizations": None,
        }
        self.commands = [{"id": str(1000 + i), **defaults, **command} for i, command in enumerate(payload)]
        self.written.set()
        return json_answer(self.commands)

    async def _callback(self, request: web.Request) -> web.StreamResponse:
        fault = next(self.faults, None)
        return await (self._take_callback(request) if fault is None else fault(request, self._take_callback))

    async def _take_callback(self, request: web.Request) -> web.Response:
        payload = await _payload_of(request)
        if self.callback_delay:
            await asyncio.sleep(self.callback_delay)
        interaction_id = int(request.match_info["id"])
        if any(item.interaction_id == interaction_id for item in self.callbacks):
            return json_answer({"message": "Interaction has already been acknowledged.", "code": 40060}, status=400)
        self._check(_CALLBACKS[payload["type"]], payload)
        callback = Callback(interaction_id, payload, time.monotonic())
        self.callbacks.append(callback)
        if self.on_callback is not None:
            self.on_callback(callback)
        if interaction_id in self._answered:
            self._answered[interaction_id].set()
        return json_answer({"interaction": {"id": str(interaction_id), "type": 2}})

    async def _open_socket(self, request: web.Request) -> GatewaySocket:
        self.compressions.append(request.query.get("compress"))
        socket = GatewaySocket(self.compressions[-1])
        await socket.prepare(request)
        return socket

    async def _gateway(self, request: web.Request) -> web.WebSocketResponse:
        socket = await self._open_socket(request)
        await socket.send_json({"op": 10, "s": None, "t": None, "d": {"heartbeat_interval": HEARTBEAT_MS}})
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                continue
            payload = json.loads(message.data)
            if payload["op"] == 1:
                await socket.send_json({"op": 11, "s": None, "t": None, "d": None})
            elif payload["op"] == 2:
                self.identifies.append(payload["d"])
                if payload["d"]["token"] != self.token:
                    await socket.close(code=4004, message=b"Authentication failed.")
                    break
                await self._open_session(socket)
        if self._socket is socket:
            self._socket = None
            self.ready.clear()
        return socket

    async def _open_session(self, socket: GatewaySocket) -> None:
        self._socket = socket
        await self.send(
            "READY",
            {
                "v": 10,
                "user": BOT_USER,
                "guilds": [{"id": str(500 + i), "unavailable": True} for i in range(self.servers)],
                "session_id": "session",
                "resume_gateway_url": self.url.replace("http://", "ws://") + "/gateway",
                "application": {"id": str(BOT_ID), "flags": 0},
                "shard": [0, 1],
            },
        )
        self.ready.set()

    def application(self) -> web.Application:
        """Return the web application that serves this Discord."""
        app = web.Application(middlewares=[self._note])
        app.add_routes(
            [
                web.get("/api/v10/users/@me", self._me),
                web.get("/api/v10/users/@me/guilds", self._guilds),
                web.get("/api/v10/oauth2/applications/@me", self._application),
                web.patch("/api/v10/webhooks/{app}/{token}/messages/@original", self._follow_up),
                web.get("/api/v10/webhooks/{app}/{token}/messages/@original", self._original),
                web.delete("/api/v10/webhooks/{app}/{token}/messages/@original", self._delete_original),
                web.post("/api/v10/webhooks/{app}/{token}", self._follow_up),
                web.get("/api/v10/gateway/bot", self._gateway_bot),
                web.get(f"/api/v10/applications/{BOT_ID}/commands", self._get_commands),
                web.put(f"/api/v10/applications/{BOT_ID}/commands", self._put_commands),
                web.post("/api/v10/interactions/{id}/{token}/callback", self._callback),
                web.get("/gateway", self._gateway),
                web.get("/file", self._get_file),
            ]
        )
        return app


@asynccontextmanager
async def open_discord() -> AsyncIterator[WireDiscord]:
    """Serve a small Discord on a free port of the loopback interface."""
    async with serve(WireDiscord()) as discord:
        yield discord


@asynccontextmanager
async def serve(discord: Served) -> AsyncIterator[Served]:
    """Serve *discord* on a free port of the loopback interface."""
    runner = web.AppRunner(discord.application(), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    discord.url = f"http://{host}:{port}"
    discord.runner = runner
    try:
        yield discord
    finally:
        await runner.cleanup()
