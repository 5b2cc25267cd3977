"""`traces.jsonl`: one span a line, in any order: trace_id, span_id, parent_id, service, name, start, duration_ms, status."""

import math
import sys
from array import array
from dataclasses import dataclass, field
from typing import Any

from agents.sources.snapshot.lines import Lines, text
from agents.sources.snapshot.times import seconds
from orchestrator.model.telemetry import no_floats

_STATUSES = {
    "ERROR": "error",
    "STATUS_CODE_ERROR": "error",
    "2": "error",
    "OK": "ok",
    "STATUS_CODE_OK": "ok",
    "1": "ok",
}
_PEER_KEYS = ("peer", "peer_service", "peer.service")

_Row = tuple[float, str, str, str, str, str, float, str, str]


@dataclass(frozen=True, slots=True)
class SpanColumns:
    """Spans ascending by start."""

    starts: "array[float]" = field(default_factory=no_floats)
    durations: "array[float]" = field(default_factory=no_floats)
    trace_ids: tuple[str, ...] = ()
    span_ids: tuple[str, ...] = ()
    parent_ids: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    peers: tuple[str, ...] = ()


def parse_spans(content: bytes) -> tuple[SpanColumns, str]:
    """The spans, and what was left out as words. A span without ids, service, start or duration counts as unreadable."""
    lines = Lines(content)
    rows: list[_Row] = []
    for line in lines:
        row = _row(line)
        if row is None:
            lines.unreadable += 1
        else:
            rows.append(row)
    rows.sort()
    if not rows:
        return SpanColumns(), lines.left_out("spans")
    starts, trace_ids, span_ids, parent_ids, services, names, durations, statuses, peers = zip(*rows, strict=True)
    columns = SpanColumns(
        array("d", starts), array("d", durations), trace_ids, span_ids, parent_ids, services, names, statuses, peers
    )
    return columns, lines.left_out("spans")


def _row(line: dict[str, Any]) -> _Row | None:
    trace_id, span_id, service = text(line.get("trace_id")), text(line.get("span_id")), text(line.get("service"))
    try:
        start, duration = seconds(line.get("start")), float(line["duration_ms"])
    except (ValueError, TypeError, KeyError):
        return None
    if not (trace_id and span_id and service and math.isfinite(duration) and duration >= 0):
        return None
    status = _STATUSES.get(text(line.get("status")).upper(), "")
    name = sys.intern(text(line.get("name")))
    return (
        start,
        trace_id,
        span_id,
        text(line.get("parent_id")),
        sys.intern(service),
        name,
        duration,
        status,
        _peer(line),
    )


def _peer(line: dict[str, Any]) -> str:
    """What the span itself says it calls, at its top level or among its attributes."""
    for holder in (line, line.get("attributes")):
        if isinstance(holder, dict):
            for key in _PEER_KEYS:
                if holder.get(key):
                    return sys.intern(text(holder[key]))
    return ""
