"""What goes through the hubs, in dicts: messages, tasks, gates, statuses and facts, by workspace and investigation.

Everything happens between two turns of the event loop, hence of many who settle one gate at once, one does.
"""

import json
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import JsonValue

from orchestrator.events import GateOpened, GateSettled, Recorded
from orchestrator.model import AgentStatus, Gate, GateState, HubTask, Message, Person
from storage import codec, rules
from storage.memory_allowances import MemoryAllowances

Key = tuple[str, str]


@dataclass(slots=True)
class _Kept:
    """Of one hub. Dicts keep the order in which something was first kept; `waiting` are messages by recipient."""

    messages: dict[str, Message] = field(default_factory=dict)
    waiting: defaultdict[str, deque[Message]] = field(default_factory=lambda: defaultdict(deque))
    tasks: dict[str, HubTask] = field(default_factory=dict)
    gates: dict[str, Gate] = field(default_factory=dict)
    statuses: dict[str, AgentStatus] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)


class MemoryHub(MemoryAllowances):
    """Implements `orchestrator.ports.HubStore`."""

    def __init__(self) -> None:
        super().__init__()
        self._hubs: defaultdict[Key, _Kept] = defaultdict(_Kept)

    async def keep_message(self, workspace: str, investigation_id: str, message: Message) -> None:
        """See `HubStore.keep_message`. Raises ValueError for one that cannot be kept."""
        hub, kept = self._hub(workspace, investigation_id), codec.kept(message)
        if kept.message_id in hub.messages:
            raise rules.sent_before(kept.message_id)
        hub.messages[kept.message_id] = kept
        hub.waiting[kept.recipient].append(kept)

    async def messages_to(
        self, workspace: str, investigation_id: str, recipient: str, *, waiting: bool = False
    ) -> Sequence[Message]:
        """See `HubStore.messages_to`."""
        hub = self._hub(workspace, investigation_id)
        if waiting:
            return list(hub.waiting[recipient])
        return [each for each in hub.messages.values() if each.recipient == recipient]

    async def take_message(self, workspace: str, investigation_id: str, recipient: str) -> Message | None:
        """See `HubStore.take_message`."""
        waiting = self._hub(workspace, investigation_id).waiting[recipient]
        return waiting.popleft() if waiting else None

    async def keep_task(self, workspace: str, investigation_id: str, task: HubTask) -> None:
        """See `HubStore.keep_task`. Raises ValueError for one that cannot be kept."""
        hub, kept = self._hub(workspace, investigation_id), codec.kept(task)
        hub.tasks[kept.task_id] = kept

    async def hub_tasks(self, workspace: str, investigation_id: str) -> Sequence[HubTask]:
        """See `HubStore.hub_tasks`."""
        tasks = self._hub(workspace, investigation_id).tasks.values()
        return sorted(tasks, key=lambda each: (each.order, each.task_id))

    async def open_gate(self, workspace: str, investigation_id: str, gate: Gate) -> Gate:
        """See `HubStore.open_gate`. Raises ValueError for one that cannot be kept."""
        self._check_open()
        return self._gate_opened((workspace, investigation_id), gate)

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
        """See `HubStore.settle_gate`. Raises ValueError for an answer that cannot be kept."""
        self._check_open()
        answer = GateSettled(gate_id=gate_id, state=state, by=by, said=said)
        return self._gate_settled((workspace, investigation_id), answer, at)

    async def gates_of(self, workspace: str, investigation_id: str) -> Sequence[Gate]:
        """See `HubStore.gates_of`."""
        return list(self._hub(workspace, investigation_id).gates.values())

    async def keep_status(self, workspace: str, investigation_id: str, agent_id: str, status: AgentStatus) -> None:
        """See `HubStore.keep_status`."""
        self._hub(workspace, investigation_id).statuses[agent_id] = status

    async def statuses(self, workspace: str, investigation_id: str) -> Mapping[str, AgentStatus]:
        """See `HubStore.statuses`."""
        return dict(self._hub(workspace, investigation_id).statuses)

    async def keep_facts(self, workspace: str, investigation_id: str, facts: Mapping[str, JsonValue]) -> None:
        """See `HubStore.keep_facts`."""
        self._hub(workspace, investigation_id).facts.update(codec.facts(facts))

    async def facts(self, workspace: str, investigation_id: str) -> Mapping[str, JsonValue]:
        """See `HubStore.facts`."""
        kept = self._hub(workspace, investigation_id).facts
        return {name: json.loads(kept[name]) for name in sorted(kept)}

    def _hub(self, workspace: str, investigation_id: str) -> _Kept:
        self._check_open()
        return self._hubs[workspace, investigation_id]

    def _follow(self, key: Key, recorded: Recorded) -> None:
        """Open or settle the gate that an event tells of. What is refused has changed nothing."""
        match recorded.event:
            case GateOpened() as event:
                self._gate_opened(key, event.gate)
            case GateSettled() as event:
                self._gate_settled(key, event, recorded.at)

    def _gate_opened(self, key: Key, gate: Gate) -> Gate:
        kept, gates = rules.as_opened(gate), self._hubs[key].gates
        if kept.gate_id in gates:
            raise rules.gate_opened_before(kept.gate_id)
        gates[kept.gate_id] = kept
        return kept

    def _gate_settled(self, key: Key, answer: GateSettled, at: datetime) -> Gate:
        gates = self._hubs[key].gates
        kept = rules.settled(gates.get(answer.gate_id), answer, at)
        gates[kept.gate_id] = kept
        return kept
