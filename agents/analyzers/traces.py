"""Spans as trees: how long each call took by itself, how long each link took, which calls fail, which calls are made.

A caller waits for the whole of a call; its callee spends part of that time. What is left over is the link's: network,
queueing in front of the callee, and what the callee's clock cannot see.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from agents.analyzers.counts import Call, Calls
from agents.analyzers.losses import Wholes, entered, lost_share, outermost
from agents.analyzers.remains import rejoined
from orchestrator.model import Spans

Edge = tuple[str, str]


@dataclass(slots=True)
class Sample:
    """Measured values before and after the split, in milliseconds."""

    before: list[float] = field(default_factory=list)
    after: list[float] = field(default_factory=list)
    onset: list[tuple[float, float]] = field(default_factory=list)

    def add(self, value: float, at: float, split: float) -> None:
        """One more value that was measured at that time."""
        if at < split:
            self.before.append(value)
        else:
            self.after.append(value)
            self.onset.append((at, value))


@dataclass(slots=True)
class Tally:
    """How often something happened, out of how many times it could have, before and after the split."""

    hits_before: int = 0
    of_before: int = 0
    hits_after: int = 0
    of_after: int = 0
    first: float = 0.0

    def add(self, hit: bool, at: float, split: float) -> None:
        """One more chance, taken or not."""
        if at < split:
            self.of_before += 1
            self.hits_before += hit
        else:
            self.of_after += 1
            self.hits_after += hit
            if hit and (not self.first or at < self.first):
                self.first = at


@dataclass(slots=True)
class Forest:
    """Everything that the spans of two stretches of time say, gathered in one pass.

    `own`: time spent in a call itself, by (service, operation). `gaps`: by link. `waits`: what a caller waits for a peer
    that sends no spans (a database), by (link, operation). `errors`: errors that start there, by (service, operation).
    `failing`: calls that fail, by link. `steps`: inner calls per call, by (service, operation, callee, its operation).
    `ends`: whom an operation calls, where it is a call. `entries`: when calls came into a service from outside it, by
    trace and service. `roots`: whole requests. `lost`: the share of spans that never reached the store.
    """

    own: dict[tuple[str, str], Sample] = field(default_factory=lambda: defaultdict(Sample))
    gaps: dict[Edge, Sample] = field(default_factory=lambda: defaultdict(Sample))
    waits: dict[tuple[str, str, str], Sample] = field(default_factory=lambda: defaultdict(Sample))
    errors: dict[tuple[str, str], Tally] = field(default_factory=lambda: defaultdict(Tally))
    failing: dict[Edge, Tally] = field(default_factory=lambda: defaultdict(Tally))
    steps: dict[tuple[str, str, str, str], Tally] = field(default_factory=lambda: defaultdict(Tally))
    entries: dict[tuple[str, str], list[Call]] = field(default_factory=dict)
    ends: dict[tuple[str, str], str] = field(default_factory=dict)
    roots: dict[tuple[str, str], Sample] = field(default_factory=lambda: defaultdict(Sample))
    lost: float = 0.0

    @property
    def calls(self) -> tuple[Edge, ...]:
        """Who calls whom."""
        return tuple(sorted({*self.gaps, *self.failing, *((caller, callee) for caller, callee, _ in self.waits)}))

    def entered(self, split: float) -> Calls:
        """The calls into services, for whoever wants to know at what a service was when it said something."""
        return Calls.of(self.entries, split, self.lost)


def gather(spans: Spans, split: float) -> Forest:
    """Walk every trace once."""
    forest = Forest()
    rows = {key: row for row, key in enumerate(zip(spans.trace_ids, spans.span_ids, strict=True))}
    children: dict[int, list[int]] = defaultdict(list)
    parents: list[int | None] = []
    for row in range(len(spans)):
        parent = rows.get((spans.trace_ids[row], spans.parent_ids[row])) if spans.parent_ids[row] else None
        parents.append(parent)
        if parent is not None:
            children[parent].append(row)
    forest.lost = lost_share(spans, parents)
    wholes = Wholes(spans, children) if forest.lost else None
    for row in range(len(spans)):
        inner = children.get(row, [])
        _look_at(forest, spans, row, inner, split)
        if wholes is None or row in wholes:
            _time(forest, spans, row, inner, split)
    for row, callee, took in rejoined(spans, parents, children) if forest.lost else ():
        forest.gaps[spans.services[row], callee].add(max(0.0, spans.durations[row] - took), spans.starts[row], split)
    for row in outermost(spans, parents, forest.lost):
        forest.roots[spans.services[row], spans.names[row]].add(spans.durations[row], spans.starts[row], split)
    forest.entries = entered(spans, parents)
    _count_steps(forest, spans, parents, children, split)
    return forest


def _look_at(forest: Forest, spans: Spans, row: int, inner: list[int], split: float) -> None:
    service, name, at = spans.services[row], spans.names[row], spans.starts[row]
    failed = spans.statuses[row] == "error"
    remote = [child for child in inner if spans.services[child] != service] if inner else []
    peer = spans.peers[row]
    if remote and len(inner) == 1:
        callee = spans.services[remote[0]]
        forest.ends[service, name] = callee
        forest.failing[service, callee].add(failed, at, split)
    elif peer and peer != service and not inner:
        forest.ends[service, name] = peer
        forest.failing[service, peer].add(failed, at, split)
    else:
        for child in remote:
            forest.failing[service, spans.services[child]].add(spans.statuses[child] == "error", at, split)
    begins = failed and not any(spans.statuses[child] == "error" for child in inner)
    forest.errors[service, name].add(begins, at, split)


def _time(forest: Forest, spans: Spans, row: int, inner: list[int], split: float) -> None:
    """Who spent the time of a call that is known whole: the link, the peer that sends no spans, or the service itself."""
    service, name, at, took = spans.services[row], spans.names[row], spans.starts[row], spans.durations[row]
    peer = spans.peers[row]
    spent = sum(map(spans.durations.__getitem__, inner))
    if len(inner) == 1 and spans.services[inner[0]] != service:
        forest.gaps[service, spans.services[inner[0]]].add(took - spent, at, split)
    elif peer and peer != service and not inner:
        forest.waits[service, peer, name].add(took, at, split)
    else:
        forest.own[service, name].add(max(0.0, took - spent), at, split)


def _count_steps(
    forest: Forest, spans: Spans, parents: list[int | None], children: dict[int, list[int]], split: float
) -> None:
    """How often an operation makes each of the inner calls that it makes at all."""
    kinds: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
    for row, parent in enumerate(parents):
        if parent is not None:
            kinds[spans.services[parent], spans.names[parent]].add((spans.services[row], spans.names[row]))
    tallies = {
        operation: {kind: forest.steps[(*operation, *kind)] for kind in inner} for operation, inner in kinds.items()
    }
    for row, operation in enumerate(zip(spans.services, spans.names, strict=True)):
        known = tallies.get(operation)
        if known:
            made = {(spans.services[child], spans.names[child]) for child in children.get(row, ())}
            for kind, tally in known.items():
                tally.add(kind in made, spans.starts[row], split)
