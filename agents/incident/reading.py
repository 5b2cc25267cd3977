"""What one agent got from its sources, and what it did not get and why."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
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
_Answer = Metrics | Logs | Spans | Changes | SourceUnavailableError | None

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
    named: Mapping[Signal, _Answer] = {
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
        tuple(_not_known(agent_id, named, window)),
    )


async def _ask(door: Callable[[Lookup], Awaitable[T]] | None, lookup: Lookup) -> T | SourceUnavailableError | None:
    if door is None:
        return None
    try:
        return await door(lookup)
    except SourceUnavailableError as error:
        return error


def _not_known(agent_id: str, answers: Mapping[Signal, _Answer], window: Window) -> Iterator[NoData]:
    """What could not be looked at; who looks at all kinds of telemetry says what was left out of it, once for all agents."""
    for signal, answer in answers.items():
        what = _WORDS[signal]
        if answer is None:
            summary = f"No source of {what} is configured"
            yield NoData(agent_id=agent_id, signal=signal, summary=summary, window=window)
        elif isinstance(answer, SourceUnavailableError):
            summary = f"{what.capitalize()} could not be read: {answer.message}"
            yield NoData(agent_id=agent_id, signal=signal, summary=summary[:600], window=window)
        elif not _holds_something(answer):
            left_out = f" ({answer.asked.left_out})" if answer.asked.left_out else ""
            summary = f"No {what} in {answer.asked.source}: searched {answer.asked.query}{left_out}"
            yield _searched(agent_id, signal, answer.asked, summary)
        elif answer.asked.left_out and agent_id == APPLICATION:
            yield _searched(agent_id, signal, answer.asked, f"{what.capitalize()} in part: {answer.asked.left_out}")


def _holds_something(answer: Metrics | Logs | Spans | Changes) -> bool:
    if isinstance(answer, Metrics):
        return any(each.times for each in answer.series)
    return isinstance(answer, Changes) or len(answer) > 0


def _searched(agent_id: str, signal: Signal, asked: Asked, summary: str) -> NoData:
    return NoData(
        agent_id=agent_id,
        signal=signal,
        summary=summary[:600],
        window=asked.window,
        source=asked.source,
        query=asked.query,
        link=asked.link,
    )
