"""The hub of one investigation: the one door through which agents reach each other, and humans.

The law: agents hold a desk and nothing else. What goes through here is stored before it has an effect, so that a hub that is
opened again over the same store knows what the first one knew.
"""

import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import JsonValue

from orchestrator.clock import Clock
from orchestrator.hub.consulting import Brief, Consulting, ConsultLimits
from orchestrator.hub.gates import Answered, Gates
from orchestrator.hub.registry import AgentRegistry
from orchestrator.hub.router import MessageRouter
from orchestrator.hub.standings import Standings
from orchestrator.hub.state import ProjectState
from orchestrator.hub.work import Work
from orchestrator.model import (
    AgentStatus,
    Approvers,
    Consultation,
    Gate,
    GateKind,
    GateState,
    HubTask,
    Message,
    MessageKind,
    Person,
    Question,
)
from orchestrator.ports import Account, Adviser, Briefing, GateStore, HubStore
from orchestrator.redaction import redact

GATE_WAIT_S = 1800.0


@dataclass(frozen=True, slots=True)
class HubRules:
    """Who may answer gates, how long they wait, and how far questions go."""

    approvers: Approvers = field(default_factory=Approvers)
    gate_wait_s: float = GATE_WAIT_S
    consult: ConsultLimits = field(default_factory=ConsultLimits)


async def tell_nobody(consultation: Consultation) -> None:
    """For hubs whose consultations nobody follows."""


class Hub:
    """`consulted` is told of every question that was asked; `brief` says what goes with one.

    `gates` is the door by which gates are opened and settled, where it is not the store's own.
    """

    def __init__(
        self,
        key: tuple[str, str],
        store: HubStore,
        clock: Clock,
        rules: HubRules | None = None,
        consulted: Callable[[Consultation], Awaitable[None]] = tell_nobody,
        brief: Brief = Briefing,
        gates: GateStore | None = None,
    ) -> None:
        rules = rules or HubRules()
        self._key, self._store, self._clock, self._consulted = key, store, clock, consulted
        self.registry = AgentRegistry()
        self._standings = Standings(key, store, self.registry)
        self._work = Work(key, store, clock, self.registry)
        self.gates = Gates(key, gates or store, clock, rules.approvers, rules.gate_wait_s)
        self._router = MessageRouter(key, store, self.registry)
        self._consulting = Consulting(self.registry, clock, rules.consult, self._loop_found, brief)
        self._state = ProjectState(key, store)

    async def open(self) -> None:
        """Know again what an earlier process knew. Before agents are registered."""
        await self._work.open()
        await self._standings.open()
        await self._state.open()
        for gate in await self._store.gates_of(*self._key):
            self._pardoned(gate)

    async def register_agent(
        self, agent_id: str, agent_type: str, adviser: Adviser | None = None, account: Account | None = None
    ) -> "AgentDesk":
        """Know this one, as it was left where an earlier process knew it; its desk. Raises ConflictError for a name twice.

        `account` pays for what it asks others; without one it gets only answers that cost nothing.
        """
        await self._standings.register(agent_id, agent_type, adviser, account)
        return AgentDesk(self, agent_id)

    async def unregister_agent(self, agent_id: str) -> None:
        """It is asked for nothing any more, after a restart neither. Raises AgentNotFoundError."""
        await self._standings.unregister(agent_id)

    async def set_status(self, agent_id: str, status: AgentStatus) -> None:
        """What that agent is at. Raises AgentNotFoundError."""
        await self._standings.set(agent_id, status)

    async def enqueue_task(self, summary: str, priority: int = 0, task_id: str = "") -> HubTask:
        """Put work into the queue; the task with its place. Raises ConflictError for an id that is taken."""
        return await self._work.enqueue(summary, priority, task_id)

    async def dequeue_task(self, agent_id: str) -> HubTask | None:
        """The next task, given to that agent; None where nothing waits.

        Raises AgentNotFoundError, or ConflictError where the agent is paused or stopped.
        """
        return await self._work.dequeue(agent_id)

    async def assign_task(self, task_id: str, agent_id: str) -> HubTask:
        """That task, out of turn. Raises as `dequeue_task` does, and ConflictError where it does not wait any more."""
        return await self._work.assign(task_id, agent_id)

    async def finish_task(self, task_id: str) -> HubTask:
        """It is done. Raises ConflictError where nobody works on it."""
        return await self._work.finish(task_id)

    def peek_task(self) -> HubTask | None:
        """The task that is next; it stays."""
        return self._work.peek()

    def get_pending_count(self) -> int:
        """How many tasks wait."""
        return self._work.pending

    async def route_message(
        self, sender: str, recipient: str, body: str, kind: MessageKind = MessageKind.NOTE, reply_to: str = ""
    ) -> Message:
        """Send; the message with its routing. Raises AgentNotFoundError, with the nearest name, where an end is not known."""
        message = Message(
            message_id=f"msg-{secrets.token_hex(6)}",
            sender=sender,
            recipient=recipient,
            kind=kind,
            body=redact(body),
            reply_to=reply_to,
            at=self._clock.now(),
        )
        await self._router.route_message(message)
        return message

    async def receive(self, agent_id: str) -> Message | None:
        """The oldest message to that agent that it has not received; each once. Raises AgentNotFoundError."""
        return await self._router.receive(agent_id)

    async def consult_specialist(self, asker: str, specialist_type: str, question: Question) -> Consultation:
        """Ask, within the asker's turn; see `consulting`. `consulted` hears of it before the asker hears the answer."""
        consultation = await self._consulting.consult_specialist(asker, specialist_type, question)
        await self._consulted(consultation)
        return consultation

    async def escalate_to_human(
        self, agent_id: str, reason: str, context: Sequence[str] = (), kind: GateKind = GateKind.ESCALATION
    ) -> str:
        """Open a gate and pause the agent; the gate's id. Raises AgentNotFoundError."""
        gate = await self._standings.pause(agent_id, lambda: self.gates.open(kind, reason, context, agent_id))
        return gate.gate_id

    async def answer_gate(
        self,
        gate_id: str,
        *,
        approved: bool,
        by: Person,
        requester: Person,
        groups: Sequence[str] = (),
        said: str = "",
    ) -> Answered:
        """A human's answer. Approved, the agent goes on; denied, it is asked for nothing any more.

        Raises ApprovalRequiredError where that person may not, InvestigationNotFoundError where there is no such gate.
        """
        before = await self.gates.find(gate_id)
        answered = await self.gates.answer(
            gate_id, approved=approved, by=by, groups=groups, requester=requester, said=said
        )
        came_late = before is not None and before.is_open and answered.gate.state is GateState.EXPIRED
        return await self._followed(answered, at_once=came_late)

    async def expire_gate(self, gate_id: str) -> Answered:
        """Nobody answered in time, which is as if it had been denied."""
        return await self._followed(await self.gates.expire(gate_id))

    async def supersede_gate(self, gate_id: str) -> Answered:
        """It is not asked any more. The agent goes on, unless another gate of its own is open."""
        return await self._followed(await self.gates.supersede(gate_id))

    async def update_state(self, **facts: JsonValue) -> None:
        """What everybody may know of the work, as plain data; later facts replace earlier ones of the same name.

        Raises UnkeepableError for what JSON would not give back as it was.
        """
        await self._state.update(facts)

    def get_project_state(self) -> Mapping[str, JsonValue]:
        """All facts."""
        return self._state.told()

    async def get_orchestrator_status(self) -> Mapping[str, Any]:
        """Agents and what they are at, tasks that wait, messages sent, gates that are open."""
        gates = await self._store.gates_of(*self._key)
        return {
            "agents": {name: status.value for name, status in self.registry.statuses.items()},
            "pending_tasks": self._work.pending,
            "messages": await self._router.sent(),
            "open_gates": [each.gate_id for each in gates if each.is_open],
        }

    def remember(self, consultations: Sequence[Consultation]) -> None:
        """Questions that were asked in an earlier process. After agents were registered."""
        for each in consultations:
            self._consulting.restore(each)

    async def _followed(self, answered: Answered, *, at_once: bool = False) -> Answered:
        """A second answer changes nothing: the agent may be at something else by then."""
        if answered.first or at_once:
            self._pardoned(answered.gate)
            await self._standings.follow(answered.gate)
        return answered

    def _pardoned(self, gate: Gate) -> None:
        if gate.kind is GateKind.LOOP and gate.state is GateState.APPROVED:
            self._consulting.pardon(gate.agent_id)

    async def _loop_found(self, asker: str, why: str) -> None:
        await self.escalate_to_human(asker, why, kind=GateKind.LOOP)


class AgentDesk:
    """An agent's own place at the hub. Implements the Desk port."""

    def __init__(self, hub: Hub, agent_id: str) -> None:
        self._hub, self._agent_id = hub, agent_id

    async def consult(self, specialist_type: str, question: Question) -> Consultation:
        """Ask a specialist; see the port."""
        return await self._hub.consult_specialist(self._agent_id, specialist_type, question)

    async def escalate(self, reason: str, *context: str) -> str:
        """Ask humans; see the port."""
        return await self._hub.escalate_to_human(self._agent_id, reason, context)
