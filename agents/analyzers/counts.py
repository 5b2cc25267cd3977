"""Which line was said how often, in which calls, before and after: the columns of the logs counted by template."""

from array import array
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from agents.analyzers.gravity import Gravity, gravity
from agents.analyzers.masks import without_line_number
from agents.analyzers.sayings import Handled
from agents.analyzers.templates import mine

LONGEST_GAP_S = 30.0
SLACK_S = 0.05


@dataclass(frozen=True, slots=True)
class Lines:
    """Log lines in columns, ascending by time."""

    times: "array[float]"
    services: Sequence[str]
    levels: Sequence[str]
    messages: Sequence[str]
    trace_ids: Sequence[str]


Call = tuple[float, float, str]
"""One recorded call into a service: start, end, operation."""


@dataclass(slots=True)
class Calls:
    """The recorded calls into services: by trace and service, ascending; and how many of an operation before and after.

    `lost` is the share of spans that never reached the store, so that calls may be unknown.
    """

    by_trace: Mapping[tuple[str, str], Sequence[Call]] = field(default_factory=dict)
    counts: Mapping[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    lost: float = 0.0

    @classmethod
    def of(cls, by_trace: Mapping[tuple[str, str], Sequence[Call]], split: float, lost: float = 0.0) -> "Calls":
        """These calls, counted."""
        counts: dict[tuple[str, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
        for (_, service), calls in by_trace.items():
            for start, _, name in calls:
                before, after = counts[service, name]
                counts[service, name] = (before + 1, after) if start < split else (before, after + 1)
        return cls(by_trace, counts, lost)

    def at(self, trace_id: str, service: str, at: float) -> Call | None:
        """The call at which the service was in that trace at that time; the last to begin, if there are several."""
        calls = self.by_trace.get((trace_id, service), ())
        last = bisect_right(calls, at + SLACK_S, key=lambda call: call[0])
        within = [call for call in calls[:last] if call[1] >= at - SLACK_S]
        return within[-1] if within else None


@dataclass(slots=True)
class Count:
    """How often a template was seen: lines outside of recorded calls, and recorded calls with such a line by operation.

    `is_sampled`: some of its lines belong to traces that were not recorded. Which were says more of who chose them than of
    the service; so `inside_before` and `inside_times`, its lines within recorded calls, then count by time as well.
    """

    first_row: int
    gravity: Gravity
    before: int = 0
    times: list[float] = field(default_factory=list)
    is_sampled: bool = False
    inside_before: int = 0
    inside_times: list[float] = field(default_factory=list)
    calls_before: dict[str, set[Call]] = field(default_factory=lambda: defaultdict(set))
    calls_after: dict[str, dict[Call, float]] = field(default_factory=lambda: defaultdict(dict))
    calls: set[tuple[str, Call]] = field(default_factory=set)

    @property
    def is_before(self) -> bool:
        """Whether it was said before the split at all."""
        return self.before > 0 or any(self.calls_before.values())

    @property
    def is_after(self) -> bool:
        """Whether it was said after the split at all."""
        return bool(self.times) or any(self.calls_after.values())

    def take(self, other: "Count") -> None:
        """Count what another counted after the split, too."""
        self.times.extend(other.times)
        self.inside_times.extend(other.inside_times)
        self.is_sampled |= other.is_sampled
        self.calls.update(other.calls)
        for operation, calls in other.calls_after.items():
            self.calls_after[operation].update(calls)


Counts = dict[tuple[str, str], Count]


def recorded_seconds(times: "array[float]", split: float) -> tuple[float, float]:
    """For how long anything was recorded before and after; silence of all services for over half a minute is cut short."""
    before = after = 0.0
    for earlier, later in pairwise(times):
        if later < split:
            before += min(later - earlier, LONGEST_GAP_S)
        elif earlier >= split:
            after += min(later - earlier, LONGEST_GAP_S)
    return before, after


Said = tuple[str, str]
"""Service and template."""


def said_in(lines: Lines) -> list[Said | None]:
    """What each line says; None for a line of a stack trace."""
    mined = mine(lines.services, lines.messages)
    return [
        None if index < 0 else (service, mined.texts[index])
        for service, index in zip(lines.services, mined.of_line, strict=True)
    ]


def count_lines(lines: Lines, said: Sequence[Said | None], split: float, calls: Calls) -> Counts:
    """Every template of every service, counted. `said` is what each line says."""
    counts: Counts = {}
    recorded = {trace_id for trace_id, _ in calls.by_trace}
    for row, key in enumerate(said):
        if key is None:
            continue
        at, service = lines.times[row], lines.services[row]
        if (count := counts.get(key)) is None:
            count = counts[key] = Count(row, gravity(lines.levels[row], key[1]))
        trace_id = lines.trace_ids[row]
        call = calls.at(trace_id, service, at) if trace_id else None
        if call is None:
            count.is_sampled |= bool(recorded and trace_id and trace_id not in recorded)
            count.before += at < split
            if at >= split:
                count.times.append(at)
            continue
        count.inside_before += at < split
        if at >= split:
            count.inside_times.append(at)
        count.calls.add((trace_id, call))
        if call[0] < split:
            count.calls_before[call[2]].add(call)
        else:
            count.calls_after[call[2]].setdefault(call, at)
    return _with_moved(counts)


def _with_moved(counts: Counts) -> Counts:
    """A line that was said before from one place in the source, and after from another, is still the same line."""
    alike: dict[tuple[str, str], tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for (service, template), count in counts.items():
        gone, new = alike[service, without_line_number(template)]
        if not count.is_after:
            gone.append(template)
        elif not count.is_before:
            new.append(template)
    for (service, _), (gone, new) in alike.items():
        if len(gone) == len(new):
            for old, moved in zip(sorted(gone, key=_by_place), sorted(new, key=_by_place), strict=True):
                counts[service, old].take(counts.pop((service, moved)))
    return counts


def _by_place(template: str) -> tuple[int, str]:
    """In the order of a source file, in which line 99 comes before line 100."""
    return len(template), template


def handled(counted: Counts, calls: Calls) -> dict[tuple[str, str], list[Handled]]:
    """What was said in every call, by operation; of traces in which anything was said at all."""
    said: dict[tuple[str, str, Call], list[str]] = defaultdict(list)
    for (service, template), count in counted.items():
        for trace_id, call in count.calls:
            said[trace_id, service, call].append(template)
    spoke = {trace_id for trace_id, _, _ in said}
    told: dict[tuple[str, str], list[Handled]] = defaultdict(list)
    for (trace_id, service), made in calls.by_trace.items():
        if trace_id in spoke:
            for call in made:
                words = frozenset(said.get((trace_id, service, call), ()))
                told[service, call[2]].append(Handled(call[0], trace_id, words))
    return told
