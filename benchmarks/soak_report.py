"""What a soak has shown, as people read it, and which promises were not kept."""

import statistics
from collections import Counter
from dataclasses import dataclass, field

SAMPLE_SECONDS = 5.0  # between looks at the memory
SETTLING = 180.0  # seconds of a process whose memory is not judged
JUDGED = 240.0  # seconds that must be left to judge
GROWTH, SLACK = 1.03, 2.0  # times, MiB: how much more the last quarter may take than the first
LISTED = 20  # of what was lost, in words


@dataclass(slots=True, kw_only=True)
class Report:
    """What a soak has shown."""

    seed: int
    seconds: float = 0.0
    asked: Counter[str] = field(default_factory=Counter)  # by kind
    answered: int = 0
    excused: Counter[str] = field(default_factory=Counter)  # by what was to blame
    lost: list[str] = field(default_factory=list)  # interactions that should have been answered
    faults: Counter[str] = field(default_factory=Counter)  # by name
    hit: int = 0  # replies that were spoiled and given all the same
    logged: int = 0  # rows in the log
    unlogged: Counter[str] = field(default_factory=Counter)  # accepted answers that have none, by kind
    unlogged_replies: list[str] = field(default_factory=list)  # what they said
    recoveries: dict[str, list[float]] = field(default_factory=dict)  # seconds, by fault
    memory: list[tuple[float, float]] = field(default_factory=list)  # seconds of the last process's life, MiB
    late: int = 0  # replies that came when Discord had forgotten the interaction
    refused: int = 0  # told to try again
    exit_status: int = -1

    @property
    def growth(self) -> tuple[float, float] | None:
        """Memory of the first and of the last quarter of the judged time, in MiB; ``None`` when it was too short."""
        judged = [mib for at, mib in self.memory if at >= SETTLING]
        if len(judged) * SAMPLE_SECONDS < JUDGED:
            return None
        quarter = len(judged) // 4
        return statistics.median(judged[:quarter]), statistics.median(judged[-quarter:])

    def broken(self) -> list[str]:
        """Return the promises that were not kept."""
        found = [f"an interaction was not answered: {what}" for what in self.lost[:LISTED]]
        if self.unlogged.total():
            said = "; ".join(self.unlogged_replies[:LISTED])
            found.append(f"accepted answers are not in the log: {_listed(self.unlogged)}. They said: {said}")
        if self.exit_status != 0:
            found.append(f"the bot ended with {self.exit_status}")
        if self.growth is not None and self.growth[1] > self.growth[0] * GROWTH + SLACK:
            found.append(f"memory grew from {self.growth[0]:.1f} to {self.growth[1]:.1f} MiB")
        return found

    def lines(self) -> list[str]:
        """Return the report as people read it."""
        total = self.asked.total()
        lines = [
            f"seed {self.seed}, {self.seconds / 60:.1f} minutes, {total:,} interactions ({_listed(self.asked)})",
            f"answered {self.answered:,}; {self.hit:,} of them after their reply was spoiled, {self.refused:,} with a "
            f"polite refusal; {self.late:,} replies came when their token had died",
            f"not answerable {self.excused.total():,} ({_listed(self.excused) or 'none'})",
            f"lost {len(self.lost)}",
            f"rows in the log {self.logged:,}, accepted answers without one {self.unlogged.total():,}",
            f"faults {self.faults.total():,} ({_listed(self.faults)})",
        ]
        lines += [
            f"answering again after {why}: {statistics.median(times):.1f} s, at most {max(times):.1f} s"
            for why, times in sorted(self.recoveries.items())
        ]
        if self.growth is not None:
            lines.append(f"memory {self.growth[0]:.1f} MiB after the first minutes, {self.growth[1]:.1f} at the end")
        elif self.memory:
            lines.append(f"memory {self.memory[-1][1]:.1f} MiB at the end; too short to say more")
        return lines + [f"BROKEN: {promise}" for promise in self.broken()]


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.most_common() if count)
