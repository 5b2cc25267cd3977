"""For each event, the rows that it changes. The rows always equal the fold of the journal; a test holds them to it."""

import sqlite3
from collections.abc import Callable
from typing import Any

from sqlite_utils import Database

from orchestrator.errors import ConflictError
from orchestrator.events import (
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
from orchestrator.model import InvestigationState
from storage import consultations, costs, decisions, evidence, gates, investigations, journal, past, rules
from storage.database import breaks_uniqueness, transaction


def _opened(db: Database, recorded: Recorded, event: InvestigationOpened) -> None:
    investigations.opened(db, recorded, event)
    costs.paid_before(db, recorded, event)


def _moved(db: Database, recorded: Recorded, event: StateChanged) -> None:
    investigations.moved(db, recorded, event)
    if (event.before, event.after) == (InvestigationState.WAITING_APPROVAL, InvestigationState.RUNNING):
        evidence.missed_again(db, recorded)


def _ranked(db: Database, recorded: Recorded, event: HypothesesRanked) -> None:
    evidence.ranked(db, recorded, event)
    past.ranked(db, recorded, event)


_ROWS: dict[type[Any], Callable[[Database, Recorded, Any], None]] = {
    InvestigationOpened: _opened,
    StateChanged: _moved,
    StopRequested: investigations.stop_requested,
    StepStarted: evidence.step_started,
    StepEnded: evidence.step_ended,
    ContextGathered: investigations.context_gathered,
    HypothesesRanked: _ranked,
    HypothesisDecided: decisions.decided,
    CallReserved: costs.reserved,
    CallSettled: costs.ended,
    CallReleased: costs.ended,
    BudgetNoticed: costs.noticed,
    Consulted: consultations.consulted,
    GateOpened: gates.opened,
    GateSettled: gates.settled,
}


def append(db: Database, first: Recorded, payload: str) -> Recorded:
    """Store the event under the run's next number together with every row it changes, in one transaction.

    Raises ConflictError or InvestigationNotFoundError, with nothing stored, where the rows forbid it.
    """
    try:
        with transaction(db):
            recorded = first
            if not isinstance(first.event, InvestigationOpened):
                recorded = first.model_copy(update={"seq": investigations.advance(db, first)})
            if change := _ROWS.get(type(recorded.event)):
                change(db, recorded, recorded.event)
            journal.write(db, recorded, payload)
    except sqlite3.IntegrityError as error:
        refusal = _refusal(db, first, first.event) if breaks_uniqueness(error) else None
        if refusal is None:
            raise
        raise refusal from error
    return recorded


def _refusal(db: Database, recorded: Recorded, event: Event) -> ConflictError | None:
    """Who was first, where a row that has to be the only one of its kind was there already."""
    match event:
        case InvestigationOpened() if investigations.exists(db, recorded):
            return rules.opened_before(recorded.investigation_id)
        case InvestigationOpened(investigation=asked):
            return _under_investigation(db, asked.workspace, asked.incident.incident_id)
        case StateChanged():
            return _under_investigation(db, recorded.workspace, investigations.incident_of(db, recorded))
        case HypothesisDecided(decision=decision):
            first = decisions.find(db, recorded, decision.hypothesis_id)
            return rules.decided_before(first) if first else None
        case CallReserved(entry=entry):
            return rules.reserved_before(entry.call_id)
        case _:
            return None


def _under_investigation(db: Database, workspace: str, incident_id: str) -> ConflictError | None:
    first = investigations.unfinished_of(db, workspace, incident_id)
    return rules.under_investigation(incident_id, first) if first else None
