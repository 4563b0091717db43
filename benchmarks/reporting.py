"""Reports of maintainers on logs of ten thousand, a hundred thousand and a million rows, and grouping questions."""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks import million

SIZES = (10_000, 100_000, 1_000_000)  # rows
REPORTS = (
    ("top",),
    ("missed",),
    ("unsure",),
    ("unhelpful",),
    ("trends",),
    ("top", "--since", "all"),
    ("trends", "--since", "all", "--by", "week"),
)
RUNS = 3  # of which the fastest counts
QUESTIONS = (2_000, 5_000, 10_000, 20_000)  # to group

# Runs in a process of its own, so that its memory is that of grouping alone.
_GROUPING = """
import resource, sys, time
from benchmarks.reporting import questions
from bot.answers.grouping import group_questions
texts = questions(int(sys.argv[1]))
began = time.perf_counter()
groups = group_questions(texts)
seconds = time.perf_counter() - began
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(f"{len(texts):>9,} {len(set(texts)):>9,} {len(groups):>7,} {seconds:>9.1f} s {peak:>6.0f} MiB")
"""


async def measure() -> None:
    """Print how long each whole command takes, start of the process included, and what grouping costs."""
    with tempfile.TemporaryDirectory() as name:
        logs = [Path(name) / f"{rows}.db" for rows in SIZES]
        for path, rows in zip(logs, SIZES, strict=True):
            await asyncio.to_thread(million.make, path, rows)
        print(f"{'natobot queries':<34}" + "".join(f"{rows:>12,}" for rows in SIZES) + "  rows")
        for report in REPORTS:
            times = [min(_seconds(path, report) for _ in range(RUNS)) for path in logs]
            print(f"{' '.join(report):<34}" + "".join(f"{seconds:>10.2f} s" for seconds in times))
    print("\nquestions  distinct  groups   grouping   memory of the process")
    for count in QUESTIONS:
        print(_output([sys.executable, "-c", _GROUPING, str(count)], os.environ), end="")


def questions(count: int) -> Sequence[str]:
    """Return *count* questions as the log of a busy bot has them; the same every time."""
    return million.questions_asked(count)


def _seconds(path: Path, report: Sequence[str]) -> float:
    environment = {**os.environ, "DATABASE_URL": f"sqlite+aiosqlite:///{path}"}
    began = time.perf_counter()
    _output([sys.executable, "-m", "bot", "queries", *report], environment)
    return time.perf_counter() - began


def _output(command: Sequence[str], environment: "os._Environ[str] | dict[str, str]") -> str:
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
