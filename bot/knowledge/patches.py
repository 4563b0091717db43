"""
Patch files: example questions that a person may accept into a pack, each list for one topic and one language.

``into`` is a topic's id, or ``out-of-scope/`` and the id of a kind of question that the pack declines.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from bot.errors import KnowledgeError, Problem
from bot.knowledge.fields import Phrase
from bot.knowledge.insertion import CannotInsert, with_items, with_list
from bot.knowledge.mistakes import near, words_of
from bot.knowledge.models import Knowledge
from bot.located import MappingNode, SequenceNode, key_path, line_of
from bot.strict_yaml import read_yaml

OUT_OF_SCOPE = "out-of-scope/"  # what ``into`` begins with for questions to decline
NEW_TOPIC = "new-topic"  # what ``into`` says until a person has chosen


class _PatchModel(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, defer_build=True)


class Entry(_PatchModel):
    """Questions to add to one place."""

    accept: bool = False  # only a person sets this to true
    into: Annotated[str, StringConstraints(min_length=1)]
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?$")]
    questions: Annotated[tuple[Phrase, ...], Field(min_length=1)]


class Patch(_PatchModel):
    """A patch file."""

    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One file of the pack as the patch makes it."""

    path: Path
    text: str
    added: int  # questions


def accepted_changes(
    patch_file: Path, folder: Path, knowledge: Knowledge, known: Mapping[str, str]
) -> Sequence[Change]:
    """
    Return the files of the pack in *folder* that change when the accepted entries of *patch_file* are added.

    *known* says, by ``key`` of a question, where it stands already: in the pack, or among questions that measure it.

    Raises:
        KnowledgeError: The patch file has mistakes, or an entry cannot be added; every one is listed with its line.
    """
    problems: list[Problem] = []
    data = read_yaml(patch_file, problems, booleans=True)
    patch = _validated(data, patch_file, problems) if data is not None else None
    if patch is None or data is None:
        raise KnowledgeError(problems)
    adding = _Adding(patch_file, data, folder, knowledge, known, problems)
    for number, entry in enumerate(patch.entries):
        if entry.accept:
            adding.add(number, entry)
    if problems:
        raise KnowledgeError(problems)
    return adding.changes


def key_of(text: str) -> str:
    """Return what two questions share that the search takes for the same: their letters and digits."""
    return " ".join("".join(c if c.isalnum() else " " for c in text.casefold()).split())


def _validated(data: MappingNode | SequenceNode, path: Path, problems: list[Problem]) -> Patch | None:
    try:
        return TypeAdapter(Patch).validate_python(data)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            location = [step for step in detail["loc"] if isinstance(step, str | int)]
            line = line_of(data, location)
            problems.append(Problem(file=path, line=line, key=key_path(location), message=words_of(detail)))
        return None


class _Adding:
    """Puts entries into the texts of the pack's files; used once."""

    def __init__(
        self,
        patch_file: Path,
        data: MappingNode | SequenceNode,
        folder: Path,
        knowledge: Knowledge,
        known: Mapping[str, str],
        problems: list[Problem],
    ) -> None:
        self._patch_file = patch_file
        self._data = data
        self._folder = folder
        self._knowledge = knowledge
        self._known = dict(known)
        self._problems = problems
        self._changes: dict[Path, Change] = {}

    @property
    def changes(self) -> Sequence[Change]:
        return list(self._changes.values())

    def add(self, number: int, entry: Entry) -> None:
        if not self._is_free(number, entry):
            return
        group = entry.into.removeprefix(OUT_OF_SCOPE)
        if entry.into.startswith(OUT_OF_SCOPE):
            known = [kind.id for kind in self._knowledge.out_of_scope]
            if group in known:
                self._insert(number, entry, "out_of_scope.yaml", known.index(group), group)
            else:
                message = f"out_of_scope.yaml has no “{group}”.{near(group, known)}"
                self._complain([number, "into"], message)
        elif entry.into in self._knowledge.topics:
            self._insert(number, entry, f"topics/{entry.into}.yaml", None, entry.into)
        elif entry.into == NEW_TOPIC:
            message = (
                "say where it belongs: a topic's id, or out-of-scope/ID. A topic is made by: natobot knowledge new"
            )
            self._complain([number, "into"], message)
        else:
            message = f"there is no topic “{entry.into}”.{near(entry.into, self._knowledge.topics)}"
            self._complain([number, "into"], f"{message} Make one with: natobot knowledge new {entry.into}")

    def _is_free(self, number: int, entry: Entry) -> bool:
        free = True
        for place, question in enumerate(entry.questions):
            key = key_of(question)
            if key in self._known:
                message = f"“{question}” stands {self._known[key]} already. Remove it here."
                self._complain([number, "questions", place], message)
                free = False
            self._known.setdefault(key, "earlier in this patch")
        return free

    def _insert(self, number: int, entry: Entry, own_file: str, place: int | None, key: str) -> None:
        """Add to the pack's own file in its default language, else to that of the language's folder."""
        pack = self._knowledge.pack
        if _language(entry.language) == _language(pack.default_language):
            path = self._folder / own_file
            location: list[str | int] = ["asks"] if place is None else [place, "asks"]
        else:
            locale = self._locale(entry.language)
            if locale is None:
                message = f"the pack has no language “{entry.language}”. It has: {', '.join(pack.languages)}."
                self._complain([number, "language"], message)
                return
            name = "asks.yaml" if place is None else "out_of_scope.yaml"
            path, location = self._folder / "locales" / locale / name, [key]
        self._change(number, path, location, entry.questions)

    def _locale(self, language: str) -> str | None:
        folders = sorted(path.name for path in (self._folder / "locales").glob("*") if path.is_dir())
        offered = [*folders, *self._knowledge.pack.languages]
        return next((name for name in offered if _language(name) == _language(language)), None)

    def _change(self, number: int, path: Path, location: list[str | int], questions: Sequence[str]) -> None:
        before = self._changes.get(path)
        try:
            text = before.text if before else path.read_text(encoding="utf-8") if path.exists() else ""
            known = with_items(text, path, location, questions)
            text = known if known is not None else with_list(text, location, questions)
        except CannotInsert as error:
            self._complain([number, "into"], str(error))
            return
        added = (before.added if before else 0) + len(questions)
        self._changes[path] = Change(path=path, text=text, added=added)

    def _complain(self, steps: list[str | int], message: str) -> None:
        location = ["entries", *steps]
        line = line_of(self._data, location)
        self._problems.append(Problem(file=self._patch_file, line=line, key=key_path(location), message=message))


def _language(locale: str) -> str:
    return locale.partition("-")[0]


def moved_problems(error: KnowledgeError, folder: Path, to: Path) -> KnowledgeError:
    """Return *error* as if it had been found in the folder *to* rather than in its copy *folder*."""
    return KnowledgeError(
        [
            replace(problem, file=to / problem.file.relative_to(folder))
            if problem.file.is_relative_to(folder)
            else problem
            for problem in error.problems
        ]
    )
