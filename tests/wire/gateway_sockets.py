"""The small Discord's gateway connections."""

import zlib
from collections.abc import Callable

import zstandard
from aiohttp import web


class GatewaySocket(web.WebSocketResponse):
    """A gateway connection that compresses what it sends in the way that the bot asked for, as one stream."""

    def __init__(self, compression: str | None) -> None:
        super().__init__(compress=False)
        self._encode = _COMPRESSIONS[compression]() if compression else None

    async def send_str(self, data: str, compress: int | None = None) -> None:
        if self._encode is None:
            await super().send_str(data, compress)
        else:
            await self.send_bytes(self._encode(data.encode()))


def _zlib_stream() -> Callable[[bytes], bytes]:
    stream = zlib.compressobj()
    return lambda data: stream.compress(data) + stream.flush(zlib.Z_SYNC_FLUSH)


def _zstd_stream() -> Callable[[bytes], bytes]:
    stream = zstandard.ZstdCompressor().compressobj()
    return lambda data: stream.compress(data) + stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)


_COMPRESSIONS = {"zlib-stream": _zlib_stream, "zstd-stream": _zstd_stream}
