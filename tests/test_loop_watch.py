"""A stuck event loop is noticed and says where."""

import asyncio
import logging
import time

import pytest

from bot.loop_watch import LoopLag, watch_loop


def think_for_long(secret: str) -> None:
    time.sleep(0.6)
    assert secret


async def test_a_stuck_loop_is_logged_with_the_place_and_no_values(caplog: pytest.LogCaptureFixture) -> None:
    """The operator reads which line keeps everybody waiting; what it worked on is not repeated."""
    caplog.set_level(logging.WARNING)
    lag, secret = LoopLag(), "what somebody asked"

    async with watch_loop(lag, tick=0.02, blocked=0.1):
        await asyncio.sleep(0.05)
        think_for_long(secret)
        async with asyncio.timeout(20):
            while "turns again" not in caplog.text:
                await asyncio.sleep(0.02)

    assert "think_for_long" in caplog.text
    assert secret not in caplog.text
    assert lag.blocked >= 1
    assert lag.worst > 0.3


async def test_a_loop_that_turns_is_left_alone(caplog: pytest.LogCaptureFixture) -> None:
    """Waiting is not being stuck."""
    lag = LoopLag()

    async with watch_loop(lag, tick=0.02, blocked=20):
        await asyncio.sleep(0.2)

    assert caplog.text == ""
    assert lag.blocked == 0
