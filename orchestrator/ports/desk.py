"""How an agent reaches others: through its desk, and nobody else's. Agents never hold a reference to each other."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from orchestrator.model import Advice, Consultation, Incident, Observation, Question
from orchestrator.ports.agent import Account


class Desk(Protocol):
    """An agent's own place at the hub. What it does is done within the agent's turn, time and account."""

    async def consult(self, specialist_type: str, question: Question) -> Consultation:
        """Ask the first available specialist of that type, and wait for what it says.

        A plain refusal, and no exception, where there is none, where questions have gone too deep, or where asking failed.
        A question that was asked before is answered from the record. Raises BudgetExceededError only.
        """
        ...

    async def escalate(self, reason: str, *context: str) -> str:
        """Ask humans. The agent is paused until they have answered; returns the gate's id at once."""
        ...


@dataclass(frozen=True, slots=True)
class Briefing:
    """What an adviser is handed with a question: money for the answer, and what is known by then.

    `account` is the asking agent's: whatever the answer costs is reserved there, never on one's own. `observations` are all
    agents', with their ids, so that an answer can cite them.
    """

    account: Account
    incident: Incident | None = None
    observations: Sequence[Observation] = ()


@runtime_checkable
class Adviser(Protocol):
    """An agent that answers questions of others, on the asking agent's time and account."""

    async def advise(self, question: Question, briefing: Briefing) -> Advice:
        """What its own telemetry says to that. It may be asked while it takes a turn of its own."""
        ...


@runtime_checkable
class Consulting(Protocol):
    """An agent that wants a desk. It is handed over once, before the agent's first turn."""

    def use_desk(self, desk: Desk) -> None: ...
