"""What an execution tells while it runs. A frozen, closed union; ids, states, times and words of ours, never a prompt, a
parameter or an artifact, so that no secret can be in an event.

The law: the first event is Began and the last one Ended; between them every task has Ready, unless it was never reached,
Started for each attempt, and exactly one TaskEnded.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from orchestrator.model import TaskResult, TaskStatus


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


def ended_event(result: TaskResult, at: datetime) -> TaskEnded:
    """The end of a task, told."""
    return TaskEnded(at, result.id, result.agent, result.status, result.attempts, result.duration_s, result.reason)
