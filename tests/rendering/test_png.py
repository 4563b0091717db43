"""Pictures get smaller, and stay the same pictures."""

import json
import struct
import zlib

import pytest
import vl_convert

from bot.rendering.charts.drawing import draw
from bot.rendering.charts.trend import trend_spec
from bot.rendering.png import chunks, packed

DAYS = [(f"2026-{month:02d}-{day:02d}", 90 + 7 * day % 31, 5, day % 4) for month in (9, 10) for day in range(1, 29)]
SPEC = trend_spec(DAYS, source="the log of this bot")


def pixels_of(png: bytes) -> bytes:
    return zlib.decompress(b"".join(data for kind, data in chunks(png) if kind == b"IDAT"))


def test_the_pixels_stay_and_the_bytes_go() -> None:
    """Two months of days fit in what a phone loads at once."""
    before = vl_convert.vegalite_to_png(json.dumps(SPEC), scale=1.0)
    after = packed(before)

    assert pixels_of(after) == pixels_of(before)
    assert [found for found in chunks(after) if found[0] == b"IHDR"] == [next(chunks(before))]
    assert len(after) * 3 < len(before)
    assert len(draw(SPEC)) <= 150_000


def test_each_chunk_carries_its_checksum() -> None:
    """Viewers refuse a picture that is damaged."""
    png = draw(SPEC)
    place, kinds = 8, []
    while place < len(png):
        length, kind = struct.unpack_from(">I4s", png, place)
        (checksum,) = struct.unpack_from(">I", png, place + 8 + length)
        assert checksum == zlib.crc32(png[place + 4 : place + 8 + length])
        kinds.append(kind)
        place += 12 + length

    assert kinds[0] == b"IHDR"
    assert kinds.count(b"IDAT") == 1
    assert kinds[-1] == b"IEND"


def test_what_is_no_picture_is_refused() -> None:
    """Nothing else comes from drawing."""
    with pytest.raises(ValueError, match="not a PNG"):
        packed(b"<svg/>")
