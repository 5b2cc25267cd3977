"""What every look at a reading begins with: who is there, who calls whom, what the spans say, and who is idle."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from agents.analyzers.drift import as_quick_as_ever, matters_ms
from agents.analyzers.graph import Graph
from agents.analyzers.traces import Forest, gather
from agents.analyzers.words import Mentions, MetricPeers
from agents.incident.reading import Reading

RICH_TRACES = 200
COVERED_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Scene:
    """What all looks at one reading share.

    `idle`: services that take part in no recorded call, where most do. `beside`: services with calls of their own that
    no affected service needs, directly or through others, and that need none. `quick`: services whose recorded calls take
    as long as ever.
    """

    services: tuple[str, ...]
    mentions: Mentions
    peers: MetricPeers
    forest: Forest
    graph: Graph
    idle: frozenset[str]
    beside: frozenset[str]
    quick: frozenset[str]


def scene_of(reading: Reading) -> Scene:
    """The scene of one reading; all agents share it."""
    return reading.once.of(_set, reading)


def _set(reading: Reading) -> Scene:
    forest = gather(reading.spans, reading.split) if reading.spans else Forest()
    measured = {each.service for each in (reading.metrics.series if reading.metrics else ())}
    seen = {*reading.topology.services, *measured}
    seen.update(name for call in (*reading.topology.calls, *forest.calls) for name in call)
    seen.update(reading.spans.services if reading.spans else ())
    seen.update(reading.logs.services if reading.logs else ())
    services = tuple(sorted(seen))
    peers = MetricPeers(services)
    named = [
        (each.service, peers.of(each.service, each.metric))
        for each in (reading.metrics.series if reading.metrics else ())
    ]
    graph = Graph([*reading.topology.calls, *forest.calls, *(call for call in named if call[1])])
    idle, beside = _idle(reading, measured, graph), _beside(reading.incident.affected_services, graph)
    quick = as_quick_as_ever(forest.entries, reading.split, matters_ms(forest.roots.values()))
    return Scene(services, Mentions(services), peers, forest, graph, idle, beside, quick)


def _beside(affected: Iterable[str], graph: Graph) -> frozenset[str]:
    """Nobody where it is not known whom the affected services call."""
    near: set[str] = set()
    for service in affected:
        needed = graph.depends_on(service)
        if needed:
            near.update((service, *needed, *graph.needed_by(service)))
    return frozenset({name for call in graph.calls for name in call} - near) if near else frozenset()


def _idle(reading: Reading, measured: set[str], graph: Graph) -> frozenset[str]:
    """Known by metrics alone while spans tell of most services: whatever its metrics do, no request goes through it."""
    if reading.spans is None or not measured:
        return frozenset()
    starts = zip(reading.spans.services, reading.spans.starts, strict=True)
    spans = Counter(service for service, at in starts if at >= reading.split)
    busy = {*spans, *(name for call in graph.calls for name in call)}
    rich = sum(spans.values()) >= RICH_TRACES and len(busy & measured) >= COVERED_SHARE * len(measured)
    return frozenset(measured - busy) if rich else frozenset()
