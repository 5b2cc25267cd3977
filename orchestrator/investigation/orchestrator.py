"""The orchestrator: asks every agent in order, first what it observes, then what it concludes from all that was observed.

The laws: it makes no model call of its own. The budget is checked after each agent and, through the agent's account,
before each call; what does not fit is never swallowed. Any other failure of an agent, or silence past its time, degrades
the run: it goes on without that agent, and the turn says so. Nothing is deduplicated.
"""

from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal

from opentelemetry import trace

from orchestrator.budget import Budget
from orchestrator.clock import Clock, SystemClock
from orchestrator.engine import Attempt, attempt
from orchestrator.errors import BudgetExceededError
from orchestrator.events import StepEnded
from orchestrator.investigation.ranking import rank
from orchestrator.investigation.turns import MemoryTurns, Turns
from orchestrator.model import ZERO, Hypothesis, Incident, Observation, Phase, Step, StepOutcome
from orchestrator.ports import Agent, PlainAnalyst, Spender

AGENT_TIMEOUT_S = 120.0
RUN_TIMEOUT_S = 300.0
PLAIN_TIMEOUT_S = 30.0

Found = Sequence[Observation] | Sequence[Hypothesis]


class Orchestrator:
    """One run over a list of agents.

    `agents` in the order in which they work, with distinct ids. `budget_limit` in dollars; each agent's account is an
    equal share of it. `turns` remembers; the default does so in memory.
    """

    def __init__(
        self,
        agents: Sequence[Agent],
        budget_limit: Decimal = Decimal("10.00"),
        *,
        clock: Clock | None = None,
        turns: Turns | None = None,
        agent_timeout_s: float = AGENT_TIMEOUT_S,
        run_timeout_s: float = RUN_TIMEOUT_S,
    ) -> None:
        if len({agent.agent_id for agent in agents}) != len(agents):
            raise ValueError("agents need distinct ids")
        self._agents = tuple(agents)
        self._clock = clock or SystemClock()
        self._turns = turns or MemoryTurns()
        self._agent_timeout_s, self._run_timeout_s = agent_timeout_s, run_timeout_s
        self._begun: float | None = None
        self._tracer = trace.get_tracer("compass.orchestrator")
        self._told_before: dict[str, Decimal] = {}
        self.budget = Budget(budget_limit, [agent.agent_id for agent in agents], record=self._turns.spend)
        self._hand_over_accounts()

    def _hand_over_accounts(self) -> None:
        self.budget.restore(self._turns.entries())
        for agent in self._agents:
            if isinstance(agent, Spender):
                agent.use_account(self.budget.account(agent.agent_id))
            else:
                self._told_before[agent.agent_id] = sum((turn.cost for turn in self._turns_of(agent)), ZERO)

    async def observe(self, incident: Incident) -> list[Observation]:
        """Every agent in order; all that they observed, with ids.

        Raises BudgetExceededError; what was observed until then is kept, see `observations`.
        """
        for agent in self._agents:
            await self._turn(Step(phase=Phase.OBSERVE, agent_id=agent.agent_id), agent, lambda a: a.observe(incident))
        return self.observations

    async def generate_hypotheses(self, observations: Sequence[Observation]) -> list[Hypothesis]:
        """Every agent in order, each with *all* observations; every hypothesis, by confidence, highest first.

        An agent that failed to observe is not asked again. What an agent has left passes on to those after it.
        Raises BudgetExceededError; what was formed until then is kept, see `hypotheses`.
        """
        for agent in self._agents:
            observed = self._turns.ended(Step(phase=Phase.OBSERVE, agent_id=agent.agent_id))
            if observed is None or observed.outcome == StepOutcome.FINISHED:
                step = Step(phase=Phase.HYPOTHESISE, agent_id=agent.agent_id)
                await self._turn(step, agent, lambda a: a.generate_hypothesis(observations))
            self.budget.pass_on(agent.agent_id)
        return self.hypotheses

    async def conclude(self, why: str) -> list[Hypothesis]:
        """For a run that was ended early: rank what there is, and what plain analysis makes of the observations.

        Every turn that did not come is marked NOT_RUN with `why`. Spends nothing.
        """
        for agent in self._agents:
            for phase in Phase:
                step = Step(phase=phase, agent_id=agent.agent_id)
                if self._turns.ended(step) is None:
                    plain = await self._plain(agent) if phase == Phase.HYPOTHESISE else ()
                    await self._turns.end(
                        StepEnded(step=step, outcome=StepOutcome.NOT_RUN, hypotheses=tuple(plain), note=why)
                    )
        return self.hypotheses

    @property
    def observations(self) -> list[Observation]:
        """All that was observed so far, in the order of the agents."""
        return [one for ended in self._ended(Phase.OBSERVE) for one in ended.observations]

    @property
    def hypotheses(self) -> list[Hypothesis]:
        """All hypotheses so far, ranked."""
        return rank(one for ended in self._ended(Phase.HYPOTHESISE) for one in ended.hypotheses)

    def get_agent_costs(self) -> dict[str, Decimal]:
        """What each agent has spent, in dollars, also where it failed."""
        return {agent.agent_id: self._spent(agent) for agent in self._agents}

    def get_total_cost(self) -> Decimal:
        """What the run has spent, in dollars."""
        return sum(self.get_agent_costs().values(), ZERO)

    def _ended(self, phase: Phase) -> list[StepEnded]:
        return [turn for agent in self._agents for turn in self._turns_of(agent) if turn.step.phase == phase]

    def _turns_of(self, agent: Agent) -> list[StepEnded]:
        turns = (self._turns.ended(Step(phase=phase, agent_id=agent.agent_id)) for phase in Phase)
        return [turn for turn in turns if turn is not None]

    def _spent(self, agent: Agent) -> Decimal:
        """By its account, or by its own word where it spends without one; never less than the account knows."""
        told = agent.total_cost + self._told_before.get(agent.agent_id, ZERO)
        return max(self.budget.account(agent.agent_id).spent, told)

    async def _turn(self, step: Step, agent: Agent, ask: Callable[[Agent], Awaitable[Found]]) -> None:
        before = self._turns.ended(step)
        if before and before.outcome == StepOutcome.OVER_BUDGET:
            raise BudgetExceededError(before.note)
        if before is None:
            await self._turns.begin(step)
            with self._tracer.start_as_current_span(
                f"agent.{step.phase}", attributes={"compass.agent": step.agent_id}
            ) as span:
                ended, refused = await self._take(step, agent, ask)
                span.set_attribute("compass.outcome", ended.outcome)
                span.set_attribute("compass.found", len(ended.observations) + len(ended.hypotheses))
            await self._turns.end(ended)
            if refused:
                raise refused
        self._check_total(agent)

    async def _take(
        self, step: Step, agent: Agent, ask: Callable[[Agent], Awaitable[Found]]
    ) -> tuple[StepEnded, BudgetExceededError | None]:
        account = self.budget.account(agent.agent_id)
        account.step = str(step)
        before = self._spent(agent)
        result: Attempt[Found] = await attempt(self._clock, self._time_left(), ask(agent))
        refused = result.error if isinstance(result.error, BudgetExceededError) else None
        found: Found = result.value or ()
        if refused and step.phase == Phase.HYPOTHESISE:
            found = await self._plain(agent)
        ended = StepEnded(
            step=step,
            outcome=_outcome(result, refused),
            duration_s=round(result.duration_s, 3),
            observations=self._number([one for one in found if isinstance(one, Observation)]),
            hypotheses=tuple(one for one in found if isinstance(one, Hypothesis)),
            cost=self._spent(agent) - before,
            note=_note(result),
        )
        return ended, refused

    def _number(self, observations: Sequence[Observation]) -> tuple[Observation, ...]:
        first = len(self.observations) + 1
        return tuple(
            each.model_copy(update={"observation_id": f"o{n}"}) for n, each in enumerate(observations, start=first)
        )

    def _time_left(self) -> float:
        """An agent's time, or what is left of the run's where that is less."""
        if self._begun is None:
            self._begun = self._clock.monotonic()
        return max(0.0, min(self._agent_timeout_s, self._begun + self._run_timeout_s - self._clock.monotonic()))

    async def _plain(self, agent: Agent) -> Sequence[Hypothesis]:
        """What the agent can say for nothing. Its failure here costs only what it would have said."""
        if not isinstance(agent, PlainAnalyst):
            return ()
        return (await attempt(self._clock, PLAIN_TIMEOUT_S, agent.analyse(self.observations))).value or ()

    def _check_total(self, agent: Agent) -> None:
        total = self.get_total_cost()
        if total > self.budget.limit:
            raise BudgetExceededError(
                f"After {agent.agent_id} the run has spent ${total:.2f} of ${self.budget.limit:.2f}.",
                details={"agent_id": agent.agent_id, "spent": str(total), "limit": str(self.budget.limit)},
            )


def _outcome(result: Attempt[Found], refused: BudgetExceededError | None) -> StepOutcome:
    if refused:
        return StepOutcome.OVER_BUDGET
    if result.timed_out:
        return StepOutcome.TIMED_OUT
    return StepOutcome.FINISHED if result.finished else StepOutcome.FAILED


def _note(result: Attempt[Found]) -> str:
    if result.timed_out:
        return f"did not answer within {result.duration_s:.0f} s"
    if result.error:
        return result.error.message
    return f"failed ({result.failure})" if result.failure else ""
