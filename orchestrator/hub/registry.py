"""Who is there: agents by name and by type, and what each is at.

The law: a name stands for one agent. Nobody outside the hub gets the agent itself from here, only what is known of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from orchestrator.errors import AgentNotFoundError, ConflictError
from orchestrator.model import AgentStatus
from orchestrator.ports import Account, Adviser


@dataclass(frozen=True, slots=True)
class Registration:
    """An agent as the hub knows it. `adviser` answers questions; None: it only asks. `account` pays for what it asks."""

    agent_id: str
    agent_type: str
    adviser: Adviser | None = None
    account: Account | None = None
    status: AgentStatus = AgentStatus.IDLE


class AgentRegistry:
    """Agents, in the order in which they were registered."""

    def __init__(self) -> None:
        self._agents: dict[str, Registration] = {}

    def register_agent(
        self, agent_id: str, agent_type: str, adviser: Adviser | None = None, account: Account | None = None
    ) -> Registration:
        """Know this one. Raises ConflictError where the name is taken."""
        if agent_id in self._agents:
            raise ConflictError(f"An agent named {agent_id} is registered already.", remedy="Give it another name.")
        self._agents[agent_id] = Registration(agent_id, agent_type, adviser, account)
        return self._agents[agent_id]

    def unregister_agent(self, agent_id: str) -> None:
        """Forget it. Raises AgentNotFoundError."""
        self.get_agent(agent_id)
        del self._agents[agent_id]

    def get_agent(self, agent_id: str) -> Registration:
        """What is known of it. Raises AgentNotFoundError with the nearest known name."""
        found = self._agents.get(agent_id)
        if found is None:
            raise AgentNotFoundError.registered(agent_id, self._agents)
        return found

    def get_agents_by_type(self, agent_type: str) -> list[Registration]:
        """All of that type, in order."""
        return [each for each in self._agents.values() if each.agent_type == agent_type]

    def set_status(self, agent_id: str, status: AgentStatus) -> None:
        """It is at something else now. Raises AgentNotFoundError."""
        self._agents[agent_id] = replace(self.get_agent(agent_id), status=status)

    @property
    def statuses(self) -> Mapping[str, AgentStatus]:
        """What each is at."""
        return {name: each.status for name, each in self._agents.items()}
