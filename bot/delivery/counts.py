"""What became of replies, as numbers for whoever watches the bot."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum


class Loss(StrEnum):
    """Why a reply did not reach a person. The values are labels of metrics; they never change."""

    LATE = "late"  # Discord did not take it in time
    GONE = "gone"  # Discord no longer knows the interaction
    UNREACHABLE = "unreachable"  # no connection, or one that broke
    SERVER_ERROR = "server_error"  # Discord answered with 5xx
    RATE_LIMITED = "rate_limited"  # for longer than there was time
    REFUSED = "refused"  # Discord found a mistake in it; the person may get another reply
    UNREADABLE = "unreadable"  # the interaction, or what Discord said to the reply, was not understood


def _nobody(_: float) -> None:
    """Stand for nobody who watches."""


@dataclass(slots=True, kw_only=True)
class DeliveryCounts:
    """Counts since the start of the process. Holds no ids."""

    accepted: int = 0  # replies Discord took
    late: int = 0  # of the failed ones, those it did not take in time
    retried: int = 0  # requests that were sent again
    unreadable: int = 0  # interactions discord.py could not build; answered in our own words where possible
    failed: Counter[Loss] = field(default_factory=Counter)
    observe: Callable[[float], None] = _nobody  # called with the seconds from receipt to acceptance

    def accept(self, seconds: float) -> None:
        """Count a reply that Discord took *seconds* after the interaction was received."""
        self.accepted += 1
        self.observe(seconds)

    def lose(self, loss: Loss) -> None:
        """Count a reply that did not arrive."""
        self.failed[loss] += 1
        if loss is Loss.LATE:
            self.late += 1
