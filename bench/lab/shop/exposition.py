"""What a service tells Prometheus about itself, under the names that client libraries print.

HTTP and database clients follow OpenTelemetry's semantic conventions (HTTP metrics v1.23, database metrics v1.33) the way
Prometheus writes them: dots become underscores, the unit stands behind the name. The process itself is told by
prometheus-client's own collectors. Nothing here reads what the lab counts for its own columns, so that the two can disagree.
"""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

CONTENT_TYPE = CONTENT_TYPE_LATEST
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
"""The bucket boundaries that the conventions advise for durations."""
POOL = "db_client_connection_pool_name"


class Exposition:
    """The metrics of one process. A series exists from its first observation on, as with any client library."""

    def __init__(self, version: str) -> None:
        self.registry = registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=registry)
        self._served = Histogram(
            "http_server_request_duration_seconds",
            "Duration of HTTP server requests.",
            ["http_request_method", "http_route", "http_response_status_code"],
            buckets=SECONDS,
            registry=registry,
        )
        self._called = Histogram(
            "http_client_request_duration_seconds",
            "Duration of HTTP client requests.",
            ["http_request_method", "server_address", "http_response_status_code", "error_type"],
            buckets=SECONDS,
            registry=registry,
        )
        self._active = Gauge("http_server_active_requests", "Requests that are being answered.", registry=registry)
        about = Gauge("target_info", "What this process is.", ["service_version"], registry=registry)
        about.labels(version).set(1)

    def watch(self, in_flight: Callable[[], float]) -> None:
        """Read at each scrape how many requests are being answered."""
        self._active.set_function(in_flight)

    def served(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request was answered."""
        self._served.labels(method, route, str(status)).observe(seconds)

    def called(self, method: str, peer: str, status: int | None, error: str, seconds: float) -> None:
        """A call ended: with the peer's status, or without an answer and with the kind of error that it ended in."""
        told = error or (str(status) if status is not None and status >= 400 else "")
        self._called.labels(method, peer, "" if status is None else str(status), told).observe(seconds)

    def text(self) -> bytes:
        """The answer to a scrape."""
        return generate_latest(self.registry)


class PoolExposition:
    """The metrics of one pool of connections to PostgreSQL; `name` is what its owner calls the database."""

    def __init__(self, registry: CollectorRegistry, name: str) -> None:
        self._name = name
        self._operations = Histogram(
            "db_client_operation_duration_seconds",
            "Duration of database operations.",
            ["db_system_name", "server_address", "db_operation_name", "error_type"],
            buckets=SECONDS,
            registry=registry,
        )
        self._waits = Histogram(
            "db_client_connection_wait_time_seconds",
            "Time it took to get a connection.",
            [POOL],
            buckets=SECONDS,
            registry=registry,
        )
        self._timeouts = Counter(
            "db_client_connection_timeouts", "Waits that were given up.", [POOL], registry=registry
        )
        self._states = Gauge(
            "db_client_connection_count", "Connections.", [POOL, "db_client_connection_state"], registry=registry
        )
        self._most = Gauge("db_client_connection_max", "The most connections.", [POOL], registry=registry)
        self._pending = Gauge("db_client_connection_pending_requests", "Who waits.", [POOL], registry=registry)
        self._timeouts.labels(name)

    def watch(
        self, most: int, in_use: Callable[[], float], idle: Callable[[], float], waiting: Callable[[], float]
    ) -> None:
        """Read the state of the pool at each scrape."""
        self._most.labels(self._name).set(most)
        self._states.labels(self._name, "used").set_function(in_use)
        self._states.labels(self._name, "idle").set_function(idle)
        self._pending.labels(self._name).set_function(waiting)

    def waited(self, seconds: float, *, in_vain: bool) -> None:
        """Somebody waited for a connection."""
        self._waits.labels(self._name).observe(seconds)
        if in_vain:
            self._timeouts.labels(self._name).inc()

    def operated(self, operation: str, error: str, seconds: float) -> None:
        """A statement ended; `error` is empty where it went well."""
        self._operations.labels("postgresql", self._name, operation, error).observe(seconds)
