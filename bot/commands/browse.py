"""Commands to look around: topics, glossary, timeline."""

from discord import app_commands

from bot.answers.lookup import (
    complete_terms,
    complete_topics,
    complete_years,
    find_events,
    find_term,
    find_topic,
)
from bot.commands.askers import AnyInteraction
from bot.commands.occasions import Occasions
from bot.commands.pictures import IllustratedReplies
from bot.commands.replies import Asked, Replies
from bot.commands.topics import PRIVATE_HELP, AnyCommand, choices, everywhere
from bot.knowledge.models import Knowledge
from bot.rendering.cards import term_card, timeline_card, topics_card


def browse_commands(occasions: Occasions, replies: Replies, illustrated: IllustratedReplies) -> list[AnyCommand]:
    """Return ``/topics``, ``/glossary`` and ``/timeline``."""
    made = (
        _topics_command(occasions, replies),
        _glossary_command(occasions, replies),
        _timeline_command(occasions, replies, illustrated),
    )
    return [everywhere(command) for command in made]


def _topics_command(occasions: Occasions, replies: Replies) -> AnyCommand:
    @app_commands.command(name="topics", description="Everything this bot can answer about")
    @app_commands.describe(private=PRIVATE_HELP)
    async def topics(interaction: AnyInteraction, private: bool = False) -> None:
        here = await occasions.of(interaction, private=private)
        await replies.send(interaction, topics_card(here.knowledge, here.reader), Asked(command="topics"), here)

    return topics


def _glossary_command(occasions: Occasions, replies: Replies) -> AnyCommand:
    @app_commands.command(name="glossary", description="What a word or an abbreviation means")
    @app_commands.describe(term="The word, for example NSATU or battlegroup", private=PRIVATE_HELP)
    async def glossary(
        interaction: AnyInteraction, term: app_commands.Range[str, 1, 100], private: bool = False
    ) -> None:
        here = await occasions.of(interaction, private=private)
        found = find_term(term, here.knowledge)
        card = term_card(found, here.knowledge, here.reader)
        await replies.send(interaction, card, Asked(command="glossary", topic=found.term.topic), here)

    @glossary.autocomplete("term")
    async def complete_term(interaction: AnyInteraction, typed: str) -> list[app_commands.Choice[str]]:
        return choices(complete_terms(await occasions.edition_for(interaction), typed))

    return glossary


def _timeline_command(occasions: Occasions, replies: Replies, illustrated: IllustratedReplies) -> AnyCommand:
    @app_commands.command(name="timeline", description="What happened when, with sources")
    @app_commands.describe(
        topic="Only events of this topic",
        year="Only events of this year, or from it on when you also give until",
        until="The last year, to see a span of years",
        picture="Show the events as a picture",
        private=PRIVATE_HELP,
    )
    async def timeline(
        interaction: AnyInteraction,
        topic: str | None = None,
        year: app_commands.Range[int, 1900, 2999] | None = None,
        until: app_commands.Range[int, 1900, 2999] | None = None,
        picture: bool = False,
        private: bool = False,
    ) -> None:
        here = await occasions.of(interaction, private=private)
        topic_id = _topic_id(topic, here.knowledge)
        events = find_events(here.knowledge, topic_id=topic_id, year=year, until=until)
        asked = Asked(command="timeline", topic=topic_id, outcome="found" if events.events else "nothing")
        if picture:
            await illustrated.send_events(interaction, events, asked, here)
        else:
            await replies.send(interaction, timeline_card(events, here.knowledge, here.reader), asked, here)

    @timeline.autocomplete("topic")
    async def complete_topic(interaction: AnyInteraction, typed: str) -> list[app_commands.Choice[str]]:
        return choices(complete_topics(await occasions.edition_for(interaction), typed))

    @timeline.autocomplete("year")
    @timeline.autocomplete("until")
    async def complete_year(interaction: AnyInteraction, typed: str) -> list[app_commands.Choice[int]]:
        entries = complete_years(await occasions.edition_for(interaction), str(typed))
        return [app_commands.Choice(name=label, value=int(value)) for value, label in entries]

    return timeline


def _topic_id(typed: str | None, knowledge: Knowledge) -> str | None:
    """Return the topic meant by what was typed into an autocompleted option, which need not be an id."""
    if typed is None or typed in knowledge.topics or typed in knowledge.hidden:
        return typed
    best = complete_topics(knowledge, typed)
    return find_topic(best[0][0] if best else typed, knowledge).id
