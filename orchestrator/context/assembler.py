"""Gathers what is known around an incident, each thing once, and hands every agent what is its business.

What surrounds an incident (catalogue, baselines, changes) is the same for all agents and is kept for a while; what it
resembles depends on what was observed by then, and is looked up each time. A source that fails, or takes longer than a
person would wait, costs its part only.
"""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from orchestrator.clock import Clock, within
from orchestrator.context.baselines import baselines
from orchestrator.context.catalogue import catalogue, unknown
from orchestrator.errors import OrchestratorError
from orchestrator.flights import Flights
from orchestrator.model import (
    AgentContext,
    Baseline,
    CatalogueEntry,
    Changes,
    Feature,
    Incident,
    Metrics,
    Observation,
    PastIncident,
    Topology,
    features_of,
    in_common,
    likeness,
    redacted,
)
from orchestrator.ports import Lookup, PastIncidents, Remembered, TeamSpec, Telemetry, everything

PATIENCE_S = 10.0
KEPT_S = 300.0
MOST_KEPT = 20
MOST_BASELINES = 300
MOST_CHANGES = 50
LOOKED_THROUGH = 20
MOST_SIMILAR = 3
ALIKE = 0.2
MOST_IN_COMMON = 3
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Surroundings:
    """What is the same for every agent, as the sources told it."""

    metrics: Metrics | str
    changes: Changes | str
    topology: Topology | str

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(each for each in (self.metrics, self.changes, self.topology) if isinstance(each, str))

    def known(self, observations: Sequence[Observation]) -> Topology:
        """Who exists and who calls whom: by the catalogue, by the metrics, and by what was observed meanwhile."""
        told = self.topology if isinstance(self.topology, Topology) else Topology()
        series = self.metrics.series if isinstance(self.metrics, Metrics) else ()
        services = {*told.services, *(each.service for each in series), *(each.service for each in observations)}
        calls = {*told.calls, *(call for each in observations for call in each.calls)}
        return Topology(tuple(sorted(services - {""})), tuple(sorted(calls)))


class ContextAssembler:
    """Implements `orchestrator.ports.ContextSource` for one workspace. Its sources should be shared with the agents'."""

    def __init__(
        self,
        workspace: str,
        team: TeamSpec,
        telemetry: Telemetry,
        past: PastIncidents,
        clock: Clock,
        *,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._workspace, self._team, self._telemetry = workspace, team, telemetry
        self._past, self._clock, self._patience_s = past, clock, patience_s
        self._surroundings: Flights[_Surroundings] = Flights(MOST_KEPT)
        self._baselines: Flights[tuple[Baseline, ...]] = Flights(MOST_KEPT)
        self._similarities: Flights[tuple[PastIncident, ...] | str] = Flights(MOST_KEPT)

    async def assemble(
        self, agent_id: str, incident: Incident, observations: Sequence[Observation] = ()
    ) -> AgentContext:
        """What that agent is handed; see `orchestrator.ports.ContextSource`."""
        begun, now = self._clock.monotonic(), self._clock.now()
        key = (incident.model_dump_json(), int(begun // KEPT_S))
        features = features_of(incident, observations)
        around, similar = await asyncio.gather(
            self._surroundings.get(key, lambda: self._gather(incident)),
            self._similarities.get((*key, features), lambda: self._similar(incident, features)),
        )
        known = around.known(observations)
        entries = catalogue(known, incident.affected_services)
        usual = await self._baselines.get((*key, entries), lambda: _baselines(around.metrics, incident, entries))
        concerns = next((each.concerns for each in self._team.agents if each.agent_id == agent_id), everything)
        told = AgentContext(
            agent_id=agent_id,
            incident_id=incident.incident_id,
            window=incident.window(now),
            baseline_window=incident.baseline(),
            baselines=tuple(each for each in usual if concerns(each)),
            catalogue=entries,
            changes=around.changes.changes[-MOST_CHANGES:] if isinstance(around.changes, Changes) else (),
            similar=() if isinstance(similar, str) else similar,
            unknown=unknown(known, incident.affected_services, incident.title),
            missing=(*around.missing, similar) if isinstance(similar, str) else around.missing,
            took_s=round(self._clock.monotonic() - begun, 3),
        )
        return redacted(told)

    async def _gather(self, incident: Incident) -> _Surroundings:
        sources, now = self._telemetry, self._clock.now()
        whole, of_changes = Lookup.whole(incident, now), Lookup.of_changes(incident, now)
        return _Surroundings(
            *await asyncio.gather(
                self._ask("Baselines", sources.metrics.read_metrics(whole) if sources.metrics else None),
                self._ask("Changes", sources.changes.read_changes(of_changes) if sources.changes else None),
                self._ask("The catalogue", sources.topology.read_topology(whole) if sources.topology else None),
            )
        )

    async def _similar(self, incident: Incident, features: Sequence[Feature]) -> tuple[PastIncident, ...] | str:
        question = self._past.resembling(self._workspace, features, but_not=incident.incident_id, limit=LOOKED_THROUGH)
        found = await self._ask("Similar incidents", question)
        if isinstance(found, str):
            return found
        # Nobody may take a replay for something that happened here, so the two kinds never meet.
        told = (_told(each, features) for each in found if each.past.recorded == incident.recorded)
        alike = sorted((each for each in told if each.likeness >= ALIKE), key=lambda each: -each.likeness)
        return tuple(alike[:MOST_SIMILAR])

    async def _ask(self, what: str, question: Awaitable[T] | None) -> T | str:
        """The answer, or why there is none, in words for people."""
        if question is None:
            return f"{what}: no source is configured"
        try:
            return await within(self._clock, self._patience_s, question)
        except TimeoutError:
            return f"{what}: no answer within {self._patience_s:.0f} s"
        except OrchestratorError as error:
            return f"{what}: {error.message}"


def _told(remembered: Remembered, features: Sequence[Feature]) -> PastIncident:
    common = in_common(features, remembered.features)[:MOST_IN_COMMON]
    update = {"likeness": likeness(features, remembered.features), "alike": tuple(each.name for each in common)}
    return remembered.past.model_copy(update=update)


async def _baselines(
    metrics: Metrics | str, incident: Incident, entries: Sequence[CatalogueEntry]
) -> tuple[Baseline, ...]:
    if isinstance(metrics, str):
        return ()
    services = {each.service.casefold() for each in entries}
    return tuple(baselines(metrics.series, incident.baseline(), services, MOST_BASELINES))
