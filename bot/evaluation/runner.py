"""Many cases, a few at a time. A broken case is an answer too: it is told, and the others go on."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import Any

from bot.evaluation.answers import Answer, answer_of, failure_of
from bot.evaluation.cases import Case
from bot.evaluation.examine import Examined
from orchestrator.clock import Clock
from orchestrator.engine import Assignment, OrchestrationPolicy, TaskGraph, TaskSpec, stream_graph
from orchestrator.errors import OrchestratorError

Examine = Callable[[Case], Awaitable[Examined]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an evaluation went; the failed ones by case id, with the reason."""

    answered: int
    failed: dict[str, str]
    seconds: float

    @property
    def mean_seconds(self) -> float:
        """How long a case took in the mean; 0 for none."""
        count = self.answered + len(self.failed)
        return self.seconds / count if count else 0.0


async def evaluate(
    cases: Sequence[Case], examine: Examine, *, clock: Clock, jobs: int, write: Callable[[Answer], None]
) -> Outcome:
    """Examine `cases`, at most `jobs` at once, and `write` each answer as soon as it is known."""
    specs = [TaskSpec(partial(_Examination, case, examine, clock), id=f"{n}") for n, case in enumerate(cases)]
    policy = OrchestrationPolicy(max_concurrency=jobs, timeout_s=None, breaker=None)
    answers: dict[str, Any] = {}
    async with aclosing(stream_graph(TaskGraph(specs), policy, clock=clock)) as ended:
        async for result in ended:
            case_id = cases[int(result.id)].case_id
            broke = failure_of(case_id, result.reason, result.duration_s)
            answers[result.id] = result.artifacts[0] if result.artifacts else broke
            write(answers[result.id])
    told = [answers[spec.id] for spec in specs]
    failed = {str(each["case_id"]): str(each["error"]) for each in told if "error" in each}
    return Outcome(len(told) - len(failed), failed, sum(float(each["seconds"]) for each in told))


@dataclass(frozen=True, slots=True)
class _Examination:
    """One case, as a task of the engine."""

    case: Case
    examine: Examine
    clock: Clock

    async def run(self, assignment: Assignment) -> Answer:  # noqa: ARG002 - the case is all there is to know
        return await _answer(self.case, self.examine, self.clock)


async def _answer(case: Case, examine: Examine, clock: Clock) -> Answer:
    began = clock.monotonic()
    try:
        examined = await examine(case)
    except OrchestratorError as refused:
        return failure_of(case.case_id, refused.message, clock.monotonic() - began)
    except Exception as failure:  # noqa: BLE001 - the border of a case: one that breaks must not cost the others
        return failure_of(case.case_id, f"it broke ({type(failure).__name__})", clock.monotonic() - began)
    return answer_of(case.case_id, examined, clock.monotonic() - began)
