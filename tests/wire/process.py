"""The bot as the process its command line starts."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.factories import REAL_PACK
from tests.wire.discord import SECRET, WireDiscord


@dataclass(slots=True)
class BotProcess:
    """A running ``natobot``."""

    process: asyncio.subprocess.Process
    output_path: Path

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        self.process.send_signal(number)

    async def exit_status(self, *, within: float = 15.0) -> int:
        async with asyncio.timeout(within):
            return await self.process.wait()

    def output(self) -> str:
        return self.output_path.read_text(encoding="utf-8")


def environment(discord: WireDiscord, folder: Path, **changes: str) -> Mapping[str, str]:
    """Return the variables that point a bot at *discord* and keep its files in *folder*."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {
        **kept,
        "DISCORD_TOKEN": discord.token,
        "DISCORD_API_URL": discord.api_url,
        "BOT_KNOWLEDGE": str(REAL_PACK),
        "DATABASE_URL": f"sqlite+aiosqlite:///{folder}/data/bot.db",
        "BOT__DATABASE__FOLDER": str(folder / "data"),
        "BOT__KNOWLEDGE__DRAW_AHEAD": "false",
        # One member asks for all, as fast as it goes.
        "BOT__DELIVERY__PER_PERSON": "0",
        "BOT__DELIVERY__PER_SERVER": "0",
        "BOT__DELIVERY__IN_TOTAL": "0",
        **changes,
    }


@asynccontextmanager
async def run_bot(
    discord: WireDiscord, folder: Path, *, arguments: Sequence[str] = ("run",), ready: bool = True, **changes: str
) -> AsyncIterator[BotProcess]:
    """
    Start the bot, wait until it is connected when *ready*, and make sure that it is gone at the end.

    Whatever it went through, it must not have printed a secret.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if ready:
        discord.ready.clear()  # it may not have noticed yet that the bot before is gone
    output = folder / "output.txt"
    with output.open("ab") as file:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", *arguments),
            cwd=REAL_PACK.parents[1],
            env=environment(discord, folder, **changes),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=file,
            stderr=file,
        )
    bot = BotProcess(process, output)
    try:
        if ready:
            async with asyncio.timeout(30):
                await discord.ready.wait()
        yield bot
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        printed = bot.output()
        assert [
            secret for secret in (discord.token, discord.token.rpartition(".")[2], SECRET) if secret in printed
        ] == []
