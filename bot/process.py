"""Running the bot as a process: signals, lifetimes, exit by exception."""

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from bot.app import Bot, open_bot
from bot.delivery.client import BotClient
from bot.delivery.command_sync import CommandSync, Difference, compare, registered_and_ours
from bot.delivery.gateway import log_in, run_gateway, use_api
from bot.delivery.identifies import IdentifyLedger
from bot.errors import ConfigurationError, KnowledgeError, TryAgainLater
from bot.logs import configure_logging
from bot.loop_watch import watch_loop
from bot.settings import Settings

log = logging.getLogger(__name__)

Result = TypeVar("Result")

SHUTDOWN_LIMIT = 9.0  # seconds from the signal to the end, lingering apart; `docker stop` kills after 10


def run_bot(settings: Settings, *, allow_removals: bool) -> None:
    """
    Connect to Discord and answer until SIGTERM or SIGINT.

    Raises:
        ConfigurationError: A setting or the pack has to change before the bot can run.
        TryAgainLater: Discord could not be reached.
    """
    configure_logging(settings.log.level, settings.log.format)
    token = settings.token()
    settings.database.require_driver()
    use_api(settings.discord.api_url)

    async def serve() -> None:
        lingering = settings.http.linger_seconds if settings.delivery.mode == "http" else 0.0
        stop = _stop_on_signals(SHUTDOWN_LIMIT + lingering)
        sync = CommandSync(allow_removals=allow_removals)
        async with open_bot(settings, command_sync=sync) as bot, watch_loop(bot.loop_lag):
            await _until(stop, *_delivery(bot, settings, token))

    try:
        asyncio.run(serve())
    except KnowledgeError as error:
        raise ConfigurationError(f"The knowledge pack cannot be used:\n{error}") from None


def _delivery(
    bot: Bot, settings: Settings, token: str
) -> tuple[Coroutine[Any, Any, None], Callable[[], Awaitable[int]]]:
    """Return what brings interactions to *bot* until it is cancelled, and what finishes those in progress."""
    delivery = settings.delivery
    if bot.http is None:
        ledger = IdentifyLedger(settings.database.folder / "sign-ins.txt")
        connection = run_gateway(bot.client, token, patience=delivery.start_patience, ledger=ledger)
        return connection, lambda: bot.client.drain(delivery.drain_seconds)
    from bot.delivery.http import Listening

    http = bot.http
    where = Listening(host=settings.http.host, port=settings.http.port, linger_seconds=settings.http.linger_seconds)
    serving = http.run(token, where, patience=delivery.start_patience)
    return serving, lambda: http.drain(where, delivery.drain_seconds)


def run_bot_in_browser(settings: Settings, *, browser: bool, locale: str, port: int | None) -> None:
    """
    Serve the bot in a local page until Ctrl-C.

    Raises:
        ConfigurationError: What the page needs is not installed, or the port is taken.
    """
    try:
        from bot.trial import run_trial
    except ModuleNotFoundError as error:
        raise ConfigurationError(f"“natobot try” needs {error.name}. Install it with: make try") from None
    configure_logging(settings.log.level, settings.log.format)
    folder = settings.database.folder
    trial = settings.model_copy(
        update={
            "database": settings.database.model_copy(
                update={"url": f"sqlite+aiosqlite:///{folder / 'try' / 'bot.db'}", "folder": folder / "try"}
            ),
            # The simulator waits until the bot has nothing to do.
            "knowledge": settings.knowledge.model_copy(update={"draw_ahead": False}),
        }
    )

    async def serve() -> None:
        stop = _stop_on_signals(SHUTDOWN_LIMIT)
        async with open_bot(trial, command_sync=CommandSync()) as bot:
            page = run_trial(bot.client, browser=browser, locale=locale, port=port)
            await _until(stop, page, lambda: bot.client.drain(1.0))

    asyncio.run(serve())


def _stop_on_signals(limit_seconds: float) -> asyncio.Event:
    """
    Return what SIGTERM or SIGINT set from now on, also while parts are still being opened.

    A second signal ends the process at once, and so does a shutdown that takes longer than *limit_seconds*.
    """
    stop = asyncio.Event()

    def ask() -> None:
        if stop.is_set():
            _leave_now("Asked again to stop; leaving now.")
        log.info("Stopping.")
        stop.set()
        # A thread, because a loop that is stuck runs no timers. It does not keep the process from ending.
        limit = threading.Timer(limit_seconds, _leave_now, ["Stopping took too long; leaving now."])
        limit.daemon = True
        limit.start()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ask)
    return stop


async def _until(stop: asyncio.Event, work: Coroutine[Any, Any, None], drain: Callable[[], Awaitable[int]]) -> None:
    """Run *work* to its end, or until *stop* is set; then let *drain* finish what is in progress."""
    loop = asyncio.get_running_loop()
    working = loop.create_task(work, name="work")
    stopping = loop.create_task(stop.wait(), name="stop-signal")
    try:
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set() and (unfinished := await drain()):
            log.warning("%d replies could not be finished in time.", unfinished)
    finally:
        stopping.cancel()
        if not working.done():
            working.cancel()
        await asyncio.gather(stopping, working, return_exceptions=True)
    if not working.cancelled():
        working.result()


def _leave_now(why: str) -> None:
    """End the process as it is; rows not yet in the database are in the journal."""
    log.error("%s", why)
    os._exit(0)


def application_id(settings: Settings) -> int:
    """Return the id of the application the token belongs to, as Discord says."""
    return _logged_in(settings, _own_id)


def compare_commands(settings: Settings) -> Difference:
    """Return how our commands differ from those Discord has."""

    async def difference(client: BotClient) -> Difference:
        ours, theirs = await registered_and_ours(client, client.tree)
        return compare(ours, theirs)

    return _logged_in(settings, difference)


def write_commands(settings: Settings, *, allow_removals: bool) -> Difference:
    """
    Write our commands if they differ; return how they differed before.

    Raises:
        TryAgainLater: Discord did not take them.
    """
    sync = CommandSync(allow_removals=allow_removals)

    async def write(client: BotClient) -> Difference:
        if not await sync.run(client, client.tree, servers=client.command_servers):
            raise TryAgainLater("Discord did not take the commands; the line above says why.")
        return sync.last

    return _logged_in(settings, write)


async def _own_id(client: BotClient) -> int:
    assert client.application_id is not None, "logged in"
    return client.application_id


def _logged_in(settings: Settings, use: Callable[[BotClient], Awaitable[Result]]) -> Result:
    """Run *use* with a client that is logged in but not connected."""
    configure_logging(settings.log.level, settings.log.format)
    token = settings.token()
    use_api(settings.discord.api_url)

    async def use_client() -> Result:
        async with open_bot(settings, command_sync=None) as bot:
            await log_in(bot.client, token, patience=0.0)
            return await use(bot.client)

    return asyncio.run(use_client())
