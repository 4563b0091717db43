"""/settings: where and how the bot speaks in a server. For those who may manage the server; not itself recorded."""

import discord
from discord import app_commands

from bot.commands.askers import AnyInteraction
from bot.commands.settings_panel import SettingsPanel, require_manager
from bot.knowledge.editions import Library
from bot.rendering.settings_pages import reset_panel
from bot.servers.editor import SettingsEditor
from bot.servers.models import DEFAULTS


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
        from bot.commands.settings_files import send_export  # a start does without files

        await send_export(interaction, await _begin(interaction), editor)

    @group.command(name="import", description="Take over the settings in a file; first shows what would change")
    @app_commands.describe(file="A file that /settings export made, or one like it")
    async def import_(interaction: AnyInteraction, file: discord.Attachment) -> None:
        from bot.commands.settings_files import preview_import

        await preview_import(interaction, await _begin(interaction), file, library.current, editor)

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
