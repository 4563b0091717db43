"""
PNG pictures, packed again.

What draws our charts packs them in a hurry: the same pixels take a sixth of the bytes when zlib takes its time, and an
upload counts more than 20 ms in a process of its own.
"""

import struct
import zlib
from collections.abc import Iterator

_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def packed(png: bytes) -> bytes:
    """Return the same picture in fewer bytes; its chunks but for the pixels stay as they are (RFC 2083, section 3)."""
    pixels = zlib.compress(zlib.decompress(b"".join(data for kind, data in chunks(png) if kind == b"IDAT")), 9)
    made = [_SIGNATURE]
    is_written = False
    for kind, data in chunks(png):
        if kind != b"IDAT":
            made.append(_chunk(kind, data))
        elif not is_written:
            made.append(_chunk(kind, pixels))
            is_written = True
    return b"".join(made)


def chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """
    Yield the kind and the content of each chunk.

    Raises:
        ValueError: It is not a PNG.
    """
    if not png.startswith(_SIGNATURE):
        raise ValueError("not a PNG")
    place = len(_SIGNATURE)
    while place < len(png):
        length, kind = struct.unpack_from(">I4s", png, place)
        yield kind, png[place + 8 : place + 8 + length]
        place += 12 + length


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
