"""What does not fit together in a server's settings, each with what to do. Pure."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from bot.servers.models import ServerSettings

ALL_COMMANDS = "*"  # in place of a command's name


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelFacts:
    """What the app may do in a channel that exists."""

    can_view: bool
    can_post: bool  # messages with components; in a thread or forum of it, too


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerFacts:
    """What Discord says of a server. ``None`` stands for what could not be asked."""

    channels: Mapping[int, ChannelFacts] | None
    roles: Collection[int] | None
    overrides: Mapping[str, str] | None  # command name or ALL_COMMANDS -> who it is restricted to, as Discord shows it


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that an admin should look at."""

    what: str
    do: str


def findings(
    settings: ServerSettings, facts: ServerFacts, topics: Mapping[str, str], languages: Collection[str]
) -> Iterator[Finding]:
    """Yield everything that is wrong; *topics* are the edition's ids with their commands' names."""
    yield from _about_channels(settings, facts)
    yield from _about_roles(settings, facts)
    yield from _about_topics(settings, topics)
    if settings.language is not None and settings.language not in languages:
        yield Finding(
            what=f"Answers are set to the language “{settings.language}”, in which this edition is not written.",
            do="Choose another language; until then answers follow the member.",
        )
    yield from _about_overrides(facts)


def _about_channels(settings: ServerSettings, facts: ServerFacts) -> Iterator[Finding]:
    if facts.channels is None:
        yield Finding(
            what="The channels of this server could not be looked up.",
            do="Check again in a minute; if it stays so, add the bot to this server anew with its bot scope.",
        )
        return
    for channel in (*settings.private_channels, *settings.public_channels):
        if channel not in facts.channels:
            yield Finding(
                what=f"<#{channel}> ({channel}) has a rule, but no longer exists or is hidden from the bot.",
                do="Take it out of the list in `/settings panel`, or leave it: it does no harm.",
            )
    news = settings.news_channel
    if news is None:
        return
    if (channel_facts := facts.channels.get(news)) is None:
        yield Finding(
            what=f"The channel for edition news ({news}) no longer exists or is hidden from the bot.",
            do="Choose another in `/settings panel`.",
        )
    elif not (channel_facts.can_view and channel_facts.can_post):
        missing = "View Channel" if not channel_facts.can_view else "Send Messages"
        yield Finding(
            what=f"The bot may not post edition news in <#{news}>.",
            do=f"Give it “{missing}” there (channel settings, Permissions), or choose another channel.",
        )


def _about_roles(settings: ServerSettings, facts: ServerFacts) -> Iterator[Finding]:
    for role in settings.sharers:
        if facts.roles is not None and role not in facts.roles:
            yield Finding(
                what=f"A role ({role}) that may show private answers to everyone no longer exists.",
                do="Take it out of the list in `/settings panel`.",
            )


def _about_topics(settings: ServerSettings, topics: Mapping[str, str]) -> Iterator[Finding]:
    for topic in (*settings.hidden_topics, *settings.topic_notes):
        if topic not in topics:
            yield Finding(
                what=f"The topic `{topic}` is not part of this edition any more.",
                do="Nothing has to be done; changing the list in `/settings panel` lets go of it.",
            )
    if topics and set(topics) <= set(settings.hidden_topics):
        yield Finding(what="Every topic is hidden, so that none counts as hidden.", do="Show at least one.")
    notes = {"every answer": settings.note, **{f"`{topic}`": note for topic, note in settings.topic_notes.items()}}
    for place, note in notes.items():
        for topic in settings.hidden_topics:
            if note and topic in topics and re.search(rf"/{re.escape(topics[topic])}\b", note):
                yield Finding(
                    what=f"The note above {place} refers to `/{topics[topic]}`, which is hidden here.",
                    do="Show the topic again, or change the note.",
                )
    for topic in settings.topic_notes:
        if topic in settings.hidden_topics:
            yield Finding(
                what=f"There is a note above `{topic}`, which is hidden here.",
                do="Show the topic again, or remove the note.",
            )


def _about_overrides(facts: ServerFacts) -> Iterator[Finding]:
    if facts.overrides is None:
        yield Finding(
            what="Whether this server restricts commands of the bot could not be looked up.",
            do="Check again in a minute, or look under Server Settings, Integrations.",
        )
        return
    for command, who in facts.overrides.items():
        yield Finding(
            what=f"{_subject(command)} restricted by this server itself: {who}.",
            do="If that is meant, leave it. It is changed under Server Settings, Integrations.",
        )


def _subject(command: str) -> str:
    if command == ALL_COMMANDS:
        return "All commands of the bot are"
    is_slash = command == command.lower() and " " not in command  # as Discord demands it of these alone
    return f"`/{command}` is" if is_slash else f"“{command}” is"
