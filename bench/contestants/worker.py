"""A process for one contestant: reads the name of a workload, does it, writes the seconds it took, and those of the CPU.

    python -m bench.contestants.worker engine

One contestant's threads, imports and garbage shall not weigh on another. What libraries print goes to the error output.
"""

import asyncio
import gc
import importlib
import os
import sys
import tempfile
import time
from pathlib import Path

from bench.contestants import CONTESTANTS, Prepare
from bench.contestants.workloads import WARM_UP, WORKLOADS, Workload

AT_LEAST_S = 0.25


def turn(prepare: Prepare, workload: Workload) -> tuple[float, float]:
    """The mean of as many runs as fill a quarter of a second: a short run might slip in between all other work."""
    runs: list[tuple[float, float]] = []
    while sum(seconds for seconds, _ in runs) < AT_LEAST_S:
        runs.append(asyncio.run(timed(prepare, workload)))
    return sum(seconds for seconds, _ in runs) / len(runs), sum(cpu for _, cpu in runs) / len(runs)


async def timed(prepare: Prepare, workload: Workload) -> tuple[float, float]:
    """Seconds from the start of the first task until all results are there, by the clock and of this process's CPU."""
    with tempfile.TemporaryDirectory(prefix="compass-bench-", ignore_cleanup_errors=True) as folder:
        async with prepare(workload, Path(folder)) as run:
            gc.collect()
            begun, used = time.perf_counter(), time.process_time()
            done = await run()
            seconds, cpu = time.perf_counter() - begun, time.process_time() - used
    if done != len(workload.after):
        raise SystemExit(f"{done} of {len(workload.after)} tasks were done")
    return seconds, cpu


def main(name: str) -> None:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    module, _, attribute = next(each.place for each in CONTESTANTS if each.name == name).partition(":")
    prepare: Prepare = getattr(importlib.import_module(f"bench.contestants.{module}"), attribute)
    for small in WARM_UP.values():
        asyncio.run(timed(prepare, small))
    print("ready", file=answers, flush=True)
    for line in sys.stdin:
        print(*turn(prepare, WORKLOADS[line.strip()]), file=answers, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
