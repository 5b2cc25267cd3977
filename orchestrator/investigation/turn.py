"""An agent's turn, as a task of the engine: begin it, ask the agent, take what it answers.

The law: everything an agent does happens inside the attempt, under its time limit, with what it asks of telemetry stores
counted. What it found is the task's artifact, one tuple. What it raised is remembered: a budget at its end is raised again when
the turn was kept.
"""

import asyncio
from collections.abc import Awaitable, Callable

from opentelemetry import trace

from orchestrator.engine import Answer, Assignment
from orchestrator.errors import BudgetExceededError, OrchestratorError
from orchestrator.investigation.answers import findings
from orchestrator.investigation.turns import Turns
from orchestrator.model import AllowanceKind, Hypothesis, Observation, Phase, Step, StoreUse
from orchestrator.ports import Agent
from orchestrator.redaction import redact
from orchestrator.tally import Tally, counting

Found = tuple[Observation, ...] | tuple[Hypothesis, ...]
Ask = Callable[[Agent], Awaitable[object]]


class Turn:
    """`begins` is called when it does, before anything is asked; `hear` reads from the agent what it has spent."""

    def __init__(
        self, step: Step, agent: Agent, ask: Ask, turns: Turns, *, begins: Callable[[], None], hear: Callable[[], None]
    ) -> None:
        self.step, self.agent = step, agent
        self._ask, self._turns, self._begins, self._hear = ask, turns, begins, hear
        self._tally: Tally | None = None
        self.failure: BaseException | None = None

    @property
    def refused(self) -> BudgetExceededError | None:
        """What did not fit the budget."""
        return self.failure if isinstance(self.failure, BudgetExceededError) else None

    @property
    def allowance(self) -> AllowanceKind | None:
        """Which allowance did not have the money, where it was one."""
        kind = self.refused.details.get("allowance") if self.refused else None
        return AllowanceKind(kind) if kind else None

    @property
    def note(self) -> str:
        """Why it failed, for people: in our own words, or by the name of a foreign exception's type. "" where it did not."""
        if isinstance(self.failure, OrchestratorError):
            said = redact(self.failure.message)
            return said if self.refused else f"failed: {said}"
        return f"failed ({type(self.failure).__name__})" if self.failure else ""

    @property
    def use(self) -> StoreUse:
        """What was asked of the telemetry stores so far."""
        tally = self._tally or Tally()
        return StoreUse(queries=tally.queries, read_bytes=tally.read_bytes, series=tally.series, refused=tally.refused)

    async def run(self, assignment: Assignment) -> Answer:  # noqa: ARG002 - what an agent is asked is in the turn itself
        """Take it."""
        self._begins()
        await self._turns.begin(self.step)
        with trace.get_tracer("compass.orchestrator").start_as_current_span(
            f"agent.{self.step.phase}",
            attributes={"compass.agent": self.step.agent_id, "compass.found": 0},
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                found = await self._asked()
            finally:
                span.set_attribute("compass.outcome", self._outcome)
            span.set_attribute("compass.found", len(found))
        return Answer((found,))

    @property
    def _outcome(self) -> str:
        if isinstance(self.failure, asyncio.CancelledError):
            return "cut_short"
        return "over_budget" if self.refused else "failed" if self.failure else "finished"

    async def _asked(self) -> Found:
        with counting() as self._tally:
            try:
                answer = await self._ask(self.agent)
                self._hear()
                if self.step.phase == Phase.OBSERVE:
                    return findings(answer, Observation)
                return findings(answer, Hypothesis)
            except BaseException as failure:
                self.failure = failure
                raise
