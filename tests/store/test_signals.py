"""Processes that share a database hear of each other's changes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.database import open_engine
from bot.store.signals import Pulse, open_signals, send_signal
from tests.postgres import PostgresServer
from tests.tunnel import open_tunnel

PATIENCE = 10.0  # seconds for what takes milliseconds
DROP_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@dataclass(slots=True)
class Replica:
    """What a process heard."""

    engine: AsyncEngine
    heard: "asyncio.Queue[str]" = field(default_factory=asyncio.Queue)
    gaps: "asyncio.Queue[None]" = field(default_factory=asyncio.Queue)

    async def hears(self, *, within: float = PATIENCE) -> str:
        async with asyncio.timeout(within):
            return await self.heard.get()

    async def begins_to_listen(self) -> None:
        async with asyncio.timeout(PATIENCE):
            await self.gaps.get()

    async def sends(self, signal: str) -> None:
        async with self.engine.begin() as connection:
            await send_signal(connection, signal)


@asynccontextmanager
async def open_replica(url: str, pulse: Pulse | None = None) -> AsyncIterator[Replica]:
    async with open_engine(url) as engine:
        replica = Replica(engine)
        async with open_signals(engine, replica.heard.put_nowait, lambda: replica.gaps.put_nowait(None), pulse=pulse):
            if engine.dialect.name == "postgresql":
                await replica.begins_to_listen()
            yield replica


@pytest.fixture
async def replicas(postgres_url: str) -> AsyncIterator[tuple[Replica, Replica]]:
    async with open_replica(postgres_url) as one, open_replica(postgres_url) as other:
        yield one, other


async def test_a_change_is_known_everywhere_within_a_second(replicas: tuple[Replica, Replica]) -> None:
    """What one replica commits, another has heard of a second later, and the first itself too."""
    one, other = replicas

    await one.sends("server:123")

    assert await other.hears(within=1.0) == "server:123"
    assert await one.hears(within=1.0) == "server:123"


async def test_a_change_that_was_not_made_is_not_told(replicas: tuple[Replica, Replica]) -> None:
    """A transaction that is rolled back takes its signal with it."""
    one, other = replicas

    async with one.engine.connect() as connection:
        await send_signal(connection, "undone")
        await connection.rollback()
    await one.sends("done")

    assert await other.hears() == "done"


async def test_a_lost_connection_is_told_and_made_again(
    replicas: tuple[Replica, Replica], caplog: pytest.LogCaptureFixture
) -> None:
    """After the server dropped the connection, whatever was missed is known to be missed, and signals arrive again."""
    one, other = replicas

    async with one.engine.connect() as connection:
        await connection.execute(text(DROP_OTHERS))
    await other.begins_to_listen()
    await one.sends("after")

    assert await other.hears() == "after"
    assert "cannot be followed" in caplog.text
    assert "Traceback" not in caplog.text


async def test_a_connection_that_died_without_a_word_is_noticed(postgres: PostgresServer, postgres_url: str) -> None:
    """A cable that was cut looks like silence; asking now and then tells them apart."""
    async with open_tunnel(postgres.socket) as tunnel:
        pulse = Pulse(every=0.1, patience=0.3)
        async with open_replica(tunnel.address_of(postgres_url), pulse) as far, open_replica(postgres_url) as near:
            tunnel.cut()
            await near.sends("lost")
            async with asyncio.timeout(PATIENCE):
                while tunnel.connections < 2:
                    await asyncio.sleep(0.01)
            tunnel.mend()
            await far.begins_to_listen()
            await near.sends("after")

            assert await far.hears() == "after"


async def test_closing_does_not_wait_for_a_database_that_is_gone(postgres: PostgresServer, postgres_url: str) -> None:
    """The bot stops at once though nobody answers at the other end."""
    async with open_tunnel(postgres.socket) as tunnel, asyncio.timeout(PATIENCE):
        pulse = Pulse(every=0.05, patience=600.0)
        async with open_replica(tunnel.address_of(postgres_url), pulse):
            tunnel.cut()
            await asyncio.sleep(0.2)  # now a question waits for its answer


async def test_a_mistake_in_what_follows_a_signal_does_not_end_the_listening(
    postgres_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The next signal is heard although the last one could not be followed."""
    heard: asyncio.Queue[str] = asyncio.Queue()

    def follow(signal: str) -> None:
        if signal == "bad":
            raise ValueError(signal)
        heard.put_nowait(signal)

    listening = asyncio.Event()
    async with open_engine(postgres_url) as engine, open_signals(engine, follow, listening.set):
        async with asyncio.timeout(PATIENCE):
            await listening.wait()
            await Replica(engine).sends("bad")
            await Replica(engine).sends("good")

            assert await heard.get() == "good"
    assert "could not be followed" in caplog.text


async def test_a_database_that_is_away_is_waited_for_without_a_word_too_many(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Attempts go on and are told of once, without the password."""
    url = f"postgresql+asyncpg://bot:hunter2@/nato?host={tmp_path}"

    async with open_engine(url) as engine, open_signals(engine, print, print):
        await asyncio.sleep(0.5)

    assert len(caplog.messages) == 1
    assert "hunter2" not in caplog.text


async def test_one_process_alone_needs_no_signals(tmp_path: Path) -> None:
    """With SQLite nothing is sent and nothing heard."""
    async with open_replica(f"sqlite+aiosqlite:///{tmp_path}/bot.db") as replica:
        await replica.sends("server:123")

        assert replica.heard.empty()
        assert replica.gaps.empty()
