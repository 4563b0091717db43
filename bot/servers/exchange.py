"""Settings as a YAML file: to keep, to compare, to take to another server."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bot.errors import FileProblems, Problem, UserError
from bot.located import MappingNode, SequenceNode, key_path, line_of
from bot.servers.models import ServerSettings

FILE_NAME = "settings.yaml"
SIZE_LIMIT = 96 * 1024  # bytes; the largest settings there can be, notes of nothing but escaped emoji, are about 90 KiB
ROOM = 1800  # characters for the problems of a file; with its heading a message holds 2,000
LINE_SHOWN = 240  # characters of each problem

_HEADER = """\
# How the bot speaks in this server. Change it and give it back with /settings import, which shows what would change
# before it does. What is left out gets its default.
"""
_SERVER = "server"
# Ids of one server mean nothing in another.
_BOUND_TO_A_SERVER = ("private_channels", "public_channels", "sharers", "news_channel")
_MESSAGES = {
    "extra_forbidden": "is not a setting. /settings export shows them all.",
    "tuple_type": "should be a list, each item on a line of its own after “- ”.",
    "dict_type": "should hold a note for each topic: its id, a colon, the text.",
    "string_type": "should be a text.",
}


class ImportRefused(FileProblems, UserError):
    """A settings file has mistakes; each is named with its line."""

    def __str__(self) -> str:
        shown: list[str] = []
        room = ROOM
        for problem in self.problems:
            line = _one_line(str(problem))
            room -= len(line) + 1
            if room < 0:
                shown.append(f"… and {len(self.problems) - len(shown)} more")
                break
            shown.append(line)
        lines = "\n".join(shown)
        return f"**Nothing was changed.** The file has mistakes:\n```\n{lines}\n```"


def _one_line(text: str) -> str:
    """Return *text*, which may quote the file, so that it cannot end the block of code it is shown in."""
    line = " ".join(text.replace("`", "'").split())
    return line if len(line) <= LINE_SHOWN else line[: LINE_SHOWN - 1] + "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What settings may refer to."""

    server: int
    topics: Collection[str]  # ids, those of retired topics included
    offered: Collection[str]  # ids of the topics that answer; one of them has to remain
    channels: Collection[int] | None  # ids; None when they could not be looked up
    roles: Collection[int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """What a file asks for."""

    settings: ServerSettings
    left_out: tuple[str, ...] = ()  # settings that name channels and roles of the other server it came from
    of_other_server: bool = False

    def beside(self, present: ServerSettings) -> ServerSettings:
        """Return the settings to take over: of another server's file, what names channels and roles stays as it is."""
        if not self.of_other_server:
            return self.settings
        return self.settings.changed(**{field: getattr(present, field) for field in _BOUND_TO_A_SERVER})


def export_settings(settings: ServerSettings, server: int) -> str:
    """Return a file that ``import_settings`` reads back to the same settings."""
    from bot.strict_yaml import write_yaml  # brings the YAML parser, which answering does without

    values = {key: value for key, value in settings.model_dump(mode="json").items() if value is not None}
    return _HEADER + write_yaml({_SERVER: server, **values})


def import_settings(raw: bytes, around: Surroundings) -> Import:
    """
    Return what a file asks for.

    Raises:
        ImportRefused: It has mistakes, or names what is not there; every one is listed.
    """
    from bot.strict_yaml import parse_yaml

    name = Path(FILE_NAME)
    problems: list[Problem] = []
    if len(raw) > SIZE_LIMIT:  # reading it would keep everybody waiting
        message = f"has {len(raw):,} bytes; settings never need more than {SIZE_LIMIT:,}."
        raise ImportRefused([Problem(file=name, line=None, key="", message=message)])
    data = parse_yaml(raw, name, problems, booleans=True)
    if isinstance(data, SequenceNode):
        problems.append(Problem(file=name, line=1, key="", message="is a list. It should be a mapping of settings."))
    if problems or not isinstance(data, MappingNode):
        raise ImportRefused(problems)
    values = dict(data)
    origin = values.pop(_SERVER, str(around.server))
    if not (isinstance(origin, str) and re.fullmatch(r"[0-9]{1,20}", origin)):
        raise ImportRefused([_problem(data, (_SERVER,), "is not a server's id. Remove the line, or export again.")])
    left_out: tuple[str, ...] = ()
    of_other_server = int(origin) != around.server
    if of_other_server:
        left_out = tuple(key for key in _BOUND_TO_A_SERVER if values.pop(key, []) != [])
    try:
        settings = ServerSettings.model_validate(values)
    except ValidationError as error:
        raise ImportRefused([_worded(data, detail) for detail in error.errors(include_url=False)]) from None
    if missing := list(_missing(settings, around, data)):
        raise ImportRefused(missing)
    return Import(settings=settings, left_out=left_out, of_other_server=of_other_server)


def _missing(settings: ServerSettings, around: Surroundings, data: MappingNode) -> Iterator[Problem]:
    """Name everything that settings refer to and that is not there."""
    places: list[tuple[str, tuple[str | int, ...]]] = [
        *((topic, ("hidden_topics", i)) for i, topic in enumerate(settings.hidden_topics)),
        *((topic, ("topic_notes", topic)) for topic in settings.topic_notes),
    ]
    for topic, location in places:
        if topic not in around.topics:
            yield _problem(data, location, f"There is no topic “{topic}”. `/topics` lists them all.")
    if set(around.offered) <= set(settings.hidden_topics):
        yield _problem(data, ("hidden_topics",), "hides every topic. Leave at least one.")
    news = [settings.news_channel] if settings.news_channel is not None else []
    for key, ids, there, what in (
        ("private_channels", settings.private_channels, around.channels, "channel"),
        ("public_channels", settings.public_channels, around.channels, "channel"),
        ("news_channel", news, around.channels, "channel"),
        ("sharers", settings.sharers, around.roles, "role"),
    ):
        for i, id_ in enumerate(ids):
            if there is not None and id_ not in there:
                location = (key,) if key == "news_channel" else (key, i)
                yield _problem(data, location, f"This server has no {what} {id_}, or the bot cannot see it. Remove it.")


def _worded(data: MappingNode, detail: Mapping[str, Any]) -> Problem:
    message = _MESSAGES.get(detail["type"], f"{detail['msg'].removeprefix('Value error, ')}.")
    return _problem(data, tuple(detail["loc"]), message)


def _problem(data: MappingNode, location: tuple[str | int, ...], message: str) -> Problem:
    return Problem(file=Path(FILE_NAME), line=line_of(data, location), key=key_path(location), message=message)
