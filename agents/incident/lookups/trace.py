"""One trace as a tree: the slowest or a failing one of a service since the start, or that of an id."""

import asyncio
from collections.abc import Sequence

from agents.incident.lookups.remit import Remit, Wish, one_of
from agents.incident.lookups.text import fitted, nothing, partly, safe
from agents.incident.lookups.trees import tree
from agents.incident.words import clock, figure
from orchestrator.model import Spans
from orchestrator.ports import Tool

SHORTEST_ID = 8
DESCRIPTION = "A trace's span tree; of: service or trace id"


class TraceWish(Wish):
    """`of` is a service, whose slowest or `failing` trace is wanted, or an id of a trace, its first eight digits or more."""

    of: str
    failing: bool = False


def trace_tool(remit: Remit) -> Tool:
    """The lookup of a trace."""

    async def run(wish: TraceWish) -> str:
        return await look_up(remit, wish)

    return Tool("trace", DESCRIPTION, TraceWish, run)


async def look_up(remit: Remit, wish: TraceWish) -> str:
    """The trace. Raises ParameterExtractionError for what may not be asked, SourceUnavailableError."""
    source = remit.telemetry.traces
    if source is None:
        return "Nothing there: no source of traces is configured."
    read = await remit.answered(source.read_spans(remit.whole), "Traces")
    return await asyncio.to_thread(told, remit, wish, read)


def told(remit: Remit, wish: TraceWish, read: Spans) -> str:
    """The answer in words."""
    trace_id = _by_id(read, wish.of.strip())
    service = "" if trace_id else one_of("of", wish.of, {*read.services, *remit.known}, "service or trace")
    found = trace_id or _chosen(read, service, wish.failing, remit.split)
    if not found:
        what = f"no {'failed ' if wish.failing else ''}span of {service} since the start"
        return nothing(what, read.asked, remit.since)
    rows = [row for row, each in enumerate(read.trace_ids) if each == found]
    first = min(rows, key=lambda row: read.starts[row])
    at = clock(read.starts[first] // 1)
    head = f"trace {safe(found, 40)} at {at} UTC, {len(rows)} spans; durations, then what is not its children's"
    usual = [_usual(read, service, remit.split)] if service else []
    return fitted([head, *usual, *tree(read, rows), *partly(read.asked)], cut="spans")


def _by_id(read: Spans, wanted: str) -> str:
    """The trace of that id; "" where it is none, or not the only one that begins so."""
    if len(wanted) < SHORTEST_ID:
        return wanted if wanted in read.trace_ids and wanted not in read.services else ""
    named = (
        {each for each in read.trace_ids if each.startswith(wanted.lower())} if wanted not in read.services else set()
    )
    return named.pop() if len(named) == 1 else ""


def _chosen(read: Spans, service: str, failing: bool, split: float) -> str:
    """The trace with that service's longest span since the start, among the failed ones where those are wanted."""
    rows = (
        row
        for row, each in enumerate(read.services)
        if each == service and read.starts[row] >= split and (not failing or read.statuses[row] == "error")
    )
    longest = max(rows, key=lambda row: (read.durations[row], read.trace_ids[row]), default=None)
    return "" if longest is None else read.trace_ids[longest]


def _usual(read: Spans, service: str, split: float) -> str:
    """What the service's spans took, so that one of them can be judged."""
    parts = []
    rows = [row for row, each in enumerate(read.services) if each == service]
    for words, part in (
        ("before", [row for row in rows if read.starts[row] < split]),
        ("since", [row for row in rows if read.starts[row] >= split]),
    ):
        failed = sum(read.statuses[row] == "error" for row in part)
        middle = figure(_median([read.durations[row] for row in part]), "ms") if part else "none"
        parts.append(f"{words} {middle} ({len(part)} spans, {failed} failed)")
    return f"median span of {service}: {', '.join(parts)}"


def _median(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2]
