"""
What a bot in very many servers needs: unit costs measured here, and the busiest minute simulated with them.

Only the unit costs are measurements. How much members ask is an assumption, named below; the rest is arithmetic and a
simulation of replicas behind a load balancer that hands each request to the one with the fewest in progress.
"""

import heapq
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from benchmarks.beside import cpu_seconds, memory_mib
from benchmarks.http_mode import IN_FLIGHT, WARM, all_answered, ours
from benchmarks.retention import fill_day
from bot.store.database import open_engine, upgrade
from bot.store.partitions import first_id, part_of
from bot.store.queries import QueryStore
from bot.store.retention import release
from tests.factories import make_query
from tests.ports import free_ports
from tests.postgres import own_server
from tests.wire.load import Load, signed_requests

# Assumptions.
ASKED_PER_SERVER = 5.0  # interactions a day in an average server
BUSY_HOUR = 0.1  # of a day's interactions are in its busiest hour
EVENT = 10.0  # times the busy hour's rate, in the minute after something happened in the world
ROW_DAYS = 400  # that rows are kept
SERVERS = (100_000, 1_000_000)
SHARD_SERVERS = 1_000  # for one gateway connection, about what Discord recommends
LARGE = 150_000  # servers, from which on Discord lets a bot sign in sixteen times at once instead of once
SIGN_IN_SECONDS = 5.0

TARGET_P99 = 0.025  # seconds
LEAST_REPLICAS = 3  # so that one may restart while another fails
SIMULATED_SECONDS = 60.0
FLOOD, PACED, RATE = 4_000, 3_000, 300  # interactions of the measurement
ROWS, BATCH = 100_000, 250


@dataclass(frozen=True, slots=True)
class UnitCosts:
    """What one of each costs, measured."""

    answer: float  # seconds of a core
    spread: Sequence[float]  # of answers, as multiples of their mean
    replica: float  # MiB
    row_bytes: float  # on PostgreSQL's disk, indexes included
    row_written: float  # seconds of a connection
    row_released: float  # seconds of a connection


async def measure() -> None:
    """Print the unit costs and what follows from them for each number of servers."""
    costs = await _unit_costs()
    print(
        f"  measured: {costs.answer * 1e6:.0f} µs of a core an answer, {costs.replica:.0f} MiB a replica; a row "
        f"{costs.row_bytes:.0f} bytes, written in {costs.row_written * 1e6:.0f} µs, let go of in "
        f"{costs.row_released * 1e6:.1f} µs"
    )
    for servers in SERVERS:
        _print_plan(servers, costs)


def _print_plan(servers: int, costs: UnitCosts) -> None:
    a_day = servers * ASKED_PER_SERVER
    busy = a_day * BUSY_HOUR / 3600
    peak = busy * EVENT
    shards = servers // SHARD_SERVERS
    start = (shards / (16 if servers >= LARGE else 1) - 1) * SIGN_IN_SECONDS
    print(f"  {servers:,} servers, {a_day:,.0f} interactions a day")
    print(f"    busiest hour {busy:,.0f}/s, busiest minute {peak:,.0f}/s: {peak * costs.answer:.2f} cores")
    for replicas in (LEAST_REPLICAS, *_enough(peak, costs)):
        whole, one_missing = (simulate(peak, count, costs) for count in (replicas, replicas - 1))
        print(
            f"    {replicas} replicas in that minute: p50 {whole[0] * 1000:.1f} ms, p99 {whole[1] * 1000:.1f} ms; "
            f"one missing: p50 {one_missing[0] * 1000:.1f} ms, p99 {one_missing[1] * 1000:.1f} ms; "
            f"{replicas * costs.replica:,.0f} MiB"
        )
    print(
        f"    PostgreSQL: {a_day * costs.row_bytes / 2**30:.2f} GiB a day, {ROW_DAYS} days "
        f"{a_day * ROW_DAYS * costs.row_bytes / 2**30:,.0f} GiB; writing in the busiest minute "
        f"{peak * costs.row_written:.1%} of a connection; letting go of a day {a_day * costs.row_released:.0f} s"
    )
    print(f"    over the gateway instead: {shards:,} connections, {start:,.0f} s until the last one has begun")


def _enough(peak: float, costs: UnitCosts) -> tuple[int, ...]:
    """Return the least number of replicas that holds the target with one missing, where it is beyond the least."""
    replicas = LEAST_REPLICAS
    while simulate(peak, replicas - 1, costs)[1] > TARGET_P99:
        replicas += 1
    return (replicas,) if replicas > LEAST_REPLICAS else ()


def simulate(rate: float, replicas: int, costs: UnitCosts) -> tuple[float, float]:
    """Return the median and the 99th percentile, in seconds, of answers by so many cores at *rate* a second."""
    chance = random.Random(5)
    busy: list[list[float]] = [[] for _ in range(replicas)]  # of each replica, when what it has in progress ends
    taken: list[float] = []
    now = 0.0
    while (now := now + chance.expovariate(rate)) < SIMULATED_SECONDS:
        for queue in busy:
            while queue and queue[0] <= now:
                heapq.heappop(queue)
        chosen = min(busy, key=len)
        ends = max([now, *chosen]) + costs.answer * chance.choice(costs.spread)
        heapq.heappush(chosen, ends)
        taken.append(ends - now)
    taken.sort()
    return statistics.median(taken), taken[int(len(taken) * 0.99)]


async def _unit_costs() -> UnitCosts:
    with tempfile.TemporaryDirectory() as root:
        answer, spread, replica = await _answers(Path(root))
    row_bytes, row_written, row_released = await _rows()
    return UnitCosts(
        answer=answer,
        spread=spread,
        replica=replica,
        row_bytes=row_bytes,
        row_written=row_written,
        row_released=row_released,
    )


async def _answers(folder: Path) -> tuple[float, Sequence[float], float]:
    """Return the CPU seconds of an answer, how answers spread about their mean, and the memory after them in MiB."""
    beginning = int(time.time() * 1000 - 1_420_070_400_000) << 22
    (port,) = free_ports(1)
    async with ours(folder, port) as pid:
        load = Load(port)
        all_answered((await load.flood(signed_requests(beginning, WARM), in_flight=IN_FLIGHT))[0])
        requests = signed_requests(beginning + 100_000, FLOOD)
        before = cpu_seconds(pid)
        all_answered((await load.flood(requests, in_flight=IN_FLIGHT))[0])
        used = (cpu_seconds(pid) - before) / FLOOD
        outcomes = await load.paced(signed_requests(beginning + 200_000, PACED), rate=RATE)
        all_answered(outcomes)
        load.close()
        mean = statistics.fmean(outcomes.seconds)
        return used, [seconds / mean for seconds in outcomes.seconds], memory_mib(pid)


async def _rows() -> tuple[float, float, float]:
    """Return the bytes of a row on PostgreSQL's disk, and the seconds that writing and letting go of one take."""
    now = datetime.now(UTC)
    due = (now - timedelta(days=10)).date()
    with own_server() as server:
        async with open_engine(server.url, command_patience=3600.0) as engine:
            await upgrade(engine)
            await fill_day(engine, due, ROWS)
            size = text(
                "SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits WHERE inhrelid = to_regclass(:part)"
            )
            async with engine.connect() as connection:
                total = int((await connection.execute(size, {"part": part_of(due).name})).scalar_one())
            ids = range(first_id(now.date()), first_id(now.date()) + ROWS // 5)
            batches = [
                [
                    make_query(number, asked_at=f"{now.date()}T12:00:00.000+00:00")
                    for number in ids[start : start + BATCH]
                ]
                for start in range(0, len(ids), BATCH)
            ]
            started = time.perf_counter()
            for batch in batches:
                await QueryStore(engine).add(batch)
            written = (time.perf_counter() - started) / len(ids)
            started = time.perf_counter()
            released = await release(engine, now=now, text_days=5, row_days=9)
            return total / ROWS, written, (time.perf_counter() - started) / released.rows
