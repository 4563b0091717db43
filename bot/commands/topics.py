"""One command per topic, made from the pack: a new YAML file is a new command."""

from collections.abc import Sequence
from typing import Any

from discord import app_commands

from bot.answers.lookup import complete_pages, find_page
from bot.commands.occasions import AnyInteraction, Occasions
from bot.commands.replies import Asked, Replies
from bot.knowledge.models import Command, Knowledge
from bot.rendering.limits import CHOICE_LIMIT, shortened

SECTION_HELP = "The part you want to read; leave empty for the overview"
PRIVATE_HELP = "Show the answer only to you"

AnyCommand = app_commands.Command[Any, ..., None]


def everywhere(command: AnyCommand) -> AnyCommand:
    """Offer *command* in servers, direct messages and private channels, to servers and users who installed the bot."""
    app_commands.allowed_installs(guilds=True, users=True)(command)
    app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)(command)
    return command


def topic_commands(knowledge: Knowledge, occasions: Occasions, replies: Replies) -> list[AnyCommand]:
    """
    Return a command for each topic of *knowledge*, retired ones included.

    Each answers from the edition that is current when it is used.
    """
    return [_topic_command(topic_id, command, occasions, replies) for topic_id, command in knowledge.commands.items()]


def _topic_command(topic_id: str, command: Command, occasions: Occasions, replies: Replies) -> AnyCommand:
    @app_commands.command(name=command.name, description=command.description)
    @app_commands.describe(section=SECTION_HELP, private=PRIVATE_HELP)
    async def show(interaction: AnyInteraction, section: str | None = None, private: bool = False) -> None:
        here = await occasions.of(interaction, private=private)
        found = find_page(topic_id, section, here.knowledge)
        asked = Asked(command=command.name, topic=found.topic.id, section=found.page or None)
        await replies.send(interaction, here.topic_card(found), asked, here)

    @show.autocomplete("section")
    async def complete_section(interaction: AnyInteraction, typed: str) -> list[app_commands.Choice[str]]:
        current = (await occasions.edition_for(interaction)).present_topic(topic_id)
        return choices(complete_pages(current, typed)) if current else []

    return everywhere(show)


def choices(entries: Sequence[tuple[str, str]]) -> list[app_commands.Choice[str]]:
    """Turn values and labels into what autocomplete answers with."""
    return [app_commands.Choice(name=shortened(label, CHOICE_LIMIT), value=value) for value, label in entries]
