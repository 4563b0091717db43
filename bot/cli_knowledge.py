"""The commands of ``natobot knowledge``; ``bot.cli`` has the others."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

knowledge_app = typer.Typer(help="Work on the knowledge pack.", no_args_is_help=True)


@knowledge_app.command("new")
def knowledge_new(
    topic: Annotated[str, typer.Argument(help="Id of the topic, for ever: small letters, digits and hyphens.")],
    title: Annotated[str | None, typer.Option(help="What the topic is called.")] = None,
    command: Annotated[str | None, typer.Option(help="Name of its command, for ever; the id by default.")] = None,
) -> None:
    """Start a topic: a file with blanks, each with a note on what to write."""
    from bot.app import load_edition
    from bot.knowledge.drafts import BLANK, start_topic
    from bot.settings import load_settings

    folder = load_settings().knowledge.folder
    path = start_topic(folder, load_edition(folder), topic, title=title, command=command)
    print(f"{path}: write what stands there as “{BLANK}”, then run: natobot check")


@knowledge_app.command("build")
def knowledge_build(
    output: Annotated[Path | None, typer.Option(help="File to write; search.bin in the pack by default.")] = None,
) -> None:
    """Let the search learn the pack's examples. Takes half a minute."""
    from bot.reports.asking import build_model

    build_model(output)


@knowledge_app.command("tables")
def knowledge_tables() -> None:
    """Write data/README.md of the pack: what each column of its tables means."""
    from bot.app import load_edition
    from bot.knowledge.table_descriptions import describe_tables
    from bot.settings import load_settings

    folder = load_settings().knowledge.folder
    path = folder / "data" / "README.md"
    path.write_text(describe_tables(load_edition(folder)), encoding="utf-8")
    print(path)


@knowledge_app.command("pictures")
def knowledge_pictures(
    folder: Annotated[Path, typer.Argument(help="Folder to write the pictures to.")],
) -> None:
    """Draw every picture of the pack, and print what each shows in words."""
    from bot.reports.pictures import draw_pictures
    from bot.settings import load_settings

    for line in draw_pictures(load_settings().knowledge.folder, folder):
        print(line)


@knowledge_app.command("apply")
def knowledge_apply(
    patch: Annotated[Path, typer.Argument(help="Patch file that queries suggest wrote and a person edited.")],
    golden: Annotated[
        Path, typer.Option(help="Questions that measure the search and must not be taught to it.")
    ] = Path("tests/golden/questions.jsonl"),
) -> None:
    """Add the accepted example questions of a patch file to the pack."""
    from bot.reports.patching import apply_patch

    print(apply_patch(patch, golden))


@knowledge_app.command("import-aid")
def knowledge_import_aid(
    file: Annotated[Path, typer.Argument(help="The Kiel Institute's data_explorer.csv or workbook (.xlsx).")],
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Last day that the release covers; a workbook does not say it."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the difference and write nothing.")] = False,
    accept_smaller: Annotated[
        bool, typer.Option("--accept-smaller", help="Also write totals that fall, which corrections can make.")
    ] = False,
) -> None:
    """Take over a release of the Ukraine Support Tracker into the pack's tables of aid."""
    from bot.reports.aid_import import import_aid

    day = as_of.date() if as_of else None
    print(import_aid(file, as_of=day, dry_run=dry_run, accept_smaller=accept_smaller))


@knowledge_app.command("schema")
def knowledge_schema(
    folder: Annotated[Path, typer.Argument(help="Folder to write the JSON Schemas to.")] = Path("schemas"),
) -> None:
    """Write JSON Schemas of the pack's files, for editors that complete and check YAML."""
    import json

    from bot.knowledge.loader import json_schemas

    folder.mkdir(parents=True, exist_ok=True)
    for name, schema in json_schemas().items():
        path = folder / name
        path.write_text(json.dumps(schema, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        print(path)
