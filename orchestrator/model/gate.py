"""A gate: a question to humans that stops a run, or one agent of it. Humans decide, once; the answer stays as the record."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from pydantic import Field

from orchestrator.model.base import Frozen, Moment, Name
from orchestrator.model.cost import ZERO
from orchestrator.model.decision import Person


class GateKind(StrEnum):
    """BUDGET: a call does not fit. LOOP: something failed again and again. ESCALATION: an agent wants a human's word."""

    BUDGET = "budget"
    LOOP = "loop"
    ESCALATION = "escalation"


class GateState(StrEnum):
    """OPEN is the only one that can change. SUPERSEDED: the run ended, or another gate took its place, before an answer."""

    OPEN = "open"
    APPROVED = "approved"
    DENIED = "denied"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"


class Approvers(Frozen):
    """Who may answer. `people` and `groups` by the surface's ids; where both are empty anybody may.

    `requester`: whether who asked for the investigation may answer as well, also where not named.
    """

    people: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    requester: bool = True


class Gate(Frozen):
    """`agent_id` is paused until it is answered; "" where the whole run is. `reason` is the question in one sentence,
    `context` what one has to know to answer it, a line each. `approve` and `deny` say what either answer does;
    `extend_by` are the dollars that an approval adds to the budget.

    `by`, `at` and `said` are the answer: who, when, and what they said to it.
    """

    gate_id: Name
    kind: GateKind
    agent_id: str = ""
    reason: str = Field(max_length=3000)
    context: tuple[str, ...] = ()
    approve: str = "Approve"
    deny: str = "Deny"
    extend_by: Decimal = Field(default=ZERO, ge=0)
    approvers: Approvers = Approvers()
    opened_at: Moment
    expires_at: Moment | None = None
    state: GateState = GateState.OPEN
    by: Person | None = None
    at: Moment | None = None
    said: str = Field(default="", max_length=3000)

    def is_over(self, now: datetime) -> bool:
        """Whether it is too late to answer."""
        return self.is_open and self.expires_at is not None and now >= self.expires_at

    @property
    def is_open(self) -> bool:
        """Nobody has answered yet."""
        return self.state is GateState.OPEN
