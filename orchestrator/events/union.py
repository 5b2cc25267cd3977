"""The events, each with its schema version, and the five message types under which they cross every border."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from orchestrator.model import (
    AllowanceKind,
    BudgetNotice,
    Consultation,
    Decision,
    Frozen,
    Gate,
    GateState,
    Hypothesis,
    Investigation,
    InvestigationState,
    LedgerEntry,
    Moment,
    Name,
    Observation,
    PastIncident,
    Person,
    Step,
    StepOutcome,
    StoreUse,
)


class MessageType(StrEnum):
    """How an event is announced outside. The names are a public contract."""

    AGENT_STATUS = "agent_status"
    PROGRESS = "progress"
    COMPLETE = "complete"
    ERROR = "error"
    HEARTBEAT = "heartbeat"


class _Happened(Frozen):
    schema_version: Literal[1] = 1


class InvestigationOpened(_Happened):
    """Somebody asked; the run is queued. `paid` has the calls, all ended, that it took to read what they typed."""

    type: Literal["investigation_opened"] = "investigation_opened"
    investigation: Investigation
    paid: tuple[LedgerEntry, ...] = ()


class StateChanged(_Happened):
    """The run moved along one arrow of the state table. `reason` is a sentence for people, "" where there is nothing to say."""

    type: Literal["state_changed"] = "state_changed"
    before: InvestigationState
    after: InvestigationState
    reason: str = ""


class StepStarted(_Happened):
    """An agent's turn began."""

    type: Literal["step_started"] = "step_started"
    step: Step


class StepEnded(_Happened):
    """An agent's turn ended, with all it found. `note` is a sentence for people where it did not finish.

    `remarks` are what the agent has to say beside what it found. `allowance` is what did not have the money for it, where that
    was no budget of the run's.
    """

    type: Literal["step_ended"] = "step_ended"
    step: Step
    outcome: StepOutcome = StepOutcome.FINISHED
    duration_s: float = 0.0
    observations: tuple[Observation, ...] = ()
    hypotheses: tuple[Hypothesis, ...] = ()
    cost: Decimal = Decimal(0)
    note: str = ""
    remarks: tuple[str, ...] = ()
    allowance: AllowanceKind | None = None
    use: StoreUse = StoreUse()


class CallReserved(_Happened):
    """Money was put aside for a call that is about to be sent."""

    type: Literal["call_reserved"] = "call_reserved"
    entry: LedgerEntry


class CallSettled(_Happened):
    """What a call did cost is known; the entry replaces the reservation of the same `call_id`."""

    type: Literal["call_settled"] = "call_settled"
    entry: LedgerEntry


class CallReleased(_Happened):
    """A call was certainly not billed; its reservation is free again."""

    type: Literal["call_released"] = "call_released"
    entry: LedgerEntry


class BudgetNoticed(_Happened):
    """Most of the money is spent. Said once for each limit, that is again after humans have extended it."""

    type: Literal["budget_noticed"] = "budget_noticed"
    notice: BudgetNotice


class ContextGathered(_Happened):
    """What is known around the incident: earlier ones that resemble it, and a line for each service that nobody knows."""

    type: Literal["context_gathered"] = "context_gathered"
    similar: tuple[PastIncident, ...] = ()
    unknown: tuple[str, ...] = ()


class HypothesesRanked(_Happened):
    """All hypotheses of the run, by confidence, highest first; each with its id."""

    type: Literal["hypotheses_ranked"] = "hypotheses_ranked"
    hypotheses: tuple[Hypothesis, ...]


class HypothesisDecided(_Happened):
    """A human accepted or rejected a hypothesis."""

    type: Literal["hypothesis_decided"] = "hypothesis_decided"
    decision: Decision


class Consulted(_Happened):
    """One agent asked another, within its own turn."""

    type: Literal["consulted"] = "consulted"
    consultation: Consultation


class GateOpened(_Happened):
    """Humans are asked something."""

    type: Literal["gate_opened"] = "gate_opened"
    gate: Gate


class GateSettled(_Happened):
    """A gate was answered, ran out of time, or is needed no more. `by` is None where nobody answered it."""

    type: Literal["gate_settled"] = "gate_settled"
    gate_id: Name
    state: GateState
    by: Person | None = None
    said: str = ""


class StopRequested(_Happened):
    """Somebody pressed Stop; the run ends with what it has."""

    type: Literal["stop_requested"] = "stop_requested"
    by: Person


class Heartbeat(_Happened):
    """The run is alive."""

    type: Literal["heartbeat"] = "heartbeat"


Event = Annotated[
    InvestigationOpened
    | StateChanged
    | StepStarted
    | StepEnded
    | CallReserved
    | CallSettled
    | CallReleased
    | BudgetNoticed
    | ContextGathered
    | HypothesesRanked
    | HypothesisDecided
    | Consulted
    | GateOpened
    | GateSettled
    | StopRequested
    | Heartbeat,
    Field(discriminator="type"),
]


class Recorded(Frozen):
    """An event as the journal holds it. `seq` counts from 1 within the investigation, without gaps."""

    workspace: Name
    investigation_id: Name
    seq: int = Field(ge=1)
    at: Moment
    event: Event


_FINAL = {
    InvestigationState.COMPLETED: MessageType.COMPLETE,
    InvestigationState.STOPPED: MessageType.COMPLETE,
    InvestigationState.FAILED: MessageType.ERROR,
}


def message_type(event: Event) -> MessageType:
    """Under which of the five types an event crosses a border."""
    match event:
        case StateChanged(after=after):
            return _FINAL.get(after, MessageType.PROGRESS)
        case StepStarted() | StepEnded():
            return MessageType.AGENT_STATUS
        case Heartbeat():
            return MessageType.HEARTBEAT
        case _:
            return MessageType.PROGRESS
