"""How much of the spans was lost on the way to the store, and which calls still look whole.

Collectors lose data: a full queue, a dropped packet, a sampler that decides span by span. A lost span leaves a trace of
itself, for its children still name it as their parent; so the loss can be read from the spans alone. What a caller spent
by itself is only known where all that it called is there: the time of a lost call would look like the caller's own.
"""

from bisect import insort
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

from agents.analyzers.counts import Call
from orchestrator.model import Spans

LEAST_LOSS = 0.02
NEARLY_ALWAYS = 0.9
HALF = 0.5

Kind = tuple[str, str]
"""Service and operation of a span."""
UNCLEAR: Kind = ("", "")
Parents = Sequence[int | None]
Children = Mapping[int, Sequence[int]]


def lost_share(spans: Spans, parents: Parents) -> float:
    """The share of spans that were lost, in [0, 1]: how often a named parent is not there, median over the kinds of span.

    What never has its parent recorded says nothing: its caller may send no spans at all. Below `LEAST_LOSS` it is 0.
    """
    named: dict[Kind, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for row, parent in enumerate(parents):
        if spans.parent_ids[row]:
            kind = spans.services[row], spans.names[row]
            lost, of = named[kind]
            named[kind] = lost + (parent is None), of + 1
    shares = sorted((lost / of, of) for lost, of in named.values() if lost < of)
    middle = sum(of for _, of in shares) / 2
    for share, of in shares:
        middle -= of
        if middle <= 0:
            return share if share >= LEAST_LOSS else 0.0
    return 0.0


class Wholes:
    """Which calls look whole: nothing is missing in them that was ever seen together with all that is there.

    Alternatives (this peer or that one) are never seen together, so a call with one of them does not lack the other.
    """

    def __init__(self, spans: Spans, children: Children) -> None:
        self._made = {row: _kinds(spans, inner) for row, inner in children.items()}
        self._spans = spans
        self._all: dict[Kind, set[Kind]] = defaultdict(set)
        self._pairs: dict[Kind, set[tuple[Kind, Kind]]] = defaultdict(set)
        for row, made in self._made.items():
            kind = spans.services[row], spans.names[row]
            self._all[kind] |= made
            self._pairs[kind].update(combinations(sorted(made), 2))

    def __contains__(self, row: int) -> bool:
        kind = self._spans.services[row], self._spans.names[row]
        made = self._made.get(row, frozenset())
        pairs = self._pairs[kind]
        return not any(
            all((min(one, other), max(one, other)) in pairs for one in made) for other in self._all[kind] - made
        )


def _kinds(spans: Spans, rows: Iterable[int]) -> frozenset[Kind]:
    return frozenset((spans.services[row], spans.names[row]) for row in rows)


def outermost(spans: Spans, parents: Parents, lost: float) -> list[int]:
    """The rows of whole requests: those without a parent, and where some are lost, of kinds that never have one."""
    alone = [row for row, parent in enumerate(parents) if parent is None]
    if not lost:
        return alone
    inner = {(spans.services[row], spans.names[row]) for row, parent in enumerate(parents) if parent is not None}
    return [row for row in alone if (spans.services[row], spans.names[row]) not in inner]


def entered(spans: Spans, parents: Parents) -> dict[tuple[str, str], list[Call]]:
    """The calls into services from outside of them, by trace and service, ascending.

    Of a call whose own span was lost, what it did inside may be left: then its operation is the one that such things are
    usually done in, and it lasted at least as long as they did.
    """
    usual = _usual_parents(spans, parents)
    calls: dict[tuple[str, str], list[Call]] = defaultdict(list)
    lost: dict[tuple[str, str, str, str], tuple[float, float]] = {}
    for row, parent in enumerate(parents):
        trace, service, name = spans.trace_ids[row], spans.services[row], spans.names[row]
        if parent is not None and spans.services[parent] == service:
            continue
        start, end = spans.starts[row], spans.starts[row] + spans.durations[row] / 1000.0
        above = spans.parent_ids[row] if parent is None else ""
        operation = _outermost((service, name), usual) if above else name
        if operation == name:
            calls[trace, service].append((start, end, name))
        elif operation:
            first, last = lost.get((trace, service, operation, above), (start, end))
            lost[trace, service, operation, above] = min(first, start), max(last, end)
    for (trace, service, name, _), (start, end) in sorted(lost.items(), key=lambda each: each[1][0] - each[1][1]):
        known = calls[trace, service]
        if not any(first <= start and end <= last and name == other for first, last, other in known):
            insort(known, (start, end, name), key=lambda call: call[0])
    return calls


def _usual_parents(spans: Spans, parents: Parents) -> dict[Kind, Kind]:
    """In which kind of call a kind of call is nearly always made; `UNCLEAR` where it is made in several of its service."""
    found: dict[Kind, Counter[Kind]] = defaultdict(Counter)
    for row, parent in enumerate(parents):
        if parent is not None:
            found[spans.services[row], spans.names[row]][spans.services[parent], spans.names[parent]] += 1
    usual: dict[Kind, Kind] = {}
    for kind, counter in found.items():
        nearest, count = counter.most_common(1)[0]
        outside = sum(each for (service, _), each in counter.items() if service != kind[0])
        if count >= NEARLY_ALWAYS * counter.total():
            usual[kind] = nearest
        elif outside < HALF * counter.total():
            usual[kind] = UNCLEAR
    return usual


def _outermost(kind: Kind, usual: Mapping[Kind, Kind]) -> str:
    """The operation in which the service was when it made that call; "" where that is not known."""
    seen = {kind}
    while (parent := usual.get(kind)) and parent[0] == kind[0] and parent not in seen:
        kind = parent
        seen.add(kind)
    return "" if usual.get(kind) == UNCLEAR else kind[1]
