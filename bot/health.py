"""Two addresses for whoever watches the process: is it alive, is it answering."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from bot.errors import ConfigurationError

Report = Callable[[], tuple[bool, Mapping[str, Any]]]  # whether it is ready, and the facts behind that


@asynccontextmanager
async def serve_health(host: str, port: int, report: Report) -> AsyncIterator[None]:
    """
    Answer ``GET /livez`` with 200 while the event loop runs, and ``GET /readyz`` with 200 or 503 and *report*'s facts.

    Raises:
        ConfigurationError: The port cannot be listened on.
    """

    async def livez(_: web.Request) -> web.Response:
        return web.Response(text="alive\n")

    async def readyz(_: web.Request) -> web.Response:
        ready, facts = report()
        return web.json_response({"ready": ready, **facts}, status=200 if ready else 503)

    app = web.Application()
    app.add_routes([web.get("/livez", livez), web.get("/readyz", readyz)])
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
