"""What is known of the connection to Discord's gateway, for health checks, metrics and whoever stops it."""

from dataclasses import dataclass

from bot.delivery.identifies import IdentifyLedger


@dataclass(slots=True, kw_only=True)
class Link:
    """The state of the connection; written by ``bot.delivery.connection``, read by everyone."""

    connected: bool = False  # a session is open and events come in
    was_connected: bool = False  # at least once since the process started
    losses: int = 0  # connections that ended, whatever ended them
    identifies: int = 0  # sessions asked for; Discord allows a thousand a day
    identifies_remaining: int | None = None  # what Discord said last; None before it was asked
    stopping: bool = False  # set by us: the end of the connection is meant
    ledger: IdentifyLedger | None = None  # where sessions are counted over restarts

    def note_identify(self) -> None:
        """Count a session that is being asked for."""
        self.identifies += 1
        if self.ledger is not None:
            self.ledger.add()
