"""Where telemetry comes from. Every source answers with what it was asked and what it left out; empty is an answer too.

A source that did not answer at all raises SourceUnavailableError: "no data" and "the query failed" are never the same.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from orchestrator.model import Changes, Incident, Logs, Metrics, Scope, Spans, Topology, Window

CHANGES_BEFORE = timedelta(hours=24)
SAME_MOMENT = timedelta(minutes=1)
FURTHER_BACK = timedelta(hours=5)


@dataclass(frozen=True, slots=True)
class Lookup:
    """What is asked of a source: this window of this part of the world. `services` empty means all.

    `affected` is where the trouble shows: a source that cannot read everything begins there. `began` is when it began, as
    far as that is known: such a source then reads as much of the time before as of the time since. `metrics` are the names
    of the series that are wanted, empty means all; `seen_in` is the window in which those were seen, for a source that would
    first look for what there is. `further` is how much further back than the window a source of metrics may begin where
    a series is sampled so seldom that the window holds too few of its points to know what is usual.
    """

    incident_id: str
    window: Window
    scope: Scope = field(default_factory=Scope)
    services: tuple[str, ...] = ()
    affected: tuple[str, ...] = ()
    began: datetime | None = None
    metrics: tuple[str, ...] = ()
    seen_in: Window | None = None
    further: timedelta = timedelta(0)

    @classmethod
    def whole(cls, incident: Incident, now: datetime) -> "Lookup":
        """Of everything, the healthy time and the incident. Who asks for all asks so, that all share one answer.

        Where nobody said since when all was healthy, a series of few points may begin earlier.
        """
        since = incident.window(now)
        return cls(
            incident.incident_id,
            Window(start=incident.baseline().start, end=since.end),
            incident.scope,
            affected=incident.affected_services,
            began=since.start,
            further=timedelta(0) if incident.baseline_start else FURTHER_BACK,
        )

    @classmethod
    def again(cls, incident: Incident, window: Window, series: Iterable[tuple[str, str]], seen_in: Window) -> "Lookup":
        """Of a few (service, metric) that were seen in one window, what they were in another."""
        services, metrics = (tuple(sorted(set(names))) for names in zip(*series, strict=True))
        return cls(incident.incident_id, window, incident.scope, services, metrics=metrics, seen_in=seen_in)

    @classmethod
    def of_changes(cls, incident: Incident, now: datetime) -> "Lookup":
        """What was changed, from a day before the incident: what somebody changed may take hours to break."""
        window = incident.window(now)
        earlier = Window(start=min(incident.baseline().start, window.start - CHANGES_BEFORE), end=window.end)
        return cls(incident.incident_id, earlier, incident.scope)

    def settled(self, now: datetime) -> "Lookup":
        """The same; one that ends within the last minute ends with the minute before.

        While an incident goes on, every agent asks up to its own present, moments after the other. So they ask for the
        same, and share one answer.
        """
        if not timedelta(0) <= now - self.window.end < SAME_MOMENT:
            return self
        each = SAME_MOMENT.total_seconds()
        whole = datetime.fromtimestamp(self.window.end.timestamp() // each * each, UTC)
        return replace(self, window=Window(start=self.window.start, end=max(self.window.start, whole)))


@dataclass(frozen=True, slots=True)
class Query:
    """What somebody wrote in a store's own language ("promql", "logql").

    Nothing outside of `window` and `scope` is read for it. `step_s` is the least time between two points of a series.
    """

    language: str
    expression: str
    window: Window
    scope: Scope = field(default_factory=Scope)
    step_s: float = 15.0


class IncidentSource(Protocol):
    """Knows incidents by their id."""

    async def find(self, incident_id: str) -> Incident | None:
        """The incident of that id (compared without regard to case), or None."""
        ...

    async def known(self) -> Sequence[Incident]:
        """Those that can be listed, newest first."""
        ...


class MetricSource(Protocol):
    """Knows series."""

    async def read_metrics(self, lookup: Lookup) -> Metrics: ...


class LogSource(Protocol):
    """Knows log lines."""

    async def read_logs(self, lookup: Lookup) -> Logs: ...


class TraceSource(Protocol):
    """Knows spans."""

    async def read_spans(self, lookup: Lookup) -> Spans: ...


class ChangeSource(Protocol):
    """Knows what people changed."""

    async def read_changes(self, lookup: Lookup) -> Changes: ...


class TopologySource(Protocol):
    """Knows who calls whom, where that is known otherwise than from spans."""

    async def read_topology(self, lookup: Lookup) -> Topology: ...


class NameSource(Protocol):
    """Knows which services there are, by questions that cost little."""

    async def read_names(self, lookup: Lookup) -> Collection[str]: ...


class QuerySource(Protocol):
    """Answers what somebody wrote in its own language: checked before it is sent, and few points or lines come back.

    Only a live store does.
    """

    @property
    def languages(self) -> Collection[str]:
        """Those that it understands and can check."""
        ...

    async def query(self, asked: Query) -> Metrics | Logs:
        """The answer. What may not be asked is not sent: it raises ParameterExtractionError."""
        ...


@dataclass(frozen=True, slots=True)
class Telemetry:
    """The sources an agent may ask. None means that no source of this kind is configured.

    `live` says that they know the present, so that any incident can be looked into; else only those that an
    IncidentSource finds.
    """

    metrics: MetricSource | None = None
    logs: LogSource | None = None
    traces: TraceSource | None = None
    changes: ChangeSource | None = None
    topology: TopologySource | None = None
    names: NameSource | None = None
    queries: QuerySource | None = None
    live: bool = False
