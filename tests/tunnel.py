"""A way to a server that can be cut as cables are: without a word to either end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import make_url


@dataclass(slots=True)
class Tunnel:
    """Carries bytes between a port of the loopback interface and a server's socket."""

    port: int = 0
    connections: int = 0  # so far
    _open: asyncio.Event = field(default_factory=asyncio.Event)

    def address_of(self, url: str) -> str:
        """Return the address of the database of *url* as reached through the tunnel."""
        return make_url(url).set(host="127.0.0.1", port=self.port, query={}).render_as_string()

    def cut(self) -> None:
        """Swallow what either end sends, and keep the connections open."""
        self._open.clear()

    def mend(self) -> None:
        """Carry bytes again."""
        self._open.set()

    async def carry(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        """Carry bytes one way until an end closes."""
        try:
            while data := await source.read(65536):
                if self._open.is_set():
                    target.write(data)
                    await target.drain()
        except ConnectionError:
            pass
        finally:
            target.close()


@asynccontextmanager
async def open_tunnel(server: Path) -> AsyncIterator[Tunnel]:
    """Yield an open tunnel to the socket *server*."""
    tunnel = Tunnel()
    tunnel.mend()
    tasks: set[asyncio.Task[None]] = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tunnel.connections += 1
        server_reader, server_writer = await asyncio.open_unix_connection(server)
        for task in (tunnel.carry(reader, server_writer), tunnel.carry(server_reader, writer)):
            tasks.add(asyncio.ensure_future(task))

    listener = await asyncio.start_server(accept, "127.0.0.1", 0)
    tunnel.port = listener.sockets[0].getsockname()[1]
    try:
        yield tunnel
    finally:
        listener.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
