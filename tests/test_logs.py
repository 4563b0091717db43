import json
import logging

import pytest

from bot.logs import configure_logging, redacted

TOKEN = "MTA0ODU3NjQzMjEwOTg3NjU0Mw.GxYzAb.abcdefghijklmnopqrstuvwxyz0123456789AB"

SECRETS = {
    "bot token": (f"token {TOKEN} refused", TOKEN),
    "authorization header": ("Authorization: Bot abc.def", "abc.def"),
    "interaction callback": (
        "POST https://discord.com/api/v10/interactions/123/aW50ZXJhY3Rpb24/callback",
        "aW50ZXJhY3Rpb24",
    ),
    "follow-up": ("/webhooks/123/secret-token-xyz/messages/@original", "secret-token-xyz"),
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
