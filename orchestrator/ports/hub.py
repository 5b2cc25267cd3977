"""Where a hub keeps what went through it, so that a restart loses nothing. Keys carry the workspace and the investigation."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from orchestrator.model import AgentStatus, Gate, GateState, HubTask, Message, Person


class HubStore(Protocol):
    """Messages, tasks, gates and statuses of every investigation's hub."""

    async def keep_message(self, workspace: str, investigation_id: str, message: Message) -> None:
        """Keep it behind all earlier ones. Raises ConflictError where its id is taken."""
        ...

    async def messages_to(self, workspace: str, investigation_id: str, recipient: str) -> Sequence[Message]:
        """All messages to that agent, in the order in which they were kept."""
        ...

    async def keep_task(self, workspace: str, investigation_id: str, task: HubTask) -> None:
        """Keep it, in place of an earlier state of the same task."""
        ...

    async def hub_tasks(self, workspace: str, investigation_id: str) -> Sequence[HubTask]:
        """All tasks, by `order`."""
        ...

    async def open_gate(self, workspace: str, investigation_id: str, gate: Gate) -> Gate:
        """Keep an open gate. Raises ConflictError where its id is taken."""
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

    async def keep_status(self, workspace: str, investigation_id: str, agent_id: str, status: AgentStatus) -> None:
        """What that agent is at."""
        ...

    async def statuses(self, workspace: str, investigation_id: str) -> Mapping[str, AgentStatus]:
        """What each known agent is at."""
        ...
