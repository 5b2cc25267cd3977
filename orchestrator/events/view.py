"""The latest picture of one investigation, folded from its events. Surfaces show views; they keep no state of their own."""

from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from orchestrator.events.union import (
    CallReleased,
    CallReserved,
    CallSettled,
    Consulted,
    ContextGathered,
    Event,
    GateOpened,
    GateSettled,
    HypothesesRanked,
    HypothesisDecided,
    InvestigationOpened,
    Recorded,
    StateChanged,
    StepEnded,
    StepStarted,
    StopRequested,
)
from orchestrator.model import (
    ZERO,
    CallStatus,
    Consultation,
    CostBreakdown,
    CostLine,
    Decision,
    Frozen,
    Gate,
    Hypothesis,
    Investigation,
    InvestigationState,
    LedgerEntry,
    Moment,
    Observation,
    PastIncident,
    Person,
    Phase,
    Step,
    StepOutcome,
    StoreUse,
)


class StepView(Frozen):
    """One agent's turn. `outcome` is None while it runs."""

    step: Step
    started_at: Moment
    outcome: StepOutcome | None = None
    duration_s: float = 0.0
    observations: tuple[Observation, ...] = ()
    hypotheses: tuple[Hypothesis, ...] = ()
    cost: Decimal = ZERO
    note: str = ""
    use: StoreUse = StoreUse()


class InvestigationView(Frozen):
    """An investigation as it stands after `seq` events. `ranked` is empty until the ranking is made.

    `similar` are earlier incidents that resemble this one; `unknown` has a line for each service of it that nobody knows.
    """

    investigation: Investigation
    seq: int
    updated_at: Moment
    state: InvestigationState = InvestigationState.QUEUED
    reason: str = ""
    steps: tuple[StepView, ...] = ()
    ledger: tuple[LedgerEntry, ...] = ()
    similar: tuple[PastIncident, ...] = ()
    unknown: tuple[str, ...] = ()
    ranked: tuple[Hypothesis, ...] = ()
    decisions: tuple[Decision, ...] = ()
    consultations: tuple[Consultation, ...] = ()
    gates: tuple[Gate, ...] = ()
    stop_requested_by: Person | None = None
    started_at: Moment | None = None
    ended_at: Moment | None = None

    def step(self, step: Step) -> StepView | None:
        """That turn, if it has begun."""
        return next((each for each in self.steps if each.step == step), None)

    def ended(self, step: Step) -> StepView | None:
        """That turn, if it has ended."""
        found = self.step(step)
        return found if found and found.outcome else None

    @property
    def running_steps(self) -> tuple[StepView, ...]:
        """The turns that are going on, in the order in which they began: one at most, or in parallel several."""
        return tuple(each for each in self.steps if each.outcome is None)

    @property
    def observations(self) -> tuple[Observation, ...]:
        """All that was observed, in the order of the steps."""
        return tuple(one for each in self.steps for one in each.observations)

    @property
    def hypotheses(self) -> tuple[Hypothesis, ...]:
        """The ranking, or what was formed so far."""
        return self.ranked or tuple(one for each in self.steps for one in each.hypotheses)

    def decision(self, hypothesis_id: str) -> Decision | None:
        """What was decided of that hypothesis, if anything was."""
        return next((each for each in self.decisions if each.hypothesis_id == hypothesis_id), None)

    @property
    def open_gates(self) -> tuple[Gate, ...]:
        """What humans are asked and have not answered."""
        return tuple(each for each in self.gates if each.is_open)

    def gate(self, gate_id: str) -> Gate | None:
        """That gate, if there is one."""
        return next((each for each in self.gates if each.gate_id == gate_id), None)

    @property
    def done_agents(self) -> int:
        """How many agents have ended the turn in the phase that is going on."""
        phase = self.steps[-1].step.phase if self.steps else Phase.OBSERVE
        return sum(1 for each in self.steps if each.step.phase == phase and each.outcome)

    @property
    def cost(self) -> CostBreakdown:
        """What was spent or is put aside, by agent in their order, against the limit.

        An agent that spends without an account is counted by what its turns say they cost.
        """
        billed = [each for each in self.ledger if each.status != CallStatus.RELEASED]
        names = dict.fromkeys([*self.investigation.agent_ids, *(each.agent_id for each in billed)])
        lines = tuple(CostLine(agent_id=name, amount=max(self._booked(name), self._told(name))) for name in names)
        use = sum((each.use for each in self.steps), StoreUse())
        return CostBreakdown(lines=lines, limit=self.investigation.budget, use=use)

    def _booked(self, agent_id: str) -> Decimal:
        billed = (e for e in self.ledger if e.agent_id == agent_id and e.status != CallStatus.RELEASED)
        return sum((each.amount for each in billed), ZERO)

    def _told(self, agent_id: str) -> Decimal:
        return sum((each.cost for each in self.steps if each.step.agent_id == agent_id), ZERO)


def fold(view: InvestigationView | None, recorded: Recorded) -> InvestigationView:
    """The view after one more event. Pure. The first event must open the investigation; events come in order.

    Raises ValueError on an event that is out of order: a view that skipped one would be wrong for ever.
    """
    event = recorded.event
    if view is None:
        if not isinstance(event, InvestigationOpened):
            raise ValueError("the first event of an investigation opens it")
        return InvestigationView(investigation=event.investigation, seq=recorded.seq, updated_at=recorded.at)
    if recorded.seq != view.seq + 1:
        raise ValueError(f"event {recorded.seq} cannot follow event {view.seq}")
    change = _CHANGES.get(type(event), _nothing)(view, event, recorded.at)
    return view.model_copy(update={**change, "seq": recorded.seq, "updated_at": recorded.at})


def replay(events: Iterable[Recorded]) -> InvestigationView | None:
    """The view that all these events make, or None for none."""
    view: InvestigationView | None = None
    for recorded in events:
        view = fold(view, recorded)
    return view


Update = dict[str, Any]


def _nothing(view: InvestigationView, event: Event, at: datetime) -> Update:
    return {}


def _state(view: InvestigationView, event: StateChanged, at: datetime) -> Update:
    update: Update = {"state": event.after, "reason": event.reason}
    if event.after == InvestigationState.RUNNING and view.started_at is None:
        update["started_at"] = at
    if event.after in (InvestigationState.COMPLETED, InvestigationState.STOPPED, InvestigationState.FAILED):
        update["ended_at"] = at
    return update


def _step_started(view: InvestigationView, event: StepStarted, at: datetime) -> Update:
    others = tuple(each for each in view.steps if each.step != event.step)
    return {"steps": (*others, StepView(step=event.step, started_at=at))}


def _step_ended(view: InvestigationView, event: StepEnded, at: datetime) -> Update:
    begun = view.step(event.step)
    ended = StepView(
        step=event.step,
        started_at=begun.started_at if begun else at,
        outcome=event.outcome,
        duration_s=event.duration_s,
        observations=event.observations,
        hypotheses=event.hypotheses,
        cost=event.cost,
        note=event.note,
        use=event.use,
    )
    if not begun:
        return {"steps": (*view.steps, ended)}
    return {"steps": tuple(ended if each.step == event.step else each for each in view.steps)}


def _ledger(view: InvestigationView, event: CallReserved | CallSettled | CallReleased, at: datetime) -> Update:
    known = [each.call_id for each in view.ledger]
    if event.entry.call_id not in known:
        return {"ledger": (*view.ledger, event.entry)}
    return {"ledger": tuple(event.entry if e.call_id == event.entry.call_id else e for e in view.ledger)}


def _context(view: InvestigationView, event: ContextGathered, at: datetime) -> Update:
    return {"similar": event.similar, "unknown": event.unknown}


def _ranked(view: InvestigationView, event: HypothesesRanked, at: datetime) -> Update:
    return {"ranked": event.hypotheses}


def _decided(view: InvestigationView, event: HypothesisDecided, at: datetime) -> Update:
    return {"decisions": (*view.decisions, event.decision)}


def _consulted(view: InvestigationView, event: Consulted, at: datetime) -> Update:
    return {"consultations": (*view.consultations, event.consultation)}


def _gate_opened(view: InvestigationView, event: GateOpened, at: datetime) -> Update:
    return {"gates": (*view.gates, event.gate)}


def _gate_settled(view: InvestigationView, event: GateSettled, at: datetime) -> Update:
    answer = {"state": event.state, "by": event.by, "said": event.said, "at": at}
    return {"gates": tuple(e.model_copy(update=answer) if e.gate_id == event.gate_id else e for e in view.gates)}


def _stop(view: InvestigationView, event: StopRequested, at: datetime) -> Update:
    return {"stop_requested_by": event.by}


_CHANGES: dict[type[Any], Callable[[InvestigationView, Any, datetime], Update]] = {
    StateChanged: _state,
    StepStarted: _step_started,
    StepEnded: _step_ended,
    CallReserved: _ledger,
    CallSettled: _ledger,
    CallReleased: _ledger,
    ContextGathered: _context,
    HypothesesRanked: _ranked,
    HypothesisDecided: _decided,
    Consulted: _consulted,
    GateOpened: _gate_opened,
    GateSettled: _gate_settled,
    StopRequested: _stop,
}
