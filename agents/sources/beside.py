"""Recordings beside live stores: an incident that was recorded is read from its recording, every other one live.

The law: the two never mix within one incident. A recording is closed; what happened since is another story.
"""

from collections.abc import Callable, Collection
from typing import Protocol, TypeVar

from orchestrator.errors import SourceUnavailableError
from orchestrator.model import Changes, Logs, Metrics, Spans, Topology
from orchestrator.ports import (
    ChangeSource,
    LogSource,
    Lookup,
    MetricSource,
    Telemetry,
    TopologySource,
    TraceSource,
)

T = TypeVar("T")


class Recordings(MetricSource, LogSource, TraceSource, ChangeSource, TopologySource, Protocol):
    """Every kind of telemetry of incidents that were recorded."""

    async def has(self, incident_id: str) -> bool:
        """Whether that incident was recorded."""
        ...


class Beside:
    """Implements the ports of telemetry. `live` gives the live sources; it is asked anew each time, for they open later."""

    def __init__(self, recordings: Recordings, live: Callable[[], Telemetry]) -> None:
        self._recordings, self._live = recordings, live

    async def read_metrics(self, lookup: Lookup) -> Metrics:
        """Raises SourceUnavailableError where neither knows metrics of that incident."""
        if await self._recordings.has(lookup.incident_id):
            return await self._recordings.read_metrics(lookup)
        return await _there(self._live().metrics, "metrics", "COMPASS_PROMETHEUS_URL").read_metrics(lookup)

    async def read_logs(self, lookup: Lookup) -> Logs:
        """Raises SourceUnavailableError where neither knows logs of that incident."""
        if await self._recordings.has(lookup.incident_id):
            return await self._recordings.read_logs(lookup)
        return await _there(self._live().logs, "logs", "COMPASS_LOKI_URL").read_logs(lookup)

    async def read_spans(self, lookup: Lookup) -> Spans:
        """Raises SourceUnavailableError where neither knows spans of that incident."""
        if await self._recordings.has(lookup.incident_id):
            return await self._recordings.read_spans(lookup)
        return await _there(self._live().traces, "traces", "COMPASS_TEMPO_URL").read_spans(lookup)

    async def read_changes(self, lookup: Lookup) -> Changes:
        """Raises SourceUnavailableError where neither knows changes around that incident."""
        if await self._recordings.has(lookup.incident_id):
            return await self._recordings.read_changes(lookup)
        changes = self._live().changes
        if changes is None:
            raise SourceUnavailableError("no source of changes is set up.")
        return await changes.read_changes(lookup)

    async def read_topology(self, lookup: Lookup) -> Topology:
        """Empty where neither knows who calls whom otherwise than from spans."""
        if await self._recordings.has(lookup.incident_id):
            return await self._recordings.read_topology(lookup)
        topology = self._live().topology
        return await topology.read_topology(lookup) if topology is not None else Topology()

    async def read_names(self, lookup: Lookup) -> Collection[str]:
        """The services of a recording as its sheet names them, or those that live stores know; none where neither says."""
        if await self._recordings.has(lookup.incident_id):
            told = await self._recordings.read_topology(lookup)
            return {*told.services, *(end for call in told.calls for end in call)}
        names = self._live().names
        return await names.read_names(lookup) if names is not None else ()


def _there(source: T | None, what: str, variable: str) -> T:
    if source is None:
        raise SourceUnavailableError(f"no server for {what} is set up.", remedy=f"Set {variable}.")
    return source
