"""A recorded case inside a real Prometheus tells the same numbers as its folder."""

import asyncio
import json
import shutil
from array import array
from itertools import pairwise
from math import nan
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from hypothesis import given
from hypothesis import strategies as st

from bench.lab.exporters import Exporters
from bench.lab.openmetrics import families, metric_name
from bench.lab.prometheus import Prometheus, Target, configuration, fill, serving
from bench.lab.snapshot import write_metrics
from orchestrator.model import MetricSeries

BEGIN = 1_795_228_000.0
needs_prometheus = pytest.mark.skipif(
    not (shutil.which("prometheus") and shutil.which("promtool")), reason="Debian package prometheus is not installed"
)


def series(metric: str, values: list[float], service: str = "orders-db", step: float = 5.0) -> MetricSeries:
    times = array("d", (BEGIN + step * row for row in range(len(values))))
    return MetricSeries(service, metric, times, array("d", values))


def case(folder: Path, **columns: list[float]) -> Path:
    folder.mkdir()
    count = len(next(iter(columns.values())))
    rows: list[dict[str, float | None]] = [
        {name: None if values[row] != values[row] else values[row] for name, values in columns.items()}
        for row in range(count)
    ]
    write_metrics(folder / "metrics.csv", [BEGIN + 5 * row for row in range(count)], rows)
    (folder / "case.json").write_text(json.dumps({"case_id": "INC-1", "start_time": "2026-11-21T12:00:00Z"}))
    return folder


async def query(url: str, promql: str, at: float) -> dict[str, float]:
    """By service: what Prometheus answers to an instant query."""
    async with ClientSession() as session:
        found: Any = await (await session.get(f"{url}/api/v1/query", params={"query": promql, "time": str(at)})).json()
    return {each["metric"]["service"]: float(each["value"][1]) for each in found["data"]["result"]}


async def labelled(url: str, label: str) -> list[str]:
    """The values of a label."""
    async with ClientSession() as session:
        found: Any = await (await session.get(f"{url}/api/v1/label/{label}/values")).json()
    return list(found["data"])


def test_a_gauge_keeps_its_name_its_times_and_its_gaps() -> None:
    (family,) = families([series("pool_waiting", [1.0, nan, 3.0])])
    assert (family.name, family.kind) == ("pool_waiting", "gauge")
    assert [(each.labels, each.value, each.at) for each in family.samples] == [
        ({"service": "orders-db"}, 1.0, BEGIN),
        ({"service": "orders-db"}, 3.0, BEGIN + 10),
    ]


@given(
    st.lists(st.floats(0, 1e6).map(lambda each: round(each, 3)), min_size=2, max_size=30),
    st.sampled_from([1.0, 5.0, 60.0]),
)
def test_a_rate_becomes_the_counter_that_grew_by_it(rates: list[float], step: float) -> None:
    (family,) = families([series("errors_rate", rates, step=step)])
    assert (family.name, family.kind) == ("errors_total", "counter")
    counted = [each.value for each in family.samples]
    grown = [(after - before) / step for before, after in pairwise(counted)]
    assert grown == pytest.approx(rates[1:], abs=1e-3)
    assert counted[0] == pytest.approx(rates[0] * step, abs=1e-3)


@pytest.mark.parametrize(
    ("metric", "name"),
    [("client_orders-db_latency", "client_orders_db_latency"), ("p95", "p95"), ("5xx rate", "_5xx_rate")],
)
def test_a_name_holds_only_what_prometheus_allows(metric: str, name: str) -> None:
    assert metric_name(metric) == name


def test_services_share_a_family() -> None:
    (family,) = families([series("cpu_pct", [1.0], "cart"), series("cpu_pct", [2.0], "orders")])
    assert [each.labels["service"] for each in family.samples] == ["cart", "orders"]


@needs_prometheus
async def test_a_real_server_over_a_case_answers_with_what_was_recorded(tmp_path: Path) -> None:
    recorded = case(
        tmp_path / "INC-1", cart__requests_rate=[2.0, 4.0, 6.0, 8.0], **{"orders-db__waiting_for_lock": [0, nan, 7, 9]}
    )
    fill(tmp_path / "server", recorded)
    async with serving(tmp_path / "server") as prometheus:
        assert await query(prometheus.url, "waiting_for_lock", BEGIN + 10) == {"orders-db": 7}
        assert await query(prometheus.url, "rate(requests_total[9s])", BEGIN + 15) == {"cart": pytest.approx(8)}


@needs_prometheus
async def test_what_a_server_scraped_is_still_there_when_another_starts_over_its_folder(tmp_path: Path) -> None:
    exporters, first = Exporters(), Prometheus(tmp_path, interval_s=0.2)
    await exporters.open()
    first.scrape([Target("orders-db", "orders-db:5432", f"127.0.0.1:{exporters.port}", "/database")])
    await first.open()
    try:
        async with asyncio.timeout(20):
            while not await labelled(first.url, "instance"):
                await asyncio.sleep(0.05)
    finally:
        await first.aclose()
        await exporters.aclose()
    async with serving(tmp_path) as second:
        assert await labelled(second.url, "instance") == ["orders-db:5432"]


def test_who_is_scraped_is_read_from_a_file_that_may_change() -> None:
    (job,) = configuration(5.0)["scrape_configs"]
    assert job["file_sd_configs"][0]["files"] == ["targets.json"]
    assert configuration(0.0) == {"scrape_configs": []}
