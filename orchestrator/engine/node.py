"""A task on its way: what is remembered of it until it has ended."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from random import Random
from typing import Any

from orchestrator.clock import Alarm
from orchestrator.engine.tasks import Assignment, TaskSpec
from orchestrator.model import ZERO, TaskError, TaskResult


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
