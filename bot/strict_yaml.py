"""
YAML that people edit: strings only, no surprises, and a line number for every mistake.

The events of libyaml's parser are turned into data here, without PyYAML's constructor, because the constructor follows
aliases (a few hundred bytes can expand to millions of nodes), keeps the last of two equal keys without a word, reads a
bare ``no`` as false, and overflows the C stack on deep nesting.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

import yaml

from bot.errors import Problem
from bot.located import MappingNode, SequenceNode

SIZE_LIMIT = 1024 * 1024  # bytes of one file
DEPTH_LIMIT = 20  # levels of nesting; a topic needs six

# What YAML 1.1 would read as something other than the word that stands there.
BARE_BOOLEANS = frozenset({"true", "false"})
BARE_WORDS = BARE_BOOLEANS | {"y", "n", "yes", "no", "on", "off", "null", "~"}


def read_yaml(
    path: Path, problems: list[Problem], *, shown_as: Path | None = None, booleans: bool = False
) -> MappingNode | SequenceNode | None:
    """
    Return what the file holds, or ``None`` after adding what is wrong with it to *problems*.

    Every scalar is a string; dates and numbers are for the model to read. *booleans* admits bare ``true`` and
    ``false`` (as those strings). *shown_as* is the path to name in messages.
    """
    name = shown_as or path
    try:
        raw = path.read_bytes()
    except OSError as error:
        problems.append(_problem(name, None, f"cannot be read: {error.strerror}."))
        return None
    return parse_yaml(raw, name, problems, booleans=booleans)


def parse_yaml(
    raw: bytes, name: Path, problems: list[Problem], *, booleans: bool = False
) -> MappingNode | SequenceNode | None:
    """Do the same with what was read already; *name* is what messages call it."""
    if len(raw) > SIZE_LIMIT:
        problems.append(_problem(name, None, f"is larger than 1 MiB ({len(raw):,} bytes). Split it."))
        return None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        problems.append(_problem(name, line, "is not UTF-8 text here. Save the file as UTF-8."))
        return None
    return _Builder(name, problems, booleans=booleans).build(text)


def write_yaml(data: Mapping[str, Any]) -> str:
    """Return *data* as YAML that ``parse_yaml`` reads back, keys in their order."""
    return yaml.dump(dict(data), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100)


class _Dumper(yaml.SafeDumper):
    """Quotes every word that ``parse_yaml`` refuses bare; PyYAML itself lets ``y`` and ``n`` stand."""

    def represent_text(self, text: str) -> yaml.ScalarNode:
        return self.represent_scalar("tag:yaml.org,2002:str", text, style="'" if text.lower() in BARE_WORDS else None)


_Dumper.add_representer(str, _Dumper.represent_text)


def _problem(file: Path, line: int | None, message: str, key: str = "") -> Problem:
    return Problem(file=file, line=line, key=key, message=message)


class _RefusedError(Exception):
    """The file cannot be read on from here."""


class _Builder:
    """Builds plain data from parser events; one file, used once."""

    def __init__(self, name: Path, problems: list[Problem], *, booleans: bool) -> None:
        self._name = name
        self._problems = problems
        self._refused_words = BARE_WORDS - BARE_BOOLEANS if booleans else BARE_WORDS
        self._sound = True
        self._root: MappingNode | SequenceNode | None = None
        self._open: list[MappingNode | SequenceNode] = []  # collections not yet at their end, outermost first
        self._key: str | None = None  # the key of the innermost mapping that waits for its value

    def build(self, text: str) -> MappingNode | SequenceNode | None:
        try:
            for event in yaml.parse(text, Loader=yaml.CSafeLoader):
                self._take(event)
        except _RefusedError:
            return None
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            detail = ", ".join(filter(None, (error.context, error.problem)))
            self._complain(mark.line + 1 if mark else None, f"is not valid YAML: {detail}.")
            return None
        except yaml.reader.ReaderError as error:
            line = text.count("\n", 0, error.position) + 1 if isinstance(error.position, int) else None
            self._complain(line, "holds a character that YAML does not allow. Remove it.")
            return None
        if self._root is None and self._sound:
            self._complain(None, "is empty. Write its keys, or delete the file.")
        return self._root if self._sound else None

    def _take(self, event: Any) -> None:
        line = event.start_mark.line + 1
        match event:
            case yaml.DocumentStartEvent() if self._root is not None:
                self._refuse(line, "holds more than one document. Remove the `---` line.")
            case yaml.AliasEvent():
                self._refuse(line, f"uses the alias `*{event.anchor}`. Write the text out instead.")
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self._open.pop()
            case yaml.NodeEvent():
                self._take_node(event, line)

    def _take_node(self, event: Any, line: int) -> None:
        if event.anchor is not None:
            self._refuse(line, f"defines the anchor `&{event.anchor}`. Anchors are not allowed; write the text out.")
        if event.tag not in {None, "!"}:
            self._refuse(line, f"uses the tag `{event.tag}`. Tags are not allowed here.")
        parent = self._open[-1] if self._open else None
        if isinstance(parent, MappingNode) and self._key is None:
            self._take_key(event, parent, line)
        elif isinstance(event, yaml.ScalarEvent):
            self._place(parent, self._scalar(event, line), line)
        else:
            node = MappingNode(line) if isinstance(event, yaml.MappingStartEvent) else SequenceNode(line)
            self._place(parent, node, line)
            self._open.append(node)
            if len(self._open) > DEPTH_LIMIT:
                self._refuse(line, f"is nested more than {DEPTH_LIMIT} levels deep.")

    def _take_key(self, event: Any, mapping: MappingNode, line: int) -> None:
        if not isinstance(event, yaml.ScalarEvent):
            self._refuse(line, "uses a list or mapping as a key. Keys are words.")
        key = str(event.value)
        if key in mapping:
            self._complain(line, f"stands twice, first on line {mapping.lines[key]}. Remove one.", key)
        mapping.lines[key] = line
        self._key = key

    def _scalar(self, event: Any, line: int) -> str:
        text = str(event.value)
        is_bare = event.style in {None, ""}
        if is_bare and not text:
            self._complain(line, 'has no value. Write one, or "" for an empty text.', self._key or "")
        elif is_bare and text.lower() in self._refused_words:
            self._complain(line, f'has the bare word `{text}`. Write "{text}" in quotes.', self._key or "")
        return text

    def _place(self, parent: MappingNode | SequenceNode | None, value: Any, line: int) -> None:
        match parent:
            case MappingNode():
                assert self._key is not None, "a mapping's value follows its key"
                parent[self._key] = value
                self._key = None
            case SequenceNode():
                parent.append(value)
                parent.lines.append(line)
            case _ if isinstance(value, str):
                self._refuse(line, "is a single text. It should hold keys or a list.")
            case _:
                self._root = value

    def _refuse(self, line: int, message: str) -> NoReturn:
        self._complain(line, message)
        raise _RefusedError

    def _complain(self, line: int | None, message: str, key: str = "") -> None:
        self._sound = False
        self._problems.append(_problem(self._name, line, message, key))
