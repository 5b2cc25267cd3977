"""What goes through the hubs, in the file: each method is one piece of work for the thread that owns the connection."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import JsonValue

from orchestrator.events import GateSettled
from orchestrator.model import AgentStatus, Gate, GateState, HubTask, Message, Person
from storage import codec, gates, hubs, messages
from storage.database import OwnedDatabase


class SqliteHub:
    """Implements `orchestrator.ports.HubStore`. What cannot be kept raises ValueError, as in every method of the store."""

    def __init__(self, database: OwnedDatabase) -> None:
        self._database = database

    async def keep_message(self, workspace: str, investigation_id: str, message: Message) -> None:
        """See `HubStore.keep_message`."""
        key = codec.run_key(workspace, investigation_id)
        await self._database.run(lambda db: messages.keep(db, key, message))

    async def messages_to(
        self, workspace: str, investigation_id: str, recipient: str, *, waiting: bool = False
    ) -> Sequence[Message]:
        """See `HubStore.messages_to`."""
        key = codec.run_key(workspace, investigation_id)
        return await self._database.run(lambda db: messages.to(db, key, recipient, waiting=waiting))

    async def take_message(self, workspace: str, investigation_id: str, recipient: str) -> Message | None:
        """See `HubStore.take_message`."""
        key = codec.run_key(workspace, investigation_id)
        return await self._database.run(lambda db: messages.take(db, key, recipient))

    async def keep_task(self, workspace: str, investigation_id: str, task: HubTask) -> None:
        """See `HubStore.keep_task`."""
        key = codec.run_key(workspace, investigation_id)
        await self._database.run(lambda db: hubs.keep_task(db, key, task))

    async def hub_tasks(self, workspace: str, investigation_id: str) -> Sequence[HubTask]:
        """See `HubStore.hub_tasks`."""
        key = codec.run_key(workspace, investigation_id)
        return await self._database.run(lambda db: hubs.tasks(db, key))

    async def open_gate(self, workspace: str, investigation_id: str, gate: Gate) -> Gate:
        """See `HubStore.open_gate`."""
        key = codec.run_key(workspace, investigation_id)
        return await self._database.run(lambda db: gates.keep(db, key, gate))

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
        """See `HubStore.settle_gate`."""
        key = codec.run_key(workspace, investigation_id)
        answer = GateSettled(gate_id=gate_id, state=state, by=by, said=said)
        return await self._database.run(lambda db: gates.settle(db, key, answer, at))

    async def gates_of(self, workspace: str, investigation_id: str) -> Sequence[Gate]:
        """See `HubStore.gates_of`."""
        key = codec.run_key(workspace, investigation_id)
        return await self._database.run(lambda db: gates.of_run(db, key))

    async def keep_status(self, workspace: str, investigation_id: str, agent_id: str, status: AgentStatus) -> None:
        """See `HubStore.keep_status`."""
        key = codec.run_key(workspace, investigation_id)
        await self._database.run(lambda db: hubs.keep_status(db, key, agent_id, status))

    async def statuses(self, workspace: str, investigation_id: str) -> Mapping[str, AgentStatus]:
        """See `HubStore.statuses`."""
        key = codec.run_key(workspace, investigation_id)
        return await self._database.run(lambda db: hubs.statuses(db, key))

    async def keep_facts(self, workspace: str, investigation_id: str, facts: Mapping[str, JsonValue]) -> None:
        """See `HubStore.keep_facts`."""
        key = codec.run_key(workspace, investigation_id)
        await self._database.run(lambda db: hubs.keep_facts(db, key, facts))

    async def facts(self, workspace: str, investigation_id: str) -> Mapping[str, JsonValue]:
        """See `HubStore.facts`."""
        key = codec.run_key(workspace, investigation_id)
        return await self._database.run(lambda db: hubs.facts(db, key))
