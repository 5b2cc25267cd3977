"""The rules of suspicion, on observations made by hand."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from agents.incident.blame import NAMED
from agents.incident.explaining import explain
from agents.incident.suspect import Suspect
from agents.incident.suspects import suspects
from agents.incident.words import clock, figure, many, percent, plain, quoted, short_ids
from orchestrator.model import Aspect, FaultKind, Observation, Signal, Standing
from tests.support.clock import NOON

CALLS = (("gateway", "orders"), ("orders", "payment"), ("gateway", "cart"))


def fact(service: str, aspect: Aspect = Aspect.LATENCY, score: float = 0.9, **more: Any) -> Observation:
    given = {
        "agent_id": "application",
        "summary": f"{service} {aspect}",
        "onset": NOON,
        "value": 9.0,
        "usual": 1.0,
        "unit": "s",
    }
    return Observation(**{**given, "service": service, "aspect": aspect, "score": score, "calls": CALLS, **more})


def names(found: Sequence[Suspect]) -> list[str]:
    return [each.service for each in found]


def test_who_is_at_the_end_of_the_chain_keeps_the_blame() -> None:
    found = suspects([fact("gateway"), fact("orders"), fact("payment")])
    assert names(found)[0] == "payment"
    assert found[0].confidence > 1.5 * found[1].confidence


def test_a_short_delay_does_not_explain_a_long_one() -> None:
    found = suspects([fact("orders"), fact("payment", value=1.2)])
    assert names(found)[0] == "orders"


def test_delays_in_different_units_or_statistics_are_not_compared() -> None:
    assert names(suspects([fact("orders"), fact("payment", value=1.2, unit="")]))[0] == "payment"
    mean, tail = {"signal_name": "latency_avg"}, {"signal_name": "latency_p99"}
    assert names(suspects([fact("orders", **tail), fact("payment", value=1.2, **mean)]))[0] == "payment"


def test_a_cause_of_ones_own_is_not_explained_away() -> None:
    found = suspects([fact("orders", Aspect.CPU, unit="%"), fact("payment", score=0.4)])
    assert names(found)[0] == "orders"
    assert found[0].kind is FaultKind.CPU


def test_one_loud_signal_is_less_than_two_that_agree() -> None:
    alone = suspects([fact("orders", Aspect.CPU)])[0]
    agreed = suspects([fact("orders", Aspect.CPU), fact("orders", Aspect.LATENCY)])[0]
    assert alone.confidence < 0.6 < agreed.confidence


def test_what_nobody_feels_is_believed_half() -> None:
    unfelt = suspects([fact("orders", Aspect.MEMORY)])[0]
    felt = suspects([fact("orders", Aspect.MEMORY), fact("cart", Aspect.ERRORS, score=0.4)])[0]
    assert unfelt.confidence < 0.3 < felt.confidence


def test_a_bad_link_is_laid_to_the_one_that_is_called() -> None:
    link = {"signal": Signal.TRACE, "agent_id": "network", "peer": "orders", "signal_name": "gateway → orders"}
    found = suspects([fact("gateway", **link)])
    assert names(found) == ["orders", "gateway"]
    assert found[0].kind is FaultKind.NETWORK


def test_one_end_of_many_bad_links_is_laid_all_of_them() -> None:
    links = [
        fact("gateway", signal=Signal.TRACE, peer=callee, signal_name=f"gateway → {callee}")
        for callee in ("orders", "cart")
    ]
    assert names(suspects(links))[0] == "gateway"


def test_a_complaint_speaks_about_the_one_it_names() -> None:
    found = suspects([fact("gateway", Aspect.ERRORS, signal=Signal.LOG, peer="orders", unit="lines")])
    assert names(found) == ["orders", "gateway"]


@pytest.mark.parametrize(
    "quiet",
    [
        fact("orders", signal=Signal.METRIC, aspect=Aspect.TRAFFIC),
        fact("orders", signal_name="node_cpu_pct", aspect=Aspect.CPU),
        fact("orders", signal_name="moon_phase", aspect=Aspect.OTHER),
    ],
    ids=["traffic", "a shared host", "nobody knows"],
)
def test_what_accuses_nobody_by_itself_stays_under_the_bar(quiet: Observation) -> None:
    assert all(each.confidence < 0.3 for each in suspects([quiet]))


def test_facts_without_a_service_and_normal_ones_accuse_nobody() -> None:
    assert suspects([fact("", Aspect.CPU), fact("orders", Aspect.CPU, standing=Standing.NORMAL)]) == []


@pytest.mark.parametrize("aspect", Aspect)
@pytest.mark.parametrize("signal", Signal)
@pytest.mark.parametrize("peer", ["", "payment"])
def test_whatever_agents_of_others_observe_can_be_weighed(aspect: Aspect, signal: Signal, peer: str) -> None:
    assert all(0.0 <= each.confidence <= 1.0 for each in suspects([fact("orders", aspect, signal=signal, peer=peer)]))


def test_calls_that_fail_without_a_named_peer_speak_of_a_dependency() -> None:
    found = suspects([fact("orders", Aspect.ERRORS, signal_name="outbound_call_error_ratio", unit="")])
    assert found[0].kind is FaultKind.DEPENDENCY


def change(service: str, before_s: float, score: float = 0.6, name: str = "v412") -> Observation:
    at = NOON - timedelta(seconds=before_s)
    summary = f"{service} deploy at {clock(at)} by ana: {name}: feat: zones"
    more = {"signal": Signal.CHANGE, "signal_name": name, "onset": at, "summary": summary}
    return fact(service, Aspect.DEPLOY, score, **more)


def test_the_change_that_scores_highest_is_blamed_and_not_one_after_the_trouble_or_one_that_hardly_scores() -> None:
    trouble = [fact("orders", Aspect.CPU, unit="%"), fact("orders", Aspect.ERRORS, unit="%")]
    blamed = suspects([*trouble, change("orders", 60), change("orders", 900, 0.2, "v411"), change("cart", 30)])[0]
    assert blamed.change is not None
    assert blamed.change.signal_name == "v412"
    assert blamed.confidence > suspects(trouble)[0].confidence
    for other in (change("orders", -120), change("orders", 60, NAMED - 0.01)):
        assert suspects([*trouble, other])[0].change is None


def test_the_likeliest_is_surer_where_those_who_need_it_suffer_as_it_does() -> None:
    alone = suspects([fact("orders", Aspect.ERRORS, unit="%")])[0]
    elsewhere = suspects([fact("orders", Aspect.ERRORS, unit="%"), fact("cart", Aspect.ERRORS, score=0.3)])[0]
    echoed = suspects([fact("orders", Aspect.ERRORS, unit="%"), fact("gateway", Aspect.ERRORS, score=0.3)])[0]
    assert elsewhere.confidence <= alone.confidence < echoed.confidence


def test_the_other_end_of_one_explanation_is_no_rival() -> None:
    calls = {"calls": (("orders", "card-network"),)}
    complaint = fact("orders", Aspect.ERRORS, signal=Signal.LOG, peer="card-network", unit="lines", **calls)
    reset = fact("orders", Aspect.NETWORK, peer="card-network", signal_name="link_card-network_resets", unit="/s")
    found = suspects([complaint, reset])
    assert names(found) == ["card-network", "orders"]
    assert found[1].confidence < 0.3 * found[0].confidence
    lines = fact("orders", Aspect.ERRORS, signal=Signal.LOG, signal_name="no zone for quote", **calls)
    rival = suspects([complaint, reset, lines])
    assert rival[1].confidence > 0.4 * rival[0].confidence


def test_what_a_changed_service_asks_of_its_callees_is_a_part_of_its_explanation() -> None:
    busy = fact("payment", Aspect.CPU, unit="%")
    failing = [fact("orders", Aspect.ERRORS, signal=signal, unit="%") for signal in (Signal.LOG, Signal.TRACE)]
    blamed = suspects([busy, *failing, change("orders", 60)])
    assert names(blamed)[0] == "orders"
    assert blamed[1].confidence < 0.6 * blamed[0].confidence
    rivals = suspects([busy, *failing])
    assert rivals[1].confidence > 0.6 * rivals[0].confidence


def test_trouble_that_the_affected_services_do_not_have_counts_half() -> None:
    slow, failing = fact("payment", score=0.9), fact("orders", Aspect.ERRORS, score=0.6, unit="%")
    assert names(suspects([slow, failing]))[0] == "payment"
    calm = fact("gateway", Aspect.LATENCY, 0.0, standing=Standing.NORMAL)
    assert names(suspects([slow, failing, calm]))[0] == "orders"


def test_behind_an_address_is_who_else_its_callers_call() -> None:
    calls = (("gateway", "eu.api.example.com"), ("gateway", "orders"))
    seen = fact("eu.api.example.com", Aspect.ERRORS, score=0.9, unit="%", calls=calls)
    assert names(suspects([seen]))[0] == "eu.api.example.com"
    assert names(suspects([seen, fact("orders", Aspect.ERRORS, score=0.6, unit="%", calls=calls)]))[0] == "orders"


def test_a_change_makes_no_suspicion_by_itself() -> None:
    assert suspects([change("orders", 60)]) == []


def test_a_hypothesis_says_why_how_to_check_and_what_speaks_against_it() -> None:
    late = NOON + timedelta(minutes=5)
    observations = [
        fact("orders", Aspect.CPU, unit="%", signal_name="cpu_percent", observation_id="o1", onset=late),
        fact("orders", Aspect.LATENCY, observation_id="o2", onset=late),
        fact("cart", Aspect.MEMORY, observation_id="o3", agent_id="database"),
        change("orders", -240).model_copy(update={"observation_id": "o4"}),
    ]
    said = explain("application", observations)
    assert [each.service for each in said] == ["orders"]
    first = said[0]
    assert first.statement == "orders runs out of CPU since 12:05, after the deploy of v412 at 12:04: cpu 9 %, was 1 %"
    assert first.supporting == ("o1", "o2", "o4")
    assert first.refuting == ("o3",)
    assert first.do_first == "consider rolling back the deploy of orders at 12:04 (v412: feat: zones)"
    assert first.verify == ("look at CPU by process and thread on orders since 12:05",)
    assert "instances of orders without that change show the same" in first.disprove
    assert [each.service for each in explain("database", observations)] == ["cart"]
    assert explain("network", observations) == []


def test_each_kind_of_evidence_is_told_in_few_words() -> None:
    link = fact("gateway", signal=Signal.TRACE, peer="orders", signal_name="gateway → orders", value=300.0, unit="ms")
    assert explain("application", [link])[0].statement.endswith(
        "on the way since 12:00: 300 ms lost between them, was 1 ms"
    )
    fails = fact("orders", Aspect.ERRORS, signal=Signal.TRACE, signal_name="GET /", value=30.0, usual=0.0, unit="%")
    assert explain("application", [fails])[0].statement == "orders fails since 12:00: 30 % of GET / fail, was 0 %"
    line = fact("orders", Aspect.ERRORS, signal=Signal.LOG, signal_name="no <id>")
    assert explain("application", [line])[0].statement == "orders fails since 12:00: “no <id>”"
    fewer = fact(
        "orders", Aspect.BEHAVIOUR, signal=Signal.LOG, signal_name="saved <id>", value=2.0, usual=40.0, unit="lines"
    )
    assert explain("application", [fewer])[0].statement.endswith("since 12:00: 2 times “saved <id>”, 40 expected")
    bare = Observation(agent_id="application", summary="orders is odd", service="orders", aspect=Aspect.CPU, score=0.9)
    assert explain("application", [bare])[0].statement == "orders runs out of CPU since the start: orders is odd"


def test_the_same_time_is_told_once_with_the_change_by_its_short_name() -> None:
    template = "POST <path> failed with 5xx: no database connection within <n> s, pool is full"
    line = fact("orders", Aspect.ERRORS, signal=Signal.LOG, signal_name=template)
    said = explain("application", [line, change("orders", 5)])[0].statement
    assert said.startswith(
        "orders fails since its deploy of v412 at 11:59:55: “POST <path> failed with 5xx: no database"
    )
    assert said.endswith("…”")
    assert len(said) <= 115
    sha = "fa34e04170d1293831aa8c579206878e8b54f4a5"
    bare = change("orders", 5, name=sha).model_copy(update={"summary": "orders deploy at 11:59:55: tidy up"})
    assert "since its deploy of fa34e041 at 11:59:55: " in explain("application", [line, bare])[0].statement


@pytest.mark.parametrize(
    ("fault", "first"),
    [
        ({"aspect": Aspect.CPU}, "consider looking at what orders computes; more capacity buys time"),
        ({"aspect": Aspect.LOCKS}, "consider finding the transaction that holds the lock on orders"),
        (
            {"signal": Signal.LOG, "aspect": Aspect.ERRORS, "signal_name": "waiting for ShareLock on <id>"},
            "consider finding the transaction that holds the lock on orders",
        ),
        (
            {"signal": Signal.TRACE, "service": "gateway", "peer": "orders", "signal_name": "gateway → orders"},
            "consider checking the link between gateway and orders: resets, latency, recent network changes",
        ),
    ],
    ids=["cpu", "locks", "lines about locks", "network"],
)
def test_a_cause_without_a_change_gets_a_first_look_to_consider(fault: dict[str, Any], first: str) -> None:
    given = {"service": "orders", **fault}
    said = explain("application", [fact(**given), fact("gateway", Aspect.ERRORS, score=0.4, unit="%")])[0]
    assert said.do_first == first


def test_of_lines_that_weigh_the_same_one_with_words_is_quoted() -> None:
    lines = [
        fact("orders", Aspect.ERRORS, signal=Signal.LOG, signal_name=name, summary=name, observation_id=name)
        for name in ("<data>", "<private key>", "no zone for quote")
    ]
    said = explain("application", lines)[0]
    assert said.statement == "orders fails since 12:00: “no zone for quote”"
    assert said.supporting[0] == "no zone for quote"
    alone = explain("application", lines[:2])[0]
    assert alone.statement == "orders fails since 12:00: lines that hold values only"


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (0.0452, "s", "45.2 ms"),
        (1.5, "s", "1.5 s"),
        (12_000.0, "ms", "12 s"),
        (2.5 * 2**20, "B", "2.5 MiB"),
        (-0.0, "/s", "0/s"),
        (1234.5, "", "1234"),
        (0.00123, "", "0.0012"),
        (99.8, "%", "99.8 %"),
        (0.194, "ratio", "19.4 %"),
        (float("nan"), "%", "unknown %"),
    ],
)
def test_figures_are_said_with_the_digits_that_tell(value: float, unit: str, said: str) -> None:
    assert figure(value, unit) == said


def test_words_are_plain() -> None:
    assert clock(NOON) == "12:00"
    assert clock(NOON.timestamp() + 61) == "12:01:01"
    assert percent(0.123) == "12.3 %"
    assert plain("client_orders-db_latency_p95_ms", "orders-db") == "client latency p95"
    assert plain("rate") == "rate"
    assert many(["a", "b"], "link") == "a, b"
    assert many(list("abcde"), "link") == "5 links"
    assert [many(names, "link", at_most=0) for names in ([], ["a"])] == ["", "1 link"]
    assert (
        short_ids("revert fa34e04170d1293831aa8c579206878e8b54f4a5 of 123456789012")
        == "revert fa34e041 of 123456789012"
    )
    assert quoted("one two three four", 12) == "“one two…”"
    assert quoted("x" * 300).endswith("…”")
