"""The API client against a real Prometheus, filled with a small world of known values."""

import asyncio
import math
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from agents.sources.prometheus import ApiLimits, Meaning, PrometheusApi
from agents.sources.wire import Server, ServerError, Trouble
from orchestrator.clock import SystemClock
from orchestrator.model import Window
from tests.agents.wire.counterpart import server_at
from tests.support.clock import NOON, HurriedClock
from tests.support.prometheus import Filling, RealPrometheus, real_prometheus

START = NOON.timestamp()
EVERY = 15
HOUR = Window(start=NOON, end=NOON + timedelta(hours=1))


def world() -> list[Filling]:
    """An hour of requests and memory of ten services; service s9 ends after ten minutes."""
    requests, memory = Filling("http_requests_total", kind="counter", help="Requests served."), Filling("memory_bytes")
    for number in range(10):
        ends = 600 if number == 9 else 3600
        moments = [START + at for at in range(0, ends, EVERY)]
        labels = {"service": f"s{number}", "namespace": "shop"}
        requests.points.append((labels, {at: (at - START) * (number + 1) for at in moments}))
        memory.points.append((labels, dict.fromkeys(moments, 100 + number)))
    strange = Filling("strange", [({}, {START: "NaN", START + 60: "+Inf", START + 120: "-Inf"})], unit="")
    return [requests, memory, strange]


@pytest.fixture(scope="session")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealPrometheus]:
    with real_prometheus(tmp_path_factory.mktemp("prometheus"), world(), "--query.max-samples=50000") as server:
        yield server


@pytest.fixture
async def server(prometheus: RealPrometheus) -> AsyncIterator[Server]:
    async with server_at(prometheus.url, SystemClock()) as ours:
        yield ours


@pytest.fixture
def api(server: Server) -> PrometheusApi:
    return PrometheusApi(server)


async def test_a_range_query_brings_series_in_columns_on_whole_multiples_of_the_step(api: PrometheusApi) -> None:
    answer = await api.range("sum by (service) (rate(http_requests_total[1m]))", HOUR, 60)
    assert [each.labels["service"] for each in answer.series] == [f"s{number}" for number in range(10)]
    third = answer.series[2]
    assert third.times[0] % 60 == 0
    assert third.values[-1] == pytest.approx(3.0, rel=0.01)
    assert third.times[-1] == START + 3540, "the end does not belong to the window"
    assert answer.left_out == ()


async def test_where_a_series_ended_there_are_no_points(api: PrometheusApi) -> None:
    (ended,) = (await api.range('memory_bytes{service="s9"}', HOUR, 60)).series
    assert ended.times[-1] < START + 600 + 300
    assert len(ended.times) == len(ended.values)


async def test_windows_side_by_side_hold_what_one_over_both_holds(api: PrometheusApi) -> None:
    middle = NOON + timedelta(seconds=1234)
    query = 'http_requests_total{service="s1"}'
    (whole,) = (await api.range(query, HOUR, 30)).series
    parts = [
        (await api.range(query, Window(start=start, end=end), 30)).series[0]
        for start, end in ((HOUR.start, middle), (middle, HOUR.end))
    ]
    assert list(whole.times) == [*parts[0].times, *parts[1].times]
    assert list(whole.values) == [*parts[0].values, *parts[1].values]


async def test_an_instant_query_brings_one_value_a_series(api: PrometheusApi) -> None:
    answer = await api.instant("max by (namespace) (memory_bytes)", NOON + timedelta(minutes=30))
    (one,) = answer.series
    assert (dict(one.labels), one.last) == ({"namespace": "shop"}, 108.0)
    assert (await api.instant("vector(1) == 2", NOON)).series == ()
    assert (await api.instant("7 * 6", NOON)).series[0].last == 42.0
    assert len((await api.instant('memory_bytes{service="s0"}[5m]', NOON + timedelta(minutes=10))).series[0].times) > 10


async def test_values_that_are_no_numbers_arrive_as_they_are(api: PrometheusApi) -> None:
    (strange,) = (await api.range("strange", Window(start=NOON, end=NOON + timedelta(seconds=121)), 60)).series
    assert math.isnan(strange.values[0])
    assert list(strange.values[1:]) == [math.inf, -math.inf]


async def test_series_labels_and_values_can_be_discovered(api: PrometheusApi) -> None:
    series = await api.series(['memory_bytes{service=~"s[12]"}'], HOUR)
    assert [each["service"] for each in series.items] == ["s1", "s2"]
    assert (await api.labels(HOUR)).items == ("__name__", "namespace", "service")
    assert (await api.label_values("__name__", HOUR)).items == ("http_requests_total", "memory_bytes", "strange")
    assert (await api.label_values("service", HOUR, ['strange{service!=""}'])).items == ()
    assert (await api.label_values("no.such/label", HOUR)).items == ()


async def test_what_nobody_scrapes_has_no_metadata(api: PrometheusApi) -> None:
    found = await api.metadata()
    assert all(isinstance(each, Meaning) for each in found.values())
    assert "http_requests" not in found


async def test_the_version_is_told(api: PrometheusApi) -> None:
    assert (await api.version()).split(".")[0].isdigit()


async def test_a_query_that_cannot_be_parsed_is_refused_with_its_reason(api: PrometheusApi) -> None:
    with pytest.raises(ServerError, match=r"rejected the query \(it cannot be parsed\)\.$") as caught:
        await api.range("sum by (service", HOUR, 60)
    assert caught.value.trouble is Trouble.REJECTED


async def test_a_query_that_loads_too_much_is_refused_with_its_reason(server: Server) -> None:
    with pytest.raises(ServerError, match="it would load more samples than the server allows"):
        await PrometheusApi(server, ApiLimits(points=11_000)).range('{namespace="shop"}', HOUR, 1)


async def test_series_that_do_not_pair_up_are_refused_with_their_reason(api: PrometheusApi) -> None:
    with pytest.raises(ServerError, match="do not pair up"):
        await api.instant("memory_bytes * on (namespace) http_requests_total", NOON + timedelta(minutes=5))


async def test_more_points_than_allowed_become_a_coarser_step_that_is_told(server: Server) -> None:
    answer = await PrometheusApi(server, ApiLimits(points=100)).range("memory_bytes", HOUR, 15)
    assert all(len(each.times) <= 100 for each in answer.series)
    assert answer.left_out == ("points in between: one every 45 s instead of every 15 s",)


async def test_more_series_than_allowed_are_left_out_and_that_is_told(server: Server) -> None:
    answer = await PrometheusApi(server, ApiLimits(series=3)).range("memory_bytes", HOUR, 60)
    assert [each.labels["service"] for each in answer.series] == ["s0", "s1", "s2"]
    assert "series beyond the first 3" in answer.left_out[0]
    names = await PrometheusApi(server, ApiLimits(names=2)).label_values("service", HOUR)
    assert names.items == ("s0", "s1")
    assert "values beyond the first 2" in names.left_out[0]


async def test_the_longest_answer_the_server_gives_is_within_our_limits(server: Server) -> None:
    long = Window(start=NOON, end=NOON + timedelta(seconds=11_000))
    answer = await PrometheusApi(server, ApiLimits(points=11_000)).range("vector(1)", long, 1)
    assert len(answer.series[0].times) == 11_000


async def test_an_empty_window_is_not_asked_about(api: PrometheusApi, server: Server) -> None:
    assert (await api.range("memory_bytes", Window(start=NOON, end=NOON), 15)).series == ()
    assert server.asked.queries == 0


@pytest.mark.parametrize("given", [{"points": 0}, {"points": 11_001}, {"series": 0}, {"names": 0}])
def test_limits_that_no_server_knows_are_refused(given: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="limits are at least 1"):
        ApiLimits(**given)


async def test_what_was_asked_is_counted(api: PrometheusApi, server: Server) -> None:
    await api.instant("memory_bytes", NOON + timedelta(minutes=5))
    assert (server.asked.queries, server.asked.series) == (1, 10)
    assert server.asked.read_bytes > 500


async def test_a_server_that_is_killed_in_the_middle_is_unreachable_and_then_left_alone(tmp_path: Path) -> None:
    with real_prometheus(tmp_path, world()[:1]) as prometheus:
        async with server_at(prometheus.url, HurriedClock()) as server:
            api = PrometheusApi(server)
            await api.instant("http_requests_total", NOON)
            slow = "sum(" + "+".join(["sum_over_time(http_requests_total[1h:1s])"] * 40) + ")"
            asking = asyncio.ensure_future(api.range(slow, HOUR, 15))
            while server.asked.queries < 2:
                await asyncio.sleep(0)
            await asyncio.to_thread(prometheus.kill)
            with pytest.raises(ServerError) as caught:
                await asking
            assert caught.value.trouble is Trouble.UNREACHABLE
            with pytest.raises(ServerError, match=r"left alone until|it cannot be reached"):
                await api.instant("up", NOON)
            with pytest.raises(ServerError, match="left alone until"):
                await api.instant("up", NOON)
