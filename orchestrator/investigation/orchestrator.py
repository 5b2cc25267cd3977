"""The orchestrator: asks every agent in order, first what it observes, then what it concludes from all that was observed.

The laws: it makes no model call of its own. The budget is checked after each agent and, through the agent's account,
before each call; what does not fit is never swallowed. Any other failure of an agent, or silence past its time, degrades
the run: it goes on without that agent, and the turn says so. Nothing is deduplicated.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from decimal import ROUND_DOWN, ROUND_UP, Decimal

from opentelemetry import trace

from orchestrator.budget import Budget, in_cents
from orchestrator.clock import Clock, SystemClock
from orchestrator.engine import Attempt, attempt
from orchestrator.errors import AgentExecutionError, BudgetExceededError
from orchestrator.events import StepEnded
from orchestrator.investigation.answers import findings, told_cost
from orchestrator.investigation.ranking import rank
from orchestrator.investigation.turns import MemoryTurns, Turns
from orchestrator.model import ZERO, Hypothesis, Incident, Observation, Phase, Step, StepOutcome, StoreUse
from orchestrator.ports import Agent, PlainAnalyst, Spender
from orchestrator.tally import Tally, counting

AGENT_TIMEOUT_S = 120.0
RUN_TIMEOUT_S = 300.0
PLAIN_TIMEOUT_S = 30.0

Found = tuple[Observation, ...] | tuple[Hypothesis, ...]
Ask = Callable[[Agent], Awaitable[object]]


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
        self._shown: tuple[Observation, ...] = ()
        self.budget = Budget(budget_limit, [agent.agent_id for agent in agents], record=self._turns.spend)
        self._hand_over_accounts()

    def _hand_over_accounts(self) -> None:
        self.budget.restore(self._turns.entries())
        for agent in self._agents:
            if isinstance(agent, Spender):
                agent.use_account(self.budget.account(agent.agent_id))
            else:
                self._told_before[agent.agent_id] = told = self._told_in_turns(agent)
                self.budget.account(agent.agent_id).hear(told)

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
        self._shown = tuple(observations)
        for agent in self._agents:
            if not self._dropped_out(agent):
                step = Step(phase=Phase.HYPOTHESISE, agent_id=agent.agent_id)
                await self._turn(step, agent, lambda a: a.generate_hypothesis(list(observations)))
            self.budget.pass_on(agent.agent_id)
        return self.hypotheses

    async def conclude(self, why: str) -> list[Hypothesis]:
        """For a run that was ended early: rank what there is, and what plain analysis makes of the observations.

        Every turn that did not come, or not to its end, is marked NOT_RUN with `why` and what it cost. Spends nothing.
        """
        for agent in self._agents:
            for phase in Phase:
                step = Step(phase=phase, agent_id=agent.agent_id)
                if self._turns.ended(step) is None and not self._dropped_out(agent):
                    await self._turns.end(await self._missed(step, agent, why))
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

    def _dropped_out(self, agent: Agent) -> bool:
        observed = self._turns.ended(Step(phase=Phase.OBSERVE, agent_id=agent.agent_id))
        return observed is not None and observed.outcome in (StepOutcome.FAILED, StepOutcome.TIMED_OUT)

    def _told_in_turns(self, agent: Agent) -> Decimal:
        return sum((turn.cost for turn in self._turns_of(agent)), ZERO)

    def _spent(self, agent: Agent) -> Decimal:
        """By its account, and by its own word where it spends without; where that cannot be read, as far as is known."""
        with suppress(AgentExecutionError):
            self._hear(agent)
        return self.budget.account(agent.agent_id).spent

    def _hear(self, agent: Agent) -> None:
        told = told_cost(agent) + self._told_before.get(agent.agent_id, ZERO)
        self.budget.account(agent.agent_id).hear(told)

    async def _turn(self, step: Step, agent: Agent, ask: Ask) -> None:
        before = self._turns.ended(step)
        if before and before.outcome == StepOutcome.OVER_BUDGET:
            raise BudgetExceededError(before.note)
        if before is None:
            await self._turns.begin(step)
            with self._tracer.start_as_current_span(
                f"agent.{step.phase}",
                attributes={"compass.agent": step.agent_id},
                record_exception=False,
                set_status_on_exception=False,
            ) as span:
                ended, refused = await self._take(step, agent, ask)
                span.set_attribute("compass.outcome", ended.outcome)
                span.set_attribute("compass.found", len(ended.observations) + len(ended.hypotheses))
            await self._keep(ended)
            if refused:
                raise refused
        self._check_total()

    async def _take(self, step: Step, agent: Agent, ask: Ask) -> tuple[StepEnded, BudgetExceededError | None]:
        self.budget.account(agent.agent_id).step = str(step)
        limit = self._time_left()
        if limit <= 0:
            return await self._missed(step, agent, "the run had no time left"), None
        with counting() as tally:
            result = await attempt(self._clock, limit, self._asked(step, agent, ask))
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
            cost=self._cost_of_turn(agent),
            note=_note(result, limit),
            use=_use_of(tally),
        )
        return ended, refused

    async def _asked(self, step: Step, agent: Agent, ask: Ask) -> Found:
        """The agent's answer, if it is one. All of this is foreign code, hence inside the attempt."""
        answer = await ask(agent)
        self._hear(agent)
        return findings(answer, Observation) if step.phase == Phase.OBSERVE else findings(answer, Hypothesis)

    async def _missed(self, step: Step, agent: Agent, why: str) -> StepEnded:
        """A turn that did not come, with what plain analysis has to say instead."""
        plain = await self._plain(agent) if step.phase == Phase.HYPOTHESISE else ()
        cost = self._cost_of_turn(agent)
        return StepEnded(step=step, outcome=StepOutcome.NOT_RUN, hypotheses=plain, cost=cost, note=why)

    async def _keep(self, ended: StepEnded) -> None:
        """Keep the turn; what nobody can keep is the agent's failure, not the run's."""
        try:
            await self._turns.end(ended)
        except ValueError:
            note = "failed: what it found cannot be kept"
            await self._turns.end(
                StepEnded(
                    step=ended.step, outcome=StepOutcome.FAILED, duration_s=ended.duration_s, cost=ended.cost, note=note
                )
            )

    def _cost_of_turn(self, agent: Agent) -> Decimal:
        """All it has spent that no turn before has told, also in an earlier process that did not get to the end of it."""
        return self._spent(agent) - self._told_in_turns(agent)

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

    async def _plain(self, agent: Agent) -> tuple[Hypothesis, ...]:
        """What the agent can say for nothing. Its failure here costs only what it would have said."""
        if not isinstance(agent, PlainAnalyst):
            return ()
        return (await attempt(self._clock, PLAIN_TIMEOUT_S, self._analysed(agent))).value or ()

    async def _analysed(self, agent: PlainAnalyst) -> tuple[Hypothesis, ...]:
        return findings(await agent.analyse(list(self._shown or self.observations)), Hypothesis)

    def _check_total(self) -> None:
        total, limit = self.get_total_cost(), self.budget.limit
        if total > limit:
            raise BudgetExceededError(
                f"The run has spent {in_cents(total, ROUND_UP)} of {in_cents(limit, ROUND_DOWN)}.",
                details={"spent": str(total), "limit": str(limit)},
            )


def _use_of(tally: Tally) -> StoreUse:
    return StoreUse(queries=tally.queries, read_bytes=tally.read_bytes, series=tally.series, refused=tally.refused)


def _outcome(result: Attempt[Found], refused: BudgetExceededError | None) -> StepOutcome:
    if refused:
        return StepOutcome.OVER_BUDGET
    if result.timed_out:
        return StepOutcome.TIMED_OUT
    return StepOutcome.FINISHED if result.finished else StepOutcome.FAILED


def _note(result: Attempt[Found], limit: float) -> str:
    if result.timed_out:
        return f"did not answer within {limit:.0f} s"
    if isinstance(result.error, BudgetExceededError):
        return result.error.message
    if result.error:
        return f"failed: {result.error.message}"
    return f"failed ({result.failure})" if result.failure else ""
