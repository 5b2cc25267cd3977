"""Where work is done: on the loop, in threads that are asked to stop, in processes that are killed."""

import asyncio
import os
import subprocess
import sys
import threading
import time
from contextvars import ContextVar
from decimal import Decimal
from pathlib import Path

import pytest

from orchestrator.engine import (
    Assignment,
    OrchestrationPolicy,
    OrchestrationResult,
    Place,
    Running,
    TaskGraph,
    TaskSpec,
    execute_graph,
    execute_parallel,
)
from orchestrator.model import TaskStatus
from tests.engine import there
from tests.engine.stage import FAILED, SECRET, SUCCEEDED, left_over, statuses, task
from tests.orchestrator.test_processes import lives
from tests.support.clock import ManualClock


def buried_by_nobody(number: int) -> bool:
    """Dead, in a container whose first process looks after no orphans."""
    stat = Path(f"/proc/{number}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z"


async def one(work: object, policy: OrchestrationPolicy | None = None) -> OrchestrationResult:
    return await execute_parallel([TaskSpec(lambda: work, id="a")], policy)


async def test_blocking_work_runs_in_a_thread_and_holds_up_nobody() -> None:
    meet = threading.Barrier(3, timeout=30)

    def work(assignment: Assignment) -> str:
        meet.wait()
        return threading.current_thread().name

    result = await execute_parallel([TaskSpec(lambda: work, id=name) for name in "abc"])
    assert [each.artifacts for each in result.tasks.values()] == [("task a",), ("task b",), ("task c",)]


async def test_a_thread_sees_the_context_of_who_started_it() -> None:
    whose: ContextVar[str] = ContextVar("whose", default="nobody's")
    whose.set("ours")
    assert (await one(lambda assignment: whose.get())).tasks["a"].artifacts == ("ours",)


async def test_what_a_function_returns_that_can_be_awaited_is_awaited() -> None:
    async def later() -> str:
        return "later"

    assert (await one(lambda assignment: later())).tasks["a"].artifacts == ("later",)


@pytest.mark.parametrize(
    ("failure", "named"),
    [
        (ValueError(SECRET), "ValueError"),
        (SystemExit(SECRET), "SystemExit"),
        (StopIteration(SECRET), "RuntimeError"),
        (asyncio.CancelledError(SECRET), "CancelledError"),
    ],
)
async def test_whatever_is_raised_in_a_thread_is_the_failure_of_its_task(failure: BaseException, named: str) -> None:
    def work(assignment: Assignment) -> None:
        raise failure

    result = await one(work)
    assert (result.tasks["a"].status, result.tasks["a"].reason) == (FAILED, f"The agent failed ({named}).")


async def test_blocking_work_past_its_time_is_asked_to_stop_and_waited_for() -> None:
    clock, begun, noticed = ManualClock(), threading.Event(), threading.Event()

    def work(assignment: Assignment) -> str:
        begun.set()
        while not assignment.unwanted:
            time.sleep(0.001)
        noticed.set()
        return "too late"

    running = Running(TaskGraph([task("a", work, timeout_s=5)]), clock=clock)
    ending = asyncio.ensure_future(running.result())
    await clock.advance(0)
    assert await asyncio.to_thread(begun.wait, 30)
    await clock.advance(5)
    result = await ending
    assert noticed.is_set()
    assert (result.tasks["a"].status, result.tasks["a"].artifacts) == (TaskStatus.TIMED_OUT, ())


async def test_a_thread_that_does_not_stop_is_left_alone_and_that_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    clock, let_go = ManualClock(), threading.Event()

    def work(assignment: Assignment) -> None:
        let_go.wait(60)

    running = Running(TaskGraph([task("a", work, timeout_s=5)]), clock=clock)
    ending = asyncio.ensure_future(running.result())
    await clock.advance(30)
    assert ending.done()
    assert statuses(ending.result()) == {"a": "timed_out"}
    assert "the thread of task a does not stop; it was left alone" in caplog.text
    let_go.set()


def test_a_thread_that_hangs_does_not_keep_the_program_from_ending() -> None:
    program = """
import asyncio, threading
from orchestrator.engine import OrchestrationPolicy, TaskSpec, execute_parallel
def hang(assignment): threading.Event().wait()
class Hurried:
    def __init__(self): self.loop = asyncio.get_running_loop()
    def now(self):
        from datetime import datetime, UTC
        return datetime(2026, 3, 14, tzinfo=UTC)
    def monotonic(self): return self.loop.time() * 100
    async def sleep(self, seconds): await asyncio.sleep(seconds / 100)
async def main():
    result = await execute_parallel([TaskSpec(lambda: hang, id="a")], OrchestrationPolicy(timeout_s=1), clock=Hurried())
    print(result.tasks["a"].status)
asyncio.run(main())
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=50, check=False)
    assert (ended.returncode, ended.stdout) == (0, "timed_out\n")


async def test_a_process_of_its_own_does_the_work_and_its_costs_come_back() -> None:
    tasks = [
        TaskSpec(there.Adds, id="adds", params={"numbers": [1, 2, 3]}, place=Place.PROCESS),
        TaskSpec(there.Awaits, id="awaits", prompt="why", place=Place.PROCESS),
        TaskSpec(there.Spends, id="spends", place=Place.PROCESS),
        TaskSpec(there.Silent, id="silent", place=Place.PROCESS),
    ]
    graph = TaskGraph(tasks, {"spends": ["awaits"]})
    result = await execute_graph(graph, OrchestrationPolicy(max_concurrency=2))
    assert statuses(result) == dict.fromkeys(["adds", "awaits", "spends", "silent"], "succeeded")
    total, process = result.tasks["adds"].artifacts
    assert (total, result.tasks["adds"].cost) == (6, Decimal("0.75"))
    assert process != os.getpid()
    assert result.tasks["awaits"].artifacts == ("why",)
    assert result.tasks["spends"].artifacts == ({"inputs": {"awaits": ("why",)}},)
    assert (result.tasks["spends"].cost, result.tasks["silent"].cost) == (Decimal("0.25"), Decimal(1))
    assert result.tasks["silent"].artifacts == ()


async def test_a_process_that_crashes_is_the_failure_of_its_task_alone() -> None:
    tasks = [
        TaskSpec(there.Dies, id="dies", place=Place.PROCESS),
        TaskSpec(there.Fails, id="fails", place=Place.PROCESS),
        TaskSpec(lambda: there.Adds(), id="lambda", place=Place.PROCESS),
        TaskSpec(there.Awaits, id="awaits", place=Place.PROCESS),
    ]
    result = await execute_parallel(tasks, OrchestrationPolicy(max_concurrency=1))
    assert statuses(result) == {"dies": "failed", "fails": "failed", "lambda": "failed", "awaits": "succeeded"}
    assert "ended before it answered" in result.tasks["dies"].reason
    assert SECRET not in repr(result)


async def test_a_process_past_its_time_is_killed_with_all_that_it_started(tmp_path: Path) -> None:
    clock, pipe = ManualClock(), tmp_path / "pipe"
    os.mkfifo(pipe)
    hangs = TaskSpec(there.Hangs, id="hangs", params={"pipe": str(pipe)}, place=Place.PROCESS, timeout_s=60)
    running = Running(TaskGraph([hangs]), clock=clock)
    ending = asyncio.ensure_future(running.result())
    reading = asyncio.ensure_future(asyncio.to_thread(pipe.read_text))
    while not reading.done():
        await clock.advance(0)
    process, child = map(int, reading.result().split())
    assert lives(process)
    await clock.advance(60)
    result = await ending
    assert statuses(result) == {"hangs": "timed_out"}
    assert not lives(process)
    while lives(child) and not buried_by_nobody(child):
        await asyncio.sleep(0)


async def test_a_place_is_used_again_by_the_next_task() -> None:
    tasks = [TaskSpec(there.Adds, id=name, params={"numbers": []}, place=Place.PROCESS) for name in "abc"]
    result = await execute_parallel(tasks, OrchestrationPolicy(max_concurrency=1))
    assert len({each.artifacts[1] for each in result.tasks.values()}) == 1
    assert all(each.status is SUCCEEDED for each in result.tasks.values())
    assert left_over() == []
