"""The door to what an agent should know beside its own telemetry."""

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
