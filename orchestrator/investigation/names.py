"""The affected services as the telemetry spells them, found out before a run begins, so that everybody asks for the same.

Nobody is held up for it: stores that do not answer in time leave what was typed as it is, and so does a name that fits
several services; the report asks which was meant.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from orchestrator.clock import Clock, within
from orchestrator.context import mentioned
from orchestrator.errors import OrchestratorError
from orchestrator.model import Incident
from orchestrator.naming import meant
from orchestrator.parameters import Parameters
from orchestrator.ports import Lookup, NameSource

PATIENCE_S = 5.0


@dataclass(frozen=True, slots=True)
class Names:
    """What services are called. Without a source every name is taken as it was typed."""

    source: NameSource | None
    clock: Clock

    async def understood(self, incident: Incident, typed: Parameters, now: datetime) -> Incident:
        """The incident with typed services under their known names; where none were, with those that its title names."""
        if not typed.affected_services and (incident.affected_services or not typed.title):
            return incident
        known = await self.known(incident, now)
        named = tuple(meant(each, known).name or each for each in typed.affected_services)
        services = tuple(dict.fromkeys(named)) or mentioned(typed.title, known)[0]
        return incident.model_copy(update={"affected_services": services or incident.affected_services})

    async def known(self, incident: Incident, now: datetime) -> Collection[str]:
        """All names that there are; none where the store does not answer in time."""
        if self.source is None:
            return ()
        try:
            return await within(self.clock, PATIENCE_S, self.source.read_names(Lookup.whole(incident, now)))
        except (TimeoutError, OrchestratorError):
            return ()
