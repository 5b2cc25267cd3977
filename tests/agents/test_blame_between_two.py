"""Of two services and the way between them, which one is to blame: who is down, who is ill itself, who was just changed."""

from typing import Any

import pytest

from agents.analyzers.refusals import nobody_listens
from agents.incident.suspects import suspects
from orchestrator.model import Aspect, FaultKind, Observation, Signal
from tests.agents.test_suspects import change, fact, names


def link(caller: str, callee: str, score: float = 0.9) -> Observation:
    more: dict[str, Any] = {"signal": Signal.TRACE, "peer": callee, "signal_name": f"{caller} → {callee}"}
    return fact(caller, Aspect.LATENCY, score, agent_id="network", value=1000.0, unit="ms", **more)


def complaint(caller: str, callee: str, template: str, aspect: Aspect = Aspect.ERRORS) -> Observation:
    return fact(caller, aspect, signal=Signal.LOG, peer=callee, signal_name=template, unit="lines")


@pytest.mark.parametrize(
    "said",
    [
        "dial tcp <ip>: connect: connection refused",
        "Error: connect ECONNREFUSED <ip>",
        "no healthy upstream",
        "[Errno <n>] Connect call failed (<text>, <n>)",
    ],
)
def test_a_refused_connection_says_that_nobody_listens(said: str) -> None:
    assert nobody_listens(said)
    found = suspects([complaint("orders", "payment", said, Aspect.NETWORK), link("orders", "payment")])
    assert names(found)[0] == "payment"
    assert found[0].kind is FaultKind.ERROR


@pytest.mark.parametrize("said", ["connection reset by peer", "connect timed out after <n> ms", "no route to host"])
def test_a_bad_network_does_not_refuse(said: str) -> None:
    assert not nobody_listens(said)


def test_of_two_ends_of_bad_links_the_one_that_is_ill_itself_is_to_blame() -> None:
    links = [link("gateway", "cart"), link("gateway", "orders", 0.6), link("orders", "payment", 0.5)]
    assert names(suspects(links))[0] == "gateway"
    found = suspects([*links, fact("cart", Aspect.MEMORY, unit="MiB")])
    assert names(found)[0] == "cart"
    assert found[0].kind is FaultKind.MEMORY


def test_a_link_that_one_end_explains_is_no_evidence_against_the_other() -> None:
    ill = [link("orders", "payment"), link("gateway", "payment"), fact("payment", Aspect.MEMORY, unit="MiB")]
    alone = {each.service: each.confidence for each in suspects(ill)}
    found = {each.service: each.confidence for each in suspects([*ill, link("gateway", "orders", 0.5)])}
    assert found["orders"] < found["payment"] / 2
    assert found["payment"] == pytest.approx(alone["payment"], abs=0.15)


def test_who_was_changed_just_before_complains_of_its_callee_and_tells_of_itself() -> None:
    waits = complaint("gateway", "orders", "orders did not answer within <n> ms")
    felt = fact("gateway", Aspect.ERRORS, 0.4, unit="/s")
    assert names(suspects([waits, felt]))[0] == "orders"
    assert names(suspects([waits, felt, change("gateway", 1)]))[0] == "gateway"


def probed(caller: str, callee: str, took: float, score: float) -> Observation:
    more: dict[str, Any] = {"signal": Signal.METRIC, "peer": callee, "signal_name": "link_probe_ms"}
    return fact(caller, Aspect.NETWORK, score, agent_id="network", value=took, usual=1.5, unit="ms", **more)


def test_links_share_the_blame_for_a_bad_one_by_what_they_lose() -> None:
    worst = [link("cart", "catalogue"), probed("cart", "catalogue", 710.0, 0.9)]
    jitter = [probed("gateway", "cart", 19.0, 0.9), probed("orders", "cart", 30.0, 0.9)]
    assert names(suspects(worst))[0] == names(suspects([*worst, *jitter]))[0] == "catalogue"
    alike = [probed("gateway", "cart", 650.0, 0.9), probed("orders", "cart", 650.0, 0.9)]
    assert names(suspects([*worst, *alike]))[0] == "cart"


def test_what_a_service_leaves_out_while_it_fails_is_told_as_a_failure() -> None:
    more: dict[str, Any] = {"signal": Signal.LOG, "signal_name": "charged <n> EUR", "unit": "%"}
    habit = fact("payment", Aspect.BEHAVIOUR, 0.7, value=50.0, usual=96.0, **more)
    fails = complaint("orders", "payment", "payment answered 5xx")
    assert suspects([habit])[0].kind is FaultKind.WRONG_RESULT
    assert suspects([habit, fails])[0].kind is FaultKind.ERROR
