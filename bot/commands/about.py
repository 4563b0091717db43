"""Commands about the bot itself: where its answers come from, and how to use it."""

from discord import app_commands

from bot.commands.askers import AnyInteraction
from bot.commands.occasions import Occasions
from bot.commands.replies import Asked, Replies
from bot.commands.topics import PRIVATE_HELP, AnyCommand, everywhere
from bot.rendering.about import AboutLinks, about_paragraphs, help_paragraphs
from bot.rendering.cards import text_card


def about_commands(occasions: Occasions, replies: Replies, links: AboutLinks, version: str) -> list[AnyCommand]:
    """Return ``/about`` and ``/help``; *version* is that of the program."""

    @app_commands.command(name="about", description="Where the answers come from, what is stored, and who made this")
    @app_commands.describe(private=PRIVATE_HELP)
    async def about(interaction: AnyInteraction, private: bool = False) -> None:
        here = await occasions.of(interaction, private=private)
        paragraphs = about_paragraphs(here.knowledge, links, version)
        card = text_card("About this bot", paragraphs, here.knowledge, here.reader)
        await replies.send(interaction, card, Asked(command="about"), here)

    @app_commands.command(name="help", description="How to ask, and how to read an answer")
    @app_commands.describe(private=PRIVATE_HELP)
    async def show_help(interaction: AnyInteraction, private: bool = False) -> None:
        here = await occasions.of(interaction, private=private)
        card = text_card("How to use this bot", help_paragraphs(here.knowledge), here.knowledge, here.reader)
        await replies.send(interaction, card, Asked(command="help"), here)

    return [everywhere(about), everywhere(show_help)]
