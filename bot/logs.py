"""What the process prints: one line an event, no secrets, quiet libraries."""

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import Literal

# discord.gateway logs whole payloads at DEBUG, interaction tokens and questions among them.
_LIBRARY_FLOOR = logging.INFO
_QUIET = {
    "discord.client": logging.WARNING,
    "discord.gateway": logging.WARNING,
    "alembic": logging.WARNING,
    # It prints a page for each connection it gives up; whoever used the connection says in a line what failed.
    "sqlalchemy.pool": logging.CRITICAL,
}

_SECRETS = (
    (re.compile(r"[\w-]{20,}\.[\w-]{6,7}\.[\w-]{27,}"), "[token]"),
    (re.compile(r"(/(?:webhooks|interactions)/\d+/)[\w.-]+"), r"\1[token]"),
    (re.compile(r"aW50ZXJhY3Rpb24[\w%=-]{8,}"), "[token]"),  # an interaction's: "interaction" in base64, and more
    (re.compile(r"\b[0-9a-fA-F]{128}\b"), "[signature]"),
    (re.compile(r"(Bot |Bearer )\S+"), r"\1[token]"),
    (re.compile(r"(://[^:/@\s]+:)[^@/\s]+@"), r"\1[password]@"),
)


def redacted(text: str) -> str:
    """Return *text* without bot tokens, interaction tokens, signatures and passwords in addresses."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text


class _TextFormatter(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("{asctime} {levelname:<7} {message}", "%Y-%m-%d %H:%M:%S", style="{")

    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record))


class _JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": redacted(record.getMessage()),
        }
        if record.exc_info:
            entry["exception"] = redacted(self.formatException(record.exc_info))
        return json.dumps(entry, ensure_ascii=False)


def _is_news(record: logging.LogRecord) -> bool:
    """Drop what discord.py warns of on purpose-built clients: we ask for no intents."""
    return "Guilds intent seems to be disabled" not in str(record.msg)


def _without_people(record: logging.LogRecord) -> bool:
    """Shorten what discord.py says of a failed search for choices: it names the server and the person."""
    if record.name == "discord.app_commands.tree" and isinstance(record.args, tuple) and len(record.args) == 3:
        record.msg, record.args = "Choices for /%s could not be found.", record.args[:1]
    return True


def configure_logging(level: str, format_: Literal["text", "json"]) -> None:
    """Send every log record to standard error in the chosen format."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonFormatter() if format_ == "json" else _TextFormatter())
    handler.addFilter(_is_news)
    handler.addFilter(_without_people)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(_LIBRARY_FLOOR)
    logging.getLogger("bot").setLevel(level.upper())
    for name, floor in _QUIET.items():
        logging.getLogger(name).setLevel(floor)
