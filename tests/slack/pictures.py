"""Pictures of investigations at the moments that people see."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from bot.slack.views.picture import Picture
from orchestrator.events import (
    CallSettled,
    Event,
    HypothesesRanked,
    HypothesisDecided,
    StateChanged,
    StepEnded,
    StepStarted,
    StopRequested,
)
from orchestrator.investigation import numbered, rank, report_of
from orchestrator.model import (
    CallStatus,
    Decision,
    Hypothesis,
    InvestigationState,
    LedgerEntry,
    Observation,
    Person,
    Phase,
    Step,
    StepOutcome,
    Verdict,
)
from tests.slack import scene
from tests.support.builders import AGENTS, explained, observed, view_after
from tests.support.clock import NOON

ANA = Person(user_id="U111AAA", name="ana")
BEN = Person(user_id="U222BBB", name="ben")
TITLES = {"application": "Application", "database": "Database", "network": "Network"}
STATE = InvestigationState
FOUND = ([scene.ERRORS, scene.TEMPLATE], [scene.POOL, scene.CPU, scene.LOCKS], [scene.LINK])
THOUGHT = ([scene.RETRIES, scene.ALSO_POOL], [scene.POOL_FULL], [])


def moved(before: InvestigationState, after: InvestigationState, reason: str = "") -> StateChanged:
    return StateChanged(before=before, after=after, reason=reason)


RUNNING = moved(STATE.QUEUED, STATE.RUNNING)
COMPLETED = moved(STATE.RUNNING, STATE.COMPLETED)


def began(agent_id: str, phase: Phase = Phase.OBSERVE) -> StepStarted:
    return StepStarted(step=Step(phase=phase, agent_id=agent_id))


def failed(agent_id: str, note: str, outcome: StepOutcome = StepOutcome.TIMED_OUT) -> StepEnded:
    step = Step(phase=Phase.OBSERVE, agent_id=agent_id)
    return StepEnded(step=step, outcome=outcome, note=note, duration_s=120.0)


def observations(found: Sequence[Sequence[Observation]] = FOUND) -> list[StepEnded]:
    """Every agent's turn, its facts numbered through as the core does it."""
    numbers = count(1)
    return [
        observed(
            agent, *(each.model_copy(update={"observation_id": f"o{next(numbers)}"}) for each in facts), duration_s=18.2
        )
        for agent, facts in zip(AGENTS, found, strict=False)
    ]


def explanations(thought: Sequence[Sequence[Hypothesis]] = THOUGHT) -> list[StepEnded]:
    return [explained(agent, *made) for agent, made in zip(AGENTS, thought, strict=False)]


def ranking(thought: Sequence[Sequence[Hypothesis]] = THOUGHT) -> HypothesesRanked:
    return HypothesesRanked(hypotheses=numbered(rank([one for made in thought for one in made])))


def paid(agent_id: str, amount: str) -> CallSettled:
    entry = LedgerEntry(call_id=f"c-{agent_id}", agent_id=agent_id, amount=Decimal(amount), status=CallStatus.SETTLED)
    return CallSettled(entry=entry)


def decided(
    hypothesis_id: str = "h1", verdict: Verdict = Verdict.ACCEPTED, by: Person = BEN, reason: str = ""
) -> HypothesisDecided:
    at = NOON + timedelta(minutes=9)
    return HypothesisDecided(
        decision=Decision(hypothesis_id=hypothesis_id, verdict=verdict, by=by, at=at, reason=reason)
    )


def stop_by(person: Person) -> StopRequested:
    return StopRequested(by=person)


def picture(*events: Event, **more: Any) -> Picture:
    """What stands after these events."""
    view = view_after(*events, **{"incident": scene.INCIDENT, "requested_by": ANA, **more})
    return Picture(view, report_of(view, scene.team()), TITLES)


def finished(*after: Event, **more: Any) -> Picture:
    """A run that went to its end, and what came after."""
    return picture(RUNNING, *observations(), *explanations(), ranking(), COMPLETED, *after, **more)
