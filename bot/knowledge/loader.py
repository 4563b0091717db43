"""
Files -> ``Knowledge``, strictly: all that is wrong is reported at once, each with file, line and key.

Only this module knows how a pack is laid out on disk.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from bot.errors import KnowledgeError, Problem
from bot.knowledge.chart_data import chart_problems
from bot.knowledge.charts import Chart
from bot.knowledge.csv_tables import read_table
from bot.knowledge.drafts import BLANK, OWN_COMMANDS, blanks_in
from bot.knowledge.fields import Phrase, TopicId
from bot.knowledge.files import fingerprint_of, pack_files
from bot.knowledge.mistakes import near, words_of
from bot.knowledge.models import (
    GlossaryTerm,
    Kind,
    Knowledge,
    OutOfScope,
    Pack,
    RetiredTopic,
    Source,
    SourceKind,
    TimelineEvent,
    Topic,
    Wordings,
)
from bot.knowledge.tables import Code, Names, Table, TableSpec
from bot.located import MappingNode, SequenceNode, key_path, line_of
from bot.strict_yaml import read_yaml

TABLES, NAMES = "data/tables.yaml", "data/names.yaml"
MOST_PAGES = 24  # Discord: 25 options in a menu, one of them the overview
PACK_SIZE_LIMIT = 16 * 1024 * 1024  # bytes of all files together

_Valid = TypeVar("_Valid")


def load_knowledge(folder: Path) -> Knowledge:
    """
    Read, validate and return the pack in *folder*.

    Raises:
        KnowledgeError: The pack has mistakes; the error lists every one.
    """
    return load_with_wordings(folder)[0]


def load_with_wordings(folder: Path) -> tuple[Knowledge, Mapping[str, Wordings]]:
    """
    As ``load_knowledge``, with the examples of each language under ``locales``, which only the search learns from.

    Raises:
        KnowledgeError: The pack has mistakes; the error lists every one.
    """
    reading = _Reading(folder)
    knowledge = reading.knowledge()
    wordings = reading.wordings(knowledge) if knowledge is not None else {}
    if reading.problems or knowledge is None:
        raise KnowledgeError(sorted(reading.problems, key=lambda problem: (str(problem.file), problem.line or 0)))
    return knowledge, wordings


class _Reading:
    """One attempt at reading a pack."""

    def __init__(self, folder: Path) -> None:
        self.problems: list[Problem] = []
        self._folder = folder
        self._data: dict[Path, MappingNode | SequenceNode] = {}
        self._moves: Mapping[str, str] = {}  # from a retired topic's id to that of the topic it moved to

    def knowledge(self) -> Knowledge | None:
        if not self._folder.is_dir():
            self._complain(self._folder, None, "", "is not a folder. Point BOT_KNOWLEDGE at a knowledge pack.")
            return None
        files = pack_files(self._folder)
        if sum(path.stat().st_size for path in files) > PACK_SIZE_LIMIT:
            self._complain(self._folder, None, "", "holds more than 16 MiB. Remove what does not belong to the pack.")
            return None
        for path in files:
            if not path.resolve().is_relative_to(self._folder.resolve()):
                self._complain(path, None, "", "is a link that leaves the pack. Copy the file here instead.")

        pack = self._valid(TypeAdapter(Pack), "pack.yaml")
        sources = self._valid(TypeAdapter(dict[str, Source]), "sources.yaml")
        topic_names = sorted(f"topics/{path.name}" for path in (self._folder / "topics").glob("*.yaml"))
        topics = [
            (self._folder / name, topic)
            for name in topic_names
            if (topic := self._valid(TypeAdapter(Topic), name)) is not None
        ]
        glossary = self._valid(TypeAdapter(tuple[GlossaryTerm, ...]), "glossary.yaml", optional=True) or ()
        timeline = self._valid(TypeAdapter(tuple[TimelineEvent, ...]), "timeline.yaml", optional=True) or ()
        out_of_scope = self._valid(TypeAdapter(tuple[OutOfScope, ...]), "out_of_scope.yaml", optional=True) or ()
        retired = self._valid(TypeAdapter(tuple[RetiredTopic, ...]), "retired.yaml", optional=True) or ()
        specs = self._valid(TypeAdapter(tuple[TableSpec, ...]), TABLES, optional=True)
        charts = self._valid(TypeAdapter(tuple[Chart, ...]), "charts.yaml", optional=True) or ()
        names = self._valid(TypeAdapter(dict[Code, dict[str, str | tuple[str, ...]]]), NAMES, optional=True) or {}
        if not (self._folder / "topics").is_dir():
            self._complain(self._folder / "topics", None, "", "is missing. A pack needs at least one topic file.")

        by_id = {topic.id: topic for _, topic in topics}
        known = by_id.keys() | {Path(name).stem for name in topic_names}  # a broken topic is complained of once
        self._moves = {entry.id: entry.moved_to for entry in retired}
        self._check_topics(topics, known)
        self._check_retired(retired, by_id, known)
        self._check_references(sources, topics, glossary, timeline, known)
        self._check_unique("glossary.yaml", ((i, "term", term.term) for i, term in enumerate(glossary)))
        self._check_unique("out_of_scope.yaml", ((i, "id", group.id) for i, group in enumerate(out_of_scope)))
        tables = self._tables(specs or (), sources, known)
        if specs is not None or not (self._folder / TABLES).is_file():  # a broken file is complained of once
            self._check_charts(charts, {spec.id: spec for spec in specs or ()}, tables, by_id, known)
        if pack is None:
            return None
        self._check_order(pack, known)
        listed = [*pack.order, *sorted(set(by_id) - set(pack.order))]
        return Knowledge(
            pack=pack,
            sources=sources or {},
            topics={topic_id: by_id[topic_id] for topic_id in listed if topic_id in by_id},
            retired={entry.id: entry for entry in retired},
            glossary=tuple(sorted(glossary, key=lambda term: term.term.casefold())),
            timeline=tuple(sorted(timeline, key=lambda event: event.date)),
            out_of_scope=out_of_scope,
            tables=tables,
            charts={chart.id: chart for chart in charts},
            names={code: _names(entry) for code, entry in names.items()},
            fingerprint=fingerprint_of(self._folder),
        )

    def wordings(self, knowledge: Knowledge) -> Mapping[str, Wordings]:
        """Return the examples of each language folder, and complain of ids that the pack does not have."""
        known = {
            "asks": set(knowledge.topics),
            "out_of_scope": {group.id for group in knowledge.out_of_scope},
        }
        found = {}
        for folder in sorted(path for path in (self._folder / "locales").glob("*") if path.is_dir()):
            parts = {}
            for name, ids in known.items():
                file = f"locales/{folder.name}/{name}.yaml"
                parts[name] = self._valid(TypeAdapter(dict[TopicId, tuple[Phrase, ...]]), file, optional=True) or {}
                for key in parts[name].keys() - ids:
                    hint = self._instead_of(key, ids) if name == "asks" else near(key, ids)
                    self._complain_at(self._folder / file, [key], f"there is no “{key}” to give examples of.{hint}")
            found[folder.name] = Wordings(asks=parts["asks"], out_of_scope=parts["out_of_scope"])
        return found

    def _valid(self, adapter: TypeAdapter[_Valid], name: str, *, optional: bool = False) -> _Valid | None:
        path = self._folder / name
        if not path.is_file():
            if not optional:
                self._complain(path, None, "", "is missing. Every pack has this file.")
            return None
        data = read_yaml(path, self.problems)
        if data is None:
            return None
        self._data[path] = data
        blanks = list(blanks_in(data))
        for blank in blanks:
            self._complain_at(path, blank, f"is still a blank. Write it instead of “{BLANK}”.")
        try:
            valid = adapter.validate_python(data)
            return None if blanks else valid
        except ValidationError as error:
            details = error.errors(include_url=False)
            for detail in details:
                location = [step for step in detail["loc"] if isinstance(step, str | int)]
                if location in blanks:
                    continue  # which has been said
                if detail["type"] == "too_short" and any(_is_inside(other["loc"], location) for other in details):
                    continue  # the items are there; pydantic does not count those with mistakes
                self._complain(path, line_of(data, location), key_path(location), words_of(detail))
            return None

    def _complain(self, path: Path, line: int | None, key: str, message: str) -> None:
        self.problems.append(Problem(file=path, line=line, key=key, message=message))

    def _complain_at(self, path: Path, location: list[str | int], message: str) -> None:
        self._complain(path, line_of(self._data[path], location), key_path(location), message)

    def _instead_of(self, topic_id: str, known: Collection[str]) -> str:
        """Return what to write instead of a topic that is not known, with a leading space."""
        if topic_id not in self._moves:
            return near(topic_id, known) or " Name one there is; if it was one before, enter it in retired.yaml."
        moved_to = self._moves[topic_id]
        hint = f"write “{moved_to}”, to which it moved" if moved_to in known else "write one that answers"
        return f" It is retired: {hint}."

    def _check_topics(self, topics: list[tuple[Path, Topic]], known: Collection[str]) -> None:
        commands: dict[str, str] = {}
        phrases: dict[str, str] = {}
        for path, topic in topics:
            if topic.id != path.stem:
                self._complain_at(
                    path,
                    ["id"],
                    f"is “{topic.id}”, but the file is “{path.name}”. An id is for ever: give both one name.",
                )
            if topic.command.name in OWN_COMMANDS:
                message = f"“{topic.command.name}” is a command of the bot itself. Choose another name."
                self._complain_at(path, ["command", "name"], message)
            if (owner := commands.setdefault(topic.command.name, topic.id)) != topic.id:
                self._complain_at(path, ["command", "name"], f"“{topic.command.name}” is the command of “{owner}”.")
            for i, other in enumerate(topic.related):
                if other == topic.id or other not in known:
                    message = f"there is no other topic “{other}”.{self._instead_of(other, known)}"
                    self._complain_at(path, ["related", i], message)
            self._check_unique_in(path, ((["sections", i, "id"], s.id) for i, s in enumerate(topic.sections)))
            for field in ("aliases", "asks"):
                for i, phrase in enumerate(getattr(topic, field)):
                    place = f"{topic.id}.{field}[{i}]"
                    if (owner := phrases.setdefault(phrase.casefold(), place)) != place:
                        self._complain_at(path, [field, i], f"“{phrase}” stands twice, also as {owner}. Remove one.")

    def _check_retired(
        self, retired: Sequence[RetiredTopic], topics: Mapping[str, Topic], known: Collection[str]
    ) -> None:
        path = self._folder / "retired.yaml"
        self._check_unique_in(path, (([i, "id"], entry.id) for i, entry in enumerate(retired)))
        self._check_unique_in(path, (([i, "command", "name"], entry.command.name) for i, entry in enumerate(retired)))
        commands = {topic.command.name: topic.id for topic in topics.values()}
        for i, entry in enumerate(retired):
            if entry.id in known:
                message = f"“{entry.id}” is still a topic. Remove topics/{entry.id}.yaml or this entry."
                self._complain_at(path, [i, "id"], message)
            if owner := commands.get(entry.command.name):
                message = f"“{entry.command.name}” is the command of “{owner}”. Give the one the retired topic had."
                self._complain_at(path, [i, "command", "name"], message)
            if entry.moved_to not in known:
                message = f"there is no topic “{entry.moved_to}”.{self._instead_of(entry.moved_to, known)}"
                self._complain_at(path, [i, "moved_to"], message)

    def _tables(
        self, specs: Sequence[TableSpec], sources: Mapping[str, Source] | None, known: Collection[str]
    ) -> dict[str, Table]:
        path = self._folder / TABLES
        self._check_unique_in(path, (([i, "id"], spec.id) for i, spec in enumerate(specs)))
        tables = {}
        for i, spec in enumerate(specs):
            if spec.topic not in known:
                message = f"there is no topic “{spec.topic}”.{self._instead_of(spec.topic, known)}"
                self._complain_at(path, [i, "topic"], message)
            self._check_cited(path, [i, "sources"], spec.sources, None, sources)
            for c, column in enumerate(spec.columns):
                if column.sources:
                    self._check_cited(path, [i, "columns", c, "sources"], column.sources, None, sources)
            table = read_table(self._folder / "data" / spec.file, spec, sources, self.problems)
            if table is not None:
                tables[spec.id] = table
        return tables

    def _check_charts(
        self,
        charts: Sequence[Chart],
        specs: Mapping[str, TableSpec],
        tables: Mapping[str, Table],
        topics: Mapping[str, Topic],
        known: Collection[str],
    ) -> None:
        path = self._folder / "charts.yaml"
        self._check_unique_in(path, (([i, "id"], chart.id) for i, chart in enumerate(charts)))
        for i, chart in enumerate(charts):
            for t, topic_id in enumerate(chart.topics):
                if topic_id not in known:
                    message = f"there is no topic “{topic_id}”.{self._instead_of(topic_id, known)}"
                    self._complain_at(path, [i, "topics", t], message)
            if chart.table not in specs:
                message = f"there is no table “{chart.table}” in {TABLES}.{near(chart.table, specs)}"
                self._complain_at(path, [i, "table"], message)
            elif chart.table in tables:
                for key, message in chart_problems(chart, tables[chart.table]):
                    self._complain_at(path, [i, key], message)
        for topic_id, topic in topics.items():
            own = sum(topic_id in chart.topics for chart in charts)
            if own and own + len(topic.page_titles) > MOST_PAGES:
                has = f"“{topic_id}” has {own} charts and {len(topic.page_titles)} pages"
                self._complain(path, None, "topics", f"{has}; a menu holds {MOST_PAGES}. Leave some out.")

    def _check_references(
        self,
        sources: Mapping[str, Source] | None,
        topics: list[tuple[Path, Topic]],
        glossary: Iterable[GlossaryTerm],
        timeline: Iterable[TimelineEvent],
        known: Collection[str],
    ) -> None:
        for path, topic in topics:
            for location, cited, kind in _citations(topic):
                self._check_cited(path, location, cited, kind, sources)
        named: tuple[tuple[str, Iterable[GlossaryTerm | TimelineEvent]], ...] = (
            ("glossary.yaml", glossary),
            ("timeline.yaml", timeline),
        )
        for name, entries in named:
            path = self._folder / name
            for i, entry in enumerate(entries):
                self._check_cited(path, [i, "sources"], entry.sources, None, sources)
                if entry.topic not in known:
                    message = f"there is no topic “{entry.topic}”.{self._instead_of(entry.topic, known)}"
                    self._complain_at(path, [i, "topic"], message)

    def _check_cited(
        self,
        path: Path,
        location: list[str | int],
        cited: tuple[str, ...],
        kind: Kind | None,
        sources: Mapping[str, Source] | None,
    ) -> None:
        if sources is None:  # sources.yaml itself is broken, which has been said
            return
        for i, source_id in enumerate(cited):
            source = sources.get(source_id)
            if source is None:
                message = f"there is no source “{source_id}” in sources.yaml.{near(source_id, sources)}"
                self._complain_at(path, [*location, i], message)
            elif source.kind is SourceKind.STATE_MEDIA and kind not in {None, Kind.OFFICIAL_POSITION, Kind.EVENT}:
                message = f"“{source_id}” is state media, which may only be cited for what its own officials said."
                self._complain_at(path, [*location, i], message)
        if len(set(cited)) < len(cited):
            self._complain_at(path, location, "names a source twice. Remove one.")

    def _check_unique(self, name: str, entries: Iterator[tuple[int, str, str]]) -> None:
        path = self._folder / name
        if path in self._data:
            self._check_unique_in(path, (([i, key], value.casefold()) for i, key, value in entries))

    def _check_unique_in(self, path: Path, entries: Iterator[tuple[list[str | int], str]]) -> None:
        first: dict[str, str] = {}
        for location, value in entries:
            if value in first:
                self._complain_at(path, location, f"“{value}” stands twice, first at {first[value]}. Remove one.")
            first.setdefault(value, key_path(location))

    def _check_order(self, pack: Pack, known: Collection[str]) -> None:
        for i, topic_id in enumerate(pack.order):
            if topic_id not in known:
                message = f"there is no topic “{topic_id}”.{self._instead_of(topic_id, known)}"
                self._complain_at(self._folder / "pack.yaml", ["order", i], message)


def _citations(topic: Topic) -> Iterator[tuple[list[str | int], tuple[str, ...], Kind | None]]:
    for s, section in enumerate(topic.sections):
        for c, claim in enumerate(section.claims):
            yield ["sections", s, "claims", c, "sources"], claim.sources, claim.kind
    for m, misconception in enumerate(topic.misconceptions):
        yield ["misconceptions", m, "sources"], misconception.sources, None


def _names(entry: Mapping[str, str | tuple[str, ...]]) -> Names:
    also = entry.get("also", ())
    return Names(
        by_language={language: name for language, name in entry.items() if isinstance(name, str)},
        also=(also,) if isinstance(also, str) else also,
    )


def _is_inside(location: Sequence[str | int], outer: Sequence[str | int]) -> bool:
    return len(location) > len(outer) and list(location[: len(outer)]) == list(outer)


def json_schemas() -> Mapping[str, dict[str, Any]]:
    """Return a JSON Schema for each kind of pack file, by the file name it is saved under."""
    adapters: dict[str, TypeAdapter[Any]] = {
        "pack": TypeAdapter(Pack),
        "sources": TypeAdapter(dict[str, Source]),
        "topic": TypeAdapter(Topic),
        "glossary": TypeAdapter(tuple[GlossaryTerm, ...]),
        "timeline": TypeAdapter(tuple[TimelineEvent, ...]),
        "out_of_scope": TypeAdapter(tuple[OutOfScope, ...]),
        "retired": TypeAdapter(tuple[RetiredTopic, ...]),
        "tables": TypeAdapter(tuple[TableSpec, ...]),
        "charts": TypeAdapter(tuple[Chart, ...]),
    }
    return {f"{name}.schema.json": adapter.json_schema() for name, adapter in adapters.items()}
