"""The source against a real Prometheus: the contract of all sources, and worlds as real exporters print them."""

from collections.abc import AsyncIterator, Iterator

import pytest

from agents.sources.prometheus import PrometheusSource
from orchestrator.clock import SystemClock
from orchestrator.ports import Telemetry
from tests.agents.cases import CaseBuilder, reference_case
from tests.agents.contract_sources import Filled, MetricContract
from tests.agents.wire.counterpart import server_at
from tests.support.prometheus import Filling, RealPrometheus, real_prometheus


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


class TestPrometheusSource(MetricContract):
    @pytest.fixture
    async def filled(self, reference: RealPrometheus) -> AsyncIterator[Filled]:
        async with server_at(reference.url, SystemClock()) as server:
            source = PrometheusSource(server, SystemClock())
            yield Filled(Telemetry(metrics=source), reference_case())
