"""What the flood gate costs: time per interaction and memory, with few people and with a million."""

import time
import tracemalloc
from types import SimpleNamespace
from typing import Any

from bot.commands.askers import asker_of, note_asker
from bot.delivery.floods import FloodGate, FloodLimits

PEOPLE = (100, 10_000, 1_000_000)
ROUNDS = 1_000_000


class _Nothing:
    """Takes what is let through and does nothing with it."""

    def take_command(self, *_: Any) -> None:
        pass

    take_press = take_form = take_unknown = take_command

    def answer(self, answering: Any, *, name: str) -> None:
        answering.close()


async def _untold(_: Any, __: str) -> None:
    pass


def _gate() -> FloodGate:
    return FloodGate(_Nothing(), FloodLimits(total=0), tell=_untold, in_flight=lambda: 0)


async def measure() -> None:
    """Print microseconds and MiB for each number of people, who come in turn."""
    interaction: Any = SimpleNamespace(extras={}, guild_id=0, type=None)
    note_asker(interaction, {"user": {"id": "0"}})
    asker = asker_of(interaction)
    for people in PEOPLE:
        gate = _gate()
        started = time.process_time()
        for i in range(ROUNDS):
            asker.id = i % people
            interaction.guild_id = i % (people // 10)
            gate.take_command(interaction)
        seconds = time.process_time() - started
        tracemalloc.start()
        gate = _gate()
        for i in range(min(people, 200_000)):  # enough to fill what is remembered, with room to grow if it could
            asker.id, interaction.guild_id = i, i // 10
            gate.take_command(interaction)
        mebibytes = tracemalloc.get_traced_memory()[0] / 2**20
        tracemalloc.stop()
        print(
            f"{people:>9,} people: {seconds / ROUNDS * 1e6:.2f} µs an interaction, {mebibytes:.1f} MiB, "
            f"{gate.remembered():,} remembered"
        )
