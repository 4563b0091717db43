"""/privacy: what is stored about you, as a file, deleted, or not at all. Not itself recorded."""

import gzip
import io
import json
from collections.abc import Mapping
from typing import Any

import discord
from discord import app_commands

from bot.commands.askers import AnyInteraction, asker_of
from bot.privacy import Privacy
from bot.rendering.components import Card
from bot.rendering.privacy import PrivacyTerms, exported_text, forgotten_text, opt_out_text, overview_text

PLAIN_LIMIT = 8 * 1024 * 1024  # bytes; Discord takes files of 10 MiB, and the JSON shrinks to a tenth


def privacy_group(privacy: Privacy, terms: PrivacyTerms) -> app_commands.Group:
    """Return ``/privacy`` with its subcommands, for servers and direct messages."""
    group = app_commands.Group(
        name="privacy",
        description="What is stored about you, and what you can do about it",
        allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
    )

    @group.command(name="show", description="What is stored about you, and for how long")
    async def show(interaction: AnyInteraction) -> None:
        await _think(interaction)
        await _say(interaction, overview_text(await privacy.overview(asker_of(interaction).id), terms))

    @group.command(name="export", description="Everything stored about you, as a file")
    async def export(interaction: AnyInteraction) -> None:
        await _think(interaction)
        data = await privacy.export(asker_of(interaction).id)
        name, content = _file_of(data)
        file = discord.File(io.BytesIO(content), filename=name)
        text = exported_text(rows=len(data["queries"]), settings_changes=len(data["settings_changes"]))
        await interaction.followup.send(text, file=file, ephemeral=True)

    @group.command(name="forget", description="Delete everything stored about you, now")
    async def forget(interaction: AnyInteraction) -> None:
        await _think(interaction)
        await _say(interaction, forgotten_text(await privacy.forget(asker_of(interaction).id)))

    @group.command(
        name="opt-out", description="Stop counting what you ask; what is stored already stays until you forget it"
    )
    async def opt_out(interaction: AnyInteraction) -> None:
        await _think(interaction)
        await privacy.set_opt_out(asker_of(interaction).id, opted_out=True)
        await _say(interaction, opt_out_text(opted_out=True))

    @group.command(name="opt-in", description="Let what you ask be counted again")
    async def opt_in(interaction: AnyInteraction) -> None:
        await _think(interaction)
        await privacy.set_opt_out(asker_of(interaction).id, opted_out=False)
        await _say(interaction, opt_out_text(opted_out=False))

    return group


def _file_of(data: Mapping[str, Any]) -> tuple[str, bytes]:
    """Return the name and content of the file a person gets; one too large for Discord is compressed."""
    content = json.dumps(data, ensure_ascii=False, indent=1).encode()
    if len(content) <= PLAIN_LIMIT:
        return "my-data.json", content
    return "my-data.json.gz", gzip.compress(content)


async def _think(interaction: AnyInteraction) -> None:
    """Acknowledge at once: the database may take longer than Discord waits."""
    await interaction.response.defer(ephemeral=True, thinking=True)


async def _say(interaction: AnyInteraction, text: str) -> None:
    await interaction.followup.send(view=Card(text), ephemeral=True)
