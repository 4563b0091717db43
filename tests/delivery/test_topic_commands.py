"""A topic's command takes a shorter way than discord.py's; what carries it out cannot tell."""

from collections.abc import Mapping, Sequence
from typing import Any, Optional

import discord
import pytest
from discord import app_commands

from bot.commands.askers import AnyInteraction
from bot.commands.topics import TopicCommand
from bot.delivery.interactions import LazyInteraction
from tests.commands.test_askers import payload

DONOR = {"name": "donor", "type": 3, "value": "Poland"}
SECTION = {"name": "section", "type": 3, "value": "donors"}
PRIVATE = {"name": "private", "type": 5, "value": True}
FORMER = {"name": "year", "type": 4, "value": 2024}
OTHER_KIND = {"name": "section", "type": 1, "options": []}


@pytest.mark.parametrize(
    "options",
    [
        [],
        [DONOR],
        [SECTION, PRIVATE],
        [PRIVATE, DONOR, SECTION],
        [FORMER],
        [FORMER, DONOR],
        [DONOR, OTHER_KIND],
        [FORMER, OTHER_KIND],
    ],
    ids=lambda options: " ".join(option["name"] for option in options) or "none",
)
async def test_options_arrive_as_by_discord_py(options: Sequence[Mapping[str, Any]]) -> None:
    """By the names in the code, left out where the person left them out; one that there is no more is passed over."""
    seen: list[Mapping[str, Any]] = []

    async def carry_out(
        interaction: AnyInteraction,
        section: Optional[str] = None,  # noqa: UP045  read at run time
        row: Optional[str] = None,  # noqa: UP045
        private: bool = False,
    ) -> None:
        seen.append({"section": section, "row": row, "private": private})

    command = TopicCommand(name="aid", description="Aid", callback=carry_out)
    app_commands.rename(row="donor")(command)
    async with discord.Client(intents=discord.Intents.none()) as client:
        tree = app_commands.CommandTree(client)
        tree.add_command(command)
        used = payload(data={"id": "900", "name": "aid", "type": 1, "options": options})
        interaction = LazyInteraction(data=used, state=client._connection)

        _, parsed = tree._get_app_command_options(used["data"])
        await command.use(interaction, parsed)
        await tree._call(interaction)

    assert seen[0] == seen[1]
    assert seen[0]["row"] == ("Poland" if DONOR in options else None)
