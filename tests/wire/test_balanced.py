"""Three replicas behind nginx, on one PostgreSQL: whatever is restarted or away, nobody goes without an answer."""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import pytest

from tests import balancer
from tests.postgres import OwnPostgres
from tests.wire.discord import EPOCH_MS, WireDiscord
from tests.wire.load import Load, Outcomes, signed_requests
from tests.wire.replicas import Replica, replicas_behind_nginx
from tests.wire.test_postgres import logged_ids

RATE = 150  # interactions a second
SECONDS = 8

pytestmark = pytest.mark.skipif(not balancer.is_installed(), reason="nginx is not installed (Debian: nginx-light)")


def first_id() -> int:
    """Return a snowflake of now."""
    return (int(time.time() * 1000) - EPOCH_MS) << 22


async def under_load(
    port: int, happening: Callable[[], Awaitable[None]], *, seconds: float = SECONDS
) -> tuple[set[int], Outcomes]:
    """Let something happen while interactions come in; return their ids and what became of them."""
    beginning, count = first_id(), int(RATE * seconds)
    load = Load(port)
    sending = asyncio.create_task(load.paced(signed_requests(beginning, count), rate=RATE))
    await asyncio.sleep(0.5)
    await happening()
    outcomes = await sending
    load.close()
    return {beginning + number for number in range(count)}, outcomes


async def restart_all(replicas: Sequence[Replica], number: signal.Signals) -> None:
    """Stop and start one after the other."""
    for replica in replicas:
        await replica.stop(number)
        await replica.start()


async def until_logged(url: str, wanted: set[int]) -> None:
    """Wait until the database has all of *wanted*."""
    async with asyncio.timeout(20):
        while not wanted <= await logged_ids(url):
            await asyncio.sleep(0.2)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
async def test_restarting_one_after_the_other_loses_nothing(
    discord: WireDiscord, tmp_path: Path, postgres_url: str, number: signal.Signals
) -> None:
    """Every interaction is answered, and every answer is in the log once, also of those that were killed."""
    async with replicas_behind_nginx(discord, tmp_path, postgres_url, BOT__HTTP__LINGER_SECONDS="0.5") as (
        port,
        replicas,
    ):
        asked, outcomes = await under_load(port, lambda: restart_all(replicas, number))
        assert dict(outcomes.statuses) == {200: len(asked)}
        await until_logged(postgres_url, asked)


async def test_answers_go_on_without_the_database(
    discord: WireDiscord, tmp_path: Path, own_postgres: OwnPostgres
) -> None:
    """While PostgreSQL is stopped everybody is answered; when it is back the log catches up."""

    async def stop_for_a_while() -> None:
        own_postgres.stop()
        await asyncio.sleep(4)
        own_postgres.start()

    async with replicas_behind_nginx(discord, tmp_path, own_postgres.url, count=2) as (port, _):
        asked, outcomes = await under_load(port, stop_for_a_while, seconds=7)
        assert dict(outcomes.statuses) == {200: len(asked)}
        await until_logged(own_postgres.url, asked)

    assert outcomes.quantile(1.0) < 2.5
