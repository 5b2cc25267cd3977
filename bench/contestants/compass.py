"""This engine, with everything on that it has."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.contestants import Run
from bench.contestants.workloads import CONCURRENCY, Workload
from orchestrator import OrchestrationPolicy, TaskGraph, TaskSpec, execute_graph
from orchestrator.engine import Assignment
from orchestrator.engine.events import EngineEvent, TaskEnded
from orchestrator.model import TaskStatus
from orchestrator.ports import TaskJournal
from orchestrator.retry import RetryPolicy
from storage import SqliteStore

POLICY = OrchestrationPolicy(max_concurrency=CONCURRENCY, retry=RetryPolicy(max_attempts=3), timeout_s=60.0)


class Sleeper:
    """An agent."""

    async def run(self, assignment: Assignment) -> str:
        if seconds := assignment.params.get("seconds"):
            await asyncio.sleep(seconds)
        return assignment.task_id


def graph_of(workload: Workload) -> TaskGraph:
    """The workload as a graph."""
    params = {"seconds": workload.seconds}
    return TaskGraph([TaskSpec(Sleeper, id=name, params=params) for name in workload.after], workload.after)


@asynccontextmanager
async def in_memory(workload: Workload, _: Path) -> AsyncIterator[Run]:
    graph = graph_of(workload)
    yield lambda: _run(graph)


@asynccontextmanager
async def stored(workload: Workload, folder: Path) -> AsyncIterator[Run]:
    graph = graph_of(workload)
    store = SqliteStore(folder / "compass.db")
    await store.open()
    try:
        yield lambda: _run(graph, journal=store.task_journal("*", workload.name))
    finally:
        await store.aclose()


async def _run(graph: TaskGraph, **options: TaskJournal) -> int:
    told = 0

    def hear(event: EngineEvent) -> None:
        nonlocal told
        told += isinstance(event, TaskEnded)

    result = await execute_graph(graph, POLICY, listeners=[hear], **options)  # type: ignore[arg-type]
    done = sum(each.status is TaskStatus.SUCCEEDED for each in result.tasks.values())
    return min(told, done)
