"""Exporters: processes whose metrics describe another thing than the process that is scraped.

A row names the metrics' first words and the words in the scraped job's name; the first row that fits decides. Names are
those that the exporters' own documentation prints.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class Describes(StrEnum):
    """What a metric tells of: the process that is scraped, a workload, the host, what a probe calls, a server next to
    the exporter (a store, a proxy), or the callee of an edge between two services."""

    ITSELF = "itself"
    WORKLOAD = "workload"
    HOST = "host"
    TARGET = "target"
    SERVER = "server"
    CALLEE = "callee"


@dataclass(frozen=True, slots=True)
class Exporter:
    """What sort of exporter a series comes from. `family` names what it describes, where that is known."""

    describes: Describes
    family: str = ""


_ITSELF = Exporter(Describes.ITSELF)
_BY_METRIC: tuple[tuple[re.Pattern[str], Exporter], ...] = tuple(
    (re.compile(rf"(?:{prefix})_"), Exporter(describes, family))
    for prefix, describes, family in (
        ("container|kube|kubelet_volume_stats", Describes.WORKLOAD, ""),
        ("node|windows", Describes.HOST, ""),
        ("probe", Describes.TARGET, ""),
        ("pg|pgbouncer|postgresql", Describes.SERVER, "postgres"),
        ("mysql", Describes.SERVER, "mysql"),
        ("redis", Describes.SERVER, "redis"),
        ("memcached", Describes.SERVER, "memcached"),
        ("mongodb", Describes.SERVER, "mongodb"),
        ("kafka_(?:brokers?|topic|consumergroup|server|controller|network)", Describes.SERVER, "kafka"),
        ("rabbitmq", Describes.SERVER, "rabbitmq"),
        ("elasticsearch", Describes.SERVER, "elasticsearch"),
        ("traces_service_graph", Describes.CALLEE, ""),
    )
)
_OF_PROCESS = re.compile(r"(?:go|process|python|jvm|nodejs|promhttp|scrape)_|up$")
_WORKLOAD_JOBS = re.compile(r"kubelet|cadvisor|kube-?state")
_HOST_JOBS = re.compile(r"node-?exporter|windows-?exporter")
_TARGET_JOBS = re.compile(r"blackbox")
_SERVER_JOBS = re.compile(r"(?:([a-z0-9]+)-?)?exporter")


def exporter_of(labels: Mapping[str, str]) -> Exporter:
    """The exporter that a series with these labels (its name as `__name__`, where known) comes from."""
    return _exporter(labels.get("__name__", ""), labels.get("job", ""))


@lru_cache(maxsize=16384)
def _exporter(metric: str, job: str) -> Exporter:
    if _OF_PROCESS.match(metric):
        return _ITSELF
    for pattern, exporter in _BY_METRIC:
        if pattern.match(metric):
            return exporter
    return _by_job(job.lower().replace("_", "-"))


def _by_job(job: str) -> Exporter:
    for pattern, describes in (
        (_WORKLOAD_JOBS, Describes.WORKLOAD),
        (_HOST_JOBS, Describes.HOST),
        (_TARGET_JOBS, Describes.TARGET),
    ):
        if pattern.search(job):
            return Exporter(describes)
    server = _SERVER_JOBS.search(job)
    return Exporter(Describes.SERVER, server.group(1) or "") if server else _ITSELF
