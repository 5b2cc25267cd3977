"""What came of a task: one result each, whatever happened to it. Values of the engine, kept by stores, shown by surfaces.

Dataclasses and not pydantic models: an engine makes three of them for every task of a hundred thousand.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from orchestrator.model.cost import ZERO


class TaskStatus(StrEnum):
    """How a task ended; every task ends in exactly one of these.

    FAILED: its attempts did. TIMED_OUT: cancelled at its limit, or the whole's. OVER_BUDGET: did not fit, or was stopped by
    the budget. REFUSED: an audit did not take what it made. SKIPPED: what it builds on did not succeed. CANCELLED: from
    outside.
    """

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    OVER_BUDGET = "over_budget"
    REFUSED = "refused"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class TaskError:
    """Why, in words of ours: of a foreign exception only its type's name. `attempt` 0: it never started."""

    kind: str
    message: str
    attempt: int = 0


@dataclass(frozen=True, slots=True)
class TaskResult:
    """`artifacts` is what it made, () unless it succeeded. Times are None where it never started. `cost` in dollars."""

    id: str
    agent: str
    status: TaskStatus
    started_at: datetime | None = None
    finished_at: datetime | None = None
    duration_s: float = 0.0
    attempts: int = 0
    artifacts: tuple[object, ...] = ()
    errors: tuple[TaskError, ...] = ()
    cost: Decimal = ZERO

    @property
    def reason(self) -> str:
        """Why it did not succeed, for people: the last of its errors, or "" where it did, or there is none."""
        return self.errors[-1].message if self.errors and self.status is not TaskStatus.SUCCEEDED else ""
