"""The time and the rows that a report is about, as they are typed."""

import re
from datetime import UTC, datetime, timedelta

from bot.errors import BotError
from bot.store.query_reports import Which

EVERYTHING = "all"
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


class BadSince(BotError):
    """``--since`` is not a time we understand."""

    def __init__(self, text: str) -> None:
        super().__init__(f"--since “{text}” is not a time. Write 12h, 7d, 4w, a day such as 2026-11-01, or all.")


def parse_since(text: str | None, now: datetime) -> datetime | None:
    """
    Return the moment that ``7d``, ``12h``, ``4w`` or ``2026-11-01`` stands for, in UTC; ``None`` for ``all``.

    Raises:
        BadSince: It is none of these.
    """
    if text is None or text == EVERYTHING:
        return None
    try:
        if match := re.fullmatch(r"(\d{1,5})([hdw])", text):
            return now - int(match[1]) * _UNITS[match[2]]
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise BadSince(text) from None


def which_rows(since: str | None, language: str | None = None, server: int | None = None) -> Which:
    """
    Return what the options ``--since``, ``--language`` and ``--server`` choose.

    Raises:
        BadSince: *since* is not a time.
    """
    return Which(since=parse_since(since, datetime.now(UTC)), language=language, guild_id=server)
