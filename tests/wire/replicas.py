"""Several bots over HTTP that share a PostgreSQL database, behind a load balancer."""

import asyncio
import signal
import urllib.request
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.balancer import balancing
from tests.ports import free_ports
from tests.wire.discord import WireDiscord
from tests.wire.posting import PUBLIC_KEY
from tests.wire.process import BotProcess, run_bot

READY_LIMIT = 30.0  # seconds


@dataclass(slots=True)
class Replica:
    """One of them, which can be stopped and started again on the same ports and in the same folder."""

    discord: WireDiscord
    folder: Path
    port: int
    health_port: int
    settings: dict[str, str]
    _running: AsyncExitStack = field(default_factory=AsyncExitStack)
    _bot: BotProcess | None = None

    async def start(self) -> None:
        """Start it and wait until it says that it is ready."""
        variables = {
            "BOT__DELIVERY__MODE": "http",
            "BOT__HTTP__PORT": str(self.port),
            "BOT__HEALTH__PORT": str(self.health_port),
            "DISCORD_PUBLIC_KEY": PUBLIC_KEY,
            **self.settings,
        }
        running = run_bot(self.discord, self.folder, ready=False, **variables)
        self._bot = await self._running.enter_async_context(running)
        async with asyncio.timeout(READY_LIMIT):
            while not await asyncio.to_thread(self.is_ready):
                assert self._bot.process.returncode is None, self._bot.output()
                await asyncio.sleep(0.05)

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Stop it; return its exit status."""
        assert self._bot is not None, "running"
        self._bot.stop(number)
        status = await self._bot.exit_status(within=30)
        await self._running.aclose()
        self._running = AsyncExitStack()
        return status

    @property
    def pid(self) -> int:
        assert self._bot is not None, "running"
        return self._bot.process.pid

    def is_ready(self) -> bool:
        """Return what its health page says."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.health_port}/readyz", timeout=5) as response:
                return bool(response.status == 200)
        except OSError:
            return False

    async def aclose(self) -> None:
        await self._running.aclose()


@asynccontextmanager
async def replicas_behind_nginx(
    discord: WireDiscord, folder: Path, database_url: str, *, count: int = 3, **settings: str
) -> AsyncIterator[tuple[int, Sequence[Replica]]]:
    """Run so many replicas and nginx before them; yield its port and them."""
    ports = free_ports(2 * count + 1)
    key = folder / "pseudonyms.key"
    folder.mkdir(parents=True, exist_ok=True)
    key.write_text("ab" * 32 + "\n", encoding="ascii")
    shared = {"DATABASE_URL": database_url, "BOT__PRIVACY__KEY_FILE": str(key), **settings}
    async with AsyncExitStack() as stack:
        replicas = [
            Replica(discord, folder / str(number), ports[2 * number], ports[2 * number + 1], shared)
            for number in range(count)
        ]
        for replica in replicas:
            stack.push_async_callback(replica.aclose)
        await asyncio.gather(*(replica.start() for replica in replicas))
        await stack.enter_async_context(balancing(ports[-1], [replica.port for replica in replicas], folder / "nginx"))
        yield ports[-1], replicas
