"""Traces from Tempo: in every shape, within limits, fairly sampled, and said to be so."""

from collections.abc import AsyncIterator

import pytest

from agents.sources.catalogue import Corrections
from agents.sources.tempo import TraceLimits
from agents.sources.tempo.sampling import EVERYTHING
from agents.sources.wire import ServerError
from orchestrator.model import Scope, Window
from orchestrator.ports import Lookup, Telemetry
from tests.agents.cases import CaseBuilder, reference_case
from tests.agents.contract_sources import Filled, TraceContract
from tests.agents.tempo.counterpart import SHAPES, Tempo, asking, hexed


@pytest.fixture(params=SHAPES)
async def filled(request: pytest.FixtureRequest) -> AsyncIterator[Filled]:
    case = reference_case()
    async with asking(Tempo(case.spans, request.param)) as source:
        yield Filled(Telemetry(traces=source, topology=source), case)


class TestTempoSource(TraceContract):
    """Every shape keeps the port's contract."""


def lookup(case: CaseBuilder, start: float = -1800, end: float = 601, **more: object) -> Lookup:
    window = Window(start=case.at(start), end=case.at(end))
    return Lookup(case.case_id, window, **more)  # type: ignore[arg-type]


async def test_a_window_is_sampled_evenly_and_that_is_said() -> None:
    case = reference_case()
    async with asking(Tempo(case.spans), TraceLimits(traces=12, slices=6)) as source:
        spans = await source.read_spans(lookup(case, -1200, 600))
    before = sum(start < case.start.timestamp() for start in spans.starts)
    assert (before, len(spans)) == (16, 24), "two thirds of the window lie before the incident"
    assert spans.asked.left_out == "12 of 30 traces were read, so this is a sample"
    assert spans.asked.query == f"{EVERYTHING}, 12 traces at most, evenly from 6 slices of time"


async def test_an_incident_of_minutes_after_an_hour_of_health_is_half_of_the_sample() -> None:
    case = CaseBuilder()
    for second in range(-3600, 240, 4):
        case.span(f"t{second}", "a", None, "orders", second, 5.0)
    async with asking(Tempo(case.spans), TraceLimits(traces=40, slices=12)) as source:
        even = await source.read_spans(lookup(case, -3600, 240))
        halved = await source.read_spans(lookup(case, -3600, 240, began=case.start))
    since = case.start.timestamp()
    assert sum(start >= since for start in even.starts) <= 4
    assert sum(start >= since for start in halved.starts) == 20
    assert len(halved) == 40
    assert halved.asked.query == (
        f"{EVERYTHING}, 40 traces at most, half of them before the incident, evenly from 12 slices of time"
    )


async def test_what_one_of_the_two_times_lacks_is_read_of_the_other() -> None:
    case = CaseBuilder()
    for second in [*range(-60, 0, 10), *range(0, 240, 4)]:
        case.span(f"t{second}", "a", None, "orders", second, 5.0)
    async with asking(Tempo(case.spans), TraceLimits(traces=40, slices=12)) as source:
        spans = await source.read_spans(lookup(case, -3600, 240, began=case.start))
    assert sum(start < case.start.timestamp() for start in spans.starts) == 6
    assert len(spans) == 40


async def test_traces_that_pass_an_affected_service_are_half_of_the_sample() -> None:
    case = CaseBuilder()
    for second in range(0, 600, 2):
        case.span(f"t{second}", "a", None, "Rare_Service" if second % 100 == 98 else "gateway", second, 5.0)
    async with asking(Tempo(case.spans), TraceLimits(traces=8, slices=2)) as source:
        spans = await source.read_spans(lookup(case, 0, 600, affected=("rare-service",)))
    assert spans.services.count("rare-service") == 4
    assert spans.services.count("gateway") == 4


async def test_one_trace_is_fetched_once_and_a_server_that_knows_one_version_is_asked_for_that_alone() -> None:
    case, tempo = reference_case(), Tempo(reference_case().spans, "v1")
    async with asking(tempo) as source:
        await source.read_spans(lookup(case))
        await source.read_spans(lookup(case))
        await source.read_topology(lookup(case))
    fetched = [each.path for each in tempo.asked if "/traces/" in each.path]
    assert len(fetched) == len(set(fetched)) == len(tempo.traces)
    assert len(tempo.refused) == 1


async def test_a_trace_that_is_gone_costs_only_itself_and_is_told() -> None:
    case = reference_case()
    async with asking(Tempo(case.spans, gone=["t0", "t60"])) as source:
        spans = await source.read_spans(lookup(case, 0, 601))
    assert hexed("t0", 16) not in spans.trace_ids
    assert hexed("t120", 16) in spans.trace_ids
    assert "2 traces were found and could not be read" in spans.asked.left_out


async def test_who_calls_whom_is_read_from_the_spans_also_where_the_callee_sends_none() -> None:
    case = CaseBuilder()
    case.span("t1", "a", None, "gateway", 1, 30.0)
    case.span("t1", "b", "a", "orders", 1.01, 20.0)
    database = {"db.system": "postgresql", "server.address": "orders-db.shop.svc.cluster.local"}
    case.span("t1", "c", "b", "orders", 1.02, 10.0, kind="SPAN_KIND_CLIENT", tags=database)
    case.span("t1", "d", "b", "orders", 1.03, 1.0, kind=3, tags={"db.system": "redis", "server.address": "10.0.0.7"})
    case.span("t1", "e", "b", "orders", 1.04, 1.0, tags={"peer.service": "not-outgoing"})
    async with asking(Tempo(case.spans)) as source:
        found = await source.read_topology(lookup(case, 0, 60))
        spans = await source.read_spans(lookup(case, 0, 60))
    assert found.calls == (("gateway", "orders"), ("orders", "orders-db"), ("orders", "redis"))
    assert found.services == ("gateway", "orders", "orders-db", "redis")
    assert spans.peers == ("", "", "orders-db", "redis", "")


async def test_spans_of_another_environment_are_left_out() -> None:
    case = reference_case()
    tempo = Tempo(case.spans)
    plain = tempo.batches

    def elsewhere(trace_id: str) -> list[dict[str, object]]:
        told = plain(trace_id)
        for batch in told:
            batch["resource"]["attributes"].append({"key": "deployment.environment", "value": {"stringValue": "test"}})
        return told

    tempo.batches = elsewhere  # type: ignore[method-assign, assignment]
    async with asking(tempo) as source:
        assert len(await source.read_spans(lookup(case, scope=Scope(environment="prod")))) == 0
        assert len(await source.read_spans(lookup(case, scope=Scope(environment="TEST")))) > 0
    async with asking(tempo, corrections=Corrections(scope=Scope(environment="prod"))) as source:
        assert len(await source.read_spans(lookup(case))) == 0, "what is meant where nobody says otherwise"


async def test_a_server_that_is_down_is_no_empty_answer() -> None:
    tempo = Tempo(reference_case().spans)
    async with asking(tempo) as source:
        tempo.failing = True
        with pytest.raises(ServerError, match="Tempo did not answer a search for traces: it failed with status 503"):
            await source.read_spans(lookup(reference_case()))


async def test_the_services_that_send_spans_are_listed_for_people() -> None:
    case = reference_case()
    async with asking(Tempo(case.spans)) as source:
        overview = await source.overview(lookup(case).window)
    assert [(each.name, each.stores) for each in overview.services] == [("gateway", ("tempo",)), ("orders", ("tempo",))]
    assert overview.stores[0].holds == "2 services"
