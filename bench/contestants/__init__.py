"""Who runs the same tasks side by side: the limit, this engine, what a careful afternoon gives, and well-known peers.

The law: each contestant is handed a workload and does every task of it, in an order that its graph allows, eight at once. What
is prepared before the clock starts is prepared for all: graphs are built, files made, servers started.
"""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from bench.contestants.workloads import Workload

Run: TypeAlias = Callable[[], Awaitable[int]]
"""Does the work; how many tasks were done."""
Prepare: TypeAlias = Callable[[Workload, Path], AbstractAsyncContextManager[Run]]
"""What is made before the clock starts, in an empty folder, and put away after it stopped."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """`place` is where its `Prepare` is, `needs` a module that has to be there, `aside` what to know of how it is run."""

    name: str
    title: str
    place: str
    needs: str = ""
    stored: bool = False
    aside: str = ""


CONTESTANTS = (
    Contestant("bare", "bare `TaskGroup`", "bare:bare", aside="a task group and a semaphore; nothing else: the limit"),
    Contestant(
        "engine",
        "this engine",
        "compass:in_memory",
        aside="with a listener, a time limit, three attempts, breakers, and spans that nobody records",
    ),
    Contestant(
        "stored",
        "this engine, stored",
        "compass:stored",
        stored=True,
        aside="the same, and every result is in SQLite before anything is built on it",
    ),
    Contestant(
        "journal",
        "minimal journal",
        "bare:journal",
        stored=True,
        aside="eight workers, one thread that commits results in groups; a worker goes on when its result is stored",
    ),
    Contestant(
        "langgraph",
        "LangGraph",
        "with_langgraph:in_memory",
        "langgraph",
        aside="a node a task, `max_concurrency` 8; it goes step by step, and each waits for all of the one before",
    ),
    Contestant(
        "langgraph-sqlite",
        "LangGraph, SQLite",
        "with_langgraph:stored",
        "langgraph.checkpoint.sqlite",
        stored=True,
        aside='the same with `AsyncSqliteSaver` and `durability="sync"`',
    ),
    Contestant(
        "dask",
        "Dask",
        "with_dask:local",
        "distributed",
        aside="a local client with one worker of eight threads in this process",
    ),
    Contestant(
        "dbos",
        "DBOS, SQLite",
        "with_dbos:steps",
        "dbos",
        stored=True,
        aside="steps of one workflow; they have to begin in a fixed order, so that a graph is run layer by layer",
    ),
)
