"""
Reading what Discord posts: what costs nothing is checked first, then the signature, and nothing is believed before it.

https://docs.discord.com/developers/interactions/overview#setting-up-an-endpoint-validating-security-request-headers
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

import orjson
from aiohttp import web
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

log = logging.getLogger(__name__)

BODY_LIMIT = 128 * 1024  # bytes; the largest of Discord's, a message with everything it may carry, stays below
BODY_SECONDS = 2.0  # for a body to arrive; Discord waits three seconds for the answer
TIME_WINDOW = 60.0  # seconds between the time that was signed and ours; clocks differ, an old request is a replay
SIGNATURE_BYTES = 64
TIME_DIGITS = 20
REPORT_SECONDS = 60.0  # between log lines about clocks that differ


class Rejection(StrEnum):
    """Why a request was not taken. The values are labels of metrics; they never change."""

    NOT_HTTP = "not_http"
    PATH = "path"
    METHOD = "method"
    CONTENT_TYPE = "content_type"
    HEADERS = "headers"  # the signature's are missing or none
    TIME = "time"  # signed too long ago, or by a clock that differs from ours
    SIZE = "size"
    SLOW = "slow"
    SIGNATURE = "signature"
    BODY = "body"  # signed, but nothing we know
    REPLAYED = "replayed"
    BUSY = "busy"


_STATUS = {
    Rejection.NOT_HTTP: 400,
    Rejection.PATH: 404,
    Rejection.METHOD: 405,
    Rejection.CONTENT_TYPE: 415,
    Rejection.HEADERS: 401,
    Rejection.TIME: 401,
    Rejection.SIZE: 413,
    Rejection.SLOW: 408,
    Rejection.SIGNATURE: 401,
    Rejection.BODY: 400,
    Rejection.REPLAYED: 409,
    Rejection.BUSY: 503,
}


class Rejected(Exception):
    """A request that is not taken."""

    def __init__(self, reason: Rejection) -> None:
        super().__init__(reason.value)
        self.reason = reason

    def response(self) -> web.Response:
        """Return what its sender gets: no more than the status and one word."""
        response = web.Response(status=_STATUS[self.reason], text=f"{self.reason.value}\n")
        if self.reason is Rejection.BUSY:
            response.headers["Retry-After"] = "1"
        if self.reason in _UNREAD:
            response.force_close()
        return response


_UNREAD = frozenset({Rejection.SIZE, Rejection.SLOW})  # the rest of the body is not worth waiting for


class SignedRequests:
    """Takes requests that were signed with the key of one application."""

    def __init__(self, public_key: str, *, clock: Callable[[], float] = time.time) -> None:
        """*public_key* is 64 hexadecimal digits, from the developer portal."""
        self.rejected: Counter[Rejection] = Counter()
        self._key = VerifyKey(bytes.fromhex(public_key))
        self._clock = clock
        self._reported_at = float("-inf")

    async def read(self, request: web.BaseRequest) -> Mapping[str, Any]:
        """
        Return the JSON object that *request* carries.

        Raises:
            Rejected: It is not signed by Discord, or not now, or makes no sense.
        """
        headers = request.headers
        if request.method != "POST":
            raise Rejected(Rejection.METHOD)
        if headers.get("Content-Type", "").partition(";")[0].strip().lower() != "application/json":
            raise Rejected(Rejection.CONTENT_TYPE)
        signature, signed_at = _signature(headers), headers.get("X-Signature-Timestamp", "")
        self._require_now(signed_at)
        if (request.content_length or 0) > BODY_LIMIT:
            raise Rejected(Rejection.SIZE)
        body = await _body(request)
        try:
            self._key.verify(signed_at.encode("ascii") + body, signature)
        except BadSignatureError:
            raise Rejected(Rejection.SIGNATURE) from None
        try:
            data = orjson.loads(body)
        except orjson.JSONDecodeError:
            raise Rejected(Rejection.BODY) from None
        if not isinstance(data, dict):
            raise Rejected(Rejection.BODY)
        return data

    def _require_now(self, signed_at: str) -> None:
        if not (0 < len(signed_at) <= TIME_DIGITS and signed_at.isascii() and signed_at.isdecimal()):
            raise Rejected(Rejection.HEADERS)
        difference = self._clock() - int(signed_at)
        if abs(difference) <= TIME_WINDOW:
            return
        if (now := time.monotonic()) - self._reported_at >= REPORT_SECONDS:
            self._reported_at = now
            log.warning(
                "A request was refused because its time is %.0f s from this machine's. If all are, this machine's "
                "clock is wrong: let it be set by NTP.",
                abs(difference),
            )
        raise Rejected(Rejection.TIME)


def _signature(headers: Mapping[str, str]) -> bytes:
    """Return the signature, of the right length whatever it is worth."""
    try:
        signature = bytes.fromhex(headers.get("X-Signature-Ed25519", ""))
    except ValueError:
        signature = b""
    if len(signature) != SIGNATURE_BYTES:
        raise Rejected(Rejection.HEADERS)
    return signature


async def _body(request: web.BaseRequest) -> bytes:
    if request.content.is_eof():  # it is all here, as bodies of this size usually are
        return await _whole(request)
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await _whole(request)
    except TimeoutError:
        raise Rejected(Rejection.SLOW) from None


async def _whole(request: web.BaseRequest) -> bytes:
    parts: list[bytes] = []
    size = 0
    while part := await request.content.readany():
        parts.append(part)
        size += len(part)
        if size > BODY_LIMIT:
            raise Rejected(Rejection.SIZE)
    return b"".join(parts)
