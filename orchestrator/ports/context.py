"""The door to what an agent should know beside its own telemetry, and to what it was handed of that."""

from collections.abc import Sequence
from typing import Protocol

from orchestrator.model import AgentContext, Incident, Observation


class ContextSource(Protocol):
    """Gathers what is known around an incident, for one workspace."""

    async def assemble(
        self, agent_id: str, incident: Incident, observations: Sequence[Observation] = ()
    ) -> AgentContext:
        """What that agent is handed. Never fails for want of a source: what is missing is told in `missing`."""
        ...


class ContextStore(Protocol):
    """What agents were handed. `asked` names the question: the same incident and observations have the same."""

    async def keep_context(self, workspace: str, investigation_id: str, asked: str, context: AgentContext) -> None:
        """Store what that context's agent was handed, unless something is. Raises ValueError for what cannot be read back."""
        ...

    async def find_context(
        self, workspace: str, investigation_id: str, agent_id: str, asked: str
    ) -> AgentContext | None:
        """What that agent was handed."""
        ...
