"""The limit, and a journal written by hand: what there is to gain by features, and what the disk alone costs."""

import asyncio
import json
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from queue import SimpleQueue

from bench.contestants import Run
from bench.contestants.workloads import CONCURRENCY, Workload


async def work(name: str, seconds: float) -> str:
    """The task itself."""
    if seconds:
        await asyncio.sleep(seconds)
    return name


@asynccontextmanager
async def bare(workload: Workload, _: Path) -> AsyncIterator[Run]:
    async def run() -> int:
        room = asyncio.Semaphore(CONCURRENCY)
        tasks: dict[str, asyncio.Task[str]] = {}

        async def one(name: str, needed: tuple[str, ...]) -> str:
            for each in needed:
                await tasks[each]
            async with room:
                return await work(name, workload.seconds)

        async with asyncio.TaskGroup() as group:
            for name, needed in workload.after.items():
                tasks[name] = group.create_task(one(name, needed))
        return len({task.result() for task in tasks.values()})

    yield run


class Journal:
    """Rows that are stored in groups: those that come while one is being written are the next one."""

    def __init__(self, path: Path) -> None:
        self._loop = asyncio.get_running_loop()
        self._queue: SimpleQueue[tuple[str, str, asyncio.Future[None]] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._write, args=(path,))
        self._thread.start()

    async def keep(self, name: str, result: str) -> None:
        """Return when it is stored."""
        stored = self._loop.create_future()
        self._queue.put((name, json.dumps(result), stored))
        await stored

    def close(self) -> None:
        self._queue.put(None)
        self._thread.join()

    def _write(self, path: Path) -> None:
        db = sqlite3.connect(path, isolation_level=None)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("CREATE TABLE results (task TEXT PRIMARY KEY, result TEXT NOT NULL)")
        while (first := self._queue.get()) is not None:
            group = [first]
            while not self._queue.empty() and (more := self._queue.get()) is not None:
                group.append(more)
            db.execute("BEGIN IMMEDIATE")
            db.executemany("INSERT INTO results VALUES (?, ?)", [row[:2] for row in group])
            db.execute("COMMIT")
            self._loop.call_soon_threadsafe(_tell, [row[2] for row in group])
        db.close()


def _tell(stored: list[asyncio.Future[None]]) -> None:
    for each in stored:
        each.set_result(None)


@asynccontextmanager
async def journal(workload: Workload, folder: Path) -> AsyncIterator[Run]:
    kept = Journal(folder / "journal.db")
    try:
        yield lambda: _eight_workers(workload, kept)
    finally:
        kept.close()


async def _eight_workers(workload: Workload, kept: Journal) -> int:
    waits = {name: len(needed) for name, needed in workload.after.items()}
    behind = workload.behind()
    ready: asyncio.Queue[str | None] = asyncio.Queue()
    for name, number in waits.items():
        if not number:
            ready.put_nowait(name)
    done: list[str] = []

    async def worker() -> None:
        while (name := await ready.get()) is not None:
            await kept.keep(name, await work(name, workload.seconds))
            done.append(name)
            for each in behind[name]:
                waits[each] -= 1
                if not waits[each]:
                    ready.put_nowait(each)
            if len(done) == len(waits):
                for _ in range(CONCURRENCY):
                    ready.put_nowait(None)

    async with asyncio.TaskGroup() as group:
        for _ in range(CONCURRENCY):
            group.create_task(worker())
    return len(done)
