"""The three agents on a shop whose faults are known: what they say, what they keep quiet about, and what they cannot see."""

import asyncio
import random
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.analyzers.masks import telling_words
from agents.incident import INCIDENT_TEAM
from agents.sources.snapshot import SnapshotLibrary
from orchestrator.errors import SourceUnavailableError
from orchestrator.model import FaultKind, Hypothesis, Incident, NoData, Observation, Signal, Standing
from orchestrator.ports import AgentKit, Lookup, PlainAnalyst, Telemetry
from tests.agents.cases import CaseBuilder, InlineCompute, iso
from tests.agents.shop import Fault, Shop
from tests.support.clock import ManualClock

QUIET = 0.3
T = TypeVar("T")


async def investigated(
    telemetry: Telemetry, incident: Incident, only: Sequence[str] = ()
) -> tuple[list[Observation], list[Hypothesis]]:
    kit = AgentKit(telemetry, InlineCompute(), ManualClock())
    agents = [spec.build(kit) for spec in INCIDENT_TEAM.agents if not only or spec.agent_id in only]
    observations = [fact for agent in agents for fact in await agent.observe(incident)]
    numbered = [fact.model_copy(update={"observation_id": f"o{n}"}) for n, fact in enumerate(observations, start=1)]
    said = [each for agent in agents for each in await agent.generate_hypothesis(numbered)]
    assert all(agent.total_cost == 0 for agent in agents)
    return numbered, sorted(said, key=lambda each: -each.initial_confidence)


def telemetry_of(library: SnapshotLibrary) -> Telemetry:
    return Telemetry(library, library, library, library, library)


async def incident_of(folder: Path) -> tuple[SnapshotLibrary, Incident]:
    library = SnapshotLibrary([folder], InlineCompute())
    incident = await library.find("INC-7")
    assert incident is not None
    return library, incident


async def run(folder: Path, case: CaseBuilder) -> tuple[list[Observation], list[Hypothesis]]:
    library, incident = await incident_of(case.write(folder))
    return await investigated(telemetry_of(library), incident)


@pytest.mark.parametrize(
    ("fault", "service", "kinds", "agent"),
    [
        (
            Fault(failing={"orders": 0.4}, deploy="orders"),
            "orders",
            {FaultKind.ERROR, FaultKind.WRONG_RESULT},
            "application",
        ),
        (Fault(own_ms={"catalogue": 300.0}, cpu={"catalogue": 99.0}), "catalogue", {FaultKind.CPU}, "application"),
        (Fault(own_ms={"orders": 250.0}), "orders", {FaultKind.LATENCY}, "application"),
        (
            Fault(memory_mib={"catalogue": 900.0}, own_ms={"catalogue": 90.0}),
            "catalogue",
            {FaultKind.MEMORY},
            "application",
        ),
        (
            Fault(
                store_ms=700.0,
                pool_in_use=5,
                lines={"orders-db": "process 77 still waiting for ShareLock after 1000 ms"},
            ),
            "orders-db",
            {FaultKind.LATENCY, FaultKind.ERROR, FaultKind.SATURATION},
            "database",
        ),
        (Fault(gap_ms={("gateway", "catalogue"): 300.0}), "catalogue", {FaultKind.NETWORK}, "network"),
        (
            Fault(
                resets=("gateway", "orders"),
                gap_ms={("gateway", "orders"): 40.0},
                lines={"gateway": "connection to orders failed: reset by peer"},
            ),
            "orders",
            {FaultKind.NETWORK},
            "network",
        ),
    ],
    ids=["bad deploy", "cpu", "slow by itself", "memory", "database", "slow link", "resets"],
)
async def test_the_service_at_fault_is_named_first(
    tmp_path: Path, fault: Fault, service: str, kinds: set[FaultKind], agent: str
) -> None:
    observations, hypotheses = await run(tmp_path, Shop(fault).case)
    first = hypotheses[0]
    assert first.service == service
    assert first.fault_kind in kinds
    assert first.agent_id == agent
    assert first.initial_confidence > QUIET
    known = {each.observation_id for each in observations}
    assert first.supporting
    assert set(first.supporting) | set(first.refuting) <= known
    assert first.verify
    assert first.disprove
    onsets = [each.onset for each in observations if each.observation_id == first.supporting[0]]
    assert onsets[0] is not None
    assert abs(onsets[0] - CaseBuilder().start) < timedelta(seconds=60)


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_in_a_quiet_hour_nobody_is_accused(tmp_path: Path, seed: int) -> None:
    observations, hypotheses = await run(tmp_path, Shop(seed=seed).case)
    assert all(each.initial_confidence < QUIET for each in hypotheses)
    assert any(each.standing is Standing.NORMAL for each in observations)


async def test_a_deploy_alone_accuses_nobody_and_one_before_the_trouble_is_blamed(tmp_path: Path) -> None:
    _, quiet = await run(tmp_path / "a", Shop(Fault(deploy="orders")).case)
    assert all(each.initial_confidence < QUIET for each in quiet)
    observations, blamed = await run(tmp_path / "b", Shop(Fault(failing={"orders": 0.4}, deploy="orders")).case)
    assert blamed[0].change_id == "v412"
    assert "v412" in blamed[0].do_first
    assert blamed[0].do_first.startswith("consider rolling back")
    change = next(each for each in observations if each.signal_name == "v412")
    assert change.observation_id in blamed[0].supporting
    _, without = await run(tmp_path / "c", Shop(Fault(failing={"orders": 0.4})).case)
    assert without[0].change_id == ""
    assert blamed[0].initial_confidence > without[0].initial_confidence


async def test_stalls_in_some_calls_are_told_with_their_share(tmp_path: Path) -> None:
    case = Shop().case
    for span in case.spans:
        late = span["start"] >= iso(case.start) and int(span["trace_id"][1:]) % 4 == 0
        if late and span["span_id"] in ("to-orders", "root"):
            span["duration_ms"] += 900.0
    observations, hypotheses = await run(tmp_path, case)
    stalled = next(each for each in observations if each.signal is Signal.TRACE and each.peer == "orders")
    assert stalled.summary.startswith("calls gateway → orders lose 9")
    assert " % of calls since 12:00" in stalled.summary
    assert hypotheses[0].service == "orders"


async def test_failing_calls_to_a_store_are_laid_to_the_way_there(tmp_path: Path) -> None:
    case = Shop().case
    for span in case.spans:
        if span["span_id"] == "store" and span["start"] >= iso(case.start):
            span["status"] = "ERROR"
    observations, hypotheses = await run(tmp_path, case)
    assert any(
        each.summary.startswith("errors start on the way from orders to orders-db: 100 %") for each in observations
    )
    assert hypotheses[0].service == "orders-db"


async def test_observations_show_masked_lines_only(tmp_path: Path) -> None:
    line = "login of eve@example.org with token=s3cr3t-9f8e failed for 10.1.2.3"
    observations, _ = await run(tmp_path, Shop(Fault(lines={"orders": line})).case)
    shown = " ".join(each.model_dump_json() for each in observations)
    assert "login of <email> with token=<secret> failed for <ip>" in shown
    assert not any(secret in shown for secret in ("eve@", "s3cr3t", "10.1.2.3"))


async def test_what_people_wrote_of_a_change_is_masked_too(tmp_path: Path) -> None:
    case = Shop(Fault(failing={"orders": 0.4}, deploy="orders")).case
    written = "set password=deploysecret, AKIAIOSFODNN7EXAMPLE, eyJhbGciOiJI.eyJzdWIiOiIx.sig0 for eve@example.org"
    case.changes["deploys"][-1].update(message=written, author="Eve <eve@example.org>")
    observations, hypotheses = await run(tmp_path, case)
    shown = " ".join(each.model_dump_json() for each in [*observations, *hypotheses])
    assert "by Eve <email>: v412: set password=<secret>, <secret>, <secret> for <email>" in shown
    assert not any(secret in shown for secret in ("deploysecret", "AKIA", "eyJ", "eve@"))


async def test_nothing_is_called_normal_of_which_the_same_agent_says_otherwise(tmp_path: Path) -> None:
    case = Shop(Fault(own_ms={"catalogue": 300.0}, lines={"orders": "ERROR no zone for the quote"})).case
    steady: dict[str, dict[datetime, float | str]] = {
        name: dict.fromkeys(column, 5.0) for name, column in case.columns.items() if "latency" in name
    }
    case.columns.update(steady)
    observations, _ = await run(tmp_path, case)
    calm = [each for each in observations if each.standing is Standing.NORMAL]
    normal = [each.summary for each in calm if each.signal is not Signal.CHANGE]
    errors = [each for each in normal if "rror metrics" in each]
    assert any("gateway" in each for each in errors)
    assert not any("orders" in each for each in errors)
    assert not any("latency metrics" in each.lower() and "catalogue" in each.split(" → ")[0] for each in normal)
    assert all(each.count("normal in") == 1 for each in normal)


async def test_lines_without_a_word_come_after_those_that_say_something(tmp_path: Path) -> None:
    case = Shop(Fault(lines={"orders": "ERROR no zone for the quote"})).case
    for second in range(2, 300, 3):
        for values in ("{'a': 1}", "(k=2) 17", "[a, b]", "{'b': 1} 4 4", "-----BEGIN RSA PRIVATE KEY-----"):
            case.log("orders", second, values, "ERROR")
    observations, _ = await run(tmp_path, case)
    told = [each.signal_name for each in observations if each.signal is Signal.LOG and each.service == "orders"]
    assert any("no zone" in each for each in told)
    assert all(telling_words(each) for each in told)


async def test_facts_can_be_seen_again_and_drawn(tmp_path: Path) -> None:
    observations, _ = await run(tmp_path, Shop(Fault(cpu={"orders": 99.0}, own_ms={"orders": 200.0})).case)
    cpu = next(each for each in observations if each.signal_name == "cpu_percent" and each.service == "orders")
    assert cpu.standing is Standing.UNUSUAL
    assert cpu.usual == pytest.approx(20, abs=2)
    assert cpu.value == pytest.approx(99, abs=9)
    assert cpu.unit == "%"
    assert "since 12:00, was" in cpu.summary
    assert cpu.source == "snapshot"
    assert cpu.query
    assert cpu.window is not None
    assert cpu.sketch is not None
    assert 2 < len(cpu.sketch.times) <= 240
    assert len(cpu.sketch.times) == len(cpu.sketch.values)


async def test_the_links_are_told_by_every_agent_that_knows_them(tmp_path: Path) -> None:
    observations, _ = await run(tmp_path, Shop().case)
    calls = {call for each in observations for call in each.calls}
    assert {("gateway", "orders"), ("gateway", "catalogue"), ("orders", "orders-db")} <= calls


async def test_hypotheses_come_from_stored_observations_alone(tmp_path: Path) -> None:
    library, incident = await incident_of(Shop(Fault(failing={"orders": 0.4})).case.write(tmp_path))
    observations, said = await investigated(telemetry_of(library), incident)
    stored = [Observation.model_validate_json(each.model_dump_json()) for each in observations]
    kit = AgentKit(Telemetry(), InlineCompute(), ManualClock())
    resumed = []
    for spec in INCIDENT_TEAM.agents:
        agent = spec.build(kit)
        assert isinstance(agent, PlainAnalyst)
        assert await agent.analyse(stored) == await agent.generate_hypothesis(stored)
        resumed += await agent.generate_hypothesis(stored)
    assert sorted(resumed, key=lambda each: -each.initial_confidence) == said


async def test_what_is_not_configured_or_empty_is_said(tmp_path: Path) -> None:
    case = Shop(Fault(cpu={"orders": 99.0}, own_ms={"orders": 200.0})).case
    case.logs = []
    library, incident = await incident_of(case.write(tmp_path))
    observations, hypotheses = await investigated(Telemetry(metrics=library, logs=library), incident)
    unseen = [each.summary for each in observations if each.standing is Standing.NO_DATA]
    assert "No source of traces is configured" in unseen
    assert any(each.startswith("No logs in snapshot: searched logs.jsonl") for each in unseen)
    assert hypotheses[0].service == "orders"


class Down:
    async def read_logs(self, lookup: Lookup) -> None:
        raise SourceUnavailableError("Loki did not answer in 10 s.")


async def test_a_source_that_is_down_is_a_gap_and_all_down_is_an_error(tmp_path: Path) -> None:
    library, incident = await incident_of(Shop().case.write(tmp_path))
    telemetry = replace(telemetry_of(library), logs=Down())
    observations, _ = await investigated(telemetry, incident)
    gaps = [each for each in observations if isinstance(each, NoData)]
    assert {each.summary for each in gaps} == {"Logs could not be read: Loki did not answer in 10 s."}
    with pytest.raises(SourceUnavailableError):
        await investigated(Telemetry(logs=Down()), incident)


async def test_an_incident_without_any_telemetry_is_answered_with_what_is_missing(tmp_path: Path) -> None:
    observations, hypotheses = await run(tmp_path, CaseBuilder())
    assert hypotheses == []
    assert {each.signal for each in observations} == {Signal.METRIC, Signal.LOG, Signal.TRACE}
    assert all(each.standing is Standing.NO_DATA for each in observations)


async def test_an_agent_with_nothing_in_its_territory_says_so(tmp_path: Path) -> None:
    case = CaseBuilder()
    for second in range(-1200, 600, 15):
        case.metric("gateway", "cpu_percent", second, 20.0 + second % 2)
        case.log("gateway", second, "all is well")
        case.span(f"t{second}", "a", None, "gateway", second, 5.0)
    observations, _ = await run(tmp_path, case)
    unseen = {each.agent_id: each.summary for each in observations if each.standing is Standing.NO_DATA}
    assert unseen["database"].startswith("No databases, caches, queues or pools are known")
    assert "application" not in unseen


async def test_metrics_that_stop_are_a_finding(tmp_path: Path) -> None:
    case = Shop(Fault(failing={"orders": 0.3})).case
    for name, column in case.columns.items():
        if name.startswith("catalogue__"):
            case.columns[name] = {at: value for at, value in column.items() if at < case.at(120)}
    observations, _ = await run(tmp_path, case)
    silent = [each for each in observations if each.signal_name == "metrics"]
    assert [each.summary for each in silent] == ["catalogue sends no metrics any more since 12:01:45, others do"]


async def test_what_a_service_that_no_request_passes_through_does_counts_for_little(tmp_path: Path) -> None:
    case = Shop(Fault(failing={"orders": 0.4})).case
    for second in range(-1200, 601, 15):
        case.metric("reporting", "latency_p99_ms", second, (5.0 if second < 0 else 30_000.0) + second % 2)
    observations, hypotheses = await run(tmp_path, case)
    idle = next(each for each in observations if each.service == "reporting")
    assert idle.score < 0.3
    assert hypotheses[0].service == "orders"


async def test_one_agent_alone_still_explains(tmp_path: Path) -> None:
    library, incident = await incident_of(Shop(Fault(gap_ms={("gateway", "catalogue"): 300.0})).case.write(tmp_path))
    _, said = await investigated(telemetry_of(library), incident, only=["network"])
    assert [said[0].service, said[0].peer] == ["catalogue", "gateway"]
    _, nothing = await investigated(telemetry_of(library), incident, only=["database"])
    assert all(each.agent_id == "database" for each in nothing)


async def test_no_two_hypotheses_of_a_run_are_equally_likely(tmp_path: Path) -> None:
    _, said = await run(tmp_path, Shop(Fault(failing={"orders": 0.5}, cpu={"catalogue": 99.0})).case)
    confidences = [each.initial_confidence for each in said]
    assert len(set(confidences)) == len(confidences)


def test_the_order_of_lines_changes_nothing(tmp_path: Path) -> None:
    @settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.integers(0, 999))
    def shuffled(seed: int) -> None:
        dice = random.Random(seed)
        case = Shop(Fault(failing={"orders": 0.4}, deploy="orders")).case
        before = _finished(run(tmp_path / "before", case))
        dice.shuffle(case.logs)
        dice.shuffle(case.spans)
        columns = list(case.columns.items())
        dice.shuffle(columns)
        case.columns = dict(columns)
        assert _finished(run(tmp_path / "after", case)) == before

    shuffled()


def _finished(work: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner() as runner:
        return runner.run(work)
