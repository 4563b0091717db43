"""``make bench``: every figure of docs/performance.md, as one run. Read ratios; machines differ."""

import asyncio
import sys

from benchmarks import (
    answering,
    beside,
    capacity,
    configured,
    faults,
    floods,
    http_mode,
    logging,
    pictures,
    replicas,
    reporting,
    retention,
    reviewing,
    searching,
    sending,
    shards,
    startup,
)

PARTS = {
    "answering": answering.measure,
    "beside": beside.measure,
    "capacity": capacity.measure,
    "configured": configured.measure,
    "faults": faults.measure,
    "floods": floods.measure,
    "http": http_mode.measure,
    "logging": logging.measure,
    "pictures": pictures.measure,
    "replicas": replicas.measure,
    "reporting": reporting.measure,
    "retention": retention.measure,
    "reviewing": reviewing.measure,
    "searching": searching.measure,
    "sending": sending.measure,
    "shards": shards.measure,
    "startup": startup.measure,
}

for name in sys.argv[1:] or PARTS:
    print(f"\n{name}")
    asyncio.run(PARTS[name]())
