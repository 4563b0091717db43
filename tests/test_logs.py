import json
import logging

import pytest

from bot.exits import leave_with
from bot.logs import configure_logging, redacted
from bot.settings import Settings

TOKEN = "MTA0ODU3NjQzMjEwOTg3NjU0Mw.GxYzAb.abcdefghijklmnopqrstuvwxyz0123456789AB"

SECRETS = {
    "bot token": (f"token {TOKEN} refused", TOKEN),
    "authorization header": ("Authorization: Bot abc.def", "abc.def"),
    "interaction callback": (
        "POST https://discord.com/api/v10/interactions/123/aW50ZXJhY3Rpb24/callback",
        "aW50ZXJhY3Rpb24",
    ),
    "follow-up": ("/webhooks/123/secret-token-xyz/messages/@original", "secret-token-xyz"),
    "interaction token alone": ("KeyError: 'aW50ZXJhY3Rpb246MTIzNDU2Nzg5'", "aW50ZXJhY3Rpb246MTIzNDU2Nzg5"),
    "signature": (f"X-Signature-Ed25519: {'0aF' * 42}01", "0aF0aF"),
    "password in an address": ("postgresql+asyncpg://bot:hunter2@db/nato", "hunter2"),
}


@pytest.mark.parametrize(("line", "secret"), SECRETS.values(), ids=SECRETS)
def test_secrets_are_taken_out(line: str, secret: str) -> None:
    """Whatever a library logs, no token or password is printed."""
    assert secret not in redacted(line)


@pytest.mark.parametrize("format_", ["text", "json"])
def test_exceptions_are_redacted_too(format_: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A traceback that carries a token is printed without it."""
    configure_logging("info", format_)  # type: ignore[arg-type]  # parametrized over its values

    try:
        raise ValueError(f"Bot {TOKEN}")
    except ValueError:
        logging.getLogger("bot.test").exception("It failed with %s", TOKEN)

    printed = capsys.readouterr().err
    assert TOKEN not in printed
    assert "ValueError" in printed


@pytest.mark.parametrize("format_", ["text", "json"])
def test_exceptions_behind_exceptions_are_redacted_too(format_: str, capsys: pytest.CaptureFixture[str]) -> None:
    """So are what caused an error, the notes of it, and what a record carries beside its words."""
    configure_logging("debug", format_)  # type: ignore[arg-type]  # parametrized over its values

    try:
        try:
            raise ValueError(f"POST /interactions/1/{TOKEN}/callback")
        except ValueError as cause:
            error = RuntimeError("It failed.")
            error.add_note(f"Bot {TOKEN}")
            raise error from cause
    except RuntimeError:
        logging.getLogger("bot.test").exception("Failed", extra={"request": TOKEN}, stack_info=True)

    printed = capsys.readouterr().err
    assert TOKEN not in printed
    assert "ValueError" in printed


def test_a_failed_search_for_choices_names_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    """discord.py prints the ids of server and person; ours prints the command."""
    configure_logging("info", "text")

    words = "Ignoring exception in autocomplete for %r (Guild: %s, User: %s)"
    logging.getLogger("discord.app_commands.tree").error(words, "aid", 500, 700)

    printed = capsys.readouterr().err
    assert "Choices for /aid could not be found." in printed
    assert "700" not in printed


def test_a_defect_that_ends_the_process_prints_no_secret(capsys: pytest.CaptureFixture[str]) -> None:
    """What nobody expected is shown with its traceback, redacted, and ends with 1."""

    def fail() -> None:
        raise LookupError(f"Bot {TOKEN}")

    with pytest.raises(SystemExit) as ended:
        leave_with(fail)

    printed = capsys.readouterr().err
    assert ended.value.code == 1
    assert "LookupError" in printed
    assert TOKEN not in printed


def test_settings_show_no_secret() -> None:
    """Printing them, as a debugger or an assertion does, repeats neither token nor password."""
    settings = Settings.model_validate(
        {"discord": {"token": TOKEN}, "database": {"url": "postgresql+asyncpg://bot:hunter2@db/nato"}}
    )

    assert TOKEN not in f"{settings!r} {settings}"
    assert "hunter2" not in f"{settings!r} {settings}"


def test_json_lines_can_be_read_by_machines(capsys: pytest.CaptureFixture[str]) -> None:
    """Each line is one object with time, level and event."""
    configure_logging("info", "json")

    logging.getLogger("bot.test").info("Loaded %d topics.", 12)

    entry = json.loads(capsys.readouterr().err)
    assert entry["event"] == "Loaded 12 topics."
    assert entry["level"] == "info"


def test_libraries_stay_quiet_at_debug(capsys: pytest.CaptureFixture[str]) -> None:
    """Asking for our debug lines does not print whole payloads of discord.py."""
    configure_logging("debug", "text")

    logging.getLogger("discord.gateway").debug("payload with a question")
    logging.getLogger("bot.test").debug("ours")

    printed = capsys.readouterr().err
    assert "payload" not in printed
    assert "ours" in printed
