"""
What Discord tells of the application itself, in requests of their own.

https://docs.discord.com/developers/events/webhook-events. Each comes at least once and in no order. Only being added to
a server matters here: that somebody took the application away says who, not from where, so departures are found by
comparing the list of servers (``bot.departures``).
"""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

PING, EVENT = 0, 1
AUTHORIZED, DEAUTHORIZED = "APPLICATION_AUTHORIZED", "APPLICATION_DEAUTHORIZED"
_OTHERS = "other"  # such as entitlements: nothing is for sale here
_IDS = 2**63


class WebhookEvents:
    """Takes events that Discord has signed."""

    def __init__(self, on_added: Callable[[int], None]) -> None:
        """*on_added* gets the id of each server that the bot was added to."""
        self.taken: Counter[str] = Counter({AUTHORIZED: 0, DEAUTHORIZED: 0, _OTHERS: 0})  # by kind
        self._on_added = on_added

    def take(self, data: Mapping[str, Any]) -> bool:
        """Take what was posted; return whether it was an event or a question whether we are there."""
        if data.get("type") == PING:
            return True
        event = data.get("event")
        if data.get("type") != EVENT or not isinstance(event, dict):
            return False
        kind = event.get("type")
        self.taken[kind if kind in (AUTHORIZED, DEAUTHORIZED) else _OTHERS] += 1
        if kind == AUTHORIZED and (server := _server(event.get("data"))) is not None:
            self._on_added(server)
        return True


def _server(data: Any) -> int | None:
    """Return the id of the server that the bot was added to; ``None`` when a person added it to themselves."""
    server = data.get("guild") if isinstance(data, dict) else None
    text = str(server.get("id", "")) if isinstance(server, dict) else ""
    return int(text) if text.isascii() and text.isdecimal() and 0 < int(text) < _IDS else None
