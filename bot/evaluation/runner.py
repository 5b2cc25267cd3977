"""Many cases, a few at a time. A broken case is an answer too: it is told, and the others go on."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.evaluation.answers import Answer, answer_of, failure_of
from bot.evaluation.cases import Case
from bot.evaluation.examine import Examined
from orchestrator.clock import Clock
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
    places = asyncio.Semaphore(jobs)

    async def one(case: Case) -> Answer:
        async with places:
            answer = await _answer(case, examine, clock)
            write(answer)
            return answer

    answers = await asyncio.gather(*(one(case) for case in cases))
    failed = {str(each["case_id"]): str(each["error"]) for each in answers if "error" in each}
    return Outcome(len(answers) - len(failed), failed, sum(float(each["seconds"]) for each in answers))


async def _answer(case: Case, examine: Examine, clock: Clock) -> Answer:
    began = clock.monotonic()
    try:
        examined = await examine(case)
    except OrchestratorError as refused:
        return failure_of(case.case_id, refused.message, clock.monotonic() - began)
    except Exception as failure:  # noqa: BLE001 - the border of a case: one that breaks must not cost the others
        return failure_of(case.case_id, f"it broke ({type(failure).__name__})", clock.monotonic() - began)
    return answer_of(case.case_id, examined, clock.monotonic() - began)
