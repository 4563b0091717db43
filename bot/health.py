"""Addresses for whoever watches the process: is it alive, is it answering, and its numbers."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from bot.errors import ConfigurationError
from bot.exposition import CONTENT_TYPE

Report = Callable[[], tuple[bool, Mapping[str, Any]]]  # whether it is ready, and the facts behind that


@asynccontextmanager
async def serve_health(host: str, port: int, report: Report, metrics: Callable[[], str]) -> AsyncIterator[None]:
    """
    Answer three questions of whoever watches.

    ``GET /healthz``, also ``/livez``: 200 while the event loop turns.
    ``GET /readyz``: 200 or 503, and *report*'s facts.
    ``GET /metrics``: what *metrics* returns, as Prometheus reads it.

    Raises:
        ConfigurationError: The port cannot be listened on.
    """

    async def healthz(_: web.Request) -> web.Response:
        return web.Response(text="alive\n")

    async def readyz(_: web.Request) -> web.Response:
        ready, facts = report()
        return web.json_response({"ready": ready, **facts}, status=200 if ready else 503)

    async def numbers(_: web.Request) -> web.Response:
        return web.Response(body=metrics().encode(), headers={"Content-Type": CONTENT_TYPE})

    app = web.Application()
    app.add_routes([web.get("/healthz", healthz), web.get("/livez", healthz)])
    app.add_routes([web.get("/readyz", readyz), web.get("/metrics", numbers)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        await runner.cleanup()
        raise ConfigurationError(f"health.port {port} on {host} cannot be used: {error.strerror}.") from None
    try:
        yield
    finally:
        await runner.cleanup()
