"""A stored run, thought through again: the same agents over the same observations.

The law: nothing is read but what the run has kept, nothing is written, nothing is sent, and nothing can be spent. What agents
asked each other then is answered from the record; telemetry is not asked; it is always the moment at which the turn began.
What plain analysis said for a turn that did not come to its end, plain analysis says again.
"""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass

from orchestrator.budget import Budget
from orchestrator.clock import Clock
from orchestrator.engine import Attempt, attempt
from orchestrator.errors import ConflictError
from orchestrator.events import InvestigationView, StepView
from orchestrator.investigation.answers import findings
from orchestrator.investigation.comparing import Difference, differences
from orchestrator.investigation.crew import Crew
from orchestrator.investigation.standstill import NothingAsked, RecordedDesk, Then
from orchestrator.model import ZERO, Hypothesis, Observation, Phase, Step, StepOutcome
from orchestrator.ports import (
    Agent,
    AgentKit,
    Compute,
    Consulting,
    ContextStore,
    Models,
    PlainAnalyst,
    Spender,
    TeamSpec,
    Telemetry,
)

PATIENCE_S = 120.0


@dataclass(frozen=True, slots=True)
class TurnAgain:
    """One agent's hypotheses, then and now. `plain`: they were formed by plain analysis, since the turn had not ended well.

    `failed` is why it has none now, in a sentence; "" where it has.
    """

    agent_id: str
    before: tuple[Hypothesis, ...]
    now: tuple[Hypothesis, ...] = ()
    plain: bool = False
    failed: str = ""

    @property
    def differences(self) -> tuple[Difference, ...]:
        """What differs between the two."""
        return () if self.failed else differences(self.before, self.now)

    @property
    def is_same(self) -> bool:
        """Whether all that was formed then was formed again, and nothing else."""
        return not self.failed and not self.differences


async def think_again(
    view: InvestigationView,
    team: TeamSpec,
    *,
    store: ContextStore,
    compute: Compute,
    clock: Clock,
    models: Models | None = None,
) -> tuple[TurnAgain, ...]:
    """Every turn in which hypotheses were formed, in the order of the agents.

    Raises ConflictError for a run that has come to none, AgentNotFoundError where the team has changed since.
    """
    turns = [_turn(view, each) for each in view.investigation.agent_ids]
    ended = [each for each in turns if each is not None and each.outcome is not None]
    if not ended:
        raise ConflictError("That run has formed no hypotheses yet.", remedy="Replay it when it has ended.")
    nothing = NothingAsked()
    closed = Telemetry(nothing, nothing, nothing, nothing, nothing)
    kit = AgentKit(telemetry=closed, compute=compute, clock=Then(ended[0].started_at, clock))
    crew = Crew(team, kit, store, models).of(view.investigation, None)
    agents = {each.agent_id: each for each in crew}
    _set_up(agents, view, team)
    seen = _observed(view)
    return tuple([await _again(each, agents[each.step.agent_id], seen, clock) for each in ended])


def _turn(view: InvestigationView, agent_id: str) -> StepView | None:
    return view.step(Step(phase=Phase.HYPOTHESISE, agent_id=agent_id))


def _observed(view: InvestigationView) -> list[Observation]:
    """As they were handed over: in the order of the agents, whoever was the first to observe."""
    steps = [view.step(Step(phase=Phase.OBSERVE, agent_id=each)) for each in view.investigation.agent_ids]
    return [one for step in steps if step for one in step.observations]


def _set_up(agents: dict[str, Agent], view: InvestigationView, team: TeamSpec) -> None:
    budget = Budget(ZERO, list(agents))
    for agent_id, agent in agents.items():
        if isinstance(agent, Spender):
            agent.use_account(budget.account(agent_id))
        if isinstance(agent, Consulting):
            agent.use_desk(RecordedDesk(agent_id, view, team))


async def _again(turn: StepView, agent: Agent, seen: Sequence[Observation], clock: Clock) -> TurnAgain:
    plain = turn.outcome is not StepOutcome.FINISHED
    if plain and not isinstance(agent, PlainAnalyst):
        return TurnAgain(turn.step.agent_id, turn.hypotheses, turn.hypotheses, plain)
    asked = (
        agent.analyse(list(seen))
        if plain and isinstance(agent, PlainAnalyst)
        else agent.generate_hypothesis(list(seen))
    )
    done = await attempt(clock, PATIENCE_S, _found(asked))
    if done.value is None:
        return TurnAgain(turn.step.agent_id, turn.hypotheses, (), plain, _why(done))
    return TurnAgain(turn.step.agent_id, turn.hypotheses, done.value, plain)


async def _found(asked: Awaitable[object]) -> tuple[Hypothesis, ...]:
    return findings(await asked, Hypothesis)


def _why(done: Attempt[tuple[Hypothesis, ...]]) -> str:
    """In our own words, or by the name of a foreign exception's type."""
    if done.error is not None:
        return done.error.message
    return f"It failed ({done.failure})." if done.failure else f"It did not answer within {PATIENCE_S:.0f} s."
