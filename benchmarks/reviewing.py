"""Every review page over logs of ten thousand to a million rows: the real command, measured through HTTP."""

import asyncio
import re
import sqlite3
import statistics
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from subprocess import PIPE, Popen

from benchmarks import million

SIZES = (10_000, 100_000, 1_000_000)  # rows, over a year
TIMES = 3  # each page is asked for, one after the other
PAGES = {
    "front page": "",
    "popular topics": "log/popular",
    "sections of a topic": "log/sections?topic=aid",
    "gaps": "log/gaps",
    "unsure answers": "log/unsure",
    "one gap": "log/gap?gap=1",
    "helpfulness, 90 days": "log/helpful",
    "trends": "log/trends",
    "overdue claims": "log/overdue",
    "one interaction": "log/interaction?interaction={newest}",
    "all rows, newest first": "log/review_queries?_sort_desc=asked_at",
    "popular topics, a year": "log/popular?days=365",
    "trends, a year": "log/trends?days=365",
    "gaps, 90 days": "log/gaps?days=90",
    "unsure answers, 90 days": "log/unsure?days=90",
}


async def measure() -> None:
    """Print for each size how long the start and each page took."""
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "log.db"
            await asyncio.to_thread(million.make, path, size)
            await asyncio.to_thread(_measure_pages, path, size)


def _measure_pages(path: Path, size: int) -> None:
    with closing(sqlite3.connect(path)) as log:
        newest = log.execute("SELECT max(interaction_id) FROM queries").fetchone()[0]
    with _started(path) as (first, _):
        pass
    with _started(path) as (second, root):
        print(f"{size:,} rows")
        print(f"  start, questions grouped     {first:6.1f} s")
        print(f"  start, log unchanged         {second:6.1f} s")
        for name, page in PAGES.items():
            seconds = statistics.median(_seconds(root + page.format(newest=newest)) for _ in range(TIMES))
            print(f"  {name:28} {seconds:6.2f} s")


@contextmanager
def _started(path: Path) -> Iterator[tuple[float, str]]:
    """Yield how many seconds the command took until its pages were ready, and their address."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "bot", "review", "--no-browser", "--database", str(path)]
    with Popen(command, stdout=PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            found = next(filter(None, (re.search(r"http://\S+", line) for line in process.stdout)))
            yield time.perf_counter() - began, found[0]
        finally:
            process.terminate()


def _seconds(address: str) -> float:
    began = time.perf_counter()
    with urllib.request.urlopen(address) as response:
        response.read()
    return time.perf_counter() - began
