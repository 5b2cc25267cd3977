"""What one agent got from its sources, and what it did not get and why."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar, cast

from agents.analyzers.seasons import Season
from agents.incident.territory import APPLICATION
from orchestrator.errors import SourceUnavailableError
from orchestrator.model import Asked, Changes, Incident, Logs, Metrics, NoData, Signal, Spans, Topology, Window
from orchestrator.ports import Lookup, Telemetry

T = TypeVar("T")
SeriesKey = tuple[str, str]
"""A service and one of its metrics."""

_WORDS = {Signal.METRIC: "metrics", Signal.LOG: "logs", Signal.TRACE: "traces", Signal.CHANGE: "changes"}


class Once:
    """What was worked out from some telemetry, kept with it, so that every agent that looks at the same finds it there."""

    def __init__(self) -> None:
        self._known: dict[object, object] = {}

    def of(self, work: "Callable[[Reading], T]", reading: "Reading") -> T:
        """The result of `work`, which must not depend on who looks."""
        if work not in self._known:
            self._known[work] = work(reading)
        return cast(T, self._known[work])

    def __reduce__(self) -> "tuple[type[Once], tuple[()]]":
        """What was worked out stays where that was done."""
        return Once, ()


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything one agent looks at. `split` is where the time before ends, in epoch seconds.

    `seasons` is known from a second look on: whether what stands out was there at the same time of earlier days.
    """

    agent_id: str
    incident: Incident
    window: Window
    baseline: Window
    metrics: Metrics | None = None
    logs: Logs | None = None
    spans: Spans | None = None
    changes: Changes | None = None
    topology: Topology = Topology()  # noqa: RUF009 -- frozen
    missing: tuple[NoData, ...] = ()
    seasons: Mapping[SeriesKey, Season] = field(default_factory=dict)
    once: Once = field(default_factory=Once, compare=False, repr=False)

    @property
    def split(self) -> float:
        """Where the time before the incident ends, in epoch seconds."""
        return self.window.start.timestamp()


async def read(agent_id: str, telemetry: Telemetry, incident: Incident, now: datetime) -> Reading:
    """Ask every source once, at the same time. One that does not answer is missing; if none does, its error is raised."""
    window, baseline = incident.window(now), incident.baseline()
    whole, changes = Lookup.whole(incident, now), Lookup.of_changes(incident, now)
    answers = await asyncio.gather(
        _ask(telemetry.metrics.read_metrics if telemetry.metrics else None, whole),
        _ask(telemetry.logs.read_logs if telemetry.logs else None, whole),
        _ask(telemetry.traces.read_spans if telemetry.traces else None, whole),
        _ask(telemetry.changes.read_changes if telemetry.changes else None, changes),
        _ask(telemetry.topology.read_topology if telemetry.topology else None, whole),
    )
    metrics, logs, spans, known_changes, topology = answers
    named: Mapping[Signal, object] = {
        Signal.METRIC: metrics,
        Signal.LOG: logs,
        Signal.TRACE: spans,
        Signal.CHANGE: known_changes,
    }
    failures = [each for each in named.values() if isinstance(each, SourceUnavailableError)]
    if failures and not any(isinstance(each, Metrics | Logs | Spans) for each in answers):
        raise failures[0]
    return Reading(
        agent_id,
        incident,
        window,
        baseline,
        metrics if isinstance(metrics, Metrics) else None,
        logs if isinstance(logs, Logs) else None,
        spans if isinstance(spans, Spans) else None,
        known_changes if isinstance(known_changes, Changes) else None,
        topology if isinstance(topology, Topology) else Topology(),
        (
            *(_missing(agent_id, signal, answer, window) for signal, answer in named.items() if not _answered(answer)),
            *(_in_part(agent_id, signal, answer) for signal, answer in named.items() if _is_partial(agent_id, answer)),
        ),
    )


async def _ask(door: Callable[[Lookup], Awaitable[T]] | None, lookup: Lookup) -> T | SourceUnavailableError | None:
    if door is None:
        return None
    try:
        return await door(lookup)
    except SourceUnavailableError as error:
        return error


def _answered(answer: object) -> bool:
    if isinstance(answer, Metrics):
        return any(each.times for each in answer.series)
    if isinstance(answer, Logs | Spans):
        return len(answer) > 0
    return isinstance(answer, Changes)


def _is_partial(agent_id: str, answer: object) -> bool:
    """Whether that answer left something out; who looks at all kinds of telemetry says so, once for all agents."""
    asked = getattr(answer, "asked", None)
    return agent_id == APPLICATION and _answered(answer) and isinstance(asked, Asked) and bool(asked.left_out)


def _in_part(agent_id: str, signal: Signal, answer: object) -> NoData:
    asked = getattr(answer, "asked", None)
    assert isinstance(asked, Asked)
    return NoData(
        agent_id=agent_id,
        signal=signal,
        summary=f"{_WORDS[signal].capitalize()} in part: {asked.left_out}"[:600],
        window=asked.window,
        source=asked.source,
        query=asked.query,
        link=asked.link,
    )


def _missing(agent_id: str, signal: Signal, answer: object, window: Window) -> NoData:
    what = _WORDS[signal]
    if answer is None:
        return NoData(agent_id=agent_id, signal=signal, summary=f"No source of {what} is configured", window=window)
    if isinstance(answer, SourceUnavailableError):
        summary = f"{what.capitalize()} could not be read: {answer.message}"
        return NoData(agent_id=agent_id, signal=signal, summary=summary[:600], window=window)
    asked = getattr(answer, "asked", None)
    assert isinstance(asked, Asked)
    left_out = f" ({asked.left_out})" if asked.left_out else ""
    return NoData(
        agent_id=agent_id,
        signal=signal,
        summary=f"No {what} in {asked.source}: searched {asked.query}{left_out}"[:600],
        window=asked.window,
        source=asked.source,
        query=asked.query,
        link=asked.link,
    )
