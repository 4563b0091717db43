"""
Delivery by gateway: log in, connect, stay connected, stop without losing a reply.

Exceptions of discord.py are turned into the two kinds an operator can act on: a setting to change, or a
later attempt.
"""

import asyncio
import logging
import random

import aiohttp
import discord
from discord.http import Route

from bot.delivery.callback import ReplyAdapter, use_adapter
from bot.delivery.client import BotClient
from bot.delivery.connection import Pace
from bot.delivery.identifies import IdentifyGuard, IdentifyLedger, IdentifyLimits, SessionStart
from bot.delivery.reply_connections import ReplyConnections
from bot.delivery.shards import stay_connected
from bot.errors import ConfigurationError, TryAgainLater

log = logging.getLogger(__name__)

RETRY_BASE = 1.0  # seconds before the second attempt at reaching Discord
RETRY_LIMIT = 30.0  # seconds between attempts at the most
ATTEMPT_LIMIT = 60.0  # seconds for one attempt, discord.py's own retries included
QUESTION_LIMIT = 15.0  # seconds for asking how many sessions are left
WAITED_OUT = 20.0  # seconds of a rate limit that discord.py waits out itself; longer ones are our business


def use_api(api_url: str) -> None:
    """Send every REST call to *api_url*, for example ``https://discord.com/api/v10``."""
    Route.BASE = api_url.rstrip("/")


async def run_gateway(
    client: BotClient,
    token: str,
    *,
    patience: float,
    ledger: IdentifyLedger,
    pace: Pace = Pace(),  # noqa: B008  frozen
    limits: IdentifyLimits = IdentifyLimits(),  # noqa: B008  frozen
) -> None:
    """
    Log *client* in and stay connected until it is closed.

    Raises:
        ConfigurationError: Discord refuses the token or the application's settings.
        TryAgainLater: Discord could not be reached for *patience* seconds, or the bot signs in too often.
    """
    guard = IdentifyGuard(ledger, lambda: _session_start(client), limits)
    guard.check_start()
    client.link.ledger = ledger
    deadline = asyncio.get_running_loop().time() + patience
    async with ReplyConnections(Route.BASE, user_agent=client.http.user_agent) as connections:
        use_adapter(ReplyAdapter(client.counts, connections))
        await log_in(client, token, patience=patience)
        client.work.start(connections.warm_up(), name="warm-up")
        rest = max(0.0, deadline - asyncio.get_running_loop().time())
        await stay_connected(client, guard, patience=rest, pace=pace)


async def _session_start(client: BotClient) -> SessionStart:
    """Ask Discord where the gateway is and how many sessions are left."""
    async with asyncio.timeout(QUESTION_LIMIT):
        try:
            data = await client.http.request(Route("GET", "/gateway/bot"))
        except discord.HTTPException as error:
            _require_transient(error)
            raise
    try:
        limit = data["session_start_limit"]
        return SessionStart(
            address=str(data["url"]),
            total=int(limit["total"]),
            remaining=int(limit["remaining"]),
            reset_after=int(limit["reset_after"]) / 1000,
            shards=max(1, int(data["shards"])),
            max_concurrency=max(1, int(limit["max_concurrency"])),
        )
    except (TypeError, KeyError, ValueError) as error:  # something other than Discord answered
        raise OSError(f"GET /gateway/bot brought something unknown ({type(error).__name__})") from error


async def log_in(client: BotClient, token: str, *, patience: float) -> None:
    """
    Check the token and register what is to be registered.

    Raises:
        ConfigurationError: Discord refuses the token or the application's settings.
        TryAgainLater: Discord could not be reached for *patience* seconds.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + patience
    longest = RETRY_BASE
    while (failure := await _attempt(client, token)) is not None:
        wait = max(random.uniform(longest / 2, longest), _asked_to_wait(failure))
        reason = f"{type(failure).__name__}: {failure}".rstrip(": ")
        if loop.time() + wait > deadline:
            raise TryAgainLater(f"Discord could not be reached: {reason}")
        log.warning("Discord could not be reached (%s); trying again.", reason)
        await client.start_over()
        await asyncio.sleep(wait)
        longest = min(longest * 2, RETRY_LIMIT)


async def _attempt(client: BotClient, token: str) -> Exception | None:
    """Log in once; return what a later attempt may overcome, or None when it worked."""
    client.http.max_ratelimit_timeout = WAITED_OUT
    try:
        async with asyncio.timeout(ATTEMPT_LIMIT):
            await client.login(token)
    except discord.LoginFailure as error:
        cause = error.__cause__
        if isinstance(cause, discord.HTTPException) and not _is_from_discord(cause):
            return cause
        raise ConfigurationError(
            "Discord refused the token. Copy it again from Bot in the developer portal into DISCORD_TOKEN."
        ) from None
    except discord.HTTPException as error:
        _require_transient(error)
        return error
    except (aiohttp.ClientError, OSError, TimeoutError, discord.RateLimited) as error:
        return error
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        return error  # something other than Discord answered, such as a captive portal
    finally:
        client.http.max_ratelimit_timeout = None
    return None


def _require_transient(error: discord.HTTPException) -> None:
    """
    Make sure that a later attempt may overcome *error*.

    Raises:
        ConfigurationError: Discord itself says that it will not.
    """
    if error.status < 500 and error.status != 429 and _is_from_discord(error):
        raise ConfigurationError(f"Discord refused to let the bot start: {error}") from None


def _is_from_discord(error: discord.HTTPException) -> bool:
    """Whether Discord's API answered, and not a proxy or a captive portal on the way: those do not speak JSON."""
    return error.response.headers.get("Content-Type", "").startswith("application/json")


def _asked_to_wait(failure: Exception) -> float:
    """Return the seconds a rate limit asks for."""
    if isinstance(failure, discord.RateLimited):
        return failure.retry_after
    if isinstance(failure, discord.HTTPException) and failure.status == 429:
        try:
            return float(failure.response.headers.get("Retry-After", "0"))
        except ValueError:  # a date; no rate limiter of Discord's sends one
            return 0.0
    return 0.0
