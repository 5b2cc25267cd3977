"""Which service labels tell of.

Labels that name a service on purpose come first (OpenTelemetry's resource, then Kubernetes' recommended labels), then
workloads, pods and containers, and what the scraper added last. A label `exported_x` is what the scraped page itself
said before the scraper overwrote `x` (Prometheus, `honor_labels: false`), so it goes before `x`. Of exporters, labels
that name the exporter are not believed.
"""

import re
from collections.abc import Callable, Iterator, Mapping

from agents.sources.catalogue.corrections import NO_CORRECTIONS, Corrections
from agents.sources.catalogue.exporters import Describes, Exporter, exporter_of
from agents.sources.catalogue.names import canonical, host_of, is_address, workload_of_compose, workload_of_pod

_Labels = Mapping[str, str]

_BY_RESOURCE = ("service_name", "service.name")
_BY_MESH = (
    "destination_canonical_service",
    "destination_service_name",
    "destination_workload",
    "destination_app",
)
_BY_SERVICE = (
    "exported_service",
    "service",
    "app_kubernetes_io_name",
    "label_app_kubernetes_io_name",
    "app",
    "application",
    "label_app",
    "k8s_app",
    "container_label_com_docker_compose_service",
    "compose_service",
)
_BY_WORKLOAD = (
    "deployment",
    "k8s_deployment_name",
    "k8s.deployment.name",
    "statefulset",
    "k8s_statefulset_name",
    "k8s.statefulset.name",
    "daemonset",
    "k8s_daemonset_name",
    "k8s.daemonset.name",
    "cronjob",
    "workload",
    "horizontalpodautoscaler",
)
_BY_POD = ("exported_pod", "pod", "k8s_pod_name", "k8s.pod.name", "pod_name", "kubernetes_pod_name")
_BY_CONTAINER = ("exported_container", "container", "k8s_container_name", "k8s.container.name", "container_name")
_BY_JOB = ("exported_job", "job")
_BY_HOST = ("nodename", "node", "k8s_node_name", "k8s.node.name", "host_name", "host.name", "host", "instance")
_BY_TARGET = ("target", "instance")
_BY_SERVER = ("server", "target", "addr", "exported_instance", "instance")
_FOR_ALL_JOBS = frozenset(
    (
        "kubernetes-pods",
        "kubernetes-services",
        "kubernetes-service-endpoints",
        "kubernetes-nodes",
        "kubernetes-cadvisor",
        "static",
        "federate",
        "docker",
        "consul",
        "pods",
        "endpoints",
        "otel",
        "otel-collector",
        "opentelemetry-collector",
        "pushgateway",
        "app",
        "apps",
        "services",
    )
)
"""Jobs that scrape everything there is, so their name is nobody's."""
_TRAEFIK = re.compile(r"^(?P<name>.+?)@(?:docker|kubernetes|kubernetescrd|file|consul\w*|ecs|swarm|nomad)$")
_EXPORTER = re.compile(r"^prometheus-|-?(?:metrics-)?exporter$|-metrics$")

LABELS = (
    *_BY_RESOURCE,
    *_BY_MESH,
    *_BY_SERVICE,
    *_BY_WORKLOAD,
    *_BY_POD,
    *_BY_CONTAINER,
    *_BY_JOB,
    *_BY_HOST,
    *_BY_SERVER,
)
"""Every label that a service may be known by, in this order and without regard to doubles."""


def service_of(labels: _Labels, corrections: Corrections = NO_CORRECTIONS) -> str:
    """The canonical name of the service that labels tell of; empty where they tell of none.

    `labels` are those of a series (its name as `__name__`), a log stream, or a resource, with dots or underscores.
    Services that the corrections ignore are empty too.
    """
    found = next((name for name in _candidates(labels, corrections) if name), "")
    return corrections.service(found)


def _candidates(labels: _Labels, corrections: Corrections) -> Iterator[str]:
    own = corrections.metric(labels.get("__name__", ""))
    if own is not None and own.service:
        yield own.service
    preferred = (own.service_label,) if own is not None and own.service_label else ()
    yield from _names(labels, (*preferred, *corrections.service_labels), canonical)
    yield from _names(labels, _BY_RESOURCE, canonical)
    exporter = exporter_of(labels)
    yield from _OF[exporter.describes](labels, exporter)


def _of_itself(labels: _Labels, exporter: Exporter) -> Iterator[str]:
    yield from _names(labels, _BY_MESH, canonical)
    yield from _names(labels, _BY_SERVICE, _of_proxy)
    yield from _of_workload(labels, exporter)
    yield from _names(labels, _BY_JOB, _of_job)
    yield from _names(labels, ("instance", "host_name", "host.name", "host"), _of_host)


def _of_workload(labels: _Labels, exporter: Exporter) -> Iterator[str]:
    described = exporter.describes is Describes.WORKLOAD
    yield from _names(labels, _BY_WORKLOAD, canonical)
    if described:
        yield from _names(labels, ("container_label_com_docker_compose_service", "label_app", "app"), canonical)
    yield from _names(labels, _BY_POD, _of_pod)
    yield from _names(labels, _BY_CONTAINER, canonical)
    if described:
        yield from _names(labels, ("name",), lambda name: canonical(workload_of_compose(name)))
        yield from _names(labels, ("node",), _of_host)


def _of_described_host(labels: _Labels, exporter: Exporter) -> Iterator[str]:  # noqa: ARG001 - one signature for all
    yield from _names(labels, _BY_HOST, _of_host)


def _of_target(labels: _Labels, exporter: Exporter) -> Iterator[str]:  # noqa: ARG001 - one signature for all
    yield from _names(labels, _BY_TARGET, _of_host)


def _of_server(labels: _Labels, exporter: Exporter) -> Iterator[str]:
    """Of a server's exporter: the server that it names, then a name that says more than "postgres-exporter"."""
    yield from _names(labels, _BY_SERVER, _of_named_server)
    scraped = (*_BY_SERVICE, *_BY_WORKLOAD, *_BY_JOB)
    yield from (name for name in _names(labels, scraped, _without_exporter) if name != exporter.family)
    yield from _names(labels, _BY_POD, lambda pod: _without_exporter(workload_of_pod(pod)))
    yield exporter.family
    yield from _names(labels, _BY_JOB, canonical)


def _of_callee(labels: _Labels, exporter: Exporter) -> Iterator[str]:  # noqa: ARG001 - one signature for all
    yield from _names(labels, ("server",), canonical)


_OF: Mapping[Describes, Callable[[_Labels, Exporter], Iterator[str]]] = {
    Describes.ITSELF: _of_itself,
    Describes.WORKLOAD: _of_workload,
    Describes.HOST: _of_described_host,
    Describes.TARGET: _of_target,
    Describes.SERVER: _of_server,
    Describes.CALLEE: _of_callee,
}


def _names(labels: _Labels, keys: tuple[str, ...], read: Callable[[str], str]) -> Iterator[str]:
    return (read(labels[key]) for key in keys if labels.get(key))


def _of_pod(pod: str) -> str:
    return canonical(workload_of_pod(pod))


def _of_proxy(name: str) -> str:
    """A proxy's word for a service: Traefik appends its provider."""
    found = _TRAEFIK.match(name)
    return canonical(found["name"] if found else name)


def _of_job(job: str) -> str:
    name = canonical(job)
    return "" if name in _FOR_ALL_JOBS else name


def _of_host(address: str) -> str:
    return canonical(host_of(address))


def _of_named_server(address: str) -> str:
    """The host of a server's address; an IP address or the exporter's own name is not the store's."""
    host = host_of(address)
    return "" if is_address(host) or "exporter" in host else canonical(host)


def _without_exporter(name: str) -> str:
    kept = canonical(name)
    for _ in range(2):
        kept = _EXPORTER.sub("", kept)
    return "" if kept in _FOR_ALL_JOBS else kept
