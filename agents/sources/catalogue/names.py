"""Names of services as stores write them, brought to one spelling.

Orders_Service, orders-service, orders-service.shop.svc.cluster.local:8080 and shop/orders-service are one service.
The spelling that is kept is lower case with dashes: that of DNS labels (RFC 1123), which Kubernetes enforces.
"""

import re
from functools import lru_cache
from urllib.parse import urlsplit

_CLUSTER_DOMAIN = re.compile(r"\.[a-z0-9-]+\.svc(?:\.[a-z0-9.-]+)?$|\.svc$|\.local$")
_SEPARATORS = re.compile(r"[\s_]+")
_PORT = re.compile(r":\d+$")
_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}|\[?[0-9a-f]*:[0-9a-f:]+\]?")
# Kubernetes makes names of these letters only, so that they are no words (apimachinery, util/rand).
_SAFE = "bcdfghjklmnpqrstvwxz2456789"
_OF_REPLICA_SET = re.compile(rf"-[{_SAFE}]{{6,10}}-[{_SAFE}]{{5}}$")
_OF_DAEMON_SET = re.compile(rf"-[{_SAFE}]{{5}}$")
_OF_CRON_JOB = re.compile(rf"-\d{{8,10}}(?:-[{_SAFE}]{{5}})?$")
_ORDINAL = re.compile(r"-\d{1,3}$")
_COMPOSE_REPLICA = re.compile(r"[-_]\d{1,3}$")
NO_NAMES = frozenset(
    (
        "unknown",
        "unknown_service",
        "unknown-service",
        "none",
        "null",
        "undefined",
        "default",
        "localhost",
        "-",
        "n/a",
        "pod",
        "passthroughcluster",
        "blackholecluster",
    )
)
"""What stores write where they do not know a name."""


@lru_cache(maxsize=16384)
def canonical(name: str) -> str:
    """The one spelling of a service's name; empty for a name that says nothing.

    Ports, cluster domains and a `namespace/` in front are dropped; `_` and blanks become `-`; letters become small.
    """
    kept = name.strip().strip("/")
    if "://" in kept:
        kept = host_of(kept)
    kept = _PORT.sub("", kept.rsplit("/", 1)[-1]).lower()
    if kept.split(":", 1)[0] in NO_NAMES:
        return ""
    kept = _CLUSTER_DOMAIN.sub("", kept)
    return _SEPARATORS.sub("-", kept).strip("-.")


@lru_cache(maxsize=16384)
def workload_of_pod(pod: str) -> str:
    """The workload that a pod's name begins with: without what a replica set, daemon set, job or stateful set appends."""
    for suffix in (_OF_REPLICA_SET, _OF_CRON_JOB, _OF_DAEMON_SET, _ORDINAL):
        shorter = suffix.sub("", pod)
        if shorter and shorter != pod:
            return shorter
    return pod


def workload_of_compose(container: str) -> str:
    """The service in a container's name as Docker Compose makes it: `shop-orders-1` is `shop-orders`."""
    return _COMPOSE_REPLICA.sub("", container)


@lru_cache(maxsize=16384)
def host_of(address: str) -> str:
    """The host of an address or URL, without user, port and path: `postgres://u:p@orders-db:5432/x` is orders-db."""
    split = urlsplit(address if "://" in address else f"//{address}")
    try:
        return split.hostname or ""
    except ValueError:
        return ""


def is_address(host: str) -> bool:
    """Whether it is an IP address and thus nobody's name."""
    return _ADDRESS.fullmatch(host) is not None
