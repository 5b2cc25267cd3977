"""A process for the crash test of the engine: runs a graph over a SQLite file and tells what ended, until it is killed.

The one task whose id it is told never ends.
"""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from orchestrator import OrchestrationPolicy, TaskGraph, TaskSpec, execute_graph
from orchestrator.engine import Assignment, TaskEnded
from orchestrator.engine.events import EngineEvent
from storage import SqliteStore

LAYERS, WIDTH = 4, 5


def layered(work: Callable[[Assignment], Any]) -> TaskGraph:
    """Layers of tasks, each after all of the layer before."""
    layers = [[f"{layer}.{n}" for n in range(WIDTH)] for layer in range(LAYERS)]
    after = {name: layers[n - 1] for n, layer in enumerate(layers) if n for name in layer}
    return TaskGraph([TaskSpec(lambda: work, id=name) for layer in layers for name in layer], after)


async def main(path: Path, last: str) -> None:
    async def work(assignment: Assignment) -> dict[str, int]:
        if assignment.task_id == last:
            await asyncio.Event().wait()
        return {"built on": len(assignment.inputs)}

    def tell(event: EngineEvent) -> None:
        if isinstance(event, TaskEnded):
            print(event.task_id, flush=True)

    store = SqliteStore(path)
    await store.open()
    policy = OrchestrationPolicy(max_concurrency=2)
    await execute_graph(layered(work), policy, journal=store.task_journal("T1", "e1"), listeners=[tell])


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
