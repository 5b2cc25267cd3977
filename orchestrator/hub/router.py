"""Messages between agents: both ends are checked, each recipient's are kept in order, and each is received once.

The law: the store is the only mailbox. A message is stored before anybody can receive it, and taken there before it is
handed over, so that neither a restart nor a second hub over the same store delivers it again.
"""

from orchestrator.hub.registry import AgentRegistry
from orchestrator.model import Message
from orchestrator.ports import HubStore


class MessageRouter:
    """The messages of one investigation."""

    def __init__(self, key: tuple[str, str], store: HubStore, registry: AgentRegistry) -> None:
        self._key, self._store, self._registry = key, store, registry

    async def route_message(self, message: Message) -> None:
        """Store it behind the others of its recipient. Raises AgentNotFoundError where an end is not known."""
        self._registry.get_agent(message.sender)
        self._registry.get_agent(message.recipient)
        await self._store.keep_message(*self._key, message)

    async def receive(self, agent_id: str) -> Message | None:
        """The oldest message to that agent that it has not received, once. Raises AgentNotFoundError.

        Whoever is cancelled while it waits here may have received it: a message is rather lost than delivered twice.
        """
        self._registry.get_agent(agent_id)
        return await self._store.take_message(*self._key, agent_id)

    async def sent(self) -> int:
        """How many messages were sent to the agents that are known."""
        return sum([len(await self._store.messages_to(*self._key, each)) for each in self._registry.statuses])
