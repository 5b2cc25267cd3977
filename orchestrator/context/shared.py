"""Telemetry that is read once for all agents of a run: who asks what another one is just asking, or has asked, shares it.

Three agents look at the same window seconds apart; `Lookup.settled` makes their questions the same.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar, cast

from orchestrator.clock import Clock
from orchestrator.flights import Flights
from orchestrator.model import Changes, Logs, Metrics, Spans, Topology
from orchestrator.ports import Lookup, Telemetry

MOST_KEPT = 5
"""The five kinds of telemetry of one run: answers are large, and runs follow one another."""
T = TypeVar("T")


def shared(telemetry: Telemetry, clock: Clock) -> Telemetry:
    """The same sources behind one memory. A source that is None stays None."""
    door = _Shared(telemetry, clock)
    return replace(
        telemetry,
        metrics=door if telemetry.metrics else None,
        logs=door if telemetry.logs else None,
        traces=door if telemetry.traces else None,
        changes=door if telemetry.changes else None,
        topology=door if telemetry.topology else None,
    )


class _Shared:
    """Implements every telemetry port over those it was given."""

    def __init__(self, inner: Telemetry, clock: Clock) -> None:
        self._inner, self._clock = inner, clock
        self._flights: Flights[object] = Flights(MOST_KEPT)

    async def read_metrics(self, lookup: Lookup) -> Metrics:
        assert self._inner.metrics
        return await self._once("metrics", lookup, self._inner.metrics.read_metrics)

    async def read_logs(self, lookup: Lookup) -> Logs:
        assert self._inner.logs
        return await self._once("logs", lookup, self._inner.logs.read_logs)

    async def read_spans(self, lookup: Lookup) -> Spans:
        assert self._inner.traces
        return await self._once("spans", lookup, self._inner.traces.read_spans)

    async def read_changes(self, lookup: Lookup) -> Changes:
        assert self._inner.changes
        return await self._once("changes", lookup, self._inner.changes.read_changes)

    async def read_topology(self, lookup: Lookup) -> Topology:
        assert self._inner.topology
        return await self._once("topology", lookup, self._inner.topology.read_topology)

    async def _once(self, kind: str, lookup: Lookup, read: Callable[[Lookup], Awaitable[T]]) -> T:
        settled = lookup.settled(self._clock.now())
        if lookup.metrics:
            return await read(settled)  # few series that one agent wants to know more of: nobody else asks for them
        key = (kind, replace(settled, incident_id=settled.incident_id.casefold()))
        return cast(T, await self._flights.get(key, lambda: read(settled)))
