"""
Servers as discord.py has them, kept for a while.

Nothing is cached here, so discord.py makes a server and the bot's membership of it anew for each interaction whose
objects somebody asks for. That takes long, and the next one is often from the same server. What an interaction says of
its server (id, language, features) rarely changes, and nothing here depends on it.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import discord

KEPT = 250  # servers, some KiB each; the longest unused goes first

Make = Callable[..., discord.Guild]


class RecentServers:
    """Keeps the servers of the latest interactions."""

    def __init__(self, make: Make) -> None:
        """*make* is what discord.py makes them with."""
        self._make = make
        self._kept: OrderedDict[int, discord.Guild] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, guild_id: int, *, data: dict[str, Any] | None = None) -> discord.Guild:
        """Return the server of that id, made of *data* if it is not kept."""
        server = self._kept.get(guild_id)
        if server is None:
            server = self._kept[guild_id] = self._make(guild_id, data=data)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(guild_id)
        return server
