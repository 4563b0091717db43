"""Interactions as Discord signs and posts them, as cheaply as Python can: what is measured shares the machine."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import orjson
from nacl.signing import SigningKey

from tests.wire.discord import interaction_payload, member_of, user_of
from tests.wire.posting import KEY

_FORGER = SigningKey.generate()
PATIENCE = 30.0  # seconds for one answer


def signed_requests(first_id: int, count: int, *, forged: bool = False) -> list[bytes]:
    """Return so many ``/article5``, each of another person, signed now; *forged* with a key that nobody knows."""
    key = _FORGER if forged else KEY
    requests = []
    for number in range(count):
        asker = member_of(user_of(str(first_id + number)))
        body = orjson.dumps(interaction_payload(first_id + number, "article5", {}) | {"member": asker})
        now = b"%d" % time.time()
        signature = key.sign(now + body).signature.hex().encode()
        requests.append(
            b"POST /interactions HTTP/1.1\r\nHost: bot\r\nUser-Agent: Discord-Interactions/1.0\r\n"
            b"Content-Type: application/json\r\nX-Signature-Ed25519: "
            + signature
            + b"\r\nX-Signature-Timestamp: "
            + now
            + b"\r\nContent-Length: %d\r\n\r\n" % len(body)
            + body
        )
    return requests


@dataclass(slots=True)
class Outcomes:
    """What became of requests."""

    statuses: Counter[int] = field(default_factory=Counter)  # 0: the connection broke
    seconds: list[float] = field(default_factory=list)  # of each answer

    def quantile(self, share: float) -> float:
        """Return the seconds that *share* of the answers stayed below."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


class _Connection(asyncio.Protocol):
    """One request at a time; what comes back counts when it is whole."""

    def __init__(self) -> None:
        self._buffer = b""
        self._missing = -1  # bytes of the body that are still to come; -1 before its head is here
        self._answered: asyncio.Future[int] | None = None
        self._status = 0
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def connection_lost(self, error: Exception | None) -> None:
        self.transport = None
        self._finish(0)

    async def send(self, request: bytes) -> int:
        """Send *request*; return the status of its answer, 0 when the connection broke."""
        if self.transport is None:
            return 0
        self._answered = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return await self._answered

    def data_received(self, data: bytes) -> None:
        if self._missing < 0:
            self._buffer += data
            head, separator, body = self._buffer.partition(b"\r\n\r\n")
            if not separator:
                return
            self._status = int(head[9:12])
            lower = head.lower()
            at = lower.find(b"content-length:")
            length = int(lower[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            self._missing, self._buffer = length - len(body), b""
        else:
            self._missing -= len(data)
        if self._missing <= 0:
            self._missing = -1
            self._finish(self._status)

    def _finish(self, status: int) -> None:
        answered, self._answered = self._answered, None
        if answered is not None and not answered.done():
            answered.set_result(status)


class Load:
    """Connections that are kept open to one address."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._free: list[_Connection] = []

    async def flood(self, requests: Sequence[bytes], *, in_flight: int) -> tuple[Outcomes, float]:
        """Send all *requests*, so many at a time; return what became of them, and the seconds it took."""
        outcomes, left = Outcomes(), iter(requests)

        async def send_on() -> None:
            for request in left:
                await self._send(request, outcomes)

        started = time.perf_counter()
        await asyncio.gather(*(send_on() for _ in range(in_flight)))
        return outcomes, time.perf_counter() - started

    async def paced(self, requests: Sequence[bytes], *, rate: float) -> Outcomes:
        """Send *requests* evenly, so many a second, whether or not the answers come."""
        outcomes = Outcomes()
        started = time.perf_counter()
        sending = []
        for number, request in enumerate(requests):
            await asyncio.sleep(max(0.0, started + number / rate - time.perf_counter()))
            sending.append(asyncio.create_task(self._send(request, outcomes)))
        await asyncio.gather(*sending)
        return outcomes

    async def _send(self, request: bytes, outcomes: Outcomes) -> None:
        started = time.perf_counter()
        connection = await self._connection()
        async with asyncio.timeout(PATIENCE):
            status = await connection.send(request)
        outcomes.seconds.append(time.perf_counter() - started)
        outcomes.statuses[status] += 1
        if connection.transport is not None and not connection.transport.is_closing():
            self._free.append(connection)

    async def _connection(self) -> _Connection:
        while self._free:
            connection = self._free.pop()
            if connection.transport is not None:
                return connection
        _, connection = await asyncio.get_running_loop().create_connection(_Connection, "127.0.0.1", self._port)
        return connection

    def close(self) -> None:
        """End every connection."""
        for connection in self._free:
            if connection.transport is not None:
                connection.transport.abort()
        self._free.clear()
