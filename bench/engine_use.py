"""What the engine itself uses: CPU while it only waits, memory for each task, and how many of eight places it fills.

python -m bench.engine_use
"""

import asyncio
import time
import tracemalloc
from collections.abc import Sequence
from statistics import median

from bench.contestants.compass import POLICY, graph_of
from bench.contestants.workloads import CONCURRENCY, WORKLOADS, independent
from orchestrator import OrchestrationPolicy, execute_graph
from orchestrator.engine.events import EngineEvent, ExecutionHeartbeat

IDLE_S = 10.0
BEAT_S = 1.0
SPEEDUPS = 15
SIZES = (1_000, 10_000, 100_000)


async def idle() -> tuple[float, int]:
    """Per cent of one core while eight tasks only wait, with a heartbeat every second, and how many were heard."""
    beats = 0

    def hear(event: EngineEvent) -> None:
        nonlocal beats
        beats += isinstance(event, ExecutionHeartbeat)

    policy = OrchestrationPolicy(max_concurrency=CONCURRENCY, heartbeat_s=BEAT_S)
    graph = graph_of(independent("idle", "", CONCURRENCY, IDLE_S))
    begun = time.process_time()
    await execute_graph(graph, policy, listeners=[hear])
    return 100 * (time.process_time() - begun) / IDLE_S, beats


async def bytes_a_task(tasks: int) -> float:
    """The most memory that Python has given out while that many tasks were run, with graph and results, by task."""
    workload = independent("many", "", tasks)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    result = await execute_graph(graph_of(workload), POLICY)
    most = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    assert len(result.tasks) == tasks
    return most / tasks


async def speedup() -> float:
    """How many times faster than one after the other: the tasks' own sleep over the time by the clock."""
    workload = WORKLOADS["sleep"]
    graph = graph_of(workload)
    begun = time.perf_counter()
    await execute_graph(graph, POLICY)
    return workload.seconds * len(workload.after) / (time.perf_counter() - begun)


def used(sizes: Sequence[int] = SIZES) -> str:
    """All of it, as sentences."""
    percent, beats = asyncio.run(idle())
    each = ", ".join(f"{asyncio.run(bytes_a_task(size)):,.0f} bytes at {size:,}" for size in sizes)
    times = sorted(asyncio.run(speedup()) for _ in range(SPEEDUPS))
    return (
        f"- An engine that only waits, with a heartbeat every {BEAT_S:g} s ({beats} heard), takes {percent:.2f} % of a core.\n"
        f"- A task takes, with its part of the graph and its result: {each}.\n"
        f"- 64 tasks of 50 ms, eight at once, are done {median(times):.2f} times as fast as one after the other "
        f"({times[0]:.2f} to {times[-1]:.2f} in {SPEEDUPS} runs)."
    )


if __name__ == "__main__":
    print(used())
