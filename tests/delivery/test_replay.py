"""What a resumed session brings: the living are received once it is complete, the dead never."""

import asyncio
from collections.abc import Mapping
from typing import Any

from bot.delivery.counts import DeliveryCounts, Loss
from bot.delivery.replay import LIFE_MS, Replay

NEWEST = 10_000_000  # ms of Discord's clock


def made(ms_before: int) -> dict[str, Any]:
    """Return an interaction made so long before the newest."""
    return {"id": str((NEWEST - ms_before) << 22), "token": "t"}


class Received:
    """Takes what is let through."""

    def __init__(self, *, held_seconds: float = 60.0) -> None:
        self.counts = DeliveryCounts()
        self.data: list[Mapping[str, Any]] = []
        self.replay = Replay(self.data.append, self.counts, held_seconds=held_seconds)

    def take(self, *data: Any) -> None:
        for one in data:
            self.replay.take(one)


async def test_the_dead_are_left_out_and_counted() -> None:
    """Nobody can answer an interaction that is more than its life older than the newest."""
    received = Received()
    dead = [made(LIFE_MS + 1), made(60_000)]
    alive = [made(LIFE_MS), made(200), made(0)]

    received.replay.begin()
    received.take(*dead, *alive)
    assert received.data == []
    received.replay.end()

    assert received.data == alive
    assert received.counts.failed == {Loss.LATE: 2}


async def test_nothing_is_held_outside_a_replay() -> None:
    """Ids that come as they are made say nothing of how late it is."""
    received = Received()

    received.take(made(0), made(60_000))
    received.replay.begin()
    received.replay.end()
    received.take(made(90_000))

    assert received.data == [made(0), made(60_000), made(90_000)]


async def test_what_has_no_id_is_handed_on() -> None:
    """Whoever receives knows what to do with what cannot be read."""
    received = Received()

    received.replay.begin()
    received.take([], {"id": "x"}, made(0))
    received.replay.end()

    assert received.data == [[], {"id": "x"}, made(0)]


async def test_a_replay_without_an_end_is_not_waited_for() -> None:
    """Should the end not be told, those who wait get their answers all the same."""
    received = Received(held_seconds=0.01)

    received.replay.begin()
    received.take(made(60_000), made(0))
    async with asyncio.timeout(5):
        while not received.data:
            await asyncio.sleep(0.01)
    received.take(made(60_000))

    assert received.data == [made(0), made(60_000)]
