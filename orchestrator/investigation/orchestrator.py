"""The orchestrator: asks every agent, first what it observes, then what it concludes from all that was observed.

The laws: it makes no model call of its own. The budget is checked after each agent and, through the agent's account,
before each call; what does not fit is never swallowed. Any other failure of an agent, or silence past its time, degrades
the run: it goes on without that agent, and the turn says so. Nothing is deduplicated.

Both ways of working are policies of the one engine: sequentially the turns of a phase are a chain, in parallel they build on
nothing. In parallel no money passes from agent to agent, and a budget at its end ends nobody else's turn.
"""

from collections.abc import Callable, Collection, Sequence
from decimal import Decimal
from functools import partial

from orchestrator.budget import Till
from orchestrator.clock import Clock, SystemClock
from orchestrator.engine import Cancellation, OrchestrationPolicy, Running, TaskGraph, TaskSpec, attempt, chained
from orchestrator.errors import BudgetExceededError
from orchestrator.events import StepEnded
from orchestrator.investigation.answers import findings, remarks_of
from orchestrator.investigation.phase import OUTCOMES, PhaseJournal
from orchestrator.investigation.ranking import rank
from orchestrator.investigation.spending import Spending, turns_of
from orchestrator.investigation.turn import Ask, Found, Turn
from orchestrator.investigation.turns import MemoryTurns, Turns
from orchestrator.model import (
    ZERO,
    Hypothesis,
    Incident,
    Mode,
    Observation,
    Phase,
    Step,
    StepOutcome,
    TaskResult,
    TaskStatus,
)
from orchestrator.ports import Agent, PlainAnalyst

AGENT_TIMEOUT_S = 120.0
RUN_TIMEOUT_S = {Mode.SEQUENTIAL: 300.0, Mode.PARALLEL: 120.0}
PLAIN_TIMEOUT_S = 30.0
FOR_EXPLAINING = 0.25
"""So much of a parallel run's time is left when all must have observed: one that hangs does not cost the others their say."""


class Orchestrator:
    """One run over a list of agents.

    `agents` in the order in which they work, with distinct ids. `budget_limit` in dollars; each agent's account is an
    equal share of it. `turns` remembers; the default does so in memory. Without `run_timeout_s` a run has five minutes, in
    parallel two. `extended_by` dollars are what humans have added for whoever needs them; whom `held` names is not asked what
    it makes of the observations until it names them no more. What agents put aside is put aside at the `till` too, which knows
    what a day may cost.
    """

    def __init__(
        self,
        agents: Sequence[Agent],
        budget_limit: Decimal = Decimal("10.00"),
        *,
        clock: Clock | None = None,
        turns: Turns | None = None,
        mode: Mode = Mode.SEQUENTIAL,
        agent_timeout_s: float = AGENT_TIMEOUT_S,
        run_timeout_s: float | None = None,
        extended_by: Decimal = ZERO,
        held: Callable[[], Collection[str]] = tuple,
        till: Till | None = None,
    ) -> None:
        if len({agent.agent_id for agent in agents}) != len(agents):
            raise ValueError("agents need distinct ids")
        self._agents = tuple(agents)
        self._clock = clock or SystemClock()
        self._turns = turns or MemoryTurns()
        self._mode, self._agent_timeout_s, self._held = mode, agent_timeout_s, held
        self._run_timeout_s = RUN_TIMEOUT_S[mode] if run_timeout_s is None else run_timeout_s
        self._begun: float | None = None
        self._running: Running | None = None
        self._refused: BudgetExceededError | None = None
        self._shown: tuple[Observation, ...] = ()
        self._spending = Spending(self._agents, budget_limit, self._turns, extended_by, till)
        self.budget = self._spending.budget

    async def observe(self, incident: Incident) -> list[Observation]:
        """Every agent; all that they observed, with ids.

        Raises BudgetExceededError; what was observed until then is kept, see `observations`.
        """
        await self._take_turns(Phase.OBSERVE, self._agents, lambda agent: agent.observe(incident))
        return self.observations

    async def generate_hypotheses(self, observations: Sequence[Observation]) -> list[Hypothesis]:
        """Every agent, each with *all* observations; every hypothesis, by confidence, highest first.

        An agent that failed to observe is not asked again, one that waits for humans not yet. One after the other, what an
        agent has left passes on to those after it.
        Raises BudgetExceededError; what was formed until then is kept, see `hypotheses`.
        """
        self._shown = tuple(observations)
        held = self._held()
        asked = [each for each in self._agents if not self._dropped_out(each) and each.agent_id not in held]
        await self._take_turns(Phase.HYPOTHESISE, asked, lambda agent: agent.generate_hypothesis(list(observations)))
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
        return self._spending.by_agent()

    def get_total_cost(self) -> Decimal:
        """What the run has spent, in dollars."""
        return self._spending.total()

    def _ended(self, phase: Phase) -> list[StepEnded]:
        return [turn for agent in self._agents for turn in turns_of(self._turns, agent) if turn.step.phase == phase]

    def _dropped_out(self, agent: Agent) -> bool:
        observed = self._turns.ended(Step(phase=Phase.OBSERVE, agent_id=agent.agent_id))
        return observed is not None and observed.outcome in (StepOutcome.FAILED, StepOutcome.TIMED_OUT)

    async def _take_turns(self, phase: Phase, agents: Sequence[Agent], ask: Ask) -> None:
        """One turn for each, kept. Raises BudgetExceededError where one of them did not fit, once no turn is under way."""
        turns = {str(turn.step): turn for turn in (self._turn(phase, agent, ask) for agent in agents)}
        self._refuse_again(phase, agents)
        time_left = self._time_left(phase)
        if time_left > 0 and turns:
            await self._run(turns, time_left)
        for turn in turns.values():
            if self._turns.ended(turn.step) is None and self._refused is None:
                await self._keep(await self._missed(turn.step, turn.agent, "the run had no time left"))
        if self._refused is not None:
            raise self._refused

    async def _run(self, turns: dict[str, Turn], time_left: float) -> None:
        specs = [
            TaskSpec(partial(_itself, turn), id=name, agent=turn.step.agent_id, timeout_s=self._agent_timeout_s)
            for name, turn in turns.items()
        ]
        policy = OrchestrationPolicy(
            max_concurrency=1 if self._one_by_one else len(specs),
            total_timeout_s=time_left,
            cancellation=Cancellation.ISOLATED,
            breaker=None,
        )
        graph = chained(specs) if self._one_by_one else TaskGraph(specs)
        running = Running(graph, policy, clock=self._clock, journal=PhaseJournal(turns, self._turns, self._taken))
        self._running = running
        ended = await running.result()
        for name, result in ended.tasks.items():
            begun_in_vain = result.status is TaskStatus.TIMED_OUT and result.attempts
            if begun_in_vain and self._turns.ended(turns[name].step) is None:
                await self._taken(turns[name], result)

    def _turn(self, phase: Phase, agent: Agent, ask: Ask) -> Turn:
        step = Step(phase=phase, agent_id=agent.agent_id)
        begins = partial(self._spending.begins, step, inherits=self._one_by_one and phase is Phase.HYPOTHESISE)
        hear = partial(self._spending.hear, agent)
        return Turn(step, agent, ask, self._turns, begins=begins, hear=hear)

    @property
    def _one_by_one(self) -> bool:
        return self._mode is Mode.SEQUENTIAL

    def _refuse_again(self, phase: Phase, agents: Sequence[Agent]) -> None:
        """A budget that was at its end in an earlier process is so still."""
        before = [self._turns.ended(Step(phase=phase, agent_id=agent.agent_id)) for agent in agents]
        over = [each.note for each in before if each is not None and each.outcome == StepOutcome.OVER_BUDGET]
        if over:
            self._refused = BudgetExceededError(over[0])
        elif any(before):
            self._refused = self._spending.overspent()
        if self._refused is not None and self._one_by_one:
            raise self._refused

    async def _taken(self, turn: Turn, result: TaskResult) -> None:
        """A turn has ended: keep it. Sequentially nobody is asked any more where the budget is at its end."""
        found: Found = result.artifacts[0] if result.artifacts else ()  # type: ignore[assignment]
        if result.status is not TaskStatus.SUCCEEDED and turn.step.phase == Phase.HYPOTHESISE:
            found = await self._plain(turn.agent)
        await self._keep(
            StepEnded(
                step=turn.step,
                outcome=OUTCOMES[result.status],
                duration_s=round(result.duration_s, 3),
                observations=self._number([one for one in found if isinstance(one, Observation)]),
                hypotheses=tuple(one for one in found if isinstance(one, Hypothesis)),
                cost=self._spending.of_turn(turn.agent),
                note=self._note(turn, result),
                remarks=remarks_of(turn.agent),
                allowance=turn.allowance,
                use=turn.use,
            )
        )
        self._refused = self._refused or turn.refused or self._spending.overspent()
        if self._refused is not None and self._one_by_one and self._running is not None:
            self._running.cancel()

    async def _missed(self, step: Step, agent: Agent, why: str) -> StepEnded:
        """A turn that did not come, with what plain analysis has to say instead."""
        plain = await self._plain(agent) if step.phase == Phase.HYPOTHESISE else ()
        cost = self._spending.of_turn(agent)
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

    def _number(self, observations: Sequence[Observation]) -> tuple[Observation, ...]:
        first = len(self.observations) + 1
        return tuple(
            each.model_copy(update={"observation_id": f"o{n}"}) for n, each in enumerate(observations, start=first)
        )

    def _note(self, turn: Turn, result: TaskResult) -> str:
        if result.status is TaskStatus.TIMED_OUT:
            return f"did not answer within {min(self._agent_timeout_s, result.duration_s):.0f} s"
        return turn.note

    def _time_left(self, phase: Phase) -> float:
        """What is left of the run's time for that phase, in seconds."""
        if self._begun is None:
            self._begun = self._clock.monotonic()
        share = 1.0 if self._one_by_one or phase == Phase.HYPOTHESISE else 1.0 - FOR_EXPLAINING
        return self._begun + self._run_timeout_s * share - self._clock.monotonic()

    async def _plain(self, agent: Agent) -> tuple[Hypothesis, ...]:
        """What the agent can say for nothing. Its failure here costs only what it would have said."""
        if not isinstance(agent, PlainAnalyst):
            return ()
        return (await attempt(self._clock, PLAIN_TIMEOUT_S, self._analysed(agent))).value or ()

    async def _analysed(self, agent: PlainAnalyst) -> tuple[Hypothesis, ...]:
        return findings(await agent.analyse(list(self._shown or self.observations)), Hypothesis)


def _itself(turn: Turn) -> Turn:
    return turn
