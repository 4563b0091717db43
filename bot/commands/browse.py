"""Commands to look around: topics, glossary, timeline."""

from discord import app_commands

from bot.answers.lookup import (
    complete_terms,
    complete_topics,
    complete_years,
    find_events,
    find_page,
    find_term,
)
from bot.commands.replies import AnyInteraction, Asked, Replies, reader_of
from bot.commands.topics import PRIVATE_HELP, AnyCommand, choices, everywhere
from bot.knowledge.editions import Library
from bot.rendering.cards import term_card, timeline_card, topics_card


def browse_commands(library: Library, replies: Replies) -> list[AnyCommand]:
    """Return ``/topics``, ``/glossary`` and ``/timeline``."""
    return [everywhere(make(library, replies)) for make in (_topics_command, _glossary_command, _timeline_command)]


def _topics_command(library: Library, replies: Replies) -> AnyCommand:
    @app_commands.command(name="topics", description="Everything this bot can answer about")
    @app_commands.describe(private=PRIVATE_HELP)
    async def topics(interaction: AnyInteraction, private: bool = False) -> None:
        knowledge = library.current
        card = topics_card(knowledge, reader_of(interaction, private=private))
        await replies.send(interaction, card, Asked(command="topics"), knowledge, private=private)

    return topics


def _glossary_command(library: Library, replies: Replies) -> AnyCommand:
    @app_commands.command(name="glossary", description="What a word or an abbreviation means")
    @app_commands.describe(term="The word, for example NSATU or battlegroup", private=PRIVATE_HELP)
    async def glossary(
        interaction: AnyInteraction, term: app_commands.Range[str, 1, 100], private: bool = False
    ) -> None:
        knowledge = library.current
        found = find_term(term, knowledge)
        card = term_card(found, knowledge, reader_of(interaction, private=private))
        asked = Asked(command="glossary", topic=found.term.topic)
        await replies.send(interaction, card, asked, knowledge, private=private)

    @glossary.autocomplete("term")
    async def complete_term(_: AnyInteraction, typed: str) -> list[app_commands.Choice[str]]:
        return choices(complete_terms(library.current, typed))

    return glossary


def _timeline_command(library: Library, replies: Replies) -> AnyCommand:
    @app_commands.command(name="timeline", description="What happened when, with sources")
    @app_commands.describe(topic="Only events of this topic", year="Only events of this year", private=PRIVATE_HELP)
    async def timeline(
        interaction: AnyInteraction,
        topic: str | None = None,
        year: app_commands.Range[int, 1900, 2999] | None = None,
        private: bool = False,
    ) -> None:
        knowledge = library.current
        topic_id = _topic_id(topic, library)
        events = find_events(knowledge, topic_id=topic_id, year=year)
        card = timeline_card(events, knowledge, reader_of(interaction, private=private))
        asked = Asked(command="timeline", topic=topic_id, outcome="found" if events.events else "nothing")
        await replies.send(interaction, card, asked, knowledge, private=private)

    @timeline.autocomplete("topic")
    async def complete_topic(_: AnyInteraction, typed: str) -> list[app_commands.Choice[str]]:
        return choices(complete_topics(library.current, typed))

    @timeline.autocomplete("year")
    async def complete_year(_: AnyInteraction, typed: str) -> list[app_commands.Choice[int]]:
        entries = complete_years(library.current, str(typed))
        return [app_commands.Choice(name=label, value=int(value)) for value, label in entries]

    return timeline


def _topic_id(typed: str | None, library: Library) -> str | None:
    """Return the topic meant by what was typed into an autocompleted option, which need not be an id."""
    if typed is None or typed in library.current.topics:
        return typed
    best = complete_topics(library.current, typed)
    return find_page(best[0][0] if best else typed, None, library.current).topic.id
