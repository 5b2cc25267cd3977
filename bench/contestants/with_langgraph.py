"""LangGraph: a node for each task, edges for what it waits for; in memory, and with its SQLite checkpointer.

https://docs.langchain.com/oss/python/langgraph/durable-execution says what `durability` means.
"""

import operator
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any, TypedDict

from langgraph.graph import END, START, StateGraph

from bench.contestants import Run
from bench.contestants.bare import work
from bench.contestants.workloads import CONCURRENCY, Workload


class State(TypedDict):
    """The names of the tasks that are done."""

    done: Annotated[list[str], operator.add]


def graph_of(workload: Workload) -> Any:
    """The workload as a graph that is still to be compiled."""
    graph = StateGraph(State)
    waited_for = {each for needed in workload.after.values() for each in needed}
    for name, needed in workload.after.items():
        graph.add_node(name, _node(name, workload.seconds))
        graph.add_edge(list(needed) if needed else START, name)
        if name not in waited_for:
            graph.add_edge(name, END)
    return graph


def _node(name: str, seconds: float) -> Callable[[State], Awaitable[dict[str, list[str]]]]:
    async def node(_: State) -> dict[str, list[str]]:
        return {"done": [await work(name, seconds)]}

    return node


@asynccontextmanager
async def in_memory(workload: Workload, _: Path) -> AsyncIterator[Run]:
    compiled = graph_of(workload).compile()
    yield lambda: _run(compiled)


@asynccontextmanager
async def stored(workload: Workload, folder: Path) -> AsyncIterator[Run]:
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

    async with AsyncSqliteSaver.from_conn_string(str(folder / "langgraph.db")) as saver:
        await saver.setup()
        await saver.conn.execute("PRAGMA synchronous = FULL")
        compiled = graph_of(workload).compile(checkpointer=saver)
        yield lambda: _run(compiled, durability="sync")


async def _run(compiled: Any, **options: str) -> int:
    config = {"max_concurrency": CONCURRENCY, "recursion_limit": 100, "configurable": {"thread_id": "1"}}
    return len((await compiled.ainvoke({"done": []}, config, **options))["done"])
