"""Ports of the loopback interface where nothing listens."""

import random
import socket
from collections.abc import Sequence

_RANGE = range(20_000, 32_000)  # below those that systems give to whoever connects, so that nobody takes one meanwhile


def free_ports(count: int) -> Sequence[int]:
    """Return so many different ports that are free now."""
    found: list[int] = []
    for port in random.sample(_RANGE, len(_RANGE)):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        found.append(port)
        if len(found) == count:
            return found
    raise OSError(f"There are no {count} free ports between {_RANGE.start} and {_RANGE.stop}.")
