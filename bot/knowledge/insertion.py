"""Adds lines to YAML files that people wrote, leaving every other line as it is."""

import json
from collections.abc import Sequence
from pathlib import Path

from bot.errors import BotError, Problem
from bot.located import Location, MappingNode, SequenceNode
from bot.strict_yaml import parse_yaml


class CannotInsert(BotError):
    """The file is not laid out so that lines could be added."""


def with_items(text: str, path: Path, location: Location, items: Sequence[str]) -> str | None:
    """
    Return *text* with *items* at the end of the list at *location*; ``None`` when there is no such list.

    *path* is what messages call the file.

    Raises:
        CannotInsert: The file cannot be read, or its list stands on one line.
    """
    if not text.strip():
        return None
    data = _read(text, path)
    for step in location:
        match data, step:
            case MappingNode(), str() if step in data:
                data = data[step]
            case SequenceNode(), int() if step < len(data):
                data = data[step]
            case _:
                return None
    if not isinstance(data, SequenceNode) or not data:
        raise CannotInsert(f"the list in {path} is empty or no list. Remove its key there, then apply again.")
    lines = text.splitlines()
    last = data.lines[-1] - 1
    dash = _dash_of(lines[last], path, last + 1)
    end = last + 1
    while end < len(lines) and lines[end].strip() and _indent(lines[end]) > len(dash):
        end += 1  # the item goes on
    return _joined(text, [*lines[:end], *(f"{dash}- {_quoted(item)}" for item in items), *lines[end:]])


def with_list(text: str, location: Location, items: Sequence[str]) -> str:
    """
    Return *text* with a new list of *items* under the last step of *location*, at the end of the file.

    Raises:
        CannotInsert: The list would not be on the file's first level.
    """
    match list(location):
        case [str(key)]:
            lines = text.splitlines()
            return _joined(text, [*lines, f"{key}:", *(f"  - {_quoted(item)}" for item in items)])
        case _:
            raise CannotInsert("there is no list to add to; write one example there by hand first.")


def _read(text: str, path: Path) -> MappingNode | SequenceNode:
    problems: list[Problem] = []
    data = parse_yaml(text.encode(), path, problems)
    if data is None:
        raise CannotInsert("; ".join(map(str, problems)))
    return data


def _dash_of(line: str, path: Path, number: int) -> str:
    """Return what stands before the dash of a list's item."""
    indent = line[: _indent(line)]
    if not line[len(indent) :].startswith("- "):
        raise CannotInsert(f"{path}:{number}: the list stands on one line. Write one item a line, then apply again.")
    return indent


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _quoted(item: str) -> str:
    return json.dumps(item, ensure_ascii=False)  # JSON's texts are YAML's double-quoted ones


def _joined(text: str, lines: Sequence[str]) -> str:
    newline = "\r\n" if "\r\n" in text else "\n"
    return newline.join(lines) + newline
