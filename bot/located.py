"""Data read from a file that knows the line of each of its parts."""

from collections.abc import Sequence
from typing import Any

Location = Sequence[str | int]


class MappingNode(dict[str, Any]):
    """A mapping that knows the line of each of its keys."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}


class SequenceNode(list[Any]):
    """A sequence that knows the line of each of its items."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: list[int] = []


def line_of(data: object, location: Location) -> int | None:
    """Return the line of the nearest thing that exists on the way to *location*, or ``None``."""
    line = data.line if isinstance(data, MappingNode | SequenceNode) else None
    for step in location:
        match data, step:
            case MappingNode(), str() if step in data:
                line, data = data.lines[step], data[step]
            case SequenceNode(), int() if step < len(data):
                line, data = data.lines[step], data[step]
            case _:
                break
    return line


def key_path(location: Location) -> str:
    """Return *location* as people write it: ``sections[0].claims[2].kind``."""
    path = ""
    for step in location:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else step
    return path
