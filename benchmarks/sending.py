"""CPU of a reply from ``interaction.response`` to Discord's answer: our adapter beside discord.py's, in turn."""

import asyncio
import multiprocessing
import statistics
import time
from datetime import date
from multiprocessing.connection import Connection
from typing import Any

import aiohttp
import discord
import orjson
from discord.http import Route
from discord.webhook.async_ import AsyncWebhookAdapter, async_context

from bot.answers.lookup import find_page
from bot.delivery.callback import ReplyAdapter, note_receipt
from bot.delivery.counts import DeliveryCounts
from bot.delivery.reply_connections import ReplyConnections
from bot.knowledge.loader import load_knowledge
from bot.rendering.cards import topic_card
from bot.rendering.components import Card, Reader
from tests.factories import REAL_PACK
from tests.wire.discord import BOT_ID, BOT_USER, interaction_payload, message_of

REPLIES = 1500
IN_FLIGHT = 16
ROUNDS = 5


class _Discord(asyncio.Protocol):
    """Takes replies as Discord does, in as little as that needs: it shares the machine with what is measured."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._buffer = b""

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, separator, body = self._buffer.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0] or 0) if separator else 0
        if not separator or len(body) < length:
            return
        self._buffer = body[length:]
        if b"with_response=1" not in head:
            self._transport.write(b"HTTP/1.1 204 No Content\r\n\r\n")
            return
        message = message_of(orjson.loads(body[:length])["data"])
        interaction = {"id": "1", "type": 2, "response_message_id": message["id"]}
        answer = orjson.dumps({"interaction": interaction, "resource": {"type": 4, "message": message}})
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(answer)
        self._transport.write(head + answer)


def _serve(port: Connection) -> None:
    async def serve() -> None:
        server = await asyncio.get_running_loop().create_server(_Discord, "127.0.0.1", 0)
        port.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(serve())


async def _microseconds(client: discord.Client, card: Card, adapter: AsyncWebhookAdapter) -> float:
    """Return the CPU that a reply takes this process."""
    async_context.set(adapter)
    waiting = iter(range(REPLIES))

    async def reply() -> None:
        for number in waiting:
            note_receipt()
            data: Any = interaction_payload(number + 1, "article5", {})
            await discord.Interaction(data=data, state=client._connection).response.send_message(view=card)

    started = time.process_time()
    await asyncio.gather(*(reply() for _ in range(IN_FLIGHT)))
    return (time.process_time() - started) / REPLIES * 1e6


async def measure() -> None:
    """Print the median of each and their ratio."""
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs,), daemon=True)
    server.start()
    Route.BASE = f"http://127.0.0.1:{await asyncio.to_thread(ours.recv)}/api/v10"
    knowledge = load_knowledge(REAL_PACK)
    reader = Reader(owner=700, private=False, today=date(2026, 11, 1))
    card = topic_card(find_page("article5", None, knowledge), knowledge, reader)
    client = discord.Client(intents=discord.Intents.none())
    client._connection.application_id = BOT_ID
    client._connection.user = discord.ClientUser(state=client._connection, data=BOT_USER)  # type: ignore[arg-type]
    async with aiohttp.ClientSession() as session, ReplyConnections(Route.BASE, user_agent="bench") as connections:
        client.http._HTTPClient__session = session  # type: ignore[attr-defined]  # as if logged in
        adapters = {
            "discord.py": AsyncWebhookAdapter(),  # type: ignore[no-untyped-call]
            "ours": ReplyAdapter(DeliveryCounts(), connections),
        }
        taken: dict[str, list[float]] = {name: [] for name in adapters}
        for _ in range(ROUNDS):
            for name, adapter in adapters.items():
                taken[name].append(await _microseconds(client, card, adapter))
    server.terminate()
    medians = {name: statistics.median(times) for name, times in taken.items()}
    for name, median in medians.items():
        print(f"CPU of a reply, {name:<12} {median:5.0f} µs")
    print(f"ratio {medians['ours'] / medians['discord.py']:.2f}")
