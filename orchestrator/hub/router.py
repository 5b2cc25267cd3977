"""Messages between agents: both ends are checked, each recipient's are kept in order, and each is received once.

The law: a message is stored before it is buffered. What was not received when the process died is buffered again by `open`.
"""

from collections import defaultdict, deque
from collections.abc import Awaitable, Callable

from orchestrator.hub.registry import AgentRegistry
from orchestrator.model import Message

Keep = Callable[[Message], Awaitable[None]]


class MessageRouter:
    """`keep` stores a message."""

    def __init__(self, registry: AgentRegistry, keep: Keep) -> None:
        self._registry, self._keep = registry, keep
        self._buffers: dict[str, deque[Message]] = defaultdict(deque)
        self.sent = 0

    async def route_message(self, message: Message) -> None:
        """Store it and put it behind the others of its recipient. Raises AgentNotFoundError where an end is not known."""
        self._registry.get_agent(message.sender)
        self._registry.get_agent(message.recipient)
        await self._keep(message)
        self.sent += 1
        self._buffers[message.recipient].append(message)

    def receive(self, agent_id: str) -> Message | None:
        """The oldest message to that agent that it has not received, once. Raises AgentNotFoundError."""
        self._registry.get_agent(agent_id)
        buffer = self._buffers[agent_id]
        return buffer.popleft() if buffer else None

    def waiting_for(self, agent_id: str) -> int:
        """How many messages it has not received."""
        return len(self._buffers[agent_id])

    def restore(self, message: Message) -> None:
        """One that an earlier process had stored."""
        self.sent += 1
        self._buffers[message.recipient].append(message)
