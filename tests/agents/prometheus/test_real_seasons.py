"""Earlier days from a real Prometheus: a daily job, scraped every five minutes, on those of two weeks that are looked at."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest

from agents.analyzers.seasons import DAYS_BACK
from agents.sources.prometheus import PrometheusSource
from agents.sources.wire import Limits, Server, counting
from orchestrator.clock import SystemClock
from orchestrator.model import Incident, Standing
from orchestrator.ports import Lookup, Telemetry
from tests.agents.test_incident_team import investigated
from tests.agents.wire.counterpart import server_at
from tests.support.clock import NOON
from tests.support.prometheus import Filling, RealPrometheus, real_prometheus

DAY = 86_400
EVERY = 300
END = timedelta(minutes=30)


def world() -> list[Filling]:
    """Every day CPU is at 90 % for half an hour from noon on; today, for the first time, a pool fills too."""
    cpu, pool = Filling("cpu_percent"), Filling("pool_in_use")
    noon = int(NOON.timestamp())
    moments = [at for days in DAYS_BACK for at in range(noon - days * DAY - 3600, noon - days * DAY + 3600, EVERY)]
    moments += range(noon - 8 * 3600, noon + int(END.total_seconds()), EVERY)
    labels = {"service": "orders-db", "job": "orders-db"}
    wobble = {at: (at // EVERY % 3) / 2 for at in moments}
    cpu.points.append((labels, {at: (90.0 if (at - noon) % DAY < 1800 else 20.0) + wobble[at] for at in moments}))
    pool.points.append((labels, {at: (20.0 if at >= noon else 4.0) + wobble[at] for at in moments}))
    return [cpu, pool]


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealPrometheus]:
    with real_prometheus(tmp_path_factory.mktemp("seasons"), world()) as server:
        yield server


@pytest.fixture
async def server(prometheus: RealPrometheus) -> AsyncIterator[Server]:
    async with server_at(prometheus.url, SystemClock(), limits=Limits(per_second=1000)) as ours:
        yield ours


INCIDENT = Incident(incident_id="INC-1", title="orders slow", start_time=NOON, end_time=NOON + END)


async def test_what_is_sampled_every_five_minutes_has_a_baseline_of_hours(server: Server) -> None:
    lookup = Lookup.whole(INCIDENT, NOON + END)
    assert lookup.window.start == NOON - timedelta(hours=1)
    for series in (await PrometheusSource(server, SystemClock()).read_metrics(lookup)).series:
        assert len(series.times) == 72
        assert series.times[0] == (NOON + END - timedelta(hours=6)).timestamp()


async def test_what_comes_every_noon_is_a_habit_and_what_is_new_is_told_for_a_few_small_questions_more(
    server: Server,
) -> None:
    source = PrometheusSource(server, SystemClock())
    await source.read_metrics(Lookup.whole(INCIDENT, NOON + END))
    with counting() as asked:
        observations, hypotheses = await investigated(Telemetry(metrics=source), INCIDENT, only=["database"])
    cpu, pool = (
        next(each for each in observations if each.signal_name == name) for name in ("cpu_percent", "pool_in_use")
    )
    assert cpu.standing is Standing.NORMAL
    assert cpu.summary.endswith("usual at this time: also 1, 2, 7 and 14 days ago")
    assert pool.standing is Standing.UNUSUAL
    assert "pool" in hypotheses[0].statement
    assert asked.queries <= 4, "one a day, and nothing is discovered anew"


async def test_only_the_series_that_are_wanted_are_read_again(server: Server) -> None:
    source, window = PrometheusSource(server, SystemClock()), Lookup.whole(INCIDENT, NOON + END).window
    again = Lookup.again(INCIDENT, window, [("orders-db", "cpu_percent")], window)
    assert [each.metric for each in (await source.read_metrics(again)).series] == ["cpu_percent"]
