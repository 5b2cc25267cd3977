"""Which log templates are new, gone, rising or falling, against the time before.

Counts are compared with what should have been seen. Where lines belong to recorded calls, that is measured per call of
the same operation: a service that got other work than before logs other lines, and that is no news. Elsewhere the
measure is time, and not the clock's but what was really recorded.
"""

from array import array
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import sqrt

from agents.analyzers.gravity import Gravity, Trend, gravity
from agents.analyzers.templates import mine
from agents.analyzers.words import Mentions

LONGEST_GAP_S = 30.0
TRAFFIC_SWING = 0.3
CALL_SWING = 0.1
FAR = 3.0
FEWEST = 3
SLACK_S = 0.05


@dataclass(frozen=True, slots=True)
class LogShift:
    """A template that left its usual rate. `expected` is how often it should have been seen in the window."""

    service: str
    template: str
    gravity: Gravity
    trend: Trend
    seen: int
    expected: float
    deviation: float
    onset: float
    peer: str


@dataclass(frozen=True, slots=True)
class Lines:
    """Log lines in columns, ascending by time."""

    times: "array[float]"
    services: Sequence[str]
    levels: Sequence[str]
    messages: Sequence[str]
    trace_ids: Sequence[str]


@dataclass(slots=True)
class Calls:
    """The recorded calls into services: by trace and service, (start, end, operation) ascending; and how many there were."""

    by_trace: Mapping[tuple[str, str], Sequence[tuple[float, float, str]]] = field(default_factory=dict)
    counts: Mapping[tuple[str, str], tuple[int, int]] = field(default_factory=dict)

    def operation_at(self, trace_id: str, service: str, at: float) -> str:
        """The operation that the service was at in that trace at that time; empty if it is not known."""
        calls = self.by_trace.get((trace_id, service), ())
        last = bisect_right(calls, at + SLACK_S, key=lambda call: call[0])
        within = [call for call in calls[:last] if call[1] >= at - SLACK_S]
        return within[-1][2] if within else ""


@dataclass(slots=True)
class _Count:
    """How often a template was seen, per operation (empty: outside of recorded calls)."""

    first_row: int
    before: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    after: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    times: list[float] = field(default_factory=list)


def log_shifts(lines: Lines, split: float, mentions: Mentions, calls: Calls) -> list[LogShift]:
    """Templates that stand out after `split` (epoch seconds), the farthest first."""
    before, after = recorded_seconds(lines.times, split)
    if not (before and after):
        return []
    ratio = after / before
    found = []
    for (service, template), count in _counted(lines, split, calls).items():
        shift = _shift(service, count, split, ratio, calls)
        if shift:
            level = lines.levels[count.first_row]
            peer = mentions.in_text(lines.messages[count.first_row], service)
            found.append(LogShift(service, template, gravity(level, template), *shift, peer))
    return sorted(found, key=lambda each: (-abs(each.deviation), each.service, each.template))


def recorded_seconds(times: "array[float]", split: float) -> tuple[float, float]:
    """For how long anything was recorded before and after; silence of all services for over half a minute is cut short."""
    before = after = 0.0
    for earlier, later in pairwise(times):
        if later < split:
            before += min(later - earlier, LONGEST_GAP_S)
        elif earlier >= split:
            after += min(later - earlier, LONGEST_GAP_S)
    return before, after


def _counted(lines: Lines, split: float, calls: Calls) -> dict[tuple[str, str], _Count]:
    mined = mine(lines.services, lines.messages)
    counts: dict[tuple[str, str], _Count] = {}
    for row, index in enumerate(mined.of_line):
        if index < 0:
            continue
        at, service = lines.times[row], lines.services[row]
        count = counts.setdefault((service, mined.texts[index]), _Count(row))
        operation = calls.operation_at(lines.trace_ids[row], service, at) if lines.trace_ids[row] else ""
        (count.before if at < split else count.after)[operation] += 1
        count.times.append(at)
    return counts


def _shift(
    service: str, count: _Count, split: float, ratio: float, calls: Calls
) -> tuple[Trend, int, float, float, float] | None:
    before = seen = 0
    expected = noise = 0.0
    for operation in sorted({*count.before, *count.after}):
        factor = _factor(service, operation, ratio, calls)
        if factor is None:
            continue
        likely = count.before[operation] * factor
        swing = CALL_SWING if operation else TRAFFIC_SWING
        before, seen, expected = before + count.before[operation], seen + count.after[operation], expected + likely
        noise += likely * factor + (swing * likely) ** 2
    trend = _trend(before, seen, expected)
    deviation = (seen - expected) / sqrt(noise + max(expected, 1.0))
    if trend is None or abs(deviation) < FAR:
        return None
    return trend, seen, expected, deviation, _onset(count.times, split, trend)


def _factor(service: str, operation: str, ratio: float, calls: Calls) -> float | None:
    """How much more there was of the occasions for a line after the split; None where there were too few to compare."""
    if not operation:
        return ratio
    before, after = calls.counts.get((service, operation), (0, 0))
    return after / before if before >= FEWEST and after >= FEWEST else None


def _trend(before: int, seen: int, expected: float) -> Trend | None:
    if before == 0:
        return Trend.NEW if seen >= FEWEST else None
    if seen == 0:
        return Trend.GONE if expected >= FEWEST else None
    if seen >= 1.5 * expected and seen - expected >= FEWEST:
        return Trend.RISING
    return Trend.FALLING if seen <= 0.67 * expected else None


def _onset(times: Sequence[float], split: float, trend: Trend) -> float:
    """When it began: the first line after the split, or the last before the silence."""
    if trend in (Trend.NEW, Trend.RISING):
        return next(at for at in times if at >= split)
    return max(split, times[-1]) if trend is Trend.GONE else split
