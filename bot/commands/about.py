"""Commands about the bot itself: where its answers come from, and how to use it."""

from discord import app_commands

from bot.commands.replies import AnyInteraction, Asked, Replies, reader_of
from bot.commands.topics import PRIVATE_HELP, AnyCommand, everywhere
from bot.knowledge.editions import Library
from bot.rendering.about import AboutLinks, about_paragraphs, help_paragraphs
from bot.rendering.cards import text_card


def about_commands(library: Library, replies: Replies, links: AboutLinks, version: str) -> list[AnyCommand]:
    """Return ``/about`` and ``/help``; *version* is that of the program."""

    @app_commands.command(name="about", description="Where the answers come from, what is stored, and who made this")
    @app_commands.describe(private=PRIVATE_HELP)
    async def about(interaction: AnyInteraction, private: bool = False) -> None:
        knowledge = library.current
        paragraphs = about_paragraphs(knowledge, links, version)
        card = text_card("About this bot", paragraphs, knowledge, reader_of(interaction, private=private))
        await replies.send(interaction, card, Asked(command="about"), knowledge, private=private)

    @app_commands.command(name="help", description="How to ask, and how to read an answer")
    @app_commands.describe(private=PRIVATE_HELP)
    async def show_help(interaction: AnyInteraction, private: bool = False) -> None:
        knowledge = library.current
        card = text_card(
            "How to use this bot", help_paragraphs(knowledge), knowledge, reader_of(interaction, private=private)
        )
        await replies.send(interaction, card, Asked(command="help"), knowledge, private=private)

    return [everywhere(about), everywhere(show_help)]
