"""The source against a real Prometheus: the contract of all metric sources, and a shop as real exporters print it."""

import math
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from agents.sources.catalogue import Corrections, corrections_file, parse_corrections
from agents.sources.grafana import Grafana
from agents.sources.prometheus import LookupLimits, PrometheusApi, PrometheusSource
from agents.sources.prometheus.known import RULES
from agents.sources.prometheus.promql import Filling as TemplateFilling
from agents.sources.prometheus.promql import rendered
from agents.sources.wire import Limits, Server, ServerError, Trouble
from orchestrator.clock import SystemClock
from orchestrator.model import Metrics, MetricSeries, Scope, Window
from orchestrator.ports import Lookup, Telemetry
from tests.agents.cases import CaseBuilder, reference_case
from tests.agents.contract_sources import Filled, MetricContract
from tests.agents.wire.counterpart import counterpart, says, server_at
from tests.support.clock import NOON
from tests.support.exporters import Shop
from tests.support.prometheus import Filling, RealPrometheus, real_prometheus

SPLIT = NOON
WINDOW = Window(start=NOON - timedelta(minutes=20), end=NOON + timedelta(minutes=10))
UNHURRIED = Limits(per_second=1000)


def fillings(case: CaseBuilder) -> list[Filling]:
    """A case's metrics as gauges with a `service` label."""
    made: dict[str, Filling] = {}
    for column, values in case.columns.items():
        service, metric = column.split("__", 1)
        points = {at.timestamp(): value for at, value in values.items() if value != ""}
        made.setdefault(metric, Filling(metric)).points.append(({"service": service, "job": service}, points))
    return list(made.values())


@pytest.fixture(scope="session")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealPrometheus]:
    with real_prometheus(tmp_path_factory.mktemp("reference"), fillings(reference_case())) as server:
        yield server


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealPrometheus]:
    world = Shop(WINDOW.start - timedelta(minutes=5), SPLIT, WINDOW.end)
    with real_prometheus(tmp_path_factory.mktemp("shop"), world.fillings()) as server:
        yield server


@pytest.fixture
async def server(shop: RealPrometheus) -> AsyncIterator[Server]:
    async with server_at(shop.url, SystemClock(), limits=UNHURRIED) as ours:
        yield ours


def lookup(**more: object) -> Lookup:
    return replace(Lookup("INC-1", WINDOW), **more)  # type: ignore[arg-type]


def before_and_after(metrics: Metrics, service: str, metric: str) -> tuple[float, float]:
    """The first known value and the last."""
    (series,) = [each for each in metrics.series if (each.service, each.metric) == (service, metric)]
    known = [value for value in series.values if math.isfinite(value)]
    return round(known[0], 2), round(known[-1], 2)


class TestPrometheusSource(MetricContract):
    @pytest.fixture
    async def filled(self, reference: RealPrometheus) -> AsyncIterator[Filled]:
        async with server_at(reference.url, SystemClock(), limits=UNHURRIED) as server:
            yield Filled(Telemetry(metrics=PrometheusSource(server, SystemClock())), reference_case())


async def test_what_exporters_print_is_read_of_the_services_that_it_tells_of(server: Server) -> None:
    metrics = await PrometheusSource(server, SystemClock()).read_metrics(lookup())
    services = {each.service for each in metrics.series}
    assert services == {"gateway", "checkout", "orders", "orders-db", "cart-redis", "worker-1", "worker-2"}
    calm, bad = before_and_after(metrics, "checkout", "http_server_requests_error_ratio")
    assert calm == 0.0
    assert bad == pytest.approx(0.2, abs=0.05)
    assert before_and_after(metrics, "orders-db", "pg_exclusive_locks") == (0.0, 9.0)
    assert before_and_after(metrics, "orders-db", "pg_active_connections") == (5.0, 24.0)
    assert before_and_after(metrics, "orders", "pool_busy_ratio")[1] == 1.0
    slow = before_and_after(metrics, "orders", "http_server_requests_seconds_p90")
    assert slow[0] < 0.2 < 1.0 < slow[1]
    cores = before_and_after(metrics, "orders", "container_cpu_cores")
    assert cores == (0.2, 0.2), "the pause container and the pod's sum are not counted again"
    assert before_and_after(metrics, "worker-1", "node_cpu_used_ratio") == (0.3, 0.3)


async def test_a_client_tells_of_each_that_it_calls_and_thereby_who_calls_whom(server: Server) -> None:
    source = PrometheusSource(server, SystemClock())
    metrics = await source.read_metrics(lookup())
    waits = before_and_after(metrics, "checkout", "orders_http_client_request_duration_seconds_p90")
    assert waits[0] < 0.2 < 1.0 < waits[1]
    topology = await source.read_topology(lookup())
    assert topology.calls == (("checkout", "orders"), ("gateway", "checkout"))
    assert (await source.read_topology(lookup(services=("gateway",)))).calls == (("gateway", "checkout"),)


async def test_every_point_lies_in_the_window_at_the_pace_at_which_it_was_scraped(server: Server) -> None:
    metrics = await PrometheusSource(server, SystemClock()).read_metrics(lookup())
    start, end = WINDOW.start.timestamp(), WINDOW.end.timestamp()
    for series in metrics.series:
        steps = {round(later - earlier) for earlier, later in zip(series.times, series.times[1:], strict=False)}
        assert all(start <= at < end for at in series.times)
        assert min(steps) == 15, (series.service, series.metric)


async def test_every_series_says_the_query_that_shows_it_again_and_where(server: Server) -> None:
    source = PrometheusSource(server, SystemClock(), grafana=Grafana("http://grafana:3000/", "prometheus", "abc"))
    metrics = await source.read_metrics(lookup(services=("orders-db",)))
    api = PrometheusApi(server)
    locks = _the("pg_exclusive_locks", metrics.series)
    again = await api.range(locks.query, WINDOW, 15)
    assert list(again.series[0].values) == list(locks.values)
    assert locks.link.startswith("http://grafana:3000/explore?")
    assert "queries" in metrics.asked.query


async def test_only_what_was_asked_for_is_sent_for(server: Server) -> None:
    source = PrometheusSource(server, SystemClock())
    metrics = await source.read_metrics(lookup(services=("Orders_DB", "nobody")))
    assert {each.service for each in metrics.series} == {"orders-db"}
    elsewhere = await source.read_metrics(lookup(scope=Scope(namespace="bakery")))
    assert {each.service for each in elsewhere.series} == {"worker-1", "worker-2"}, "hosts have no namespace"


async def test_what_is_meant_where_nobody_says_otherwise_comes_from_the_corrections(server: Server) -> None:
    corrections = Corrections(scope=Scope(namespace="bakery"))
    source = PrometheusSource(server, SystemClock(), corrections=corrections)
    assert {each.service for each in (await source.read_metrics(lookup())).series} == {"worker-1", "worker-2"}
    said = await source.read_metrics(lookup(scope=Scope(namespace="Shop")))
    assert "orders" in {each.service for each in said.series}, "what is said goes first, in any case"


@pytest.fixture(scope="module")
def two_environments(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealPrometheus]:
    temperature = Filling("temperature")
    for environment, value in (("prod", 20.0), ("staging", 90.0)):
        points = {WINDOW.start.timestamp() + 15 * step: value for step in range(120)}
        temperature.points.append(({"service": "oven", "env": environment, "job": "oven"}, points))
    with real_prometheus(tmp_path_factory.mktemp("environments"), [temperature]) as server:
        yield server


async def test_two_environments_that_nobody_tells_apart_are_named_until_somebody_does(
    two_environments: RealPrometheus,
) -> None:
    async with server_at(two_environments.url, SystemClock(), limits=UNHURRIED) as server:
        source = PrometheusSource(server, SystemClock())
        both = await source.read_metrics(lookup())
        assert both.asked.left_out == "prod and staging are taken together; say which is meant: [scope] in compass.toml"
        assert (await source.overview(WINDOW)).mixed == ("prod", "staging")
        asked = await source.read_metrics(lookup(scope=Scope(environment="prod")))
        narrowed = PrometheusSource(server, SystemClock(), corrections=Corrections(scope=Scope(environment="prod")))
        for metrics in (asked, await narrowed.read_metrics(lookup())):
            assert metrics.asked.left_out == ""
            assert before_and_after(metrics, "oven", "temperature") == (20.0, 20.0)
        assert (await narrowed.overview(WINDOW)).mixed == ()


async def test_agents_that_read_the_same_ask_the_server_once(server: Server) -> None:
    source = PrometheusSource(server, SystemClock())
    first = await source.read_metrics(lookup())
    asked = server.asked.queries
    later = replace(lookup(), incident_id="INC-2")
    assert (await source.read_metrics(later)).series is first.series
    assert server.asked.queries == asked


async def test_what_a_limit_leaves_out_is_said(server: Server) -> None:
    source = PrometheusSource(server, SystemClock(), limits=LookupLimits(asks=3))
    metrics = await source.read_metrics(lookup())
    assert len({each.query for each in metrics.series}) <= 3
    assert "less telling metrics (" in metrics.asked.left_out


async def test_what_is_too_much_for_the_server_at_once_is_asked_in_halves(shop: RealPrometheus) -> None:
    async with server_at(shop.url, SystemClock(), limits=Limits(per_second=1000, answer_bytes=60_000)) as small:
        source = PrometheusSource(small, SystemClock())
        metrics = await source.read_metrics(lookup())
    assert before_and_after(metrics, "orders-db", "pg_exclusive_locks") == (0.0, 9.0)


async def test_a_server_that_refuses_everything_is_unavailable_and_not_empty() -> None:
    async with counterpart(says({"status": "error"}, 503)) as (_, url), server_at(url) as down:
        with pytest.raises(ServerError) as refused:
            await PrometheusSource(down, SystemClock()).read_metrics(lookup())
    assert refused.value.trouble is Trouble.FAILED


async def test_what_a_server_answered_before_it_failed_is_kept_and_the_rest_is_said(shop: RealPrometheus) -> None:
    async with server_at(shop.url, SystemClock(), limits=UNHURRIED) as server:
        source = PrometheusSource(server, SystemClock(), limits=LookupLimits(asks_an_answer=1))
        await source.discovered(WINDOW)
        tired = _Tired(server.post, after=5)
        server.post = tired.post  # type: ignore[method-assign]
        metrics = await source.read_metrics(lookup())
    assert {each.metric for each in metrics.series}
    assert "Prometheus did not answer" in metrics.asked.left_out


async def test_the_file_of_corrections_that_is_written_corrects_nothing_until_it_is_changed(server: Server) -> None:
    found = await PrometheusSource(server, SystemClock()).overview(WINDOW)
    assert found.unplaced == ("acme_sun_hours",)
    text = corrections_file(found)
    assert parse_corrections(text) == Corrections()
    everything = parse_corrections(text.replace("#: ", ""))
    assert everything.service("orders") == "orders"
    changed = text.replace('#: orders = "orders"', 'orders = "order-taking"')
    source = PrometheusSource(server, SystemClock(), corrections=parse_corrections(changed))
    renamed = await source.read_metrics(lookup(services=("order-taking",)))
    assert {each.service for each in renamed.series} == {"order-taking"}


async def test_the_query_of_every_row_is_one_that_a_server_understands(server: Server) -> None:
    api = PrometheusApi(server)
    filling = TemplateFilling(("service", "namespace"), "1m", "14999ms", lambda _: ('env="prod"',))
    for rule in RULES:
        answer = await api.instant(rendered(rule.promql, filling), NOON)
        assert answer.series == (), "nothing is in prod"


class _Tired:
    """Lets so many questions through, and then the server is down."""

    def __init__(self, post: Any, after: int) -> None:
        self._post, self._left = post, after

    async def post(self, *arguments: Any, **more: Any) -> Any:
        self._left -= 1
        if self._left < 0:
            raise ServerError(Trouble.FAILED, "Prometheus did not answer.", remedy="", server="Prometheus")
        return await self._post(*arguments, **more)


def _the(metric: str, series: tuple[MetricSeries, ...]) -> MetricSeries:
    (one,) = [each for each in series if each.metric == metric]
    return one
