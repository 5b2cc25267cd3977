"""What an agent is handed, kept with the run, so that the same question is asked after a restart, or years later.

The law: of one run an agent is handed the same for the same incident and observations, whatever the stores know by then. A
model that is asked the same again need not be paid again.
"""

from collections.abc import Sequence
from contextlib import suppress

from orchestrator.clock import Clock
from orchestrator.errors import OrchestratorError
from orchestrator.model import AgentContext, Incident, Observation, digest_of
from orchestrator.ports import ContextSource, ContextStore

NOT_KEPT = "What was known around the incident was not kept with the run"


class KeptContext:
    """Implements ContextSource for one run. Without a `source`, what was not kept is missing."""

    def __init__(self, key: tuple[str, str], store: ContextStore, clock: Clock, source: ContextSource | None) -> None:
        self._key, self._store, self._clock, self._source = key, store, clock, source

    async def assemble(
        self, agent_id: str, incident: Incident, observations: Sequence[Observation] = ()
    ) -> AgentContext:
        """What that agent was handed for this, or what the source has; see the port."""
        asked = digest_of("".join(each.model_dump_json() for each in (incident, *observations)).encode())
        found = await self._find(agent_id, asked)
        if found is not None:
            return found
        if self._source is None:
            return self._nothing(agent_id, incident)
        made = await self._source.assemble(agent_id, incident, observations)
        with suppress(OrchestratorError, ValueError):  # who cannot keep it can still work with it
            await self._store.keep_context(*self._key, asked, made)
        return made

    async def _find(self, agent_id: str, asked: str) -> AgentContext | None:
        try:
            return await self._store.find_context(*self._key, agent_id, asked)
        except OrchestratorError:
            return None

    def _nothing(self, agent_id: str, incident: Incident) -> AgentContext:
        return AgentContext(
            agent_id=agent_id,
            incident_id=incident.incident_id,
            window=incident.window(self._clock.now()),
            baseline_window=incident.baseline(),
            missing=(NOT_KEPT,),
        )
