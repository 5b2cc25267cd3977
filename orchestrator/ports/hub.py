"""Where a hub keeps what went through it, so that a restart loses nothing. Keys carry the workspace and the investigation.

A gate has one row, by whichever door it comes: opened or settled here, or by an event that is appended to the journal. A hub
needs no journal; of an investigation that has one, gates go through the journal, so that whoever follows it hears of them.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from pydantic import JsonValue

from orchestrator.model import AgentStatus, Gate, GateState, HubTask, Message, Person


class GateStore(Protocol):
    """Gates of every investigation."""

    async def open_gate(self, workspace: str, investigation_id: str, gate: Gate) -> Gate:
        """Keep an open gate, which an event may also do. Raises ConflictError where its id is taken."""
        ...

    async def settle_gate(
        self,
        workspace: str,
        investigation_id: str,
        gate_id: str,
        state: GateState,
        *,
        at: datetime,
        by: Person | None = None,
        said: str = "",
    ) -> Gate:
        """Answer an open gate, once: the gate as it is then.

        Raises ConflictError, with nothing changed, where it had been answered; InvestigationNotFoundError where there is none.
        """
        ...

    async def gates_of(self, workspace: str, investigation_id: str) -> Sequence[Gate]:
        """All gates, in the order in which they were opened."""
        ...


class HubStore(GateStore, Protocol):
    """Messages, tasks, gates, statuses and facts of every investigation's hub."""

    async def keep_message(self, workspace: str, investigation_id: str, message: Message) -> None:
        """Keep it behind all earlier ones. Raises ConflictError where its id is taken."""
        ...

    async def messages_to(
        self, workspace: str, investigation_id: str, recipient: str, *, waiting: bool = False
    ) -> Sequence[Message]:
        """All messages to that agent, in the order in which they were kept; with `waiting` those that nobody has taken."""
        ...

    async def take_message(self, workspace: str, investigation_id: str, recipient: str) -> Message | None:
        """The oldest message to that agent that waits, which is taken with this, once for ever; None where none waits."""
        ...

    async def keep_task(self, workspace: str, investigation_id: str, task: HubTask) -> None:
        """Keep it, in place of an earlier state of the same task."""
        ...

    async def hub_tasks(self, workspace: str, investigation_id: str) -> Sequence[HubTask]:
        """All tasks, by `order`, then by id."""
        ...

    async def keep_status(self, workspace: str, investigation_id: str, agent_id: str, status: AgentStatus) -> None:
        """What that agent is at."""
        ...

    async def statuses(self, workspace: str, investigation_id: str) -> Mapping[str, AgentStatus]:
        """What each known agent is at."""
        ...

    async def keep_facts(self, workspace: str, investigation_id: str, facts: Mapping[str, JsonValue]) -> None:
        """Keep these, all or none, each in place of an earlier one of its name.

        Raises UnkeepableError for one that is no plain data: what JSON would not give back as it was.
        """
        ...

    async def facts(self, workspace: str, investigation_id: str) -> Mapping[str, JsonValue]:
        """All of them, by name."""
        ...
