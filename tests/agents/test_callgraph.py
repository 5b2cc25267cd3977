"""Several sources know more of who calls whom than one, and one that is silent takes nothing away from the others."""

import pytest

from agents.sources.callgraph import CallGraph
from orchestrator.errors import SourceUnavailableError
from orchestrator.ports import Lookup
from tests.support.telemetry import HOUR_BEFORE, FixedTelemetry

LOOKUP = Lookup("INC-1", HOUR_BEFORE)
METRICS = FixedTelemetry(calls=[("gateway", "orders")])
TRACES = FixedTelemetry(calls=[("orders", "orders-db"), ("gateway", "orders")])
SILENT = FixedTelemetry(broken=["topology"])


async def test_what_several_sources_know_is_put_together() -> None:
    known = await CallGraph([METRICS, TRACES]).read_topology(LOOKUP)
    assert known.calls == (("gateway", "orders"), ("orders", "orders-db"))


async def test_a_source_that_does_not_answer_costs_what_it_alone_knows() -> None:
    known = await CallGraph([SILENT, METRICS]).read_topology(LOOKUP)
    assert known.calls == (("gateway", "orders"),)


async def test_where_none_answers_there_is_no_answer() -> None:
    with pytest.raises(SourceUnavailableError, match="topology store did not answer"):
        await CallGraph([SILENT, SILENT]).read_topology(LOOKUP)
