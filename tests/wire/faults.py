"""What can happen to a request on its way to Discord and back."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from tests.wire.discord import Fault, Handler, WireDiscord, json_answer


def _transport(request: web.Request) -> asyncio.Transport:
    assert request.transport is not None, "the connection is open"
    return request.transport


def _reset(request: web.Request) -> None:
    """End the connection as a crashed peer does: with RST instead of FIN."""
    transport = _transport(request)
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


async def reset(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The connection is reset before the request was handled."""
    await request.read()
    _reset(request)
    return web.Response()


async def disconnect(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The connection is closed before the request was handled, as a peer does that was about to close it anyway."""
    await request.read()
    _transport(request).close()
    return web.Response()


async def response_lost(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The request is handled, and the connection resets before it says so."""
    response = await handler(request)
    _reset(request)
    return response


async def hang(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Nothing ever comes back."""
    await asyncio.sleep(60)
    return web.Response()


async def last_on_its_connection(request: web.Request, handler: Handler) -> web.StreamResponse:
    """All is well, and the connection is closed afterwards."""
    response = await handler(request)
    response.force_close()
    return response


async def malformed(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The request is handled; what comes back says JSON and is none."""
    await handler(request)
    return web.Response(body=b'{"interaction": {"id"', headers={"Content-Type": "application/json"})


async def not_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The request is handled; what comes back is a page for people."""
    await handler(request)
    return web.Response(text="<html>All is well.</html>", content_type="text/html")


async def passed(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Nothing happens."""
    return await handler(request)


def status(number: int, *, code: int = 0) -> Fault:
    """Return a refusal."""

    async def refuse(request: web.Request, handler: Handler) -> web.StreamResponse:
        await request.read()
        return json_answer({"message": "refused", "code": code}, status=number)

    return refuse


def rate_limit(seconds: float, *, everywhere: bool = False) -> Fault:
    """Return a 429 that asks to wait."""

    async def refuse(request: web.Request, handler: Handler) -> web.StreamResponse:
        await request.read()
        body = {"message": "You are being rate limited.", "retry_after": seconds, "global": everywhere}
        headers = {"Via": "1.1 google", "Retry-After": str(seconds)}
        headers |= {"X-RateLimit-Global": "true"} if everywhere else {}
        return json_answer(body, status=429, headers=headers)

    return refuse


@asynccontextmanager
async def nobody_listening(discord: WireDiscord) -> AsyncIterator[None]:
    """Refuse new connections for the time of the context; those that are open go on."""
    assert discord.runner is not None
    port = discord.runner.addresses[0][1]
    for site in list(discord.runner.sites):
        await site.stop()
    try:
        yield
    finally:
        await web.TCPSite(discord.runner, "127.0.0.1", port).start()
