"""/settings: where and how the bot speaks in a server. For those who may manage the server; not itself recorded."""

import io

import discord
from discord import app_commands

from bot.commands.occasions import AnyInteraction
from bot.commands.server_facts import channels_and_roles
from bot.commands.settings_panel import SettingsPanel, require_manager
from bot.errors import UserError
from bot.knowledge.editions import Library
from bot.rendering.settings_pages import preview_panel, reset_panel
from bot.servers.editor import SettingsEditor
from bot.servers.exchange import FILE_NAME, SIZE_LIMIT, Surroundings, export_settings, import_settings
from bot.servers.models import DEFAULTS


class FileTooLarge(UserError):
    """A file was given that no settings can need."""

    def __init__(self, size: int) -> None:
        super().__init__(
            f"**Nothing was changed.** The file has {size:,} bytes; settings never need more than {SIZE_LIMIT:,}. Give "
            f"a file that `/settings export` made, or one like it."
        )


def settings_group(library: Library, editor: SettingsEditor, panel: SettingsPanel) -> app_commands.Group:
    """Return ``/settings`` with its subcommands, for servers that added the bot."""
    group = app_commands.Group(
        name="settings",
        description="Where and how the bot speaks in this server",
        default_permissions=discord.Permissions(manage_guild=True),
        allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
    )

    @group.command(name="panel", description="See and change everything: who sees answers, topics, notes, news")
    async def show(interaction: AnyInteraction) -> None:
        await _begin(interaction)
        await panel.open(interaction)

    @group.command(name="history", description="Who changed what, and when")
    async def history(interaction: AnyInteraction) -> None:
        await _begin(interaction)
        await panel.show_history(interaction, before=None)

    @group.command(name="check", description="What does not work here as it is set up, and what to do about it")
    async def check(interaction: AnyInteraction) -> None:
        await _begin(interaction)
        await panel.show_findings(interaction)

    @group.command(name="export", description="The settings as a file, to keep or to take to another server")
    async def export(interaction: AnyInteraction) -> None:
        guild_id = await _begin(interaction)
        content = export_settings((await editor.read(guild_id)).settings, guild_id)
        file = discord.File(io.BytesIO(content.encode()), filename=FILE_NAME)
        await interaction.followup.send("The settings of this server.", file=file, ephemeral=True)

    @group.command(name="import", description="Take over the settings in a file; first shows what would change")
    @app_commands.describe(file="A file that /settings export made, or one like it")
    async def import_(interaction: AnyInteraction, file: discord.Attachment) -> None:
        guild_id = await _begin(interaction)
        if file.size > SIZE_LIMIT:
            raise FileTooLarge(file.size)
        channels, roles = await channels_and_roles(interaction)
        edition = library.current
        around = Surroundings(
            server=guild_id, topics=edition.commands, offered=edition.topics, channels=channels, roles=roles
        )
        wanted = import_settings(await file.read(), around)
        stored = await editor.read(guild_id)
        settings = wanted.beside(stored.settings)
        await editor.keep_draft(interaction.id, guild_id, settings)
        view = preview_panel(stored, settings, draft=interaction.id, left_out=wanted.left_out)
        await interaction.followup.send(view=view, ephemeral=True)

    @group.command(name="reset", description="Make everything as it is by default; asks first")
    async def reset(interaction: AnyInteraction) -> None:
        guild_id = await _begin(interaction)
        await interaction.followup.send(view=reset_panel(await editor.read(guild_id), DEFAULTS), ephemeral=True)

    return group


async def _begin(interaction: AnyInteraction) -> int:
    """Acknowledge at once, for the database may take longer than Discord waits; return the server's id."""
    guild_id = require_manager(interaction)
    await interaction.response.defer(ephemeral=True, thinking=True)
    return guild_id
