"""
A topic that is yet to be written: a file with blanks and notes that say what to write.

The loader refuses a pack as long as a blank is left, so that a draft cannot be published by mistake.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from bot.errors import BotError
from bot.knowledge.fields import CommandName, Title, TopicId
from bot.knowledge.models import Knowledge
from bot.located import MappingNode, SequenceNode

BLANK = "FILL IN"
# Commands that every pack has; a topic's command cannot be called so. Held equal to the code by a test.
OWN_COMMANDS = frozenset({"about", "ask", "glossary", "help", "insights", "privacy", "settings", "timeline", "topics"})


class UnusableName(BotError):
    """A new topic cannot have that id, command or title; ``str(error)`` says why, and what to do."""


def blanks_in(data: Any) -> Iterator[list[str | int]]:
    """Yield where in *data*, as read from a file, a text is still a blank or has one in it."""
    match data:
        case str() if BLANK in data:
            yield []
        case MappingNode():
            for key, value in data.items():
                yield from ([key, *below] for below in blanks_in(value))
        case SequenceNode():
            for i, value in enumerate(data):
                yield from ([i, *below] for below in blanks_in(value))


def start_topic(folder: Path, knowledge: Knowledge, topic_id: str, *, title: str | None, command: str | None) -> Path:
    """
    Write the draft of a topic into the pack *knowledge* in *folder*, and return its path. Nothing else is changed.

    Raises:
        UnusableName: The id or the command is taken, retired or not allowed, the title is not allowed, or the file
            cannot be written.
    """
    name = command if command is not None else topic_id
    _check_id(topic_id, knowledge)
    _check_command(name, knowledge)
    if title is not None:
        _check(TypeAdapter(Title), title, "A title has at most 80 characters and no formatting")
    path = folder / "topics" / f"{topic_id}.yaml"
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(_draft(topic_id, name, title if title is not None else BLANK))
    except OSError as error:
        raise UnusableName(f"{path} cannot be written: {error.strerror}.") from None
    return path


def _check_id(topic_id: str, knowledge: Knowledge) -> None:
    _check(TypeAdapter(TopicId), topic_id, "An id has 2 to 24 small letters, digits and hyphens")
    if topic_id in knowledge.topics:
        raise UnusableName(f"There is a topic “{topic_id}” already: topics/{topic_id}.yaml. Choose another id.")
    if (retired := knowledge.retired.get(topic_id)) is not None:
        raise UnusableName(
            f"“{topic_id}” is retired: it leads to “{retired.moved_to}” since {retired.since}, also on cards that were "
            "sent before. Choose another id."
        )


def _check_command(name: str, knowledge: Knowledge) -> None:
    _check(TypeAdapter(CommandName), name, "A command has 1 to 32 small letters, digits, hyphens and underscores")
    if name in OWN_COMMANDS:
        raise UnusableName(f"“{name}” is a command of the bot itself. Choose another name with --command.")
    owner = next((id_ for id_, command in knowledge.commands.items() if command.name == name), None)
    if owner is not None:
        retired = "retired topic" if owner in knowledge.retired else "topic"
        raise UnusableName(f"“{name}” is the command of the {retired} “{owner}”. Choose another name with --command.")


def _check(adapter: TypeAdapter[str], value: str, rule: str) -> None:
    try:
        adapter.validate_python(value)
    except ValidationError:
        raise UnusableName(f"“{value}” cannot be used. {rule}.") from None


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # which YAML reads as it is meant


def _draft(topic_id: str, command: str, title: str) -> str:
    return f"""\
# A new topic. Write every blank; natobot check names those that are left. What follows a # is for you: delete it when
# you are done.

# The id and the command's name are for ever: links, the log and servers' permissions refer to them.
id: {_quoted(topic_id)}
command:
  name: {_quoted(command)}
  # What people read beside the command in Discord, at most 100 characters.
  description: "{BLANK}"

title: {_quoted(title)}

# Two or three sentences that answer the most obvious question, at most 700 characters.
summary: "{BLANK}"

# One section for each aspect, with up to ten claims; the first claim of each is also on the overview. Copy from
# “- id” to the next blank line to make another section.
sections:
  # Small letters, digits and hyphens, for ever as well.
  - id: "{BLANK}"
    title: "{BLANK}"
    claims:
      # One sentence that can be checked, at most 400 characters: plain, neutral, with the date instead of “currently”.
      - text: "{BLANK}"
        # treaty-text, official-position, event, figure, analysis, disputed or hypothetical
        kind: "{BLANK}"
        # It was true on this day, for example 2026-07-08.
        as_of: "{BLANK}"
        # One to four ids of sources.yaml. Enter a new source there first.
        sources: ["{BLANK}"]

# Questions as people type them. Five that use different words teach the search more than twenty alike.
asks:
  - "{BLANK}"
  - "{BLANK}"
  - "{BLANK}"
  - "{BLANK}"
  - "{BLANK}"
"""
