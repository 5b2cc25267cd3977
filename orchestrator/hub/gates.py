"""Gates: opened with a reason and what one has to know; answered exactly once, by who may, or by the passing of time.

The law: the store decides who was first. Who comes second gets the answer that is recorded, and so does who comes too late:
a gate whose time is over is expired, whether somebody had noticed or not.
"""

import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from orchestrator.clock import Clock
from orchestrator.errors import ApprovalRequiredError, ConflictError
from orchestrator.model import ZERO, Approvers, Gate, GateKind, GateState, Person
from orchestrator.ports import GateStore
from orchestrator.redaction import redact

MOST_WORDS = 3000
"""So many characters are kept of a reason, and of what somebody says to it."""

WORDS = {
    GateKind.BUDGET: ("Extend", "Stop here"),
    GateKind.LOOP: ("Go on", "Stop here"),
    GateKind.ESCALATION: ("Approve", "Deny"),
}
"""What either answer to a gate of that kind is called."""


@dataclass(frozen=True, slots=True)
class Answered:
    """`first` is False where the gate had been answered before; `gate` always shows the answer that counts."""

    gate: Gate
    first: bool


def may_answer(gate: Gate, who: Person, groups: Sequence[str], requester: Person) -> str:
    """Why that person may not answer that gate, in a sentence; "" where they may. `groups` are those they belong to."""
    rules = gate.approvers
    asked = who.user_id == requester.user_id
    if asked and rules.requester:
        return ""
    named = who.user_id in rules.people or any(each in rules.groups for each in groups)
    if named and not asked:
        return ""
    if asked:
        return "Whoever asked for the investigation cannot answer this one; somebody else has to."
    return "" if not rules.people and not rules.groups else "This one is for others to answer; the card names them."


class Gates:
    """The gates of one investigation."""

    def __init__(
        self, key: tuple[str, str], store: GateStore, clock: Clock, approvers: Approvers, wait_s: float
    ) -> None:
        self._key, self._store, self._clock = key, store, clock
        self._approvers, self._wait = approvers, timedelta(seconds=wait_s)

    async def open(
        self,
        kind: GateKind,
        reason: str,
        context: Sequence[str],
        agent_id: str = "",
        *,
        approve: str = "",
        extend_by: Decimal = ZERO,
    ) -> Gate:
        """Ask. The gate is stored when this returns. An agent that asks the same again, before an answer, asks once.

        `approve` says what an approval does, where the kind alone does not say it; `extend_by` dollars it adds to the budget.
        """
        reason = redact(reason, MOST_WORDS)
        for each in await self._store.gates_of(*self._key):
            if each.is_open and agent_id and (each.agent_id, each.kind, each.reason) == (agent_id, kind, reason):
                return each
        now = self._clock.now()
        gate = Gate(
            gate_id=f"gate-{secrets.token_hex(5)}",
            kind=kind,
            agent_id=agent_id,
            reason=reason,
            context=tuple(map(redact, context)),
            approve=approve or WORDS[kind][0],
            deny=WORDS[kind][1],
            extend_by=extend_by,
            approvers=self._approvers,
            opened_at=now,
            expires_at=now + self._wait,
        )
        return await self._store.open_gate(*self._key, gate)

    async def answer(
        self, gate_id: str, *, approved: bool, by: Person, groups: Sequence[str], requester: Person, said: str = ""
    ) -> Answered:
        """Answer it, once. After its time that is no answer any more: it is expired then.

        Raises ApprovalRequiredError where that person may not, InvestigationNotFoundError where there is no such gate.
        """
        gate = await self.find(gate_id)
        if gate is not None and gate.is_over(self._clock.now()):
            return Answered((await self.expire(gate_id)).gate, first=False)
        if gate is not None and gate.is_open and (why := may_answer(gate, by, groups, requester)):
            raise ApprovalRequiredError(why, remedy="The gate stays open.")
        state = GateState.APPROVED if approved else GateState.DENIED
        return await self._settle(gate_id, state, by, said)

    async def expire(self, gate_id: str) -> Answered:
        """Its time is over."""
        return await self._settle(gate_id, GateState.EXPIRED, None, "")

    async def supersede(self, gate_id: str) -> Answered:
        """It is needed no more."""
        return await self._settle(gate_id, GateState.SUPERSEDED, None, "")

    async def find(self, gate_id: str) -> Gate | None:
        """That gate, as it is stored."""
        gates = await self._store.gates_of(*self._key)
        return next((each for each in gates if each.gate_id == gate_id), None)

    async def _settle(self, gate_id: str, state: GateState, by: Person | None, said: str) -> Answered:
        with suppress(ConflictError):
            settled = await self._store.settle_gate(
                *self._key, gate_id, state, at=self._clock.now(), by=by, said=redact(said, MOST_WORDS)
            )
            return Answered(settled, first=True)
        recorded = await self.find(gate_id)
        assert recorded is not None
        return Answered(recorded, first=False)
