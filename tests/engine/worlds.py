"""Worlds made of a number: a random graph, a random policy, agents with moods, somebody who may cut it off; and one life in it.

Everything in a world follows from its seed, so that the number of one in which a law was broken is all there is to report.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

from orchestrator.engine import (
    Assignment,
    EngineEvent,
    OrchestrationPolicy,
    OrchestrationResult,
    Refusal,
    Running,
    TaskGraph,
    TaskSpec,
)
from orchestrator.model import TaskResult, TaskStatus
from orchestrator.retry import BreakerPolicy, RetryPolicy
from tests.engine.stage import left_over
from tests.engine.watch import ViolationError, Watch
from tests.support.clock import ManualClock, settle

MOST_SECONDS = 3000


@dataclass(frozen=True)
class Life:
    """What was told, and how every task ended."""

    events: tuple[EngineEvent, ...]
    statuses: dict[str, TaskStatus]


class Journal:
    """Implements TaskJournal; now and then a write takes its time."""

    def __init__(self, clock: ManualClock, dice: Random) -> None:
        self._clock, self._dice = clock, dice
        self.results: dict[str, TaskResult] = {}

    async def kept(self) -> Sequence[TaskResult]:
        return list(self.results.values())

    async def keep(self, results: Sequence[TaskResult]) -> None:
        await self._clock.sleep(self._dice.choice([0, 0, 1, 2]))
        for each in results:
            if each.id in self.results:
                raise ViolationError(f"{each.id} is kept twice")
            self.results[each.id] = each


class Agent:
    """Takes its time, fails, refuses to be cancelled the first time, tells or forgets to tell what it spent."""

    def __init__(self, world: "World", watch: Watch) -> None:
        self._world, self._watch = world, watch

    async def run(self, assignment: Assignment) -> object:
        self._watch.enter(assignment.task_id, assignment.attempt)
        try:
            return await self._work(assignment, Random(f"{self._world.seed} {assignment.task_id} {assignment.attempt}"))
        finally:
            self._watch.leave(assignment.task_id, assignment.attempt, assignment.told_cost)

    async def _work(self, assignment: Assignment, dice: Random) -> object:
        most = self._world.graph.tasks[assignment.task_id].cost
        try:
            for _ in range(dice.randint(0, 3)):
                await self._world.clock.sleep(dice.choice([0, 0, 1, 3, 8]))
        except asyncio.CancelledError:
            if dice.random() < 0.8:
                raise
            await self._world.clock.sleep(1)
        mood = dice.random()
        if mood < 0.2:
            raise ValueError("password=hunter2")
        if mood < 0.25:
            raise asyncio.CancelledError
        if mood < 0.8:
            assignment.spend(min(Decimal(dice.randint(0, 3)), most))
        return {"mood": mood}


class World:
    """A graph, a policy, and the moment at which somebody ends it, if anybody does."""

    def __init__(self, seed: int) -> None:
        self.seed, self.clock = seed, ManualClock()
        dice = Random(seed)
        self.policy = _policy(dice, seed)
        self.journal = Journal(self.clock, Random(seed)) if dice.random() < 0.3 else None
        self.audits = dice.random() < 0.2
        self.cut_at = dice.choice([None, None, None, dice.uniform(0, 30)])
        self.politely = dice.random() < 0.5
        self._watch: Watch | None = None
        self.graph = self._graph(dice)

    async def live(self) -> Life:
        """Once to the end. Where it was cut off and something was kept, once more from there. Raises ViolationError."""
        try:
            events, result = await self._once(self.cut_at)
            if self.journal is not None and self.cut_at is not None:
                more, result = await self._once(None)
                events += more
        finally:
            await self._put_down()
        return Life(events, {name: each.status for name, each in result.tasks.items()})

    async def _once(self, cut_at: float | None) -> tuple[tuple[EngineEvent, ...], OrchestrationResult]:
        kept = dict(self.journal.results) if self.journal else {}
        watch = self._watch = Watch(self.graph, self.policy, self.clock, kept)
        options: dict[str, Any] = {"journal": self.journal} if self.journal else {}
        options |= {"audit": self._audit} if self.audits else {}
        running = Running(self.graph, self.policy, clock=self.clock, listeners=[watch], **options)
        work = asyncio.ensure_future(running.result())
        await self._pass_time(running, work, watch, cut_at)
        if not work.cancelled() and (failure := work.exception()) is not None:
            raise failure
        watch.close()
        result = running.so_far()
        if {name: each.status for name, each in result.tasks.items()} != watch.ends:
            raise ViolationError("what is told is not what the result says")
        budget = self.policy.cost_budget
        if budget is not None and result.metrics.cost_estimate > budget:
            raise ViolationError("more was spent than there was")
        if left_over():
            raise ViolationError("something is left running")
        return tuple(watch.events), result

    async def _put_down(self) -> None:
        """Where a law was broken something may still run: who closes the loop would wait for it, and no time would pass."""
        for _ in range(MOST_SECONDS):
            for each in left_over():
                each.cancel()
            if not left_over():
                return
            await self.clock.advance(1.0)

    async def _pass_time(
        self, running: Running, work: "asyncio.Future[Any]", watch: Watch, cut_at: float | None
    ) -> None:
        begun = self.clock.monotonic()
        for second in range(MOST_SECONDS):
            await _until_quiet(watch)
            if work.done():
                return
            if cut_at is not None and second > cut_at:
                running.cancel() if self.politely else work.cancel()
                cut_at = None
            elif self._has_to_be_busy(begun):
                watch.look()
            await self.clock.advance(1.0)
        raise ViolationError("it does not come to an end")

    def _has_to_be_busy(self, begun: float) -> bool:
        """A breaker holds tasks back that look ready from outside; and after the end of the whole nothing starts."""
        whole = self.policy.total_timeout_s
        over = whole is not None and self.clock.monotonic() - begun >= whole
        return self.policy.breaker is None and self.cut_at is None and not over

    def _audit(self, name: str, artifacts: tuple[Any, ...]) -> Refusal | None:
        return Refusal("It is in a bad mood.") if artifacts and artifacts[0]["mood"] > 0.9 else None

    def _make(self) -> Agent:
        assert self._watch is not None
        return Agent(self, self._watch)

    def _graph(self, dice: Random) -> TaskGraph:
        number = dice.randint(0, 25)
        tasks = [
            TaskSpec(
                self._make,
                id=f"t{n}",
                agent=f"a{dice.randint(0, 3)}",
                cost=Decimal(dice.randint(0, 3)),
                estimate_s=dice.random(),
            )
            for n in range(number)
        ]
        after = {f"t{n}": [f"t{m}" for m in dice.sample(range(n), dice.randint(0, min(3, n)))] for n in range(number)}
        return TaskGraph(tasks, after)


def _policy(dice: Random, seed: int) -> OrchestrationPolicy:
    return OrchestrationPolicy(
        max_concurrency=dice.randint(1, 6),
        retry=RetryPolicy(max_attempts=dice.randint(1, 3), base_s=1, cap_s=10),
        timeout_s=dice.choice([None, 5, 20]),
        total_timeout_s=dice.choice([None, None, 30]),
        cost_budget=dice.choice([None, Decimal(dice.randint(0, 20))]),
        fairness=dice.choice(["round_robin", "shortest_first"]),  # type: ignore[arg-type]
        cancellation=dice.choice(["cascading", "isolated"]),  # type: ignore[arg-type]
        breaker=dice.choice([None, BreakerPolicy(failures=2, rest_s=5)]),
        seed=seed,
    )


async def _until_quiet(watch: Watch) -> None:
    """Let everything go on that can, however long a chain of tasks that take no time is, or until a law is broken."""
    told = -1
    while told != len(watch.events):
        if watch.violation is not None:
            raise watch.violation
        told = len(watch.events)
        await settle()
