"""
What most slash-command bots are: discord.py with default intents, one embed per call, one INSERT and COMMIT awaited
before the reply, commands written at every start.
"""

import os
import time

import aiosqlite
import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

Route.BASE = os.environ["DISCORD_API_URL"]
DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(os.environ["DISCORD_GATEWAY_URL"])

TEXT = (
    "Article 5 says that an armed attack on one NATO member counts as an attack on all. Each member then gives the "
    "help it deems necessary, which may or may not be armed force. Ukraine is not a member, so an attack on Ukraine "
    "does not by itself trigger it. "
) * 6


class PlainBot(discord.Client):
    """Opens its database and writes its commands when it starts."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents.default())
        self.tree = app_commands.CommandTree(self)
        self.database: aiosqlite.Connection | None = None

    async def setup_hook(self) -> None:
        self.database = await aiosqlite.connect(os.environ["PLAIN_DATABASE"])
        await self.database.execute(
            "CREATE TABLE IF NOT EXISTS queries "
            "(id INTEGER PRIMARY KEY, at REAL, guild INTEGER, user INTEGER, command TEXT)"
        )
        await self.tree.sync()

    async def close(self) -> None:
        if self.database is not None:
            await self.database.close()
        await super().close()


client = PlainBot()


@client.tree.command(name="article5", description="What Article 5 says")
async def article5(interaction: discord.Interaction) -> None:
    assert client.database is not None, "opened before the first command"
    await client.database.execute(
        "INSERT INTO queries (at, guild, user, command) VALUES (?, ?, ?, ?)",
        (time.time(), interaction.guild_id, interaction.user.id, "article5"),
    )
    await client.database.commit()
    embed = discord.Embed(title="Article 5", description=TEXT, colour=0x2F6DB5)
    embed.add_field(name="Source", value="[The treaty](https://www.nato.int)")
    embed.set_footer(text="An example")
    await interaction.response.send_message(embed=embed)


client.run(os.environ["DISCORD_TOKEN"], log_handler=None)
