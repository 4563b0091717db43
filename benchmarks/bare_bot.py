"""The least a discord.py bot can be: one command with a constant answer, connected, nothing else."""

import os

import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

Route.BASE = os.environ["DISCORD_API_URL"]
DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(os.environ["DISCORD_GATEWAY_URL"])

client = discord.Client(intents=discord.Intents.none())
tree = app_commands.CommandTree(client)


@tree.command(name="article5", description="A constant answer")
async def article5(interaction: discord.Interaction) -> None:
    await interaction.response.send_message("An attack on one is an attack on all.")


client.run(os.environ["DISCORD_TOKEN"], log_handler=None)
