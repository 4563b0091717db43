"""Settings as files: giving them out, and showing what taking one over would change."""

import io

import discord

from bot.commands.askers import AnyInteraction
from bot.commands.server_facts import channels_and_roles
from bot.errors import UserError
from bot.knowledge.models import Knowledge
from bot.rendering.settings_pages import preview_panel
from bot.servers.editor import SettingsEditor
from bot.servers.exchange import FILE_NAME, SIZE_LIMIT, Surroundings, export_settings, import_settings


class FileTooLarge(UserError):
    """A file was given that no settings can need."""

    def __init__(self, size: int) -> None:
        super().__init__(
            f"**Nothing was changed.** The file has {size:,} bytes; settings never need more than {SIZE_LIMIT:,}. Give "
            f"a file that `/settings export` made, or one like it."
        )


async def send_export(interaction: AnyInteraction, guild_id: int, editor: SettingsEditor) -> None:
    """Give the settings as a file, in answer to an acknowledged interaction."""
    content = export_settings((await editor.read(guild_id)).settings, guild_id)
    file = discord.File(io.BytesIO(content.encode()), filename=FILE_NAME)
    await interaction.followup.send("The settings of this server.", file=file, ephemeral=True)


async def preview_import(
    interaction: AnyInteraction, guild_id: int, file: discord.Attachment, edition: Knowledge, editor: SettingsEditor
) -> None:
    """
    Keep what a file asks for as a draft, and show what it would change.

    Raises:
        UserError: The file cannot be taken over; nothing was kept.
    """
    if file.size > SIZE_LIMIT:
        raise FileTooLarge(file.size)
    channels, roles = await channels_and_roles(interaction)
    around = Surroundings(
        server=guild_id, topics=edition.commands, offered=edition.topics, channels=channels, roles=roles
    )
    wanted = import_settings(await file.read(), around)
    stored = await editor.read(guild_id)
    settings = wanted.beside(stored.settings)
    await editor.keep_draft(interaction.id, guild_id, settings)
    view = preview_panel(stored, settings, draft=interaction.id, left_out=wanted.left_out)
    await interaction.followup.send(view=view, ephemeral=True)
