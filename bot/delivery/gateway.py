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
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.delivery.callback import use_adapter
from bot.delivery.client import BotClient
from bot.delivery.frames import use_tolerant_sockets
from bot.errors import ConfigurationError, TryAgainLater

log = logging.getLogger(__name__)

RETRY_BASE = 1.0  # seconds before the second attempt at reaching Discord
RETRY_LIMIT = 30.0  # seconds between attempts at the most

# https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes
_CLOSE_REASONS = {
    4004: "Discord no longer accepts the token. Make a new one in the developer portal and set DISCORD_TOKEN.",
    4010: "Discord refused the shard number.",
    4011: "Discord asks for sharding: the bot is in too many servers for one connection.",
    4012: "Discord no longer serves this gateway version. Update the bot.",
    4013: "Discord refused the intents sent. Update the bot.",
    4014: "Discord refused the intents: they are not switched on for this application in the developer portal.",
}


def use_api(api_url: str) -> None:
    """Send every REST call to *api_url*, for example ``https://discord.com/api/v10``."""
    Route.BASE = api_url.rstrip("/")


async def run_gateway(client: BotClient, token: str, *, patience: float) -> None:
    """
    Log *client* in and stay connected until it is closed.

    Raises:
        ConfigurationError: Discord refuses the token or the application's settings.
        TryAgainLater: Discord could not be reached for *patience* seconds.
    """
    use_adapter(client.counts)
    use_tolerant_sockets()
    await log_in(client, token, patience=patience)
    try:
        await client.connect()
    except discord.PrivilegedIntentsRequired:
        raise ConfigurationError(_CLOSE_REASONS[4014]) from None
    except discord.ConnectionClosed as error:
        if error.code in _CLOSE_REASONS:
            raise ConfigurationError(_CLOSE_REASONS[error.code]) from None
        raise TryAgainLater(f"Discord closed the connection for good (code {error.code}).") from error


async def log_in(client: BotClient, token: str, *, patience: float) -> None:
    """Check the token, register what is to be registered, and learn where the gateway is."""
    deadline = asyncio.get_running_loop().time() + patience
    wait = RETRY_BASE
    while True:
        try:
            await client.login(token)
            _, address, _ = await client.http.get_bot_gateway()
        except discord.LoginFailure:
            raise ConfigurationError(
                "Discord refused the token. Copy it again from Bot in the developer portal into DISCORD_TOKEN."
            ) from None
        except discord.HTTPException as error:
            if error.status < 500 and error.status != 429:
                raise ConfigurationError(f"Discord refused to let the bot start: {error}") from None
            reason: Exception = error
        except (aiohttp.ClientError, OSError, TimeoutError, TypeError, KeyError, discord.GatewayNotFound) as error:
            reason = error  # TypeError and KeyError: something other than Discord answered, such as a captive portal
        else:
            DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(address)
            return
        if asyncio.get_running_loop().time() + wait > deadline:
            raise TryAgainLater(f"Discord could not be reached: {type(reason).__name__}: {reason}")
        log.warning("Discord could not be reached (%s: %s); trying again.", type(reason).__name__, reason)
        await client.start_over()
        await asyncio.sleep(random.uniform(wait / 2, wait))
        wait = min(wait * 2, RETRY_LIMIT)
