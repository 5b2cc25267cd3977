"""The exporters beside the shop, as Prometheus scrapes them: of the database, and of each caller's links.

They tell what the lab's own scraper saw last, under the names of the field: postgres_exporter and process-exporter for the
database, blackbox_exporter's probes and Envoy's clusters for the links. Nothing is measured twice, so that scraping does
not disturb what is recorded.
"""

from collections.abc import Iterator, Mapping

from aiohttp import web

from bench.lab.families import CONTENT_TYPE, Family, Kind, Sample, scrape_text
from bench.lab.shop.meters import Scrape
from bench.lab.topology import ARROWS, DATABASE

MIB = 2**20
OF_DATABASE = {"datname": "orders"}
COUNTED_BY_DATABASE = {
    "commits": "pg_stat_database_xact_commit",
    "rollbacks": "pg_stat_database_xact_rollback",
    "deadlocks": "pg_stat_database_deadlocks",
    "blocks_hit": "pg_stat_database_blks_hit",
    "blocks_read": "pg_stat_database_blks_read",
    "sequential_scans": "pg_stat_user_tables_seq_scan",
    "rows_read_by_scan": "pg_stat_user_tables_seq_tup_read",
    "rows_read_by_index": "pg_stat_user_tables_idx_tup_fetch",
}
"""postgres_exporter gives its counters the names of PostgreSQL's columns, without `_total`; so does Envoy with its own."""
COUNTED_BY_LINK = {
    "tcp_connects": "envoy_cluster_upstream_cx_total",
    "tcp_connect_failures": "envoy_cluster_upstream_cx_connect_fail",
    "tcp_resets": "envoy_cluster_upstream_cx_destroy_with_active_rq",
    "bytes": "envoy_cluster_upstream_cx_tx_bytes_total",
}


class Exporters:
    """An HTTP server with a path for each exporter. `hear` gives it the newest scrape, which it tells until the next."""

    def __init__(self) -> None:
        self._latest: Mapping[str, Mapping[str, Scrape]] = {}
        self._busy_s = 0.0
        self._runner: web.AppRunner | None = None
        self.port = 0

    def hear(self, scrapes: Mapping[str, Mapping[str, Scrape]], elapsed_s: float) -> None:
        """What was seen just now, `elapsed_s` after the time before."""
        self._latest = scrapes
        self._busy_s += scrapes[DATABASE]["server"]["gauges"]["cpu_pct"] / 100 * elapsed_s

    async def open(self) -> None:
        """Listen on a free loopback port."""
        app = web.Application()
        app.router.add_get("/database", self._database)
        app.router.add_get("/links/{caller}", self._links)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]

    async def aclose(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _database(self, _request: web.Request) -> web.Response:
        scrape = self._latest.get(DATABASE, {}).get("server")
        return _answer(database_families(scrape, self._busy_s) if scrape else ())

    async def _links(self, request: web.Request) -> web.Response:
        caller = request.match_info["caller"]
        scrape = self._latest.get(caller, {}).get("links")
        return _answer(link_families(caller, scrape) if scrape else ())


def database_families(scrape: Scrape, busy_s: float) -> Iterator[Family]:
    """What postgres_exporter and process-exporter print of this scrape; `busy_s` is the processor time spent so far."""
    gauges, counters = scrape["gauges"], scrape["counters"]
    for name, metric in COUNTED_BY_DATABASE.items():
        yield _one(metric, "counter", OF_DATABASE, counters[name])
    yield Family("pg_stat_activity_count", "gauge", list(_activity(gauges)))
    yield _one("pg_stat_activity_max_tx_duration", "gauge", OF_DATABASE, gauges["longest_transaction_s"])
    yield _one("pg_up", "gauge", {}, 1.0)
    yield _one("namedprocess_namegroup_cpu_seconds_total", "counter", {"groupname": "postgres"}, busy_s)
    memory = {"groupname": "postgres", "memtype": "resident"}
    yield _one("namedprocess_namegroup_memory_bytes", "gauge", memory, gauges["memory_mib"] * MIB)


def _activity(gauges: Mapping[str, float]) -> Iterator[Sample]:
    """Connections by state and by what they wait for; nobody is told of where there is nobody, as the exporter does."""
    resting = gauges["connections"] - gauges["active"] - gauges["idle_in_transaction"]
    for state, event, count in (
        ("active", "", gauges["active"] - gauges["waiting_for_lock"]),
        ("active", "Lock", gauges["waiting_for_lock"]),
        ("idle in transaction", "Client", gauges["idle_in_transaction"]),
        ("idle", "Client", resting),
    ):
        if count > 0:
            yield Sample({**OF_DATABASE, "state": state, "wait_event_type": event}, count)


def link_families(caller: str, scrape: Scrape) -> Iterator[Family]:
    """What a sidecar of this caller, and the probes from its host, print of each link."""
    counters, gauges = scrape["counters"], scrape["gauges"]
    callees = [arrow.callee for arrow in ARROWS if arrow.caller == caller]

    def family(metric: str, kind: Kind, label: str, values: Mapping[str, float]) -> Family:
        return Family(metric, kind, [Sample({label: callee}, value) for callee, value in values.items()])

    for name, metric in COUNTED_BY_LINK.items():
        counted = {callee: counters[f"link_{callee}_{name}"] for callee in callees}
        yield family(metric, "counter", "envoy_cluster_name", counted)
    active = {callee: gauges[f"link_{callee}_connections"] for callee in callees}
    yield family("envoy_cluster_upstream_cx_active", "gauge", "envoy_cluster_name", active)
    success = {callee: gauges[f"link_{callee}_probe_success"] for callee in callees}
    yield family("probe_success", "gauge", "target", success)
    took = {callee: gauges[f"link_{callee}_probe_ms"] / 1000 for callee in callees}
    yield family("probe_duration_seconds", "gauge", "target", took)


def _one(metric: str, kind: Kind, labels: Mapping[str, str], value: float) -> Family:
    return Family(metric, kind, [Sample(labels, value)])


def _answer(families: Iterator[Family] | tuple[Family, ...]) -> web.Response:
    return web.Response(body=scrape_text(families).encode(), headers={"Content-Type": CONTENT_TYPE})
