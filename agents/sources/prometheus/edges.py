"""Edges: metrics that tell of calls between two services, by the labels that name the other end.

A client's metric names whom it calls; a mesh's or a service graph's names who called. From the first come series of one
caller and one callee; from both, who depends on whom.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from agents.sources.catalogue import canonical
from agents.sources.catalogue.names import is_address

CALLEE_LABELS = (
    "peer_service",
    "peer.service",
    "server_address",
    "server.address",
    "net_peer_name",
    "client_name",
    "envoy_cluster_name",
    "upstream",
)
"""What the metrics of clients call the other end: OpenTelemetry (new and old), Micrometer, Envoy."""
CALLER_LABELS = ("source_canonical_service", "source_workload", "source_app", "client")
"""What the metrics of meshes and service graphs call the caller: Istio, Tempo."""
_OF_CLIENTS = re.compile(r"client|upstream|outbound|egress|dependency")
_OF_EDGES = re.compile(r"(?:istio|traces_service_graph)_")
Row = Mapping[str, str]


def other_ends(metric: str) -> tuple[str, ...]:
    """The labels of that metric that may name the other end of a call."""
    if _OF_EDGES.match(metric):
        return CALLER_LABELS
    return CALLEE_LABELS if _OF_CLIENTS.search(metric) else ()


def callee_label(metric: str, rows: Iterable[Row]) -> str:
    """The label that names whom a client calls; empty where the metric is no client's, or names nobody."""
    if _OF_EDGES.match(metric) or not _OF_CLIENTS.search(metric):
        return ""
    known = list(rows)
    return next((name for name in CALLEE_LABELS if any(callee_of(row.get(name, "")) for row in known)), "")


def callee_of(value: str) -> str:
    """The service in such a label's value; Envoy writes `outbound|8080||orders.shop.svc.cluster.local`."""
    name = canonical(value.rsplit("|", 1)[-1])
    return "" if is_address(name) else name


def calls_of(rows: Mapping[str, Sequence[Row]], service_of: Callable[[Row], str]) -> tuple[tuple[str, str], ...]:
    """All (caller, callee) pairs that rows tell of, each once, in order."""
    found = {pair for metric, told in rows.items() if other_ends(metric) for pair in _pairs(metric, told, service_of)}
    return tuple(sorted(found))


def _pairs(metric: str, rows: Sequence[Row], service_of: Callable[[Row], str]) -> Iterable[tuple[str, str]]:
    callee = callee_label(metric, rows)
    for row in rows:
        own = service_of(row)
        if callee:
            pair = (own, callee_of(row.get(callee, "")))
        else:
            pair = (next((canonical(row[name]) for name in CALLER_LABELS if canonical(row.get(name, ""))), ""), own)
        if all(pair) and pair[0] != pair[1]:
            yield pair
