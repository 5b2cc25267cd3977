"""A system that is known by a few five-minute metrics and a list of dependencies only: who is to blame there."""

import random
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from agents.analyzers.addresses import is_address
from agents.analyzers.graph import Graph
from agents.analyzers.meaning import complaints
from agents.incident.levels import Levels
from orchestrator.model import Aspect, Observation, Standing
from tests.agents.cases import CaseBuilder, iso
from tests.agents.test_incident_team import run
from tests.agents.test_metric_analysis import series

FRONT_DOOR = "search-7.eu.elb.example.com"
CALLS = (
    ("site", FRONT_DOOR),
    ("site", "search"),
    ("site", "orders"),
    ("search", "files"),
    ("orders", "store"),
    ("robot", "search"),
)
USUAL_S = {"site": 0.1, FRONT_DOOR: 0.02, "search": 0.01, "orders": 0.05, "files": 0.1, "store": 0.004, "robot": 0.05}


@dataclass
class Fault:
    """What is different in the window: shares that are lost, and seconds that are added."""

    lost: dict[str, float] = field(default_factory=dict)
    slower: dict[str, float] = field(default_factory=dict)


def shop(fault: Fault, symptom: str = "availability of site below 99 %", seed: int = 5) -> CaseBuilder:
    """Two days at five minutes, then 25 minutes of incident, of which the middle three points are bad."""
    dice = random.Random(seed)
    case = CaseBuilder(
        sheet={"title": symptom, "affected_service": "site", "dependencies": [list(call) for call in CALLS]}
    )
    case.sheet["end_time"] = iso(case.at(25 * 60))
    for at in range(-2 * 86_400, 25 * 60, 300):
        bad = 300 <= at <= 900
        for service, usual in USUAL_S.items():
            lost = fault.lost.get(service, 0.0) if bad else 0.0
            slower = fault.slower.get(service, 0.0) if bad else 0.0
            case.metric(service, "availability", at, 100 * (1 - lost))
            case.metric(service, "latency_avg", at, (usual + slower) * dice.uniform(0.93, 1.07))
    return case


@pytest.mark.parametrize(
    ("fault", "service"),
    [
        (Fault(lost={"site": 0.02, "search": 0.03}), "search"),
        (Fault(lost={"site": 0.02, "search": 0.03, FRONT_DOOR: 0.1}), "search"),
        (Fault(lost={"site": 0.02, FRONT_DOOR: 0.1}), FRONT_DOOR),
        (Fault(lost={"site": 0.02, "orders": 0.02}, slower={"store": 0.003}), "orders"),
        (Fault(lost={"site": 0.02, "search": 0.03}, slower={"files": 0.1}), "search"),
        (Fault(slower={"site": 0.03, "search": 0.02, "robot": 0.4}), "search"),
        (Fault(slower={"site": 0.1, "search": 0.4, FRONT_DOOR: 0.5}), "search"),
        (Fault(slower={"site": 0.1, "orders": 0.1, "store": 0.1}), "store"),
    ],
    ids=[
        "the failing callee",
        "what stands behind the address",
        "the address where nothing else is bad",
        "not who is slower than nobody notices",
        "not who is slow where nobody is slow",
        "not who calls the cause as well",
        "the slow service behind the address",
        "the end of the chain",
    ],
)
async def test_few_metrics_and_the_dependencies_find_the_cause(tmp_path: Path, fault: Fault, service: str) -> None:
    symptom = "availability of site below 99 %" if fault.lost else "latency of site above 0.15 s"
    _, hypotheses = await run(tmp_path, shop(fault, symptom))
    assert hypotheses[0].service == service


async def test_one_bad_point_is_enough_where_a_point_stands_for_minutes(tmp_path: Path) -> None:
    case = shop(Fault(lost={"site": 0.04, "search": 0.06}))
    for column in case.columns.values():
        for at in (300, 900):
            del column[case.at(at)]
    _, hypotheses = await run(tmp_path, case)
    assert hypotheses[0].service == "search"


async def test_healthy_services_beside_it_change_nothing(tmp_path: Path) -> None:
    fault = Fault(lost={"site": 0.02, "search": 0.03, FRONT_DOOR: 0.1})
    _, alone = await run(tmp_path / "a", shop(fault))
    crowded = shop(fault)
    for at in range(-2 * 86_400, 25 * 60, 300):
        for number in range(20):
            crowded.metric(f"healthy-{number}", "availability", at, 100.0)
            crowded.metric(f"healthy-{number}", "latency_avg", at, 0.02)
    _, among_others = await run(tmp_path / "b", crowded)
    assert [(each.service, each.initial_confidence, each.statement) for each in among_others] == [
        (each.service, each.initial_confidence, each.statement) for each in alone
    ]


async def test_a_quiet_half_hour_of_few_metrics_accuses_nobody(tmp_path: Path) -> None:
    _, hypotheses = await run(tmp_path, shop(Fault()))
    assert hypotheses == []


async def test_what_the_affected_service_does_not_suffer_is_told_by_itself(tmp_path: Path) -> None:
    observations, _ = await run(tmp_path / "a", shop(Fault(lost={"site": 0.02, "search": 0.03})))
    assert "Latency metrics: normal in site" in _normal(observations)
    observations, _ = await run(tmp_path / "b", shop(Fault(), "checkout is slow and fails"))
    assert not any("normal in site" in each for each in _normal(observations))


def _normal(observations: list[Observation]) -> list[str]:
    return [each.summary for each in observations if each.standing is Standing.NORMAL]


@pytest.mark.parametrize(
    ("title", "aspects"),
    [
        ("availability (Average) of site violates its SLO", {Aspect.ERRORS}),
        ("Checkout error ratio 21 % > 5 %", {Aspect.ERRORS}),
        ("gateway p95 latency 0.8 s > 0.3 s", {Aspect.LATENCY}),
        ("user-facing requests are slow or failed", {Aspect.ERRORS, Aspect.LATENCY}),
        ("performance of the shop degraded", set()),
    ],
)
def test_a_title_says_what_people_complain_of(title: str, aspects: set[Aspect]) -> None:
    assert complaints(title) == aspects


@pytest.mark.parametrize(
    "name",
    ["10.0.3.17", "169.254.170.2_remote", FRONT_DOOR, "https://sqs.eu-1.example.com/queue", "payments (external)"],
)
def test_an_address_is_where_somebody_calls(name: str) -> None:
    assert is_address(name)


@pytest.mark.parametrize("name", ["orders", "orders-db", "ts-travel2-service", "com.example.Orders", "v1.2.3", "a.b"])
def test_a_service_is_no_address(name: str) -> None:
    assert not is_address(name)


def test_a_delay_matters_as_much_as_callers_are_used_to_wait() -> None:
    waits = [series("orders", "latency_avg", [0.1] * 20), series("batch", "latency_avg", [40.0] * 20)]
    levels = Levels(waits, Graph([("orders", "store"), ("batch", "store")]), split=20.0)
    assert levels.felt("store", "latency_avg", 0.0025) == pytest.approx(0.2)
    assert levels.felt("store", "latency_avg", 0.5) == 1.0
    assert levels.felt("store", "latency_p99", 0.0025) == 1.0, "nobody's 99th percentile is known"
    assert levels.felt("orders", "latency_avg", 0.0025) == 1.0, "nobody calls it"
