"""What the rows forbid, and the words in which it is refused. One place for every implementation of the store.

A refusal tells who was first, in its message for people and in `details` for machines, so that whoever came second
gets an answer and not only a failure.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from orchestrator.errors import ConflictError, InvestigationNotFoundError
from orchestrator.events import GateSettled
from orchestrator.model import (
    Allowance,
    AllowanceKind,
    Change,
    Decision,
    Draw,
    Gate,
    GateState,
    InvestigationState,
    ModelCall,
    Shortage,
    to_nano,
)
from orchestrator.ports import MOST_REQUEST, MOST_RESPONSE
from storage import codec

ENDED = frozenset({InvestigationState.COMPLETED, InvestigationState.STOPPED, InvestigationState.FAILED})
"""The states that nothing follows. A run in any other state is unfinished."""


_ANSWERED = {
    GateState.APPROVED: "{by} has already approved this.",
    GateState.DENIED: "{by} has already denied this.",
    GateState.EXPIRED: "Nobody answered this in time.",
    GateState.SUPERSEDED: "This is not asked any more.",
}


def incident_key(incident_id: str) -> str:
    """An incident's id as it is compared: people type INC-123 and inc-123 and mean the same."""
    return incident_id.casefold()


def change_key(change: Change) -> tuple[str, ...]:
    """By what a change is known."""
    return change.change_id, change.kind, change.service, change.environment


def not_opened(investigation_id: str) -> InvestigationNotFoundError:
    """An event of an investigation that was never opened."""
    return InvestigationNotFoundError(
        f"There is no investigation {investigation_id}.", details={"investigation_id": investigation_id}
    )


def opened_before(investigation_id: str) -> ConflictError:
    """A second opening under the same id."""
    return ConflictError(
        f"Investigation {investigation_id} was already opened.", details={"investigation_id": investigation_id}
    )


def under_investigation(incident_id: str, investigation_id: str) -> ConflictError:
    """A second unfinished run over one incident; `investigation_id` is the first."""
    return ConflictError(
        f"{incident_id} is already being investigated.",
        remedy="Join the run that is going on, or stop it first.",
        details={"incident_id": incident_id, "investigation_id": investigation_id},
    )


def decided_before(first: Decision) -> ConflictError:
    """A second decision on one hypothesis; `first` stays as the record."""
    return ConflictError(
        f"{first.by} has already {first.verdict} this hypothesis.",
        details={
            "hypothesis_id": first.hypothesis_id,
            "verdict": str(first.verdict),
            "by": first.by.user_id,
            "at": first.at.isoformat(),
        },
    )


def reserved_before(call_id: str) -> ConflictError:
    """A second reservation under one call's id, which would hide what the first call cost."""
    return ConflictError(f"Call {call_id} is already in the ledger.", details={"call_id": call_id})


def kept_before(execution_id: str, task_id: str) -> ConflictError:
    """A second result of one task, on whose first one others may have built already."""
    return ConflictError(
        f"A result of task {task_id!r} is already kept.",
        remedy="Run one execution at a time under one id, or give this one an id of its own; nothing of the group was kept.",
        details={"execution_id": execution_id, "task_id": task_id},
    )


def moved_on(before: InvestigationState, now: InvestigationState) -> ConflictError:
    """A move from a state in which the run no longer is: somebody else moved it first."""
    return ConflictError(
        f"The investigation is {now.replace('_', ' ')}, no longer {before.replace('_', ' ')}.",
        details={"state": str(now), "expected": str(before)},
    )


def sent_before(message_id: str) -> ConflictError:
    """A second message under one id."""
    return ConflictError(f"Message {message_id} was already sent.", details={"message_id": message_id})


def gate_opened_before(gate_id: str) -> ConflictError:
    """A second gate under one id."""
    return ConflictError(f"Gate {gate_id} was already opened.", details={"gate_id": gate_id})


def no_gate(gate_id: str) -> InvestigationNotFoundError:
    """An answer to a gate that the investigation does not have."""
    return InvestigationNotFoundError(f"There is no gate {gate_id}.", details={"gate_id": gate_id})


def settled_before(first: Gate) -> ConflictError:
    """A second answer to one gate; `first`, with the answer that counts, stays as the record."""
    return ConflictError(
        _ANSWERED[first.state].format(by=first.by or "Somebody"),
        details={
            "gate_id": first.gate_id,
            "state": str(first.state),
            "by": first.by.user_id if first.by else "",
            "at": first.at.isoformat() if first.at else "",
        },
    )


def as_opened(gate: Gate) -> Gate:
    """The gate as it will be read. Raises ValueError where it begins with an answer, or cannot be kept."""
    if not gate.is_open:
        raise ValueError("a gate must be open when it is opened; settle it afterwards")
    codec.nano(gate.extend_by)
    return codec.kept(gate)


def settled(gate: Gate | None, answer: GateSettled, at: datetime) -> Gate:
    """The gate with that answer, as it will be read.

    Raises InvestigationNotFoundError where there is none, ConflictError where it was answered, ValueError for an answer
    that leaves it open or cannot be kept.
    """
    if answer.state is GateState.OPEN:
        raise ValueError("a gate must be settled as approved, denied, expired or superseded")
    if gate is None:
        raise no_gate(answer.gate_id)
    if not gate.is_open:
        raise settled_before(gate)
    given = {"state": answer.state, "at": at, "by": answer.by, "said": answer.said}
    return codec.kept(gate.model_copy(update=given))


def within_bounds(call: ModelCall) -> ModelCall:
    """The call with no more of its bodies than is kept, and marked where that is not all. Raises ValueError for no text."""
    request, response = _beginning(call.request, MOST_REQUEST), _beginning(call.response, MOST_RESPONSE)
    return call.model_copy(
        update={
            "request": request,
            "request_cut": call.request_cut or request != call.request,
            "response": response,
            "response_cut": call.response_cut or response != call.response,
        }
    )


def _beginning(text: str, most_bytes: int) -> str:
    """As many whole characters as fit."""
    return text.encode()[:most_bytes].decode(errors="ignore")


def shortage(spent: Mapping[AllowanceKind, Decimal], draw: Draw, allowances: Sequence[Allowance]) -> Shortage | None:
    """The first allowance that the draw does not fit, where so much was spent that day."""
    after = {kind: to_nano(each) + codec.nano(draw.amount) for kind, each in spent.items()}
    short = (each for each in allowances if after[each.kind] > codec.most_nano(each.limit))
    return next((Shortage(allowance=each, spent=spent[each.kind]) for each in short), None)
