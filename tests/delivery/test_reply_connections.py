"""Connections that replies go out on, against a server that says exactly what a test wants."""

import asyncio
import gc
import ssl
import weakref
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import trustme
from yarl import URL

from bot.delivery import reply_connections
from bot.delivery.reply_connections import Answer, BrokenConnection, NotConnected, ReplyConnections, host_header

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@dataclass(slots=True)
class ScriptedServer:
    """Answers each request with the next of *script* as it stands; then with OK."""

    script: Iterator[Sequence[bytes]]
    port: int = 0
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)
    open_now: set[asyncio.StreamWriter] = field(default_factory=set)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open_now.add(writer)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0] or 0)
                self.requests.append(head + await reader.readexactly(length))
                for part in next(self.script, (OK,)):
                    if not part:  # the end of this connection
                        return
                    writer.write(part)
                    await writer.drain()
                    await asyncio.sleep(0.005)  # the next part comes in another packet
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.open_now.discard(writer)
            writer.close()


@asynccontextmanager
async def serving(*script: Sequence[bytes], tls: ssl.SSLContext | None = None) -> AsyncIterator[ScriptedServer]:
    scripted = ScriptedServer(iter(script))
    server = await asyncio.start_server(scripted.talk, "127.0.0.1", 0, ssl=tls)
    scripted.port = server.sockets[0].getsockname()[1]
    try:
        yield scripted
    finally:
        server.close()
        for writer in set(scripted.open_now):
            writer.close()


@asynccontextmanager
async def connected(
    *script: Sequence[bytes],
) -> AsyncIterator[tuple[ScriptedServer, Callable[[], asyncio.Task[Answer]]]]:
    """Yield a server and what sends it a request."""
    async with (
        serving(*script) as server,
        asyncio.timeout(20),
        ReplyConnections(f"http://127.0.0.1:{server.port}/api", user_agent="natobot") as connections,
    ):
        yield (
            server,
            lambda: asyncio.create_task(
                connections.request("POST", "/reply", headers={"Content-Type": "application/json"}, body=b'{"a":1}')
            ),
        )


async def test_a_request_is_plain_http() -> None:
    """What is sent is what any server of HTTP/1.1 reads."""
    async with connected() as (server, post):
        answer = await post()

    assert (answer.status, answer.reason, answer.body) == (200, "OK", b"{}")
    assert server.requests == [
        b"POST /api/reply HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUser-Agent: natobot\r\n" % server.port
        + b'Content-Type: application/json\r\nContent-Length: 7\r\n\r\n{"a":1}'
    ]


async def test_a_request_without_a_body_has_no_length() -> None:
    """Deleting a message sends none."""
    async with serving() as server, ReplyConnections(f"http://127.0.0.1:{server.port}", user_agent="x") as connections:
        await connections.request("DELETE", "/message", headers={}, body=None)

    assert b"Content-Length" not in server.requests[0]


async def test_one_connection_serves_one_request_after_the_other() -> None:
    """A connection is kept for the next request, and two at once take two."""
    async with connected() as (server, post):
        for _ in range(3):
            await post()
        one_after_the_other = server.connections
        await asyncio.gather(post(), post())

    assert one_after_the_other == 1
    assert server.connections == 2


IN_PIECES = (b"HTTP/1.1 404 Not Fo", b"und\r\nX-A: b\r\nContent-", b"Length: 4\r\n\r\nno", b"ne")
CHUNKED = (
    b"HTTP/1.1 404 Not Found\r\nX-A: b\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"2\r\nno\r\n2\r\nne\r\n0\r\n\r\n",
)
AFTER_AN_INTERIM_ANSWER = (
    b"HTTP/1.1 103 Early Hints\r\nX-A: not this\r\n\r\nHTTP/1.1 404 Not Found\r\nx-a: b\r\n",
    b"Content-Length: 4\r\n\r\nnone",
)


@pytest.mark.parametrize("parts", [IN_PIECES, CHUNKED, AFTER_AN_INTERIM_ANSWER])
async def test_answers_are_read_however_they_come(parts: Sequence[bytes]) -> None:
    """Servers may cut, chunk and announce."""
    async with connected(parts) as (server, post):
        answer = await post()
        await post()

    assert (answer.status, answer.reason, answer.headers["x-a"], answer.body) == (404, "Not Found", "b", b"none")
    assert server.connections == 1


async def test_a_connection_that_the_server_ends_is_not_used_again() -> None:
    """A server says that it will close, or just closes while nobody asks anything."""
    closing = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    async with connected((closing,), (OK,), (OK, b"")) as (server, post):
        await post()
        await post()
        await post()
        while server.open_now:
            await asyncio.sleep(0.001)
        await asyncio.sleep(0.01)
        answer = await post()

    assert answer.status == 200
    assert server.connections == 3


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        pytest.param((b"SSH-2.0-OpenSSH_9.2\r\n",), "not HTTP", id="not HTTP"),
        pytest.param((b"",), "closed the connection", id="closed"),
        pytest.param((b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", b""), "closed the connection", id="cut off"),
        pytest.param(
            (b"HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\n", b"x" * 5_000_000), "too long", id="too long"
        ),
    ],
)
async def test_a_broken_answer_is_an_error_and_the_next_request_works(parts: Sequence[bytes], reason: str) -> None:
    """Whatever a server does, the connection is given up and another one is made."""
    async with connected(parts) as (server, post):
        with pytest.raises(BrokenConnection, match=reason):
            await post()
        answer = await post()

    assert answer.status == 200
    assert server.connections == 2


async def test_a_request_that_is_given_up_takes_its_connection_along() -> None:
    """A late answer must not be taken for that to the next request."""
    async with connected((b"HTTP/1.1 201 Late\r\n",)) as (server, post):
        waiting = post()
        while not server.requests:
            await asyncio.sleep(0.001)
        waiting.cancel()
        answer = await post()

    assert answer.status == 200
    assert server.connections == 2


class _Kept:
    """What somebody's request is about."""


_kept: ContextVar[_Kept] = ContextVar("kept")


async def _ask_about(kept: _Kept, connections: ReplyConnections) -> None:
    _kept.set(kept)
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(0.2):
            await connections.request("POST", "/reply", headers={}, body=b"{}")


@pytest.mark.parametrize(
    "script",
    [
        pytest.param([(OK,)], id="answered"),
        pytest.param([(b"",)], id="connection closed"),
        pytest.param([(b"no HTTP",)], id="not HTTP"),
        pytest.param([(b"HTTP/1.1 200 OK\r\n",)], id="given up"),
        pytest.param(None, id="nobody there"),
    ],
)
async def test_connecting_holds_on_to_nothing_of_who_asked(
    script: Sequence[Sequence[bytes]] | None, unused_tcp_port: int
) -> None:
    """A connection made for an interaction outlives it; when connections fail by the dozen, memory would swell."""
    async with serving(*script or ()) as server:
        address = f"http://127.0.0.1:{unused_tcp_port if script is None else server.port}"
        async with ReplyConnections(address, user_agent="x") as connections:
            gc.disable()
            try:
                kept = _Kept()
                still_there = weakref.ref(kept)
                await asyncio.create_task(_ask_about(kept, connections))
                del kept
                await asyncio.sleep(0.05)  # what was closed says so in the loop's next rounds

                assert still_there() is None
            finally:
                gc.enable()


async def test_what_nobody_asked_for_ends_the_connection() -> None:
    """Load balancers announce a time-out on an idle connection before they close it."""
    async with connected((OK, b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n")) as (server, post):
        await post()
        while server.open_now:
            await asyncio.sleep(0.001)
        answer = await post()

    assert answer.status == 200


async def test_no_more_connections_than_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who comes later waits for a connection to be free."""
    monkeypatch.setattr(reply_connections, "CONNECTIONS", 2)
    async with connected() as (server, post):
        answers = await asyncio.gather(*(post() for _ in range(20)))

    assert [answer.status for answer in answers] == [200] * 20
    assert server.connections == 2


async def test_connections_grow_old(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that nobody used for long may be dead without anybody having said so."""
    monkeypatch.setattr(reply_connections, "IDLE_SECONDS", 0.0)
    async with connected() as (server, post):
        await post()
        await post()

    assert server.connections == 2


async def test_a_server_that_is_not_there_is_told_apart() -> None:
    """Then nothing was sent, and trying again is safe; warming up says nothing of it."""
    async with serving() as server:
        pass
    async with ReplyConnections(f"http://127.0.0.1:{server.port}", user_agent="x") as connections:
        await connections.warm_up()
        with pytest.raises(NotConnected):
            await connections.request("POST", "/reply", headers={}, body=b"")


async def test_warming_up_opens_the_first_connection() -> None:
    """The first reply does not pay for connecting."""
    async with serving() as server, ReplyConnections(f"http://127.0.0.1:{server.port}", user_agent="x") as connections:
        await connections.warm_up()
        await connections.request("POST", "/reply", headers={}, body=b"")

    assert server.connections == 1


@pytest.mark.parametrize("trusted", [True, False])
async def test_certificates_are_checked(trusted: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Replies go to whom the system trusts, and to nobody else."""
    authority = trustme.CA()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(tls)
    ours = authority if trusted else trustme.CA()
    ours.cert_pem.write_to_path(tmp_path / "trusted.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "trusted.pem"))

    async with (
        serving(tls=tls) as server,
        ReplyConnections(f"https://localhost:{server.port}", user_agent="x") as connections,
    ):
        if trusted:
            answer = await connections.request("POST", "/reply", headers={}, body=b"{}")
            assert answer.status == 200
        else:
            with pytest.raises(NotConnected, match="certificate verify failed"):
                await connections.request("POST", "/reply", headers={}, body=b"{}")


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("https://discord.com/api/v10", "discord.com"),
        ("https://discord.com:444/api", "discord.com:444"),
        ("http://[::1]:8080/api", "[::1]:8080"),
    ],
)
def test_the_host_is_named_as_the_standard_says(address: str, named: str) -> None:
    """Without the port that everybody expects; an IPv6 address in brackets (RFC 9110, 7.2)."""
    assert host_header(URL(address)) == named
