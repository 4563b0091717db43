"""The commands of ``natobot db``; ``bot.cli`` has the others."""

from pathlib import Path
from typing import Annotated

import typer

from bot.errors import ConfigurationError

db_app = typer.Typer(help="Look after the database.", no_args_is_help=True)


@db_app.command("upgrade")
def db_upgrade() -> None:
    """Bring the database's schema up to date."""
    from bot.reports.database import upgrade_schema

    print(upgrade_schema())


@db_app.command("downgrade")
def db_downgrade(
    to: Annotated[str, typer.Argument(metavar="MIGRATION", help="As the older version names it, for example 0005.")],
) -> None:
    """Bring the schema back for an older version of the bot. Stop the bot first."""
    from bot.reports.database import downgrade_schema

    print(downgrade_schema(to))


@db_app.command("backup")
def db_backup(
    file: Annotated[Path, typer.Argument(help="New file to write; nothing is overwritten.")],
) -> None:
    """Copy the SQLite database while the bot runs. For PostgreSQL there is pg_dump."""
    from bot.reports.backups import back_up

    print(back_up(file))


@db_app.command("restore")
def db_restore(
    file: Annotated[Path, typer.Argument(help="A file that db backup wrote.")],
) -> None:
    """Put a copy of the SQLite database in the place of the one there is, which is kept. Stop the bot first."""
    from bot.reports.backups import restore

    print(restore(file))


@db_app.command("prune")
def db_prune() -> None:
    """Let go of texts and rows that are older than the configured days; a running bot does so daily."""
    from bot.reports.database import release_old_rows

    print(release_old_rows())


@db_app.command("departures")
def db_departures(
    accept: Annotated[
        int | None,
        typer.Option(
            min=0, metavar="SERVERS", help="Believe lists of so many servers, after one was refused as short."
        ),
    ] = None,
) -> None:
    """Print which servers removed the bot and when their data goes."""
    from bot.reports.database import accept_list_size, departures_report

    print(departures_report() if accept is None else accept_list_size(accept))


@db_app.command("rotate-key")
def db_rotate_key() -> None:
    """Make a new key for users' pseudonyms; older rows can still be shown, exported and forgotten."""
    from bot.pseudonyms import rotate
    from bot.settings import load_settings

    path = load_settings().key_path
    try:
        key_id = rotate(path).key_id
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be written: {error.strerror}. Run this where it can, and hand the file to the bot anew."
        ) from None
    print(f"{path}: new pseudonyms are made with key {key_id} from the next start of the bot.")
