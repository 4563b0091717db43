"""Discord's side of HTTP interactions: signs what it posts, and reads what comes back."""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Any

import aiohttp
from nacl.signing import SigningKey

from tests.wire.discord import SentFile, WireDiscord
from tests.wire.process import BotProcess, run_bot

KEY = SigningKey(b"a key for tests, and no secret..")
PUBLIC_KEY = KEY.verify_key.encode().hex()
_LISTENING = re.compile(r"Taking interactions on (127\.0\.0\.1:\d+)/interactions")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request was answered with."""

    status: int
    content_type: str
    body: bytes

    def reply(self) -> dict[str, Any]:
        """Return the interaction response that it carries."""
        assert self.status == 200, self
        if self.content_type == "application/json":
            return dict(json.loads(self.body))
        (payload,) = (part.content for part in self._parts() if part.field == "payload_json")
        return dict(json.loads(payload))

    def files(self) -> list[SentFile]:
        """Return the files beside the interaction response."""
        return [part for part in self._parts() if part.field != "payload_json"]

    def _parts(self) -> Iterator[SentFile]:
        """Yield what a form holds; nothing of another body."""
        if self.content_type != "multipart/form-data":
            return
        boundary = self.body.partition(b"\r\n")[0]
        for part in (b"\r\n" + self.body).split(b"\r\n" + boundary)[1:-1]:
            head, _, content = part.partition(b"\r\n\r\n")
            described = BytesHeaderParser().parsebytes(head.lstrip())
            name = described.get_param("name", header="Content-Disposition")
            yield SentFile(str(name), described.get_filename(""), described.get_content_type(), content)


@dataclass(slots=True)
class Poster:
    """Posts to one bot, or to what stands before several."""

    address: str
    session: aiohttp.ClientSession
    skew: float = 0.0  # seconds that Discord's clock is ahead of ours
    headers: Mapping[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})
    discord: WireDiscord | None = None  # takes replies that come in answers

    def signed(self, body: bytes) -> dict[str, str]:
        """Return the headers that Discord sends with *body*."""
        now = str(int(time.time() + self.skew))
        signature = KEY.sign(now.encode() + body).signature.hex()
        return {**self.headers, "X-Signature-Ed25519": signature, "X-Signature-Timestamp": now}

    async def post(self, data: Any, path: str = "/interactions") -> Answer:
        """Post *data*, signed."""
        body = json.dumps(data).encode()
        answer = await self.post_raw(body, self.signed(body), path)
        if self.discord is not None and answer.status == 200:
            self.discord.take_inline(int(data.get("id", 0)), answer.reply(), answer.files())
        return answer

    async def post_raw(self, body: bytes, headers: Mapping[str, str], path: str = "/interactions") -> Answer:
        """Post *body* with exactly these headers."""
        async with self.session.post(self.address + path, data=body, headers=headers) as response:
            return Answer(response.status, response.content_type, await response.read())


@asynccontextmanager
async def posting_to(address: str, discord: WireDiscord | None = None) -> AsyncIterator[Poster]:
    """Yield what posts to *address*, such as ``http://127.0.0.1:8081``; *discord* takes the replies in its answers."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as session:
        yield Poster(address, session, discord=discord)


@asynccontextmanager
async def run_http_bot(discord: WireDiscord, folder: Path, **changes: str) -> AsyncIterator[tuple[BotProcess, Poster]]:
    """Start the bot as a process that takes interactions over HTTP, on a port that is free."""
    settings = {
        "BOT__DELIVERY__MODE": "http",
        "BOT__HTTP__PORT": "0",
        "BOT__HTTP__LINGER_SECONDS": "0",
        "DISCORD_PUBLIC_KEY": PUBLIC_KEY,
    }
    async with (
        run_bot(discord, folder, ready=False, **(settings | changes)) as bot,
        posting_to(await listening_address(bot), discord) as poster,
    ):
        yield bot, poster


async def listening_address(bot: BotProcess) -> str:
    """Wait until *bot* takes requests; return where."""
    async with asyncio.timeout(30):
        while not (found := _LISTENING.findall(bot.output())):
            assert bot.process.returncode is None, bot.output()
            await asyncio.sleep(0.05)
    return f"http://{found[-1]}"
