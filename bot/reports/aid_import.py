"""Takes a release of the Ukraine Support Tracker over into the configured pack: both tables of aid, or nothing."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from bot.errors import KnowledgeError, Problem
from bot.knowledge.aid_releases.release import DAY, FIGURES, SHARE, AidRelease, day_of, read_release
from bot.knowledge.csv_tables import read_table
from bot.knowledge.loader import load_knowledge
from bot.knowledge.models import Knowledge
from bot.knowledge.tables import Row, Table
from bot.reports.printing import CannotWrite
from bot.settings import load_settings

AID, MONTHLY = "aid", "aid-monthly"  # ids in data/tables.yaml
TOTAL = "total_eur_bn"


def import_aid(file: Path, *, as_of: date | None, dry_run: bool, accept_smaller: bool) -> str:
    """
    Write the figures of the release in *file* into the pack, unless *dry_run*, and return the difference in words.

    Totals only grow from release to release but for corrections, so smaller ones need *accept_smaller*.

    Raises:
        KnowledgeError: The file or the pack has mistakes, they do not fit, or totals fall; nothing was written.
        ConfigurationError: What reads workbooks is not installed.
        CannotWrite: The pack's files cannot be written.
    """
    folder = load_settings().knowledge.folder
    knowledge = load_knowledge(folder)
    aid = _table(folder, knowledge, AID, (*FIGURES, SHARE, DAY))
    monthly = _table(folder, knowledge, MONTHLY, (*FIGURES, DAY))
    release = read_release(file, aid, monthly, as_of=as_of)
    changes = [(table, rows) for table, rows in ((monthly, release.monthly), (aid, release.aid)) if rows != table.rows]
    if not changes:
        return f"The pack has these figures until {release.day} already. Nothing changes."
    lines = [*_aid_lines(aid, release), *_monthly_lines(monthly, release)]
    if dry_run:
        return "\n".join([*lines, "Nothing was written, as --dry-run asks."])
    if not accept_smaller and (problems := _fallen(file, aid, release)):
        raise KnowledgeError(problems)
    _write(folder / "data", changes, knowledge)
    return "\n".join(
        [
            *lines,
            *(f"{folder / 'data' / table.spec.file}: written" for table, _ in reversed(changes)),
            "Name the release under sources in data/tables.yaml and in sources.yaml, look at the figures that texts of "
            "the pack quote, then run: natobot check",
        ]
    )


def _table(folder: Path, knowledge: Knowledge, table_id: str, needed: Sequence[str]) -> Table:
    path = folder / "data" / "tables.yaml"
    table = knowledge.tables.get(table_id)
    if table is None:
        message = f"describes no table “{table_id}”, into which the figures would go. Describe it first."
        raise KnowledgeError([Problem(file=path, line=None, key="", message=message)])
    known = {column.name for column in table.spec.columns}
    if missing := [name for name in needed if name not in known]:
        message = "is missing among its columns. A release has figures for it; describe it."
        raise KnowledgeError(
            [Problem(file=path, line=None, key=f"{table_id}.{name}", message=message) for name in missing]
        )
    return table


def _fallen(file: Path, aid: Table, release: AidRelease) -> list[Problem]:
    """Return a complaint of each total that becomes smaller."""
    advice = "Take the workbook" if not release.has_undated else "Look it up"
    return [
        Problem(
            file=file,
            line=None,
            key=aid.name(before),
            message=f"the total falls from {before.text(TOTAL)} to {after.text(TOTAL)}, as when aid without a date is "
            f"left out. {advice}, or take it over with --accept-smaller.",
        )
        for before, after in zip(aid.rows, release.aid, strict=True)
        if (after.number(TOTAL) or 0) < (before.number(TOTAL) or 0)
    ]


def _aid_lines(aid: Table, release: AidRelease) -> Iterator[str]:
    yield _days(aid, release)
    same, fallen = 0, []
    for before, after in zip(aid.rows, release.aid, strict=True):
        changed = [name for name in before.cells if name != DAY and before.text(name) != after.text(name)]
        if TOTAL in changed:
            yield f"  {aid.name(before)}: {before.text(TOTAL) or 'nothing'} -> {after.text(TOTAL)}"
            if (after.number(TOTAL) or 0) < (before.number(TOTAL) or 0):
                fallen.append(aid.name(before))
        elif changed:
            yield f"  {aid.name(before)}: {before.text(TOTAL)} as before; changed: {', '.join(changed)}"
        else:
            same += 1
    if same:
        yield f"  as before: {same}"
    if fallen:
        yield f"Totals that become smaller: {', '.join(fallen)}."
    if not release.has_undated:
        yield "This file lacks aid that the tracker cannot date to a month, so totals lack it too; the workbook has it."


def _monthly_lines(monthly: Table, release: AidRelease) -> Iterator[str]:
    yield _days(monthly, release)
    before = {monthly.name(row): row for row in monthly.rows}
    same = 0
    for row in release.monthly:
        month, old = monthly.name(row), before.get(monthly.name(row))
        if old is None:
            yield f"  {month}: {row.text(TOTAL)} (new)"
        elif changed := [name for name in FIGURES if old.text(name) != row.text(name)]:
            totals = f"{old.text(TOTAL)} -> {row.text(TOTAL)}"
            kinds = f"{row.text(TOTAL)} as before; changed: {', '.join(changed)}"
            yield f"  {month}: {totals if TOTAL in changed else kinds}"
        else:
            same += 1
    if same:
        yield f"  as before: {same}"


def _days(table: Table, release: AidRelease) -> str:
    unit = table.spec.column(TOTAL).unit
    return f"data/{table.spec.file}, {unit or 'total'}: {day_of(table)} -> {release.day}"


def _write(folder: Path, changes: Sequence[tuple[Table, Sequence[Row]]], knowledge: Knowledge) -> None:
    """Write every table beside its file, look whether all are sound, and only then put them in place."""
    problems: list[Problem] = []
    drafts = {folder / table.spec.file: folder / f".{table.spec.file}.draft" for table, _ in changes}
    try:
        for table, rows in changes:
            path = folder / table.spec.file
            drafts[path].write_bytes(_csv(table, rows).encode())
            found: list[Problem] = []
            read_table(drafts[path], table.spec, knowledge.sources, found)
            problems += (replace(problem, file=path) for problem in found)
        if problems:
            raise KnowledgeError(problems)
        for path, draft in drafts.items():
            draft.replace(path)
    except OSError as error:
        raise CannotWrite(f"{folder} cannot be written: {error}") from None
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)


def _csv(table: Table, rows: Sequence[Row]) -> str:
    """Return the file with the columns in the order that it has now."""
    text = io.StringIO()
    lines = csv.DictWriter(text, list(table.rows[0].cells), lineterminator="\n")
    lines.writeheader()
    lines.writerows(row.cells for row in rows)
    return text.getvalue()
