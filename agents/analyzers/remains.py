"""Calls between services of which one end was lost on the way to the store: what is left of the other end still times it.

A caller's span that stands there without what it called, and spans of a callee that name a parent nobody has, are the two
halves of one call when they are of one trace, the second lies within the time of the first, and nothing else that is left
of that time begins before it or ends after it. So a link can be timed by half again as many calls as by whole ones.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from agents.analyzers.losses import NEARLY_ALWAYS, Children, Kind, Parents
from orchestrator.model import Spans


def rejoined(spans: Spans, parents: Parents, children: Children) -> Iterator[tuple[int, str, float]]:
    """Rows of callers that lost whom they called: who that was, and how long it took at least, in milliseconds."""
    hops = _hops(spans, children)
    first_inside = _first_inside(spans, parents)
    for rows in _by_trace(spans):
        starts = [spans.starts[row] for row in rows]
        for at, row in enumerate(rows):
            callees = hops.get(_kind(spans, row))
            if callees and not children.get(row):
                within = rows[at + 1 : bisect_left(starts, _end(spans, row))]
                inner = _around_all(spans, within)
                if inner is None or _kind(spans, inner) not in first_inside or spans.services[inner] not in callees:
                    continue
                if parents[inner] is None and spans.parent_ids[inner]:
                    yield row, spans.services[inner], spans.durations[inner]


def _by_trace(spans: Spans) -> Iterable[Sequence[int]]:
    """The rows of each trace, in the order in which they began, the longer of two first."""
    found: dict[str, list[int]] = defaultdict(list)
    for row in sorted(range(len(spans)), key=lambda each: (spans.starts[each], -spans.durations[each])):
        found[spans.trace_ids[row]].append(row)
    return found.values()


def _around_all(spans: Spans, rows: Sequence[int]) -> int | None:
    """The first of those that began after each other, where all others end within it."""
    first = rows[0] if rows else None
    if first is None or any(_end(spans, row) > _end(spans, first) for row in rows):
        return None
    return first


def _end(spans: Spans, row: int) -> float:
    return spans.starts[row] + spans.durations[row] / 1000.0


def _kind(spans: Spans, row: int) -> Kind:
    return spans.services[row], spans.names[row]


def _hops(spans: Spans, children: Children) -> Mapping[Kind, frozenset[str]]:
    """The kinds of call that do nothing but call one other service at a time, and whom."""
    made: dict[Kind, set[str]] = defaultdict(set)
    more: set[Kind] = set()
    for row, inner in children.items():
        kind = _kind(spans, row)
        services = [spans.services[each] for each in inner]
        if len(services) > 1 or services[0] == kind[0]:
            more.add(kind)
        made[kind].update(services)
    return {kind: frozenset(services) for kind, services in made.items() if kind not in more}


def _first_inside(spans: Spans, parents: Parents) -> frozenset[Kind]:
    """What a service nearly always does directly within a call that came from outside."""
    from_outside = _nearly_always(
        (_kind(spans, row), spans.services[parent] != spans.services[row])
        for row, parent in enumerate(parents)
        if parent is not None
    )
    return _nearly_always(
        (_kind(spans, row), spans.services[parent] == spans.services[row] and _kind(spans, parent) in from_outside)
        for row, parent in enumerate(parents)
        if parent is not None
    )


def _nearly_always(told: Iterable[tuple[Kind, bool]]) -> frozenset[Kind]:
    counts: dict[Kind, list[int]] = defaultdict(lambda: [0, 0])
    for kind, is_so in told:
        counts[kind][0] += is_so
        counts[kind][1] += 1
    return frozenset(kind for kind, (hits, of) in counts.items() if hits >= NEARLY_ALWAYS * of)
