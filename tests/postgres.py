"""A real PostgreSQL for the tests: a server of their own, and a fresh database for each test."""

import asyncio
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.store.database import open_engine, upgrade

START_LIMIT = 60.0  # seconds
MIGRATED = "migrated"  # the database that fresh ones are copied from
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresServer:
    """A running server that is reached through a socket in its folder."""

    programs: Path  # initdb, createdb and the others
    folder: Path
    account: str | None  # the system user it runs as; None for our own

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return self.folder / ".s.PGSQL.5432"

    def url(self, database: str) -> str:
        """Return the address of *database* as the bot takes it."""
        return f"postgresql+asyncpg://postgres@/{database}?host={self.folder}"

    def run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs to its end."""
        subprocess.run(
            [self.programs / program, *arguments], user=self.account, cwd=self.folder, check=True, capture_output=True
        )

    def ask(self, program: str, *arguments: str) -> None:
        """Run a program that connects to the server."""
        self.run(program, "--host", str(self.folder), "--username", "postgres", *arguments)


def _programs() -> Path | None:
    """Return the folder of the newest PostgreSQL's programs; Debian keeps them outside of PATH."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    found = versions[-1] if versions else shutil.which("initdb")
    return Path(found).resolve().parent if found else None


def _account() -> str | None:
    """Return who runs the server, which refuses to run as root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        pytest.skip("PostgreSQL does not run as root, and there is no user postgres")


def _initialize(server: PostgresServer) -> None:
    """Make the files of a server, without the care for crashes that costs time."""
    data = str(server.folder / "data")
    server.run("initdb", "--pgdata", data, "--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync")


def _start(server: PostgresServer) -> "subprocess.Popen[bytes]":
    """Start the server on a socket in its folder and wait until it answers."""
    arguments = ["-D", str(server.folder / "data"), "-F", "-h", "", "-k", str(server.folder)]
    with (server.folder / "server.log").open("ab") as output:
        process = subprocess.Popen(
            [server.programs / "postgres", *arguments],
            user=server.account,
            cwd=server.folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        _wait_until_ready(server, process)
    except BaseException:
        _stop(process)
        raise
    return process


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGINT)  # close connections and stop
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def new_server() -> Iterator[PostgresServer]:
    """Yield a server that is not running yet, with a folder of its own."""
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    account = _account()
    with tempfile.TemporaryDirectory(prefix="natobot-postgres-") as name:
        folder = Path(name)
        if account is not None:
            shutil.chown(folder, account)
        server = PostgresServer(programs=programs, folder=folder, account=account)
        _initialize(server)
        yield server


class OwnPostgres:
    """A server of one test, which may be stopped and started again; its database has our tables."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._process: subprocess.Popen[bytes] | None = None
        self.url = server.url(MIGRATED)

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._process = _start(self._server)

    def stop(self) -> None:
        """Stop it, closing every connection."""
        if self._process is not None:
            _stop(self._process)
        self._process = None


def _wait_until_ready(server: PostgresServer, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_LIMIT
    while True:
        try:
            server.ask("pg_isready")
        except subprocess.CalledProcessError:
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"PostgreSQL did not start:\n{(server.folder / 'server.log').read_text()}")
            time.sleep(0.05)
        else:
            return


async def migrate(url: str) -> None:
    """Make our tables."""
    async with open_engine(url) as engine:
        await upgrade(engine)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server for the whole run of the tests; without one installed, tests that use it are skipped."""
    with new_server() as server:
        process = _start(server)
        try:
            server.ask("createdb", MIGRATED)
            asyncio.run(migrate(server.url(MIGRATED)))
            yield server
        finally:
            _stop(process)


@contextmanager
def own_server() -> Iterator[OwnPostgres]:
    """Yield a running server of one's own. Its database has no tables yet."""
    with new_server() as server:
        own = OwnPostgres(server)
        own.start()
        try:
            server.ask("createdb", MIGRATED)
            yield own
        finally:
            own.stop()


@pytest.fixture
async def own_postgres() -> AsyncIterator[OwnPostgres]:
    """A server that a test may stop and start again, with our tables in its database."""
    with own_server() as own:
        await migrate(own.url)
        yield own


def _fresh_database(server: PostgresServer, template: str) -> Iterator[str]:
    name = f"test{next(_numbers)}"
    server.ask("createdb", "--template", template, name)
    yield server.url(name)
    server.ask("dropdb", "--force", name)


@pytest.fixture
def empty_postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """The address of a new PostgreSQL database without tables."""
    yield from _fresh_database(postgres, "template0")


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """The address of a new PostgreSQL database with our tables and no rows."""
    yield from _fresh_database(postgres, MIGRATED)
