"""Telemetry as sources hand it over: in columns, because rows of objects cost more than the analysis itself.

Columns of one batch have the same length. Times are seconds since the epoch (UTC) as floats. Everything here can be
pickled, since analysis runs in another process. A batch says what was asked and what was left out, also when empty:
"no data" is an answer.
"""

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from orchestrator.model.evidence import Aspect
from orchestrator.model.incident import Window


def no_floats() -> "array[float]":
    """An empty column of numbers."""
    return array("d")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a source was asked and how it went: the query as a person could repeat it, the window, and a link to see it."""

    source: str
    query: str
    window: Window
    link: str = ""
    left_out: str = ""
    latest: datetime | None = None


@dataclass(frozen=True, slots=True)
class MetricSeries:
    """One series. `times` in epoch seconds, ascending; `values` in `unit`; a missing value is NaN.

    `aspect` where people said what it is about; None leaves that to its name. `query` and `link` show this series again,
    where that takes others than the whole batch.
    """

    service: str
    metric: str
    times: "array[float]"
    values: "array[float]"
    unit: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    aspect: Aspect | None = None
    query: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Metrics:
    """Series that a metric source found."""

    asked: Asked
    series: tuple[MetricSeries, ...] = ()


@dataclass(frozen=True, slots=True)
class Logs:
    """Log lines in columns, ascending by time. `levels` and `trace_ids` are empty strings where not known."""

    asked: Asked
    times: "array[float]" = field(default_factory=no_floats)
    services: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()
    trace_ids: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.times)


@dataclass(frozen=True, slots=True)
class Spans:
    """Spans in columns. `starts` in epoch seconds, `durations` in milliseconds; `parent_ids` "" at a root.

    `statuses`: "ok", "error", or "" where the store does not know. `peers`: what the span itself says it calls, or "".
    """

    asked: Asked
    starts: "array[float]" = field(default_factory=no_floats)
    durations: "array[float]" = field(default_factory=no_floats)
    trace_ids: tuple[str, ...] = ()
    span_ids: tuple[str, ...] = ()
    parent_ids: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    peers: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.starts)


@dataclass(frozen=True, slots=True)
class Change:
    """Something somebody changed: a deploy, a commit, a configuration. `change_id` is what people call it by.

    `environment` is where, as far as it is told: a change in one environment does nothing in another.
    """

    change_id: str
    at: datetime
    kind: str
    service: str = ""
    summary: str = ""
    author: str = ""
    files: tuple[str, ...] = ()
    details: str = ""
    environment: str = ""


@dataclass(frozen=True, slots=True)
class Changes:
    """Changes that a change source knows of, ascending by time."""

    asked: Asked
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Topology:
    """Who calls whom, as far as a source knows it: (caller, callee) pairs. `services` are all that were seen."""

    services: tuple[str, ...] = ()
    calls: tuple[tuple[str, str], ...] = ()
