"""Queries that somebody else wrote, against a real Prometheus."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest

from agents.sources.prometheus import PrometheusQueries
from agents.sources.prometheus.queries import MOST_POINTS, MOST_SERIES
from orchestrator.clock import SystemClock
from orchestrator.model import Window
from orchestrator.ports import Query
from tests.agents.contract_queries import MINUTES, SHOP, Filled, QueryContract, labels_of
from tests.agents.wire.counterpart import server_at
from tests.support.clock import NOON
from tests.support.prometheus import Filling, RealPrometheus, real_prometheus

START = NOON.timestamp()


def world() -> list[Filling]:
    services = ("checkout", "other")
    total = Filling("requests_total", kind="counter")
    total.points = [(labels_of(each), {START + 60 * at: 600.0 * (at + 30) for at in MINUTES}) for each in services]
    many = Filling("many")
    many.points = [({"number": f"{at}", "job": "many"}, {START: float(at)}) for at in range(MOST_SERIES + 5)]
    return [total, many]


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealPrometheus]:
    with real_prometheus(tmp_path_factory.mktemp("queries"), world()) as server:
        yield server


@pytest.fixture
async def store(prometheus: RealPrometheus) -> AsyncIterator[Filled]:
    async with server_at(prometheus.url, SystemClock()) as server:
        yield Filled(PrometheusQueries(server), "promql", "requests_total", '{team=~".+"}')


class TestPrometheusQueries(QueryContract):
    """The contract, and what is PromQL's own."""

    async def test_what_a_rate_reads_lies_in_the_window_too(self, store: Filled) -> None:
        window = Window(start=NOON - timedelta(minutes=20), end=NOON)
        answer = await store.source.query(Query("promql", "rate(requests_total[5m] offset 5m)", window, SHOP, 60))
        assert answer.asked.window.start == NOON - timedelta(minutes=10)
        (series,) = answer.series  # type: ignore[union-attr]
        assert series.times[0] >= answer.asked.window.start.timestamp()
        assert set(series.values) == {10.0}

    async def test_the_scope_holds_also_where_a_query_takes_its_label_away(self, store: Filled) -> None:
        window = Window(start=NOON, end=NOON + timedelta(minutes=5))
        of_all = await store.source.query(Query("promql", "count(requests_total)", window, step_s=60))
        of_shop = await store.source.query(Query("promql", "count(requests_total)", window, SHOP, 60))
        assert of_all.series[0].values[-1] == 2  # type: ignore[union-attr]
        assert of_shop.series[0].values[-1] == 1  # type: ignore[union-attr]

    async def test_a_selector_of_one_series_keeps_its_values_and_labels(self, store: Filled) -> None:
        window = Window(start=NOON, end=NOON + timedelta(minutes=2))
        answer = await store.source.query(Query("promql", 'requests_total{service="other"}', window, step_s=60))
        (series,) = answer.series  # type: ignore[union-attr]
        assert (series.metric, series.service, series.labels["team"]) == ("requests_total", "other", "a")
        assert list(series.values) == [18_000.0, 18_600.0]

    async def test_few_series_and_points_come_back_and_it_says_what_does_not(self, store: Filled) -> None:
        window = Window(start=NOON - timedelta(hours=12), end=NOON + timedelta(minutes=5))
        answer = await store.source.query(Query("promql", "many", window))
        assert len(answer.series) == MOST_SERIES  # type: ignore[union-attr]
        assert "series beyond the first" in answer.asked.left_out
        answer = await store.source.query(Query("promql", "vector(1) + requests_total", window))
        assert all(len(each.times) <= MOST_POINTS for each in answer.series)  # type: ignore[union-attr]
