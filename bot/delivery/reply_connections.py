"""
The connections that replies go out on: HTTP/1.1, kept open, one request at a time on each.

A general client does much for each request that a reply does not need: cookies, redirects, compression, authentication,
tracing. That was half of what an answer cost (``make bench ARGS=sending``). This is the rest: bytes out, and httptools
to read what comes back.
"""

import asyncio
import socket
import ssl
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from contextvars import Context
from dataclasses import dataclass, field
from functools import partial
from types import TracebackType
from typing import Self

import httptools
from aiohappyeyeballs import start_connection
from yarl import URL

CONNECTIONS = 64  # at most; who comes later waits for one
IDLE_SECONDS = 240.0  # a warm connection saves a TLS handshake per reply; Cloudflare closes idle ones at 400 s
WARM_UP_SECONDS = 5.0
ANSWER_LIMIT = 4 * 1024 * 1024  # bytes; no message of Discord's comes near it
HAPPY_EYEBALLS_SECONDS = 0.25  # before IPv4 is tried beside an IPv6 that does not answer (RFC 8305)


class NotConnected(OSError):
    """No connection could be made; nothing was sent."""


class BrokenConnection(OSError):
    """A connection ended or spoke something other than HTTP before the answer was complete."""


@dataclass(slots=True)
class Answer:
    """What the server said. Has what ``discord.HTTPException`` reads of a response."""

    status: int = 0
    reason: str = ""
    headers: dict[str, str] = field(default_factory=dict)  # names in lower case; left empty when all went well
    body: bytes = b""


class ReplyConnections:
    """Sends requests to one server, on connections that it keeps for the next."""

    def __init__(self, base: str, *, user_agent: str) -> None:
        """*base* is the address in front of every path, such as ``https://discord.com/api/v10``."""
        self._url = URL(base)
        if self._url.host is None or self._url.port is None:
            raise ValueError(f"{base} is not the address of a server")
        self._host, self._port = self._url.host, self._url.port
        self._head = f"Host: {host_header(self._url)}\r\nUser-Agent: {user_agent}\r\n"
        self._prefix = self._url.raw_path.rstrip("/")
        self._free: deque[_Connection] = deque()  # the last used is used next; the others grow old
        self._room = asyncio.Semaphore(CONNECTIONS)
        self._tls: ssl.SSLContext | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while self._free:
            self._free.pop().close()

    async def warm_up(self) -> None:
        """Open a connection for the first reply, if that can be done soon."""
        with suppress(NotConnected, TimeoutError):
            async with asyncio.timeout(WARM_UP_SECONDS), self._room:
                self._keep(await self._connect())

    async def request(self, method: str, path: str, *, headers: Mapping[str, str], body: bytes | None) -> Answer:
        """
        Send a request and return the answer. Cancelling closes its connection.

        *path* starts with a slash and is quoted, and so are the values of *headers*.

        Raises:
            NotConnected: Nothing was sent.
            BrokenConnection: The request may have arrived; its answer did not.
        """
        lines = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
        length = "" if body is None else f"Content-Length: {len(body)}\r\n"
        head = f"{method} {self._prefix}{path} HTTP/1.1\r\n{self._head}{lines}{length}\r\n"
        request = head.encode("ascii") + (body or b"")
        async with self._room:
            connection = self._take_free() or await self._connect()
            try:
                answer = await connection.exchange(request)
            except BaseException:
                connection.close()
                raise
            self._keep(connection)
            return answer

    def _take_free(self) -> "_Connection | None":
        now = asyncio.get_running_loop().time()
        while self._free:
            connection = self._free.pop()
            if connection.is_open and now - connection.used_at < IDLE_SECONDS:
                return connection
            connection.close()
        return None

    def _keep(self, connection: "_Connection") -> None:
        connection.used_at = now = asyncio.get_running_loop().time()
        while self._free and (now - self._free[0].used_at >= IDLE_SECONDS or not self._free[0].is_open):
            self._free.popleft().close()
        if connection.is_open:
            self._free.append(connection)

    async def _connect(self) -> "_Connection":
        """
        Open a connection, in a context of its own: it outlives what is being answered, and would keep all of that.

        Raises:
            NotConnected: There is none.
        """
        opening = asyncio.get_running_loop().create_task(self._open(), context=Context())
        try:
            return await opening
        except asyncio.CancelledError:
            if opening.done() and not opening.cancelled() and opening.exception() is None:
                opening.result().close()
            raise
        finally:
            del opening  # it has the error, whose trace has this frame: a circle

    async def _open(self) -> "_Connection":
        loop = asyncio.get_running_loop()
        tls = await self._encryption()
        try:
            addresses = await loop.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
            # asyncio's own race for an address leaves tasks behind that only a search for garbage finds.
            connected = await start_connection(addresses, happy_eyeballs_delay=HAPPY_EYEBALLS_SECONDS, loop=loop)
            _, connection = await loop.create_connection(
                partial(_Connection, loop), sock=connected, ssl=tls, server_hostname=self._host if tls else None
            )
        except OSError as error:  # a certificate that is not trusted is one too
            raise NotConnected(str(error)) from error.with_traceback(None)  # a frame in it names the error: a circle
        return connection

    async def _encryption(self) -> ssl.SSLContext | None:
        if self._url.scheme != "https":
            return None
        if self._tls is None:  # reading the trusted certificates takes a while
            self._tls = await asyncio.to_thread(ssl.create_default_context)
        return self._tls


class _Connection(asyncio.Protocol):
    """One connection. Calls of httptools fill the answer that is awaited."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._parser: httptools.HttpResponseParser | None = httptools.HttpResponseParser(self)
        self._transport: asyncio.Transport | None = None
        self._awaited: asyncio.Future[Answer] | None = None
        self._answer = Answer()
        self._headers: list[tuple[bytes, bytes]] = []
        self.used_at = 0.0  # of the loop's clock

    @property
    def is_open(self) -> bool:
        """Whether another request can be sent."""
        return self._transport is not None and not self._transport.is_closing()

    async def exchange(self, request: bytes) -> Answer:
        """
        Send a request and return its answer.

        Raises:
            BrokenConnection: The answer did not come, or not whole.
        """
        if self._transport is None:
            raise BrokenConnection("the connection was closed")
        self._awaited = self._loop.create_future()
        self._answer = Answer()
        self._transport.write(request)
        return await self._awaited

    def close(self) -> None:
        """End the connection at once, whatever it carries."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if self._awaited is None:  # nobody asked: such as a time-out that the server announces before it closes
            self.close()
            return
        assert self._parser is not None, "connected"
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._fail(f"what came is not HTTP: {type(error).__name__}")

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = self._parser = None  # which names this connection in turn
        self._fail(str(error) if error else "the server closed the connection")

    def on_status(self, reason: bytes) -> None:
        self._answer.reason += reason.decode("latin-1")

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name, value))

    def on_body(self, part: bytes) -> None:
        self._answer.body += part
        if len(self._answer.body) > ANSWER_LIMIT:
            self._fail("the answer is too long")

    def on_message_complete(self) -> None:
        assert self._parser is not None, "connected"
        answer, self._answer = self._answer, Answer()
        headers, self._headers = self._headers, []
        answer.status = self._parser.get_status_code()
        if answer.status < 200:  # an interim answer; the real one follows
            return
        if answer.status >= 300:
            answer.headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}
        if not self._parser.should_keep_alive():
            self.close()
        awaited, self._awaited = self._awaited, None
        if awaited is not None and not awaited.done():
            awaited.set_result(answer)

    def _fail(self, reason: str) -> None:
        self.close()
        awaited, self._awaited = self._awaited, None
        if awaited is not None and not awaited.done():
            awaited.set_exception(BrokenConnection(reason))


def host_header(url: URL) -> str:
    """Return how a request names the server of *url* (RFC 9110, section 7.2)."""
    host = url.raw_host or ""
    named = f"[{host}]" if ":" in host else host
    return named if url.is_default_port() else f"{named}:{url.port}"
