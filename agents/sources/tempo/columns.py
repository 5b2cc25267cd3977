"""From single spans to columns: whose each is, whom it calls, and in the order in which they began."""

from array import array
from collections.abc import Collection, Iterable, Iterator
from operator import attrgetter
from sys import intern

from agents.sources.catalogue import Corrections, belongs, canonical, host_of, scope_of, service_of
from agents.sources.catalogue.names import is_address
from agents.sources.tempo.otlp import RawSpan
from orchestrator.model import Asked, Scope, Spans, Topology, Window

_PEER_NAMES = ("peer.service", "server.address", "net.peer.name", "messaging.destination.name")
_STORES = ("db.namespace", "db.name", "db.system.name", "db.system", "messaging.system", "rpc.service")


def columns(
    spans: Iterable[RawSpan],
    asked: Asked,
    *,
    scope: Scope,
    services: Collection[str],
    corrections: Corrections,
) -> Spans:
    """The spans that begin within what was asked for, each once. `services` are canonical names; none means all."""
    kept = [
        (each, service)
        for each in _once(spans, asked.window)
        if belongs(scope_of(each.resource), scope)
        and (service := service_of(each.resource, corrections))
        and (not services or service in services)
    ]
    return Spans(
        asked,
        starts=array("d", (each.start for each, _ in kept)),
        durations=array("d", (each.duration for each, _ in kept)),
        trace_ids=tuple(each.trace_id for each, _ in kept),
        span_ids=tuple(each.span_id for each, _ in kept),
        parent_ids=tuple(each.parent_id for each, _ in kept),
        services=tuple(intern(service) for _, service in kept),
        names=tuple(intern(each.name) for each, _ in kept),
        statuses=tuple(each.status for each, _ in kept),
        peers=tuple(_peer(each, corrections) for each, _ in kept),
    )


def topology_of(spans: Spans) -> Topology:
    """Who calls whom: a span whose parent is another service's, and a call to what sends no spans itself."""
    owner = {(trace, span): service for trace, span, service in _keys(spans)}
    calls = {
        (owner[trace, parent], service)
        for trace, parent, service in zip(spans.trace_ids, spans.parent_ids, spans.services, strict=True)
        if (trace, parent) in owner
    }
    answered = {(trace, parent) for trace, parent in zip(spans.trace_ids, spans.parent_ids, strict=True)}
    calls |= {
        (service, peer)
        for (trace, span, service), peer in zip(_keys(spans), spans.peers, strict=True)
        if peer and (trace, span) not in answered
    }
    own = {each for each in calls if each[0] != each[1]}
    return Topology(tuple(sorted({*spans.services, *(end for call in own for end in call)})), tuple(sorted(own)))


def _keys(spans: Spans) -> Iterator[tuple[str, str, str]]:
    return zip(spans.trace_ids, spans.span_ids, spans.services, strict=True)


def _once(spans: Iterable[RawSpan], window: Window) -> list[RawSpan]:
    """A trace that two slices found, and a span that was sent twice, counts once."""
    first, end = window.start.timestamp(), window.end.timestamp()
    known = {(each.trace_id, each.span_id): each for each in spans if first <= each.start < end}
    return sorted(known.values(), key=attrgetter("start", "trace_id", "span_id"))


def _peer(span: RawSpan, corrections: Corrections) -> str:
    """What an outgoing call says it calls: a name or a host, else the store's."""
    if not span.outgoing:
        return ""
    for key in _PEER_NAMES:
        host = host_of(span.attributes.get(key, ""))
        if host and not is_address(host) and (name := canonical(host)):
            return intern(corrections.service(name))
    return next((intern(canonical(span.attributes[key])) for key in _STORES if span.attributes.get(key)), "")
