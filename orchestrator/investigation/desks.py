"""The desks of one run: its hub, every agent's place at it, and what each agent is at.

The law: there is one hub for each investigation. An agent is known there before its first turn, pays for what it asks from
its own account, and is active during its turns only. Who is paused or stopped stays so until humans have answered.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from orchestrator.budget import Budget
from orchestrator.clock import Clock
from orchestrator.events import StepEnded
from orchestrator.hub import Gates, Hub, HubRules
from orchestrator.investigation.turns import Turns
from orchestrator.model import AgentStatus, Consultation, LedgerEntry, Step
from orchestrator.ports import Account, Adviser, Agent, Briefing, Consulting, GateStore, HubStore


class Desks:
    """`type_of` says what kind of specialist an agent of that id is."""

    def __init__(self, hub: Hub, agents: Sequence[Agent], type_of: Callable[[str], str]) -> None:
        self.hub, self._agents, self._type_of = hub, agents, type_of

    async def open(self, budget: Budget, consultations: Sequence[Consultation]) -> None:
        """Give every agent its desk. `consultations` are those of an earlier process. Where that ended nobody is at work."""
        await self.hub.open()
        for agent in self._agents:
            adviser = agent if isinstance(agent, Adviser) else None
            account = budget.account(agent.agent_id)
            desk = await self.hub.register_agent(agent.agent_id, self._type_of(agent.agent_id), adviser, account)
            await self.rests(agent.agent_id)
            if isinstance(agent, Consulting):
                agent.use_desk(desk)
        self.hub.remember(consultations)

    async def works(self, agent_id: str) -> None:
        """A turn of it begins."""
        await self._change(agent_id, AgentStatus.IDLE, AgentStatus.ACTIVE)

    async def rests(self, agent_id: str) -> None:
        """A turn of it has ended."""
        await self._change(agent_id, AgentStatus.ACTIVE, AgentStatus.IDLE)

    async def _change(self, agent_id: str, before: AgentStatus, after: AgentStatus) -> None:
        if self.hub.registry.statuses.get(agent_id) is before:
            await self.hub.set_status(agent_id, after)


@dataclass(frozen=True, slots=True)
class Office:
    """What the hubs of all runs are made of. `type_of` says what kind of specialist an agent of that id is.

    Gates are opened and settled through `gates_door`.
    """

    store: HubStore
    gates_door: GateStore
    clock: Clock
    type_of: Callable[[str], str]
    rules: HubRules = field(default_factory=HubRules)

    def desks(
        self,
        key: tuple[str, str],
        agents: Sequence[Agent],
        consulted: Callable[[Consultation], Awaitable[None]],
        brief: Callable[[Account], Briefing],
    ) -> Desks:
        """Those of one run. `consulted` is told of every question before who asked hears the answer."""
        hub = Hub(key, self.store, self.clock, self.rules, consulted, brief, self.gates_door)
        return Desks(hub, agents, self.type_of)

    def gates(self, key: tuple[str, str]) -> Gates:
        """The gates of one run, whether or not it is on its way."""
        return Gates(key, self.gates_door, self.clock, self.rules.approvers, self.rules.gate_wait_s)


class TurnsAtDesks:
    """The memory of a run whose agents have desks. Implements Turns."""

    def __init__(self, turns: Turns, desks: Desks) -> None:
        self._turns, self._desks = turns, desks

    def ended(self, step: Step) -> StepEnded | None:
        """How that turn ended."""
        return self._turns.ended(step)

    def entries(self) -> Sequence[LedgerEntry]:
        """What an earlier process of this run had spent."""
        return self._turns.entries()

    def cost_of_taken_again(self, agent_id: str) -> Decimal:
        """What turns had cost that are taken again."""
        return self._turns.cost_of_taken_again(agent_id)

    async def begin(self, step: Step) -> None:
        """That turn begins."""
        await self._desks.works(step.agent_id)
        await self._turns.begin(step)

    async def end(self, ended: StepEnded) -> None:
        """That turn ended."""
        await self._turns.end(ended)
        await self._desks.rests(ended.step.agent_id)

    async def spend(self, entry: LedgerEntry) -> None:
        """Money moved."""
        await self._turns.spend(entry)
