"""/ask: a question in anyone's words."""

from typing import assert_never

from discord import app_commands

from bot.answers.lookup import complete_questions
from bot.answers.models import Corrected, Found, Judged, NotFound, Suggested
from bot.answers.selection import shown_here
from bot.commands.askers import AnyInteraction, asker_of
from bot.commands.occasions import Occasion, Occasions
from bot.commands.rate_limit import QuestionLimit
from bot.commands.replies import Asked, Replies
from bot.commands.topics import PRIVATE_HELP, AnyCommand, choices, everywhere
from bot.rendering import wording
from bot.rendering.cards import corrected_card, not_found_card, suggestions_card
from bot.rendering.components import Card
from bot.scrubbing import scrubbed
from bot.search_index import SearchIndex


def ask_command(occasions: Occasions, index: SearchIndex, replies: Replies, limit: QuestionLimit) -> AnyCommand:
    """Return ``/ask``."""

    @app_commands.command(name="ask", description="Ask in your own words, in any of seven languages")
    @app_commands.describe(question="What you want to know", private=PRIVATE_HELP)
    async def ask(
        interaction: AnyInteraction, question: app_commands.Range[str, 2, 300], private: bool = False
    ) -> None:
        limit.take(asker_of(interaction).id, interaction.guild_id)
        if (edition := index.edition) is None:
            await replies.tell(interaction, wording.SEARCH_NOT_READY)
            return
        here = await occasions.of(interaction, private=private, edition=edition)
        judged = shown_here(index.answer(question), here.knowledge.hidden)
        if isinstance(judged.answer, Suggested | NotFound):
            here = here.privately()  # nobody else is bothered with a question that led nowhere yet
        card = card_for(judged, here, regards=interaction.id)
        await replies.send(interaction, card, asked_for(judged, question), here)

    @ask.autocomplete("question")
    async def complete_question(interaction: AnyInteraction, typed: str) -> list[app_commands.Choice[str]]:
        return choices(complete_questions(await occasions.edition_for(interaction), typed))

    return everywhere(ask)


def card_for(judged: Judged, here: Occasion, *, regards: int) -> Card:
    """Return what an outcome looks like; *regards* is the interaction it answers."""
    match judged.answer:
        case Found() as found:
            return here.topic_card(found)
        case Corrected() as corrected:
            return corrected_card(corrected, here.knowledge, here.reader)
        case Suggested(topics=topics):
            return suggestions_card(topics, here.reader, regards=regards)
        case NotFound():
            return not_found_card(here.knowledge, here.reader, regards=regards)
        case _:
            assert_never(judged.answer)


def asked_for(judged: Judged, question: str, *, command: str = "ask", source: str = "command") -> Asked:
    """Return what the log should know; the text only where nothing was found or somebody had to choose."""
    asked = Asked(
        command=command,
        source=source,
        outcome="found",
        language=judged.language,
        score=judged.score,
        runner_ups=judged.ranked,
    )
    match judged.answer:
        case Found(topic=topic, page=page):
            return asked.but(topic=topic.id, section=page or None)
        case Corrected(topic=topic):
            return asked.but(topic=topic.id, outcome="corrected")
        case Suggested():
            return asked.but(outcome="suggested", text=scrubbed(question))
        case NotFound():
            return asked.but(outcome="not-found", text=scrubbed(question))
        case _:
            assert_never(judged.answer)
