"""One attempt at a task: make the agent, let it work, have what it made audited. Its end is a value.

The law: an answer counts only if its audit took it. What is wrong with the question stays wrong (our errors below 500, a
refusal, a budget); what may pass (any other failure) may be tried again.
"""

from dataclasses import dataclass
from decimal import Decimal
from inspect import isawaitable
from typing import Any

from opentelemetry import trace

from orchestrator.engine.attempt import settled
from orchestrator.engine.places import Places
from orchestrator.engine.quality import Audit, Refusal
from orchestrator.engine.tasks import Assignment, TaskSpec, take
from orchestrator.errors import BudgetExceededError, OrchestratorError
from orchestrator.model import TaskError, TaskStatus

PASSING = 500
SUCCEEDED = TaskStatus.SUCCEEDED


@dataclass(frozen=True, slots=True)
class Ended:
    """How an attempt ended. `cost` None: nobody told. `passing`: another attempt may go better."""

    status: TaskStatus
    artifacts: tuple[Any, ...] = ()
    cost: Decimal | None = None
    error: TaskError | None = None
    passing: bool = False


class Performing:
    """Performs attempts, one at a time for each call."""

    def __init__(self, places: Places, audit: Audit | None) -> None:
        self._places, self._audit = places, audit
        self._tracer = trace.get_tracer("compass.engine")

    async def perform(self, spec: TaskSpec, assignment: Assignment) -> Ended:
        """Raises nothing but a cancellation."""
        span = self._tracer.start_span("task")
        if not span.is_recording():
            return await self._perform(spec, assignment)
        span.set_attributes({"compass.task": assignment.task_id, "compass.agent": assignment.agent})
        status = TaskStatus.CANCELLED
        with trace.use_span(span, end_on_exit=True, record_exception=False, set_status_on_exception=False):
            try:
                ended = await self._perform(spec, assignment)
                status = ended.status
            finally:
                span.set_attribute("compass.status", status)
        return ended

    async def _perform(self, spec: TaskSpec, assignment: Assignment) -> Ended:
        try:
            answer = await self._places.perform(spec, assignment)
        except (Exception, SystemExit) as failure:  # noqa: BLE001 - a border: only the type's name may cross it
            return failed(failure, assignment)
        artifacts = take(answer, assignment)
        refused = await self._refusal(assignment, artifacts) if self._audit else None
        return refused or Ended(SUCCEEDED, artifacts, assignment.told_cost)

    async def _refusal(self, assignment: Assignment, artifacts: tuple[Any, ...]) -> Ended | None:
        checked = await settled(self._audited(assignment.task_id, artifacts))
        if not checked.finished:
            named = checked.failure or type(checked.error).__name__
            error = TaskError("audit_failed", f"What audits its artifacts failed ({named}).", assignment.attempt)
            return Ended(TaskStatus.FAILED, cost=assignment.told_cost, error=error)
        if checked.value is None:
            return None
        error = TaskError("refused", checked.value.reason, assignment.attempt)
        return Ended(TaskStatus.REFUSED, cost=assignment.told_cost, error=error)

    async def _audited(self, task_id: str, artifacts: tuple[Any, ...]) -> Refusal | None:
        assert self._audit is not None
        verdict = self._audit(task_id, artifacts)
        if isawaitable(verdict):
            verdict = await verdict
        if verdict is not None and not isinstance(verdict, Refusal):
            raise TypeError("an audit returns a Refusal, or None")
        return verdict


def failed(failure: BaseException, assignment: Assignment) -> Ended:
    """The end of an attempt that came to this."""
    cost, number = assignment.told_cost, assignment.attempt
    if isinstance(failure, BudgetExceededError):
        return Ended(TaskStatus.OVER_BUDGET, cost=cost, error=_ours(failure, number))
    if isinstance(failure, OrchestratorError):
        passing = failure.status >= PASSING
        return Ended(TaskStatus.FAILED, cost=cost, error=_ours(failure, number), passing=passing)
    error = TaskError("failed", f"The agent failed ({type(failure).__name__}).", number)
    return Ended(TaskStatus.FAILED, cost=cost, error=error, passing=True)


def _ours(error: OrchestratorError, number: int) -> TaskError:
    return TaskError(error.kind, error.message, number)
