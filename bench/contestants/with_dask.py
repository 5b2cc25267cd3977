"""Dask's local client: a scheduler and a worker of eight threads in this process; futures are handed on as arguments."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from distributed import Client

from bench.contestants import Run
from bench.contestants.workloads import CONCURRENCY, Workload


@asynccontextmanager
async def local(workload: Workload, folder: Path) -> AsyncIterator[Run]:
    local = {"processes": False, "n_workers": 1, "threads_per_worker": CONCURRENCY, "dashboard_address": None}
    async with Client(asynchronous=True, local_directory=str(folder), **local) as client:
        yield lambda: _run(client, workload)


async def _run(client: Any, workload: Workload) -> int:
    futures: dict[str, Any] = {}
    for name, needed in workload.after.items():
        inputs = [futures[each] for each in needed]
        futures[name] = client.submit(_work, name, workload.seconds, *inputs, key=name, pure=False)
    return len(set(await client.gather(list(futures.values()))))


def _work(name: str, seconds: float, *_: str) -> str:
    if seconds:
        time.sleep(seconds)
    return name
