"""A real nginx before several bots, configured as deploy/nginx.conf is, on free ports of the loopback interface."""

import asyncio
import os
import re
import shutil
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from tests.factories import REAL_PACK

CONFIGURATION = REAL_PACK.parents[1] / "deploy" / "nginx.conf"
START_LIMIT = 10.0  # seconds


def is_installed() -> bool:
    """Return whether there is an nginx to run."""
    return shutil.which("nginx") is not None


def configuration(port: int, replicas: Sequence[int], folder: Path) -> str:
    """Return deploy/nginx.conf for replicas on these ports, keeping its files in *folder*."""
    text = CONFIGURATION.read_text(encoding="utf-8").replace("/tmp/", f"{folder}/")
    servers = "\n".join(f"server 127.0.0.1:{replica} max_fails=0;" for replica in replicas)
    text = re.sub(r"(?:\s*server replica-\d:8081 [^;]+;)+", f"\n{servers}", text)
    text = text.replace("listen 8080;", f"listen 127.0.0.1:{port};").replace("/dev/stderr", f"{folder}/error.log")
    workers = "user root;\n" if os.geteuid() == 0 else ""  # others could not read the folder
    return f"daemon off;\n{workers}{text}"


@asynccontextmanager
async def balancing(port: int, replicas: Sequence[int], folder: Path) -> AsyncIterator[None]:
    """Run nginx on *port* before *replicas*."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "nginx.conf"
    file.write_text(configuration(port, replicas, folder), encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        *("nginx", "-c", str(file), "-e", str(folder / "error.log")), stdin=asyncio.subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(START_LIMIT):
            while not await _listens(port):
                assert process.returncode is None, (folder / "error.log").read_text()
                await asyncio.sleep(0.02)
        yield
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.wait()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
