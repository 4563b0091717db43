"""``natobot review``: Datasette on this machine, with our pages over the log."""

import asyncio
import os
import signal
import socket
import sqlite3
import tempfile
import threading
import webbrowser
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from datasette.app import Datasette
from datasette.plugins import DEFAULT_PLUGINS, pm
from datasette.utils import parse_metadata

from bot import garbage
from bot.errors import ConfigurationError, KnowledgeError
from bot.gaps import text_key
from bot.knowledge.loader import load_knowledge
from bot.knowledge.models import Knowledge
from bot.review.digest import Prepared, prepare_digest
from bot.review.plugin import DATABASE, LogDatabase, ReviewPlugin
from bot.settings import Settings
from bot.store.database import sqlite_path
from bot.store.review_log import open_log

HOST = "127.0.0.1"
HERE = Path(__file__).parent

_SETTINGS = {
    "default_allow_sql": False,
    "allow_download": False,
    "suggest_facets": False,
    "default_cache_ttl": 0,  # pages show the log as it is now
    "sql_time_limit_ms": 30_000,  # a year of a large log may take seconds; no page should fail
    "truncate_cells_html": 500,
}
# Nothing is loaded from elsewhere, whatever a cell of the log holds. Datasette's own pages have scripts inline.
_POLICY = (
    b"default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"
)

# As https://asgi.readthedocs.io/en/latest/specs/main.html has them.
Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


def run_review(settings: Settings, *, database: Path | None, port: int, browser: bool) -> None:
    """
    Serve the pages until SIGINT or SIGTERM. *port* 0 takes any free one.

    Raises:
        ConfigurationError: There is no log to look at, or the port is taken.
        UnreadableLog: *database* is not a query log.
    """
    path = database or _configured_log(settings)
    if not path.exists():
        raise ConfigurationError(f"There is no database at {path} yet. It is made when the bot first runs.")
    with _listening(port) as listener, tempfile.TemporaryDirectory() as spare:
        with open_log(path) as log:
            prepared = _prepare(log, path, _knowledge(settings), Path(spare))
        _serve(loopback_only(_datasette(path, prepared).app()), listener, browser=browser)


def _configured_log(settings: Settings) -> Path:
    path = sqlite_path(settings.database.url)
    if path is None:
        raise ConfigurationError(
            "DATABASE_URL is not a SQLite file. Write a snapshot and look at that: natobot queries export "
            "--format sqlite --output snapshot.db, then natobot review --database snapshot.db"
        )
    return path


def _knowledge(settings: Settings) -> Knowledge | None:
    try:
        return load_knowledge(settings.knowledge.folder)
    except KnowledgeError as error:
        print(f"The page of overdue claims stays empty, because the knowledge pack is not sound:\n{error}")
        return None


def _prepare(log: sqlite3.Connection, path: Path, knowledge: Knowledge | None, spare: Path) -> Prepared:
    """Make the digest beside the log, or in *spare* where that is not ours to write to."""
    beside = path.with_suffix(".review.db")
    try:
        return prepare_digest(log, knowledge, beside, say=_say)
    except OSError:
        return prepare_digest(log, knowledge, spare / beside.name, say=_say)


def _say(sentence: str) -> None:
    print(sentence, flush=True)


def _datasette(path: Path, prepared: Prepared) -> Any:
    for plugin in list(pm.get_plugins()):  # others that happen to be installed could show or fetch more
        if plugin.__name__ not in DEFAULT_PLUGINS:
            pm.unregister(plugin)
    pm.register(ReviewPlugin(notes=prepared.notes))
    datasette = Datasette(
        metadata=parse_metadata((HERE / "pages.yaml").read_text(encoding="utf-8")),
        template_dir=str(HERE / "templates"),
        static_mounts=[("review", str(HERE / "static"))],
        settings=_SETTINGS,
    )
    datasette.add_database(LogDatabase(datasette, path.resolve(), digest=prepared.path, key_of=text_key), name=DATABASE)
    return datasette


@contextmanager
def _listening(port: int) -> Iterator[socket.socket]:
    try:
        listener = socket.create_server((HOST, port))
    except OSError as error:
        raise ConfigurationError(
            f"The pages cannot be served on port {port}: {os.strerror(error.errno or 0)}. Choose another with --port, "
            "or leave --port out for a free one."
        ) from None
    with listener:
        yield listener


def loopback_only(application: Application) -> Application:
    """
    Refuse requests that name another host, and let browsers load nothing from elsewhere.

    A web page that points its own name at this machine could otherwise read the log through its visitor's browser.
    """

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_policy(message: Any) -> None:
            if message["type"] == "http.response.start":
                message = message | {"headers": [*message["headers"], (b"content-security-policy", _POLICY)]}
            await send(message)

        if scope["type"] != "http":
            await application(scope, receive, send)
        elif _names_this_machine(scope):
            await application(scope, receive, send_with_policy)
        else:
            await send({"type": "http.response.start", "status": 421, "headers": [(b"content-type", b"text/plain")]})
            await send({"type": "http.response.body", "body": b"Open these pages at 127.0.0.1."})

    return guarded


def _names_this_machine(scope: Scope) -> bool:
    host: str = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
    return host.rpartition(":")[0] in {HOST, "localhost"}


def _serve(application: Application, listener: socket.socket, *, browser: bool) -> None:
    address = f"http://{HOST}:{listener.getsockname()[1]}/"
    garbage.look_from_now_on()
    server = uvicorn.Server(uvicorn.Config(application, log_level="warning", access_log=False, lifespan="on"))
    # uvicorn listens to signals once it serves, and raises them again when it is done; these are for before and after.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, server.handle_exit)
    _say(f"\nThe review pages are ready. Open this address:\n\n  {address}\n\nPress Ctrl-C to stop.")
    if browser:
        threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
    asyncio.run(server.serve(sockets=[listener]))
