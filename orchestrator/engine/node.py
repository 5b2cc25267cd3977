"""A task on its way: what is remembered of it until it has ended."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from random import Random
from typing import Any

from orchestrator.clock import Alarm, Clock
from orchestrator.engine.tasks import Assignment, TaskSpec
from orchestrator.model import ZERO, TaskError, TaskResult, TaskStatus


@dataclass(slots=True, eq=False)
class Node:
    """`waits_for` counts the tasks it builds on that have not ended.

    `work` is the attempt that runs, `cut_short` why it was cancelled. `settled`: how it ended is decided, and only has to be
    kept; `result` is set, once, when it has ended for all the others.
    """

    spec: TaskSpec
    agent: str
    waits_for: int
    attempts: int = 0
    cost: Decimal = ZERO
    started_at: datetime | None = None
    begun: float = 0.0
    errors: tuple[TaskError, ...] = ()
    assignment: Assignment | None = None
    dice: Random | None = None
    deadline: Alarm | None = None
    pause: Alarm | None = None
    work: "asyncio.Future[Any] | None" = None
    cut_short: TaskError | None = None
    settled: bool = False
    result: TaskResult | None = None

    def ends(
        self, clock: Clock, status: TaskStatus, error: TaskError | None, artifacts: tuple[object, ...] = ()
    ) -> TaskResult:
        """The result of a task that ends now, and so."""
        errors = self.errors if error is None else (*self.errors, error)
        if self.started_at is None:
            return TaskResult(self.spec.id, self.agent, status, errors=errors)
        times = (self.started_at, clock.now(), clock.monotonic() - self.begun)
        return TaskResult(self.spec.id, self.agent, status, *times, self.attempts, artifacts, errors, self.cost)
