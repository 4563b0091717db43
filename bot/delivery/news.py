"""Sending a message to a channel of a server, without anybody having asked for it just now."""

import asyncio
from collections.abc import Mapping

import aiohttp
import discord

from bot.edition_news import Postponed, Send, Undeliverable
from bot.rendering.components import Card

PATIENCE = 30.0  # seconds for one message, waiting for its turn included; others wait meanwhile

# What Discord says -> what the server's admins can do.
# https://docs.discord.com/developers/topics/opcodes-and-status-codes#json-json-error-codes
_REFUSALS: Mapping[int, str] = {
    10003: "The channel is gone. Choose another one.",
    50001: "The bot may not see the channel. Give it the permission View Channel there, or choose another one.",
    50008: "The channel takes no messages. Choose a text channel.",
    50013: "The bot may not write in the channel. Give it the permission Send Messages there, or choose another one.",
    50024: "The channel takes no messages. Choose a text channel.",
    50083: "The thread is archived. Open it again, or choose another channel.",
}
_REFUSED = frozenset({403, 404})


def news_sender(client: discord.Client) -> Send:
    """Return what sends a card to a channel, known by nothing but its id: the client caches no channels."""

    async def send(channel_id: int, card: Card, nonce: str) -> None:
        """
        Send *card*; Discord shows it once, however often it comes with one *nonce* within a few minutes.

        Raises:
            Undeliverable: Discord refuses it for good.
            Postponed: Discord could not be reached, or may take it later.
        """
        channel = client.get_partial_messageable(channel_id)
        try:
            async with asyncio.timeout(PATIENCE):
                await channel.send(view=card, nonce=nonce, allowed_mentions=discord.AllowedMentions.none())
        except discord.HTTPException as error:
            if error.code in _REFUSALS or error.status in _REFUSED:
                raise Undeliverable(_REFUSALS.get(error.code, f"Discord refuses it: {error.text}")) from error
            raise Postponed(f"Discord answered {error.status}: {error.text}") from error
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise Postponed(f"Discord could not be reached: {type(error).__name__}: {error}") from error

    return send
