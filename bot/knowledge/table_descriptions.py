"""What the columns of a pack's tables mean, as a page for people: ``data/README.md``."""

from collections.abc import Iterator

from bot.knowledge.models import Knowledge
from bot.knowledge.tables import Column, Table

_HEAD = """# Figures of this pack

Each CSV file here is described in `tables.yaml`; `natobot knowledge tables` makes this page from that. Figures that
were measured in different ways are never ranked against each other. An empty cell means that nothing is known.

Aid: cite “Kiel Institute, Ukraine Support Tracker”; its data carries no licence, so ask before passing it on.
Land borders: mledoze/countries, under ODbL. Names of countries in other languages (`names.yaml`): Unicode CLDR."""


def describe_tables(knowledge: Knowledge) -> str:
    """Return the page, in Markdown."""
    return "\n\n".join([_HEAD, *(_table(table, knowledge) for table in knowledge.tables.values())]) + "\n"


def _table(table: Table, knowledge: Knowledge) -> str:
    spec = table.spec
    lines = ["| column | meaning | unit | day | source |", "|---|---|---|---|---|"]
    lines += [_line(column, table, knowledge) for column in spec.columns]
    note = f"\n\n{spec.note}" if spec.note else ""
    return f"## {spec.title} (`{spec.file}`)\n\n{len(table.rows)} rows.{note}\n\n" + "\n".join(lines)


def _line(column: Column, table: Table, knowledge: Knowledge) -> str:
    sources = _own(column.sources_in) or ", ".join(_links(column.sources or table.spec.sources, knowledge))
    cells = (f"`{column.name}`", column.meaning, column.unit or column.type.value, _day(column, table), sources)
    return f"| {' | '.join(cells)} |"


def _day(column: Column, table: Table) -> str:
    day = column.as_of or (None if column.as_of_in else table.spec.as_of)
    return day.isoformat() if day else _own(column.as_of_in or table.spec.as_of_in)


def _own(name: str | None) -> str:
    return f"each row's, in `{name}`" if name else ""


def _links(source_ids: tuple[str, ...], knowledge: Knowledge) -> Iterator[str]:
    for source_id in source_ids:
        source = knowledge.sources[source_id]
        yield f"[{source.title}]({source.url})"
