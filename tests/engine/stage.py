"""Where tests of the engine play: tasks made of plain functions, and a clock that moves when nobody can go on."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from orchestrator.engine import (
    Assignment,
    EngineEvent,
    OrchestrationPolicy,
    OrchestrationResult,
    Running,
    TaskEnded,
    TaskGraph,
    TaskSpec,
    TaskStarted,
)
from orchestrator.model import TaskResult, TaskStatus
from orchestrator.retry import RetryPolicy
from tests.support.clock import ManualClock

Work = Callable[[Assignment], Any]
SUCCEEDED, FAILED = TaskStatus.SUCCEEDED, TaskStatus.FAILED
SECRET = "password=hunter2"


async def nothing(assignment: Assignment) -> None:
    """Work that is done at once."""


def task(name: str, work: Work = nothing, *, agent: str = "ann", **more: Any) -> TaskSpec:
    """A task that is this function."""
    return TaskSpec(lambda: work, id=name, agent=agent, **more)


def tries(times: int, *, base_s: float = 1.0, jitter: float = 0.0) -> RetryPolicy:
    return RetryPolicy(max_attempts=times, base_s=base_s, cap_s=max(base_s, 60.0), jitter=jitter)


def failing(times: int, value: object = "done") -> Work:
    """Work that fails so many times, saying a secret, and then succeeds."""

    async def work(assignment: Assignment) -> object:
        if assignment.attempt <= times:
            raise ValueError(SECRET)
        return value

    return work


def taking(clock: ManualClock, seconds: float, value: object = "done") -> Work:
    """Work that takes so long."""

    async def work(assignment: Assignment) -> object:
        await clock.sleep(seconds)
        return value

    return work


def costing(*amounts: str) -> Work:
    """Work that tells what it spends."""

    async def work(assignment: Assignment) -> None:
        for each in amounts:
            assignment.spend(Decimal(each))

    return work


class Told(list[EngineEvent]):
    """A listener that remembers."""

    def __call__(self, event: EngineEvent) -> None:
        self.append(event)

    @property
    def starts(self) -> list[str]:
        return [each.task_id for each in self if isinstance(each, TaskStarted)]

    @property
    def ends(self) -> list[str]:
        return [each.task_id for each in self if isinstance(each, TaskEnded)]


class Shelf:
    """Implements TaskJournal. Fails when it is told to; `writes` has each group that was kept."""

    def __init__(self, *kept: TaskResult) -> None:
        self.writes: list[list[TaskResult]] = [list(kept)] if kept else []
        self.fails = False
        self.gate: asyncio.Event | None = None

    async def kept(self) -> Sequence[TaskResult]:
        if self.fails:
            raise OSError(SECRET)
        return [each for group in self.writes for each in group]

    async def keep(self, results: Sequence[TaskResult]) -> None:
        if self.gate is not None:
            await self.gate.wait()
        if self.fails:
            raise OSError(SECRET)
        self.writes.append(list(results))


async def play(
    tasks: Sequence[TaskSpec],
    policy: OrchestrationPolicy | None = None,
    *,
    after: Mapping[str, Sequence[str]] | None = None,
    clock: ManualClock | None = None,
    **options: Any,
) -> OrchestrationResult:
    """Run them to the end, time passing second by second."""
    clock = clock or ManualClock()
    running = Running(TaskGraph(tasks, after), policy, clock=clock, **options)
    return await to_the_end(clock, running.result())


async def to_the_end(clock: ManualClock, work: Awaitable[Any], *, at_most_s: int = 2000) -> Any:
    """What comes of it, time passing second by second. Nothing of it runs any more then."""
    task = asyncio.ensure_future(work)
    for _ in range(at_most_s):
        if task.done():
            break
        await clock.advance(1.0)
    else:
        raise AssertionError("it does not come to an end")
    await asyncio.sleep(0)
    assert left_over() == []
    return task.result()


def left_over() -> list["asyncio.Task[Any]"]:
    """Everything that runs beside the test."""
    return [each for each in asyncio.all_tasks() if each is not asyncio.current_task() and not each.done()]


def statuses(result: OrchestrationResult) -> dict[str, str]:
    return {name: str(each.status) for name, each in result.tasks.items()}
