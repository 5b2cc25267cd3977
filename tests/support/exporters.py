"""A small shop as the exporters of the field print it, with one incident: locks in orders-db make checkout fail.

Label sets are those of a Kubernetes cluster scraped by Prometheus Operator every 15 s. Values are made, not measured.
"""

import math
from collections.abc import Callable, Iterator
from datetime import datetime

from tests.support.prometheus import Filling

SCRAPE_S = 15
POD = {"gateway": "gateway-6d5f7c8b9-q4q5r", "checkout": "checkout-7c9d6b5f4-x2x4z", "orders": "orders-5f6b7c8d9-vb2vb"}
LE = ("0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "+Inf")
_Labels = dict[str, str]
_Value = Callable[[float], float]


class Shop:
    """Fills a server from `begin` to `end`; trouble starts at `split`."""

    def __init__(self, begin: datetime, split: datetime, end: datetime) -> None:
        self._begin, self._split, self._end = (each.timestamp() for each in (begin, split, end))
        self._fillings: dict[str, Filling] = {}

    def fillings(self) -> list[Filling]:
        for service in POD:
            self._service(service)
            self._containers(service)
        self._calls()
        self._pool()
        self._postgres()
        self._redis()
        self._nodes()
        self._own()
        return list(self._fillings.values())

    def _times(self) -> Iterator[float]:
        at = self._begin
        while at < self._end:
            yield at
            at += SCRAPE_S

    def _bad(self, at: float) -> bool:
        return at >= self._split

    def gauge(self, name: str, labels: _Labels, value: _Value) -> None:
        points = {at: round(value(at), 4) for at in self._times()}
        self._fillings.setdefault(name, Filling(name)).points.append((labels, points))

    def counter(self, name: str, labels: _Labels, rate: _Value, kind: str = "counter") -> None:
        grown, points = 0.0, {}
        for at in self._times():
            grown += rate(at) * SCRAPE_S
            points[at] = round(grown, 3)
        self._fillings.setdefault(name, Filling(name, kind=kind)).points.append((labels, points))

    def _target(self, service: str) -> _Labels:
        where = {
            "namespace": "shop",
            "pod": POD[service],
            "instance": f"10.2.0.{len(service)}:8080",
            "container": "app",
        }
        return {**where, "job": service, "service": service, "endpoint": "http"}

    def _service(self, service: str) -> None:
        target = self._target(service)
        slow = service in ("checkout", "orders")
        self.gauge("up", target, lambda at: 1)
        self.counter("process_cpu_seconds_total", target, lambda at: 0.2 + 0.01 * math.sin(at))
        self.gauge("process_resident_memory_bytes", target, lambda at: 2e8 + 1e6 * math.sin(at / 60))
        for status in ("200", "500"):
            labels = {**target, "method": "POST", "uri": f"/{service}", "status": status}
            failing = 4.0 if service in ("checkout", "gateway") else 0.0

            def rate(at: float, status: str = status, failing: float = failing) -> float:
                bad = failing if self._bad(at) else 0.0
                return bad if status == "500" else 20 + math.sin(at) - bad

            self.histogram("http_server_requests_seconds", labels, rate, self._duration(slow))

    def _calls(self) -> None:
        """What callers measure of those that they call, as OpenTelemetry's clients do."""
        for caller, callee in (("gateway", "checkout"), ("checkout", "orders")):
            labels = {**self._target(caller), "server_address": f"{callee}.shop.svc.cluster.local"}
            self.histogram("http_client_request_duration_seconds", labels, lambda at: 20, self._duration(slow=True))

    def _duration(self, slow: bool) -> _Value:
        return lambda at: 1.5 if slow and self._bad(at) else 0.04

    def histogram(self, name: str, labels: _Labels, rate: _Value, typical: _Value) -> None:
        """Durations that are spread exponentially around a typical one."""
        self.counter(f"{name}_count", labels, rate, "unknown")
        self.counter(f"{name}_sum", labels, lambda at: rate(at) * typical(at), "unknown")
        for le in LE:

            def below(at: float, bound: float = float(le)) -> float:
                return rate(at) * (1 - math.exp(-bound / typical(at)))

            self.counter(f"{name}_bucket", {**labels, "le": le}, below, "unknown")

    def _containers(self, service: str) -> None:
        kubelet = {"namespace": "shop", "pod": POD[service], "job": "kubelet", "service": "prometheus-kubelet"}
        kubelet |= {"instance": "10.0.0.7:10250", "node": "worker-1", "metrics_path": "/metrics/cadvisor"}
        for container in ("app", "POD", ""):
            labels = {**kubelet, "container": container, "image": "registry/app" if container == "app" else ""}
            self.counter("container_cpu_usage_seconds_total", labels, lambda at: 0.2 + 0.01 * math.sin(at))
            self.gauge("container_memory_working_set_bytes", labels, lambda at: 2.5e8 + 1e6 * math.sin(at / 90))
        state = {"namespace": "shop", "job": "kube-state-metrics", "service": "prom-kube-state-metrics"}
        state["instance"] = "10.0.0.9:8080"
        restarts = {**state, "pod": POD[service], "container": "app"}
        self.gauge("kube_pod_container_status_restarts_total", restarts, lambda at: 0)
        self.gauge("kube_deployment_status_replicas_unavailable", {**state, "deployment": service}, lambda at: 0)

    def _pool(self) -> None:
        labels = {**self._target("orders"), "pool": "main"}
        self.gauge("hikaricp_connections_active", labels, lambda at: 20 if self._bad(at) else 6 + math.sin(at))
        self.gauge("hikaricp_connections_max", labels, lambda at: 20)
        self.gauge("hikaricp_connections_pending", labels, lambda at: 35 if self._bad(at) else 0)

    def _postgres(self) -> None:
        where = {"namespace": "shop", "job": "postgres-exporter", "service": "postgres-exporter"}
        where |= {"instance": "10.2.9.9:9187", "server": "orders-db:5432"}
        self.gauge("pg_up", where, lambda at: 1)
        for state, calm, bad in (("active", 5, 24), ("idle", 20, 2), ("idle in transaction", 0, 3)):
            labels = {**where, "datname": "orders", "state": state}
            self.gauge("pg_stat_activity_count", labels, lambda at, c=calm, b=bad: b if self._bad(at) else c)
        locks = {**where, "datname": "orders", "mode": "accessexclusivelock"}
        self.gauge("pg_locks_count", locks, lambda at: 9 if self._bad(at) else 0)
        self.gauge("pg_settings_max_connections", where, lambda at: 100)
        for name, calm, bad in (("xact_commit", 50.0, 8.0), ("xact_rollback", 0.0, 4.0), ("deadlocks", 0.0, 0.0)):
            labels = {**where, "datname": "orders"}
            self.counter(
                f"pg_stat_database_{name}", labels, lambda at, c=calm, b=bad: b if self._bad(at) else c, "unknown"
            )

    def _redis(self) -> None:
        where = {"job": "redis-exporter", "instance": "redis://cart-redis:6379", "namespace": "shop"}
        self.gauge("redis_connected_clients", where, lambda at: 12)
        self.gauge("redis_memory_used_bytes", where, lambda at: 5e7 + 1e5 * math.sin(at / 30))
        self.counter("redis_keyspace_hits_total", where, lambda at: 100)
        self.counter("redis_keyspace_misses_total", where, lambda at: 3)

    def _nodes(self) -> None:
        for node in ("worker-1", "worker-2"):
            where = {"job": "node-exporter", "instance": f"{node}:9100", "service": "prom-node-exporter"}
            for mode, share in (("idle", 0.7), ("user", 0.25), ("iowait", 0.01)):
                self.counter("node_cpu_seconds_total", {**where, "cpu": "0", "mode": mode}, lambda at, s=share: s)
            self.gauge("node_memory_MemAvailable_bytes", where, lambda at: 4e9 + 1e7 * math.sin(at / 50))
            self.gauge("node_memory_MemTotal_bytes", where, lambda at: 8e9)

    def _own(self) -> None:
        """What nobody wrote a row for: a metric of the shop's own, and one that names nobody."""
        self.gauge("acme_basket_wait", {**self._target("checkout"), "shop": "north"}, lambda at: 3 + math.sin(at / 40))
        self.gauge("acme_sun_hours", {"region": "eu"}, lambda at: 8)
