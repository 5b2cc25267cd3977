"""Results one after the other as they come; who reads slowly holds up what is started, and who goes away ends it."""

import asyncio
from contextlib import aclosing

import pytest

from orchestrator.engine import Assignment, OrchestrationPolicy, TaskGraph, stream_graph
from tests.engine.stage import Shelf, Told, failing, left_over, taking, task
from tests.support.clock import ManualClock, settle


async def test_each_result_comes_when_it_has_ended() -> None:
    clock, seen = ManualClock(), []
    tasks = [task("slow", taking(clock, 3)), task("fast", taking(clock, 1)), task("last")]

    async def read() -> None:
        async for each in stream_graph(TaskGraph(tasks, {"last": ["slow"]}), clock=clock):
            seen.append((each.id, clock.monotonic()))

    reading = asyncio.ensure_future(read())
    await clock.advance(5)
    await reading
    assert seen == [("fast", 1.0), ("slow", 3.0), ("last", 3.0)]
    assert left_over() == []


async def test_nothing_further_is_started_while_results_wait_to_be_read() -> None:
    clock, told = ManualClock(), Told()
    tasks = [task(f"t{n}") for n in range(20)]
    policy = OrchestrationPolicy(max_concurrency=2, max_unconsumed=3)
    async with aclosing(stream_graph(TaskGraph(tasks), policy, clock=clock, listeners=[told])) as stream:
        first = await anext(stream)
        for _ in range(5):
            await settle()
        most = 3 + 2
        assert len(told.starts) <= 1 + most
        read = [first.id]
        async for each in stream:
            read.append(each.id)
            await settle()
            assert len(told.starts) - len(read) <= most
    assert read == [f"t{n}" for n in range(20)]


async def test_who_goes_away_early_ends_what_runs() -> None:
    clock, ends = ManualClock(), []

    async def tidy(assignment: Assignment) -> None:
        try:
            await clock.sleep(99)
        finally:
            ends.append(assignment.task_id)

    tasks = [task("a"), task("b", tidy), task("c", tidy)]
    async with aclosing(stream_graph(TaskGraph(tasks), clock=clock)) as stream:
        async for each in stream:
            assert each.id == "a"
            break
    assert ends == ["b", "c"]
    assert left_over() == []


async def test_who_is_cancelled_while_reading_ends_what_runs() -> None:
    clock = ManualClock()

    async def read() -> None:
        async for _ in stream_graph(TaskGraph([task("a", taking(clock, 99))]), clock=clock):
            pass

    reading = asyncio.ensure_future(read())
    await clock.advance(1)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert left_over() == []


async def test_a_journal_that_fails_is_raised_to_who_reads() -> None:
    shelf = Shelf()
    shelf.fails = True
    with pytest.raises(OSError, match="hunter2"):
        async for _ in stream_graph(TaskGraph([task("a")]), clock=ManualClock(), journal=shelf):
            pass


async def test_failures_of_tasks_are_results_here_too() -> None:
    graph = TaskGraph([task("a", failing(9)), task("b")], {"b": ["a"]})
    read = [(each.id, str(each.status)) async for each in stream_graph(graph, clock=ManualClock())]
    assert read == [("a", "failed"), ("b", "skipped")]


async def test_who_is_cancelled_again_while_all_is_being_ended_waits_for_that() -> None:
    clock, ends = ManualClock(), []

    async def slow_to_end(assignment: Assignment) -> None:
        try:
            await clock.sleep(99)
        finally:
            await clock.sleep(1)
            ends.append(assignment.task_id)

    async def read() -> None:
        async for _ in stream_graph(TaskGraph([task("a", slow_to_end)]), clock=clock):
            pass

    reading = asyncio.ensure_future(read())
    await clock.advance(1)
    for _ in range(3):
        reading.cancel()
        await settle()
    assert not reading.done()
    await clock.advance(2)
    assert reading.cancelled()
    assert (ends, left_over()) == (["a"], [])
