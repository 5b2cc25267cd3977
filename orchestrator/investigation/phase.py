"""What the engine remembers of a phase: the turns that were taken. Implements TaskJournal over Turns.

The law: a turn is kept, with all that was found and what it cost, before the next one begins; what had ended in an earlier
process is not asked for again.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from orchestrator.investigation.turn import Turn
from orchestrator.investigation.turns import Turns
from orchestrator.model import StepOutcome, TaskResult, TaskStatus

OUTCOMES = {
    TaskStatus.SUCCEEDED: StepOutcome.FINISHED,
    TaskStatus.FAILED: StepOutcome.FAILED,
    TaskStatus.TIMED_OUT: StepOutcome.TIMED_OUT,
    TaskStatus.OVER_BUDGET: StepOutcome.OVER_BUDGET,
}
STATUSES = {outcome: status for status, outcome in OUTCOMES.items()}


class PhaseJournal:
    """`taken` is told of every turn that ended now, in order."""

    def __init__(
        self, asked: Mapping[str, Turn], turns: Turns, taken: Callable[[Turn, TaskResult], Awaitable[None]]
    ) -> None:
        self._asked, self._turns, self._taken = asked, turns, taken

    async def kept(self) -> Sequence[TaskResult]:
        """The turns that have ended before."""
        before = [(name, turn.agent.agent_id, self._turns.ended(turn.step)) for name, turn in self._asked.items()]
        return [
            TaskResult(name, agent_id, STATUSES.get(ended.outcome, TaskStatus.SKIPPED))
            for name, agent_id, ended in before
            if ended is not None
        ]

    async def keep(self, results: Sequence[TaskResult]) -> None:
        """Keep these turns, one after the other."""
        for result in results:
            await self._taken(self._asked[result.id], result)
