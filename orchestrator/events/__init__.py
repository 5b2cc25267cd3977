"""What can happen in an investigation: a closed union of frozen events, and the fold that makes a view of them.

The law: an event is appended to the journal before anybody hears of it, numbered from 1 within its investigation, and
never changed after. A view is nothing but its events, folded.
"""

from orchestrator.events.folding import fold, replay
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
    Heartbeat,
    HypothesesRanked,
    HypothesisDecided,
    InvestigationOpened,
    MessageType,
    Recorded,
    StateChanged,
    StepEnded,
    StepStarted,
    StopRequested,
    message_type,
)
from orchestrator.events.view import InvestigationView, StepView

__all__ = [
    "BudgetNoticed",
    "CallReleased",
    "CallReserved",
    "CallSettled",
    "Consulted",
    "ContextGathered",
    "Event",
    "GateOpened",
    "GateSettled",
    "Heartbeat",
    "HypothesesRanked",
    "HypothesisDecided",
    "InvestigationOpened",
    "InvestigationView",
    "MessageType",
    "Recorded",
    "StateChanged",
    "StepEnded",
    "StepStarted",
    "StepView",
    "StopRequested",
    "fold",
    "message_type",
    "replay",
]
