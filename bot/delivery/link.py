"""What is known of the connection to Discord, for health checks, metrics and whoever stops it."""

import asyncio
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.delivery.identifies import IdentifyLedger

if TYPE_CHECKING:
    from discord.gateway import DiscordWebSocket


@dataclass(slots=True)
class ShardLink:
    """One connection to the gateway, or what stands for it where Discord posts."""

    connected: bool = False  # a session is open and events come in
    was_connected: bool = False  # at least once
    socket: "DiscordWebSocket | None" = None
    task: "asyncio.Task[None] | None" = None  # what keeps it; cancelled, it leaves politely

    def note_up(self) -> None:
        """Note that events come in."""
        self.connected = self.was_connected = True


@dataclass(slots=True, kw_only=True)
class Link:
    """The state of all connections; written by ``bot.delivery.connection``, read by everyone."""

    shards: tuple[ShardLink, ...] = ()  # empty until somebody connects
    losses: int = 0  # connections that ended, whatever ended them
    identifies: int = 0  # sessions asked for; Discord allows a thousand a day
    identifies_remaining: int | None = None  # what Discord said last; None before it was asked
    stopping: bool = False  # set by us: the end of the connection is meant
    ledger: IdentifyLedger | None = None  # where sessions are counted over restarts

    def begin(self, shards: int) -> tuple[ShardLink, ...]:
        """Expect *shards* connections, none of which is there yet."""
        self.shards = tuple(ShardLink() for _ in range(shards))
        return self.shards

    @property
    def connected(self) -> bool:
        """Whether events of all servers come in."""
        return bool(self.shards) and all(shard.connected for shard in self.shards)

    @property
    def was_connected(self) -> bool:
        """Whether each of the connections was there at least once."""
        return bool(self.shards) and all(shard.was_connected for shard in self.shards)

    @property
    def latency(self) -> float:
        """The longest time between a heartbeat and its acknowledgement, in seconds; NaN where none is known."""
        latencies = [shard.socket.latency for shard in self.shards if shard.connected and shard.socket is not None]
        return max((latency for latency in latencies if math.isfinite(latency)), default=math.nan)

    def note_identify(self) -> None:
        """Count a session that is being asked for."""
        self.identifies += 1
        if self.ledger is not None:
            self.ledger.add(shards=len(self.shards))
