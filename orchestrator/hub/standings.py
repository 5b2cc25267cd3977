"""What each agent of one investigation is at, kept, and changed by what humans answer.

The laws: gates decide. An agent with an open gate is paused; denied or not answered in time it is stopped, and stays so;
approved it goes on when no other gate of its own is open. Where a process died between an answer and what follows from it,
the next one does what follows.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, TypeVar

from orchestrator.clock import undivided
from orchestrator.hub.registry import AgentRegistry
from orchestrator.model import AgentStatus, Gate, GateState
from orchestrator.ports import Account, Adviser, HubStore

T = TypeVar("T")

NO = (GateState.DENIED, GateState.EXPIRED)


class Standings:
    """The statuses of the agents of `registry`."""

    def __init__(self, key: tuple[str, str], store: HubStore, registry: AgentRegistry) -> None:
        self._key, self._store, self._registry = key, store, registry
        self._left: dict[str, AgentStatus] = {}
        self._turn = asyncio.Lock()

    async def open(self) -> None:
        """Know again how an earlier process left them."""
        self._left = dict(await self._store.statuses(*self._key))

    async def register(self, agent_id: str, agent_type: str, adviser: Adviser | None, account: Account | None) -> None:
        """Know this one, as it was left. Raises ConflictError for a name twice."""
        await self._alone(self._register(agent_id, agent_type, adviser, account))

    async def unregister(self, agent_id: str) -> None:
        """Forget it. For later processes it is stopped. Raises AgentNotFoundError."""
        await self._alone(self._unregister(agent_id))

    async def set(self, agent_id: str, status: AgentStatus) -> None:
        """What that agent is at. Raises AgentNotFoundError."""
        await self._alone(self._set(agent_id, status))

    async def pause(self, agent_id: str, ask: Callable[[], Awaitable[Gate]]) -> Gate:
        """Ask humans, and let the agent wait for the answer, which is followed only after that. Raises AgentNotFoundError."""
        return await self._alone(self._pause(agent_id, ask))

    async def follow(self, gate: Gate) -> None:
        """Do what follows from that answer. An agent that is not known here follows it when it is registered."""
        await self._alone(self._follow(gate))

    async def _alone(self, work: Coroutine[Any, Any, T]) -> T:
        """One after the other, and to its end also where the caller is cancelled."""
        return await undivided(self._in_turn(work))

    async def _in_turn(self, work: Coroutine[Any, Any, T]) -> T:
        async with self._turn:
            return await work

    async def _register(self, agent_id: str, agent_type: str, adviser: Adviser | None, account: Account | None) -> None:
        self._registry.register_agent(agent_id, agent_type, adviser, account)
        try:
            left = self._left.get(agent_id)
            status = as_gates_say(left or AgentStatus.IDLE, await self._gates_of(agent_id))
            if status is not left:
                await self._store.keep_status(*self._key, agent_id, status)
        except BaseException:
            self._registry.unregister_agent(agent_id)
            raise
        self._left.pop(agent_id, None)
        self._registry.set_status(agent_id, status)

    async def _unregister(self, agent_id: str) -> None:
        await self._set(agent_id, AgentStatus.STOPPED)
        self._registry.unregister_agent(agent_id)

    async def _set(self, agent_id: str, status: AgentStatus) -> None:
        self._registry.get_agent(agent_id)
        await self._store.keep_status(*self._key, agent_id, status)
        self._registry.set_status(agent_id, status)

    async def _pause(self, agent_id: str, ask: Callable[[], Awaitable[Gate]]) -> Gate:
        self._registry.get_agent(agent_id)
        gate = await ask()
        await self._set(agent_id, AgentStatus.PAUSED)
        return gate

    async def _follow(self, gate: Gate) -> None:
        now = self._registry.statuses.get(gate.agent_id)
        if now is None or gate.is_open:
            return
        if gate.state in NO:
            await self._set(gate.agent_id, AgentStatus.STOPPED)
        elif now is AgentStatus.PAUSED and not any(each.is_open for each in await self._gates_of(gate.agent_id)):
            await self._set(gate.agent_id, AgentStatus.IDLE)

    async def _gates_of(self, agent_id: str) -> list[Gate]:
        return [each for each in await self._store.gates_of(*self._key) if each.agent_id == agent_id]


def as_gates_say(left: AgentStatus, gates: Sequence[Gate]) -> AgentStatus:
    """What an agent is at that was left so, with these gates. Pure."""
    if left is AgentStatus.STOPPED:
        return left
    if any(each.is_open for each in gates):
        return AgentStatus.PAUSED
    if left is AgentStatus.PAUSED and gates:
        last = max(gates, key=lambda each: each.at or each.opened_at)
        return AgentStatus.STOPPED if last.state in NO else AgentStatus.IDLE
    return left
