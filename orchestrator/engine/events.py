"""What an execution tells while it runs. A frozen, closed union; ids, states, times and words of ours, never a prompt, a
parameter or an artifact, so that no secret can be in an event.

The law: the first event is Began and the last one Ended. Between them every task has Started for each attempt, Retried after
each but its last one, and exactly one TaskEnded, which is its last: also one that never started, and also where the execution
was cancelled or broke off.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from orchestrator.model import TaskStatus


@dataclass(frozen=True, slots=True)
class ExecutionBegan:
    """So many tasks are to be done."""

    at: datetime
    tasks: int


@dataclass(frozen=True, slots=True)
class TaskStarted:
    """Attempt number `attempt`, from 1."""

    at: datetime
    task_id: str
    agent: str
    attempt: int


@dataclass(frozen=True, slots=True)
class TaskRetried:
    """An attempt failed; the next one comes in `wait_s` seconds."""

    at: datetime
    task_id: str
    agent: str
    attempt: int
    wait_s: float
    reason: str


@dataclass(frozen=True, slots=True)
class TaskEnded:
    """The one end of a task."""

    at: datetime
    task_id: str
    agent: str
    status: TaskStatus
    attempts: int
    duration_s: float
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ExecutionHeartbeat:
    """It is alive: so many run, could run, have ended."""

    at: datetime
    running: int
    ready: int
    ended: int


@dataclass(frozen=True, slots=True)
class ExecutionEnded:
    """Nothing of it runs any more."""

    at: datetime
    succeeded: int
    tasks: int


EngineEvent: TypeAlias = ExecutionBegan | TaskStarted | TaskRetried | TaskEnded | ExecutionHeartbeat | ExecutionEnded
EngineListener: TypeAlias = Callable[[EngineEvent], None]
"""Is told of every event, at once and in order. What it raises is logged by its type and hurts nobody."""
