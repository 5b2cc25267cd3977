"""Watches an execution from outside, by what it tells and what its agents see, and says which law was broken.

It has its own account of everything, in the plainest way there is, and asks the engine for nothing.
"""

from decimal import Decimal

from orchestrator.engine import (
    Cancellation,
    EngineEvent,
    ExecutionEnded,
    OrchestrationPolicy,
    TaskEnded,
    TaskGraph,
    TaskRetried,
    TaskStarted,
)
from orchestrator.model import TaskResult, TaskStatus
from tests.support.clock import ManualClock


class ViolationError(AssertionError):
    """A law of the engine was broken."""


class Watch:
    """A listener; agents call `enter` and `leave`. `kept` had ended in an earlier life."""

    def __init__(
        self, graph: TaskGraph, policy: OrchestrationPolicy, clock: ManualClock, kept: dict[str, TaskResult]
    ) -> None:
        self._graph, self._policy, self._clock = graph, policy, clock
        self._kept = frozenset(kept)
        self.events: list[EngineEvent] = []
        self.violation: ViolationError | None = None  # until it is asked for: what a listener raises hurts nobody
        self.ends: dict[str, TaskStatus] = {}
        self._busy: set[str] = set()
        self._inside: set[tuple[str, int]] = set()
        self._attempts: dict[str, int] = {}
        self._held: dict[str, Decimal] = {}
        self._resting: dict[str, float] = {}
        self._over: set[str] = set()
        self._begun: dict[str, float] = {}
        self._settled = sum((each.cost for each in kept.values()), Decimal(0))

    def __call__(self, event: EngineEvent) -> None:
        self.events.append(event)
        try:
            if isinstance(event, TaskStarted):
                self._started(event)
            elif isinstance(event, TaskRetried):
                self._stopped(event.task_id)
                self._over.discard(event.task_id)
                self._resting[event.task_id] = self._clock.monotonic() + event.wait_s
            elif isinstance(event, TaskEnded):
                self._ended(event)
        except ViolationError as violation:
            self.violation = violation

    def enter(self, name: str, attempt: int) -> None:
        """An agent has begun."""
        self._inside.add((name, attempt))
        if len(self._inside) > self._policy.max_concurrency:
            self.violation = ViolationError(f"{len(self._inside)} agents work at once")

    def leave(self, name: str, attempt: int, told: Decimal | None) -> None:
        """An agent has come to its end, and has told that it spent so much, or nothing."""
        self._inside.discard((name, attempt))
        if name in self._held:
            most = self._held.pop(name)
            self._settled += most if told is None else told
        self._busy.discard(name)
        self._over.add(name)

    def look(self) -> None:
        """Raise what was broken so far; and see whether a slot is idle while a task is ready."""
        if self.violation is not None:
            raise self.violation
        for name in self._graph.tasks:
            if len(self._busy) < self._policy.max_concurrency and self._could_start(name):
                raise ViolationError(f"{name} is ready, and a slot is idle")

    def close(self) -> None:
        """All of it is over: see whether everything ended, and nothing is inside."""
        if self.violation is not None:
            raise self.violation
        if set(self.ends) != set(self._graph.tasks):
            raise ViolationError("not every task has an end")
        if self._inside:
            raise ViolationError("an agent still works")
        if not isinstance(self.events[-1], ExecutionEnded):
            raise ViolationError("its end is not the last that is told")

    def _started(self, event: TaskStarted) -> None:
        name = event.task_id
        if name in self.ends or name in self._kept:
            raise ViolationError(f"{name} is started after its end")
        if any(each not in self.ends for each in self._graph.after[name]):
            raise ViolationError(f"{name} is started before what it builds on has ended")
        if not all(self._lets_start(each) for each in self._graph.after[name]):
            raise ViolationError(f"{name} is started though what it builds on did not succeed")
        if event.attempt != self._attempts.get(name, 0) + 1:
            raise ViolationError(f"{name} is started for attempt {event.attempt} after {self._attempts.get(name, 0)}")
        self._attempts[name] = event.attempt
        self._begun.setdefault(name, self._clock.monotonic())
        self._resting.pop(name, None)
        self._busy.add(name)
        self._held[name] = self._graph.tasks[name].cost
        if self._held[name] and self._left() < 0:
            raise ViolationError(f"{name} is started with money that is not there")

    def _ended(self, event: TaskEnded) -> None:
        name = event.task_id
        if name in self.ends:
            raise ViolationError(f"{name} ends twice")
        self.ends[name] = event.status
        self._stopped(name)

    def _stopped(self, name: str) -> None:
        """An attempt is over whose agent may never have begun."""
        self._settled += self._held.pop(name, Decimal(0))
        self._busy.discard(name)

    def _left(self) -> Decimal:
        budget = self._policy.cost_budget
        if budget is None:
            return Decimal("Infinity")
        return budget - self._settled - sum(self._held.values(), Decimal(0))

    def _could_start(self, name: str) -> bool:
        if name in self.ends or name in self._busy or name in self._over:
            return False
        if self._resting.get(name, -1.0) >= self._clock.monotonic() or self._out_of_time(name):
            return False
        cost = self._graph.tasks[name].cost
        if cost and cost > self._left():
            return False
        return all(self._lets_start(each) for each in self._graph.after[name])

    def _out_of_time(self, name: str) -> bool:
        """Then it has ended, though that may not be kept yet."""
        limit = self._policy.timeout_s
        return limit is not None and name in self._begun and self._clock.monotonic() >= self._begun[name] + limit

    def _lets_start(self, name: str) -> bool:
        end = self.ends.get(name)
        isolated = self._policy.cancellation is Cancellation.ISOLATED
        return end is TaskStatus.SUCCEEDED or (end is not None and isolated)
