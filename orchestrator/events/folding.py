"""From events to the latest picture: one event more, one view further. Pure."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from orchestrator.events.union import (
    BudgetNoticed,
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
from orchestrator.events.view import InvestigationView, StepView
from orchestrator.model import CostLine, InvestigationState


def fold(view: InvestigationView | None, recorded: Recorded) -> InvestigationView:
    """The view after one more event. Pure. The first event must open the investigation; events come in order.

    Raises ValueError on an event that is out of order: a view that skipped one would be wrong for ever.
    """
    event = recorded.event
    if view is None:
        if not isinstance(event, InvestigationOpened):
            raise ValueError("the first event of an investigation opens it")
        opened = event.investigation
        return InvestigationView(investigation=opened, seq=recorded.seq, updated_at=recorded.at, ledger=event.paid)
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
    if event.before == InvestigationState.WAITING_APPROVAL and event.after == InvestigationState.RUNNING:
        # Humans have approved what was missing: what was missed for want of it is forgotten, and taken once more.
        paid = (CostLine(agent_id=each.step.agent_id, amount=each.cost) for each in view.missed_steps if each.cost)
        update["steps"] = tuple(each for each in view.steps if each not in view.missed_steps)
        update["taken_again"] = (*view.taken_again, *paid)
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
        remarks=event.remarks,
        allowance=event.allowance,
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


def _noticed(view: InvestigationView, event: BudgetNoticed, at: datetime) -> Update:
    return {"notices": (*view.notices, event.notice)}


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
    BudgetNoticed: _noticed,
    ContextGathered: _context,
    HypothesesRanked: _ranked,
    HypothesisDecided: _decided,
    Consulted: _consulted,
    GateOpened: _gate_opened,
    GateSettled: _gate_settled,
    StopRequested: _stop,
}
