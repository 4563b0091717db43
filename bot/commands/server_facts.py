"""Asks Discord what ``/settings check`` needs to know of a server. The bot keeps no servers in memory."""

import asyncio
import logging
from collections.abc import Awaitable, Collection, Mapping
from typing import Any, TypeVar

import aiohttp
import discord

from bot.commands.askers import AnyInteraction
from bot.servers.check import ALL_COMMANDS, ChannelFacts, ServerFacts

log = logging.getLogger(__name__)

Result = TypeVar("Result")

PATIENCE = 4.0  # seconds for each of five questions; the interaction was acknowledged before


async def server_facts(interaction: AnyInteraction) -> ServerFacts:
    """Return what Discord says; what cannot be asked is left out. The interaction must be of a server."""
    assert interaction.guild_id is not None, "offered in servers only"
    guild = await _asked(interaction.client.fetch_guild(interaction.guild_id, with_counts=False))
    if guild is None:
        return ServerFacts(channels=None, roles=None, overrides=await _overrides(interaction))
    return ServerFacts(
        channels=await _channels(interaction, guild),
        roles={role.id for role in guild.roles},
        overrides=await _overrides(interaction),
    )


async def channels_and_roles(interaction: AnyInteraction) -> tuple[Collection[int] | None, Collection[int] | None]:
    """Return the ids of a server's channels and roles, ``None`` for what cannot be asked."""
    assert interaction.guild_id is not None, "offered in servers only"
    guild = await _asked(interaction.client.fetch_guild(interaction.guild_id, with_counts=False))
    channels = await _asked(guild.fetch_channels()) if guild is not None else None
    return (
        None if channels is None else {channel.id for channel in channels},
        None if guild is None else {role.id for role in guild.roles},
    )


async def _channels(interaction: AnyInteraction, guild: discord.Guild) -> Mapping[int, ChannelFacts] | None:
    assert interaction.client.user is not None, "logged in"
    channels = await _asked(guild.fetch_channels())
    me = await _asked(guild.fetch_member(interaction.client.user.id))
    if channels is None or me is None:
        return None
    return {channel.id: _facts(channel.permissions_for(me)) for channel in channels}


def _facts(permissions: discord.Permissions) -> ChannelFacts:
    return ChannelFacts(can_view=permissions.view_channel, can_post=permissions.send_messages)


async def _overrides(interaction: AnyInteraction) -> Mapping[str, str] | None:
    """Return which commands the server itself restricted, and to whom."""
    client = interaction.client
    assert client.application_id is not None, "logged in"
    assert interaction.guild_id is not None, "offered in servers only"
    registered = await _asked(client.tree.fetch_commands())
    found = await _asked(
        client.http.get_guild_application_command_permissions(client.application_id, interaction.guild_id)
    )
    if registered is None or found is None:
        return None
    names = {command.id: command.name for command in registered} | {client.application_id: ALL_COMMANDS}
    return {
        names[int(entry["id"])]: _who(entry["permissions"], interaction.guild_id)
        for entry in found
        if entry["permissions"] and int(entry["id"]) in names  # else of a command that is no more
    }


def _who(permissions: list[Any], guild_id: int) -> str:
    """Say in words whom a command's overrides let in and keep out."""
    parts = []
    for allowed, word in ((True, "allowed for"), (False, "closed for")):
        names = [_target(entry, guild_id) for entry in permissions if entry["permission"] is allowed]
        if names:
            parts.append(f"{word} {', '.join(names[:5])}{' and more' if len(names) > 5 else ''}")
    return "; ".join(parts)


def _target(entry: Any, guild_id: int) -> str:
    """Name a role, member or channel; two special ids stand for everyone and for all channels (Discord docs)."""
    id_ = int(entry["id"])
    match discord.AppCommandPermissionType(int(entry["type"])):
        case discord.AppCommandPermissionType.role:
            return "everyone" if id_ == guild_id else f"<@&{id_}>"
        case discord.AppCommandPermissionType.user:
            return f"<@{id_}>"
        case _:
            return "all channels" if id_ == guild_id - 1 else f"<#{id_}>"


async def _asked(question: Awaitable[Result]) -> Result | None:
    """Return the answer, or ``None`` when Discord gives none."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await question
    except (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError) as error:
        log.info("Something that /settings check wanted to know could not be asked: %r", error)
        return None
