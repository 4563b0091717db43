"""The message menu “Check the facts”: what the pack says to something that was said in the chat."""

import discord
from discord import app_commands

from bot.answers.selection import shown_here
from bot.commands.ask import asked_for
from bot.commands.askers import AnyInteraction, asker_of
from bot.commands.occasions import Occasions
from bot.commands.rate_limit import QuestionLimit
from bot.commands.replies import Replies
from bot.rendering import wording
from bot.rendering.cards import check_card
from bot.search_index import SearchIndex


def check_message_menu(
    occasions: Occasions, index: SearchIndex, replies: Replies, limit: QuestionLimit
) -> app_commands.ContextMenu:
    """Return the menu. It answers privately and never quotes the message or names its author."""

    async def check(interaction: AnyInteraction, message: discord.Message) -> None:
        limit.take(asker_of(interaction).id, interaction.guild_id)
        if (edition := index.edition) is None:
            await replies.tell(interaction, wording.SEARCH_NOT_READY)
            return
        here = (await occasions.of(interaction, edition=edition)).privately()
        judged, touched = index.topics_touched(message.content)
        judged = shown_here(judged, here.knowledge.hidden)
        topics = [topic for topic in touched if topic.id not in here.knowledge.hidden]
        asked = asked_for(judged, "", command="check", source="menu").but(text=None)  # others' words are not kept
        if not topics:
            await replies.note(interaction, wording.NOTHING_TO_CHECK, asked, here)
            return
        card = check_card(judged.answer, topics, here.knowledge, here.reader, regards=interaction.id)
        await replies.send(interaction, card, asked, here)

    return app_commands.ContextMenu(
        name="Check the facts",
        callback=check,
        allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
    )
