"""``natobot queries``: the part of the command line that reads the log. Imports what a command needs when it runs."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.exits import EXIT_FAILED

if TYPE_CHECKING:
    from bot.reports.printing import Output

queries_app = typer.Typer(help="Read the query log.", no_args_is_help=True)


class TableFormat(StrEnum):
    """How rows are printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


class TextFormat(StrEnum):
    """How a report is printed."""

    TEXT = "text"
    JSON = "json"


class ExportFormat(StrEnum):
    """How rows are written to a file."""

    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"
    SQLITE = "sqlite"


class StoryFormat(StrEnum):
    """How one interaction is printed."""

    TABLE = "table"
    JSON = "json"


class Span(StrEnum):
    """What a line of trends stands for."""

    DAY = "day"
    WEEK = "week"


class Decision(StrEnum):
    """What a maintainer decides about a gap."""

    HANDLED = "handled"
    OUT_OF_SCOPE = "out-of-scope"
    OPEN = "open"


MONTH = "30d"
Since = Annotated[
    str, typer.Option(help="Only what was asked since then: 7d, 12h, 4w, a day such as 2026-11-01, or all.")
]
Language = Annotated[str | None, typer.Option(help="Only questions in this language, or readers of it: de.")]
Server = Annotated[int | None, typer.Option(help="Only this server; its id.")]
Format = Annotated[TableFormat, typer.Option("--format")]
ToFile = Annotated[Path | None, typer.Option("--output", help="File to write; standard output by default.")]
Limit = Annotated[int, typer.Option(min=1, max=10_000, help="How many lines.")]
DecidedToo = Annotated[bool, typer.Option("--all", help="Also what was decided: handled, or out of scope.")]


@queries_app.command("top")
def queries_top(
    since: Since = MONTH,
    language: Language = None,
    server: Server = None,
    topic: Annotated[str | None, typer.Option(help="Count the sections of this topic.")] = None,
    format_: Format = TableFormat.TABLE,
    output: ToFile = None,
    limit: Limit = 20,
) -> None:
    """Print what is asked most, and which share of its votes say it helped."""
    from bot.reports.periods import which_rows
    from bot.reports.usage import print_top

    print_top(which_rows(since, language, server), _output(format_, output), topic=topic, limit=limit)


@queries_app.command("missed")
def queries_missed(
    since: Since = MONTH,
    language: Language = None,
    server: Server = None,
    all_: DecidedToo = False,
    format_: Format = TableFormat.TABLE,
    output: ToFile = None,
    limit: Limit = 30,
) -> None:
    """Print the questions that found nothing; wordings of one gap are one line."""
    from bot.reports.open_questions import MISSED, print_gaps
    from bot.reports.periods import which_rows

    print_gaps(MISSED, which_rows(since, language, server), _output(format_, output), limit=limit, decided_too=all_)


@queries_app.command("unsure")
def queries_unsure(
    since: Since = MONTH,
    language: Language = None,
    server: Server = None,
    all_: DecidedToo = False,
    format_: Format = TableFormat.TABLE,
    output: ToFile = None,
    limit: Limit = 30,
) -> None:
    """Print the questions that the bot answered with a choice, and what was chosen."""
    from bot.reports.open_questions import UNSURE, print_gaps
    from bot.reports.periods import which_rows

    print_gaps(UNSURE, which_rows(since, language, server), _output(format_, output), limit=limit, decided_too=all_)


@queries_app.command("unhelpful")
def queries_unhelpful(
    since: Since = MONTH,
    language: Language = None,
    server: Server = None,
    format_: Format = TableFormat.TABLE,
    output: ToFile = None,
    limit: Limit = 30,
) -> None:
    """Print the answers that were voted on, least helpful first, with the reasons given."""
    from bot.reports.periods import which_rows
    from bot.reports.usage import print_unhelpful

    print_unhelpful(which_rows(since, language, server), _output(format_, output), limit=limit)


@queries_app.command("trends")
def queries_trends(
    since: Since = MONTH,
    language: Language = None,
    server: Server = None,
    by: Annotated[Span, typer.Option(help="What a line stands for.")] = Span.DAY,
    format_: Format = TableFormat.TABLE,
    output: ToFile = None,
) -> None:
    """Print how much is asked, and which shares are missed, unsure or unhelpful, day by day."""
    from bot.reports.periods import which_rows
    from bot.reports.usage import print_trends

    print_trends(which_rows(since, language, server), _output(format_, output), by=by.value)


@queries_app.command("show")
def queries_show(
    interaction: Annotated[int, typer.Argument(help="Id of an interaction.")],
    format_: Annotated[StoryFormat, typer.Option("--format")] = StoryFormat.TABLE,
) -> None:
    """Print everything about one interaction and what followed it."""
    from bot.reports.usage import print_story

    print_story(interaction, format_.value)


@queries_app.command("decide")
def queries_decide(
    decision: Annotated[Decision, typer.Argument(help="handled, out-of-scope, or open to take that back.")],
    question: Annotated[str, typer.Argument(help="A question of the gap, as queries missed prints it.")],
) -> None:
    """Decide a gap: all wordings of the question leave the lists of what is missed and unsure."""
    from bot.reports.open_questions import decide

    print(decide(question, None if decision is Decision.OPEN else decision.value))


@queries_app.command("suggest")
def queries_suggest(
    output: Annotated[Path, typer.Argument(help="Patch file to write, for example patch.yaml.")],
    since: Since = MONTH,
    language: Language = None,
    server: Server = None,
    limit: Limit = 20,
) -> None:
    """Write what could close the largest gaps to a patch file, for a person to edit and accept."""
    from bot.reports.periods import which_rows
    from bot.reports.suggestions import write_suggestions

    print(write_suggestions(which_rows(since, language, server), output, limit=limit))


@queries_app.command("export")
def queries_export(
    since: Since = "all",
    language: Language = None,
    server: Server = None,
    format_: Annotated[ExportFormat, typer.Option("--format")] = ExportFormat.CSV,
    output: ToFile = None,
) -> None:
    """Write the rows of the log, oldest first; sqlite makes a copy in which nobody can be recognised."""
    from bot.reports.exporting import export_rows
    from bot.reports.periods import which_rows

    if done := export_rows(which_rows(since, language, server), _output(format_, output)):
        print(done)


@queries_app.command("prune")
def queries_prune() -> None:
    """Let go of texts and rows that are older than the configured days; the same as db prune."""
    from bot.reports.database import release_old_rows

    print(release_old_rows())


@queries_app.command("replay")
def queries_replay(
    knowledge: Annotated[
        str | None, typer.Option(help="The candidate: a folder or a git revision; the configured pack by default.")
    ] = None,
    against: Annotated[
        str | None, typer.Option(help="What answers now: a folder or a git revision; the configured pack by default.")
    ] = None,
    since: Annotated[str, typer.Option(help="Questions of the log since then: 7d, 12h or a day.")] = "30d",
    golden: Annotated[Path | None, typer.Option(help="Labelled questions; tests/golden/questions.jsonl.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many questions of the log.")] = 2000,
    format_: Annotated[TextFormat, typer.Option("--format")] = TextFormat.TEXT,
) -> None:
    """Answer logged and golden questions with another edition; exit status 1 when a golden one gets worse."""
    from bot.reports.replay import print_replay

    if knowledge is None and against is None:
        raise typer.BadParameter("Name the candidate with --knowledge, or what answers now with --against.")
    worse = print_replay(
        candidate=knowledge, present=against, since=since, golden=golden, limit=limit, format_=format_.value
    )
    raise typer.Exit(EXIT_FAILED if worse else 0)


@queries_app.command("import")
def queries_import(
    file: Annotated[
        Path,
        typer.Argument(
            exists=True, dir_okay=False, help="A queries-unwritten-….jsonl that the bot saved, or a queries.journal."
        ),
    ],
) -> None:
    """Store rows that could not be written when they were asked; rows that are stored already stay as they are."""
    from bot.reports.database import import_rows

    print(import_rows(file))


def _output(format_: StrEnum, path: Path | None) -> "Output":
    from bot.reports.printing import Output

    return Output(format_=format_.value, path=path)
