"""A bot on the gateway and one over HTTP that are given the same interactions, and all that either sent."""

import asyncio
import hashlib
import itertools
import json
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.rendering import wording
from bot.rendering.privacy import opt_out_text
from tests.wire.discord import (
    BOT_ID,
    SECRET,
    SentFile,
    WireDiscord,
    interaction_of,
    json_answer,
    member_of,
    message_of,
    serve,
    user_of,
)
from tests.wire.guild import SERVER, guild_routes
from tests.wire.posting import run_http_bot
from tests.wire.process import BotProcess, run_bot

PATIENCE = 30.0  # seconds for a reply and for what follows it; the machine may be busy
REPLY = "reply"  # where the first answer to an interaction goes, whichever way
_ANNOUNCING = frozenset({5, 6})  # the types of replies that something has to follow
MAINTAINER = "700"


@dataclass(frozen=True, slots=True)
class Sent:
    """One thing that a bot sent in answer to an interaction."""

    where: str  # REPLY, or the method and what of the interaction's webhook was asked for
    payload: Any = None
    files: Sequence[SentFile] = ()

    @property
    def message(self) -> Mapping[str, Any]:
        """What it says of a message or a form."""
        payload = self.payload or {}
        return dict(payload.get("data") or {}) if self.where == REPLY else dict(payload)

    def words(self) -> str:
        """Return it as text, without the moments that a clock wrote into it."""
        payload = json.dumps(self.payload, ensure_ascii=False, indent=1, sort_keys=True)
        files = [f"{file.field} {file.name} {file.content_type}\n{_words_of(file)}" for file in self.files]
        return "\n".join([self.where, re.sub(r"<t:\d+:f>", "<t:…:f>", payload), *files])


def _words_of(file: SentFile) -> str:
    if file.name.endswith(".png"):
        return f"{len(file.content)} bytes, SHA-256 {hashlib.sha256(file.content).hexdigest()}"
    text = file.content.decode()
    if file.name == "my-data.json":  # when settings were changed, and how long answers took
        text = re.sub(r'"changed_at": "\d{4}-\d\d-\d\dT[\d:.]+\+00:00"', '"changed_at": "…"', text)
        text = re.sub(r'"answer_us": \d+', '"answer_us": …', text)
    return text


@dataclass
class KeepingDiscord(WireDiscord):
    """Keeps all that a bot sends, whichever way, and tells of its server."""

    sent: defaultdict[int, list[Sent]] = field(default_factory=lambda: defaultdict(list))  # by interaction
    server_commands: list[dict[str, Any]] = field(default_factory=list)  # of the one server
    server_written: asyncio.Event = field(default_factory=asyncio.Event)  # set when the bot writes them

    def application(self) -> web.Application:
        app = super().application()
        commands = f"/api/v10/applications/{BOT_ID}/guilds/{SERVER}/commands"
        app.add_routes([*guild_routes(), web.get(commands, self._get_server_commands)])
        app.add_routes([web.put(commands, self._put_server_commands)])
        return app

    def take_inline(self, interaction_id: int, payload: dict[str, Any], files: Sequence[SentFile]) -> None:
        super().take_inline(interaction_id, payload, files)
        self.sent[interaction_id].append(Sent(REPLY, payload, files))

    async def _take_callback(self, request: web.Request) -> web.Response:
        answer = await super()._take_callback(request)
        await self._keep(int(request.match_info["id"]), REPLY, request)
        return answer

    async def _take_follow_up(self, request: web.Request) -> web.Response:
        answer = await super()._take_follow_up(request)
        await self._keep(_interaction_of(request), _place_of(request), request)
        return answer

    async def _delete_original(self, request: web.Request) -> web.Response:
        self.sent[_interaction_of(request)].append(Sent(_place_of(request)))
        return await super()._delete_original(request)

    async def _keep(self, interaction_id: int, where: str, request: web.Request) -> None:
        if request.content_type != "multipart/form-data":
            self.sent[interaction_id].append(Sent(where, await request.json()))
            return
        parts = await request.post()
        files = [
            SentFile(name, part.filename, part.content_type, _content(part))
            for name, part in parts.items()
            if isinstance(part, web.FileField)
        ]
        self.sent[interaction_id].append(Sent(where, json.loads(str(parts["payload_json"])), files))

    async def _get_server_commands(self, _: web.Request) -> web.Response:
        return json_answer(self.server_commands)

    async def _put_server_commands(self, request: web.Request) -> web.Response:
        payload = await request.json()
        for command in payload:
            self._check("ApplicationCommandUpdateRequest", command)
        own = {"application_id": str(BOT_ID), "version": "1", "guild_id": SERVER}
        self.server_commands = [{"id": str(2000 + i), **own, **command} for i, command in enumerate(payload)]
        self.server_written.set()
        return json_answer(self.server_commands)


def _content(part: web.FileField) -> bytes:
    part.file.seek(0)
    return part.file.read()


def _interaction_of(request: web.Request) -> int:
    return int(request.match_info["token"].removeprefix(SECRET))


def _place_of(request: web.Request) -> str:
    return f"{request.method} {request.path.partition(request.match_info['token'])[2]}"


def message_from(sent: Sequence[Sent]) -> dict[str, Any]:
    """Return the message that *sent* made, as an interaction with one of its components carries it."""
    flags = 0
    for one in sent:
        flags |= one.message.get("flags", 0)
    last = next(one for one in reversed(sent) if "components" in one.message)
    attachments = [
        {"id": str(number), "filename": file.name, "size": len(file.content), "url": "", "proxy_url": ""}
        for number, file in enumerate(last.files)
    ]
    return message_of({**last.message, "flags": flags}) | {"attachments": attachments}


@dataclass(frozen=True, slots=True)
class Way:
    """One way in."""

    discord: KeepingDiscord
    deliver: Callable[[dict[str, Any]], Awaitable[object]]
    bot: BotProcess

    async def ask(self, payload: dict[str, Any]) -> None:
        """Deliver an interaction and wait until it is answered and all that was announced is there."""
        await self.deliver(payload)
        sent = self.discord.sent[int(payload["id"])]
        try:
            async with asyncio.timeout(PATIENCE):
                while not sent or len(sent) < 1 + _announces(sent[0]):
                    await asyncio.sleep(0.005)
        except TimeoutError:
            raise AssertionError(f"After {PATIENCE} s only {[*sent]} answers {payload['data']}.") from None

    def words(self, interaction_id: int) -> str:
        """Return all that was sent for an interaction as text; see ``Sent.words``."""
        return "\n".join(one.words() for one in self.discord.sent[interaction_id])


def _announces(reply: Sent) -> bool:
    """Return whether something has to follow *reply*: what it announces, or a picture that is being drawn."""
    return reply.payload["type"] in _ANNOUNCING or wording.PICTURE_FOLLOWS in json.dumps(
        reply.payload, ensure_ascii=False
    )


@dataclass(frozen=True, slots=True)
class TwoWays:
    """The same interactions, both ways."""

    gateway: Way
    http: Way

    async def ask(self, kind: int, data: Mapping[str, Any], extra: Mapping[str, Any]) -> int:
        """Deliver an interaction both ways, with the same ids; return its id once both have answered."""
        id_ = self.gateway.discord.new_id()
        payload = {**interaction_of(id_, kind, data), **extra}
        await asyncio.gather(self.gateway.ask(payload), self.http.ask(payload))
        return id_

    async def stop(self) -> None:
        """Let both finish what they have begun, and leave."""
        for way in (self.gateway, self.http):
            way.bot.stop()
        assert [await way.bot.exit_status() for way in (self.gateway, self.http)] == [0, 0]


@asynccontextmanager
async def two_ways(folder: Path) -> AsyncIterator[TwoWays]:
    """
    Run both bots, with the same keys of pseudonyms, until they know their commands, their search and their database.

    Their databases are ``gateway/data/bot.db`` and ``http/data/bot.db`` in *folder*.
    """
    key = folder / "pseudonyms.key"
    key.write_text("ab" * 32 + "\n", encoding="ascii")
    settings: dict[str, Any] = {
        "BOT__PRIVACY__KEY_FILE": str(key),
        "BOT__INSIGHTS__SERVER": SERVER,
        "BOT__INSIGHTS__USERS": MAINTAINER,
    }
    async with (
        serve(KeepingDiscord()) as near,
        serve(KeepingDiscord()) as far,
        run_bot(near, folder / "gateway", **settings) as by_gateway,
        run_http_bot(far, folder / "http", **settings) as (by_http, poster),
    ):

        async def post(payload: dict[str, Any]) -> None:
            answer = await poster.post(payload)
            assert answer.status in {200, 202}, answer

        ways = TwoWays(
            Way(near, lambda payload: near.send("INTERACTION_CREATE", payload), by_gateway),
            Way(far, post, by_http),
        )
        async with asyncio.timeout(PATIENCE):
            for discord in (near, far):
                await discord.written.wait()
                await discord.server_written.wait()
            await _until_ready(ways)
        yield ways
        assert near.invalid == []
        assert far.invalid == []


async def _until_ready(ways: TwoWays) -> None:
    """Ask until both have their database, for which opting out waits, and their search; nothing is counted."""
    both = (ways.gateway, ways.http)
    for person in itertools.count(9_000):
        extra = {"member": member_of(user_of(str(person)))}
        out = [{"name": "opt-out", "type": 1, "options": []}]
        left = await ways.ask(2, {"id": "900", "name": "privacy", "type": 1, "options": out}, extra)
        if not all(opt_out_text(opted_out=True) in way.words(left) for way in both):
            continue
        question = [{"name": "question", "type": 3, "value": "does article 5 cover ukraine"}]
        asked = await ways.ask(2, {"id": "900", "name": "ask", "type": 1, "options": question}, extra)
        if not any(wording.SEARCH_NOT_READY in way.words(asked) for way in both):
            return
