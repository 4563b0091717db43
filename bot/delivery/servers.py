"""Which servers the bot is in: without intents Discord tells only who asks."""

import aiohttp
import discord

from bot.departures import ServersUnknown


async def list_servers(client: discord.Client) -> frozenset[int]:
    """
    Return the id of every server that the bot's user is in now. Takes one request for 200 servers.

    Raises:
        ServersUnknown: The list could not be read to its end; a part of it is never returned.
    """
    if client.user is None or client.is_closed():
        raise ServersUnknown("The bot is not logged in.")
    try:
        return frozenset([guild.id async for guild in client.fetch_guilds(limit=None, with_counts=False)])
    except (discord.HTTPException, aiohttp.ClientError, OSError, RuntimeError) as error:  # closed: the bot is stopping
        raise ServersUnknown(f"Discord did not give it: {type(error).__name__}: {error}") from error
