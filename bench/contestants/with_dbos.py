"""DBOS on SQLite: each task a step of one workflow. Steps begin in a fixed order, hence a graph goes layer by layer.

https://docs.dbos.dev/python/tutorials/workflow-tutorial#determinism
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from dbos import DBOS

from bench.contestants import Run
from bench.contestants.bare import work
from bench.contestants.workloads import CONCURRENCY, Workload


@DBOS.step()
async def step(name: str, seconds: float) -> str:
    return await work(name, seconds)


@DBOS.workflow()
async def in_layers(layers: list[list[str]], seconds: float) -> int:
    done = 0
    for layer in layers:
        room = asyncio.Semaphore(CONCURRENCY)

        async def one(name: str, room: asyncio.Semaphore = room) -> str:
            async with room:
                return await step(name, seconds)

        done += len(set(await asyncio.gather(*(one(name) for name in layer))))
    return done


@asynccontextmanager
async def steps(workload: Workload, folder: Path) -> AsyncIterator[Run]:
    DBOS(config={"name": "bench", "system_database_url": f"sqlite:///{folder / 'dbos.db'}", "log_level": "ERROR"})
    DBOS.launch()
    try:
        yield lambda: in_layers(workload.layers(), workload.seconds)
    finally:
        DBOS.destroy()
