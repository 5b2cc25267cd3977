"""`logs.jsonl`: {ts, service, level?, message, trace_id?}, one object a line, in any order."""

import sys
from array import array
from dataclasses import dataclass, field

from agents.sources.snapshot.lines import Lines, text
from agents.sources.snapshot.times import seconds
from orchestrator.model.telemetry import no_floats

LONGEST_MESSAGE = 8192


@dataclass(frozen=True, slots=True)
class LogColumns:
    """Log lines ascending by time."""

    times: "array[float]" = field(default_factory=no_floats)
    services: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()
    trace_ids: tuple[str, ...] = ()


def parse_logs(content: bytes) -> tuple[LogColumns, str]:
    """The lines, and what was left out as words. Lines without a service, time or message count as unreadable."""
    lines = Lines(content)
    rows: list[tuple[float, str, str, str, str]] = []
    for line in lines:
        service, message = text(line.get("service")), line.get("message")
        try:
            at = seconds(line.get("ts"))
        except ValueError:
            at = None
        if at is None or not service or not isinstance(message, str):
            lines.unreadable += 1
            continue
        level = sys.intern(text(line.get("level")).upper())
        rows.append((at, sys.intern(service), message[:LONGEST_MESSAGE], level, text(line.get("trace_id"))))
    rows.sort()
    if not rows:
        return LogColumns(), lines.left_out("log lines")
    times, services, messages, levels, trace_ids = zip(*rows, strict=True)
    return LogColumns(array("d", times), services, levels, messages, trace_ids), lines.left_out("log lines")
