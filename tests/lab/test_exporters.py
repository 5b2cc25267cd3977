"""What the exporters beside the shop print is what those of the field print."""

import pytest
from aiohttp import ClientSession

from bench.lab.exporters import Exporters, database_families, link_families
from bench.lab.families import Family, Sample, openmetrics_lines, scrape_text
from bench.lab.shop.meters import Scrape

GAUGES = (
    "connections",
    "active",
    "idle_in_transaction",
    "longest_transaction_s",
    "waiting_for_lock",
    "memory_mib",
    "cpu_pct",
)
COUNTERS = (
    *("commits", "rollbacks", "deadlocks", "blocks_hit", "blocks_read"),
    *("sequential_scans", "rows_read_by_scan", "rows_read_by_index"),
)


def database(**gauges: float) -> Scrape:
    return {"counters": dict.fromkeys(COUNTERS, 7.0), "gauges": {**dict.fromkeys(GAUGES, 0.0), **gauges}, "samples": {}}


def links(*callees: str) -> Scrape:
    counted = ("tcp_resets", "tcp_connects", "tcp_connect_failures", "bytes")
    return {
        "counters": {f"link_{callee}_{name}": 3.0 for callee in callees for name in counted},
        "gauges": {f"link_{c}_{n}": 500.0 for c in callees for n in ("connections", "probe_ms", "probe_success")},
        "samples": {},
    }


def test_the_database_is_told_by_the_names_of_its_exporter() -> None:
    seen = database(connections=9, active=2, waiting_for_lock=1, idle_in_transaction=1)
    told = scrape_text(database_families(seen, busy_s=12.5))
    assert '# TYPE pg_stat_database_xact_commit counter\npg_stat_database_xact_commit{datname="orders"} 7.0\n' in told
    assert 'pg_stat_activity_count{datname="orders",state="idle",wait_event_type="Client"} 6.0' in told
    assert 'pg_stat_activity_count{datname="orders",state="active",wait_event_type="Lock"} 1.0' in told
    assert 'namedprocess_namegroup_cpu_seconds_total{groupname="postgres"} 12.5' in told


def test_every_link_of_a_caller_is_a_series_of_its_own() -> None:
    told = scrape_text(link_families("payment", links("card-network")))
    assert 'envoy_cluster_upstream_cx_total{envoy_cluster_name="card-network"} 3.0' in told
    assert 'probe_duration_seconds{target="card-network"} 0.5' in told


async def test_an_exporter_tells_what_was_seen_last_and_counts_processor_time() -> None:
    exporters = Exporters()
    await exporters.open()
    try:
        for seen in (database(cpu_pct=50), database(cpu_pct=100, active=3)):
            exporters.hear({"orders-db": {"server": seen}, "payment": {"links": links("card-network")}}, 5.0)
        async with ClientSession() as session:
            told = await (await session.get(f"http://127.0.0.1:{exporters.port}/database")).text()
            nobodys = await (await session.get(f"http://127.0.0.1:{exporters.port}/links/cart")).text()
        assert "cpu_seconds_total" in told
        assert told.split('groupname="postgres"} ')[1].startswith("7.5\n")
        assert 'state="active",wait_event_type=""} 3.0' in told
        assert nobodys == ""
    finally:
        await exporters.aclose()


def test_a_label_may_hold_anything() -> None:
    told = scrape_text([Family("up", "gauge", [Sample({"path": 'C:\\ "x"\n'}, 1)])])
    assert told == '# TYPE up gauge\nup{path="C:\\\\ \\"x\\"\\n"} 1.0\n'


@pytest.mark.parametrize(("name", "typed"), [("requests_total", "requests"), ("pg_stat_database_deadlocks", None)])
def test_openmetrics_names_a_counters_family_without_its_ending(name: str, typed: str | None) -> None:
    lines = list(openmetrics_lines([Family(name, "counter", [Sample({}, 4, at=12.3456)])]))
    assert lines == [f"# TYPE {typed or name} counter", f"{name}{{}} 4.0 12.346", "# EOF"]
