"""Which log templates are new, gone, rising or falling, against the time before.

Counts are compared with what should have been seen. Where lines belong to recorded calls, that is measured per call of
the same operation: a service that got other work than before logs other lines, and that is no news. Elsewhere the
measure is time, and not the clock's but what was really recorded.
"""

from dataclasses import dataclass, field
from math import sqrt

from agents.analyzers.counts import Calls, Count, Counts, Lines, count_lines, handled, said_in
from agents.analyzers.gravity import Gravity, Trend
from agents.analyzers.habits import Break, breaks
from agents.analyzers.regained import regained
from agents.analyzers.scoring import share_deviation
from agents.analyzers.words import Mentions

TRAFFIC_SWING = 0.2
FAR = 3.0
FEWEST = 3
SHARE_WEIGHT = 1.5
SHORTEST_HEAD = 4


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
class LogNews:
    """What became of templates, and which habits are broken; the farthest first. Nothing is told in both."""

    shifts: list[LogShift] = field(default_factory=list)
    breaks: list[Break] = field(default_factory=list)


def log_news(lines: Lines, split: float, mentions: Mentions, calls: Calls, recorded: tuple[float, float]) -> LogNews:
    """Templates that stand out after `split` (epoch seconds), alone or in company.

    `recorded` says for how many seconds logs were recorded at all, before and after the split: see `recorded_seconds`.
    """
    if not all(recorded):
        return LogNews()
    said = said_in(lines)
    calls = regained(lines, said, calls, split)
    counted = count_lines(lines, said, split, calls)
    broken = [each for each in breaks(handled(counted, calls), split) if not _is_grave(counted, each)]
    told = {(each.service, each.missing) for each in broken}
    shifts = _shifts(lines, counted, split, mentions, calls, recorded[1] / recorded[0])
    return LogNews([each for each in shifts if (each.service, each.template) not in told], broken)


def _shifts(
    lines: Lines, counted: Counts, split: float, mentions: Mentions, calls: Calls, ratio: float
) -> list[LogShift]:
    known = _heads(counted)
    found = []
    for (service, template), count in counted.items():
        moves = [
            _rate(count, ratio, split),
            *(_share(service, name, count, calls, split) for name in _named(count)),
        ]
        best = max((each for each in moves if each), key=lambda each: abs(each[3]), default=None)
        if best is None or (
            best[0] is Trend.NEW and count.gravity is Gravity.INFO and _head(service, template) in known
        ):
            continue
        peer = mentions.in_text(lines.messages[count.first_row], service)
        found.append(LogShift(service, template, count.gravity, *best, peer))
    return sorted(found, key=lambda each: (-abs(each.deviation), each.service, each.template))


def _is_grave(counted: Counts, each: Break) -> bool:
    """Whether it is an error or a warning that is missing: that is no trouble."""
    return counted[each.service, each.missing].gravity is not Gravity.INFO


def _heads(counted: Counts) -> set[tuple[str, str]]:
    """How the templates of the time before begin: a line that only has another value in it is no new line."""
    return {_head(*key) for key, count in counted.items() if count.is_before}


def _head(service: str, template: str) -> tuple[str, str]:
    words = template.split()
    return service, " ".join(words[: max(SHORTEST_HEAD, 2 * len(words) // 3)])


def _named(count: Count) -> list[str]:
    return sorted({*count.calls_before, *count.calls_after})


_Move = tuple[Trend, int, float, float, float]


def _rate(count: Count, ratio: float, split: float) -> _Move | None:
    """Lines outside of recorded calls, by time: with the noise that counts have, and the swing that any traffic has.

    Where only some calls were recorded, all lines: how many are outside depends on which share was, before and after.
    """
    if _is_told_by_calls(count):
        return None
    times = sorted([*count.times, *count.inside_times]) if count.is_sampled else count.times
    before = count.before + (count.inside_before if count.is_sampled else 0)
    seen, expected = len(times), before * ratio
    trend = _trend(before, seen, expected)
    deviation = (seen - expected) / sqrt(expected * ratio + (TRAFFIC_SWING * expected) ** 2 + max(expected, 1.0))
    if trend is None or abs(deviation) < FAR:
        return None
    return trend, seen, expected, deviation, times[0] if trend in (Trend.NEW, Trend.RISING) else split


def _is_told_by_calls(count: Count) -> bool:
    """Whether the calls that were recorded say it better than time does: how often a service says a usual thing follows its
    work, which of the other calls is not known. A new complaint is news whatever the work is."""
    usual = count.is_before or count.gravity is Gravity.INFO
    return count.is_sampled and usual and len(count.calls) >= FEWEST


def _trend(before: int, seen: int, expected: float) -> Trend | None:
    if before == 0:
        return Trend.NEW if seen >= FEWEST else None
    if seen == 0:
        return Trend.GONE if expected >= 2 * FEWEST else None
    if seen >= 1.5 * expected and seen - expected >= FEWEST:
        return Trend.RISING
    return Trend.FALLING if seen <= 0.67 * expected else None


def _share(service: str, operation: str, count: Count, calls: Calls, split: float) -> _Move | None:
    """Recorded calls of one operation, by the share that has such a line."""
    of_before, of_after = calls.counts.get((service, operation), (0, 0))
    before, after = len(count.calls_before[operation]), len(count.calls_after[operation])
    if min(of_before, of_after) < FEWEST or max(before, after) < FEWEST:
        return None
    deviation = SHARE_WEIGHT * share_deviation(before, of_before, after, of_after)
    if abs(deviation) < FAR:
        return None
    onset = min(count.calls_after[operation].values(), default=split)
    expected = before / of_before * of_after
    if deviation > 0:
        return (Trend.RISING if before else Trend.NEW), after, expected, deviation, onset
    return (Trend.FALLING if after else Trend.GONE), after, expected, deviation, split
