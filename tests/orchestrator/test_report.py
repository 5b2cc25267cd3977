"""A report says what a run came to in the order in which somebody needs it; nothing is merged, and nothing is lost."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.events import Event, HypothesesRanked, HypothesisDecided, InvestigationView, StateChanged
from orchestrator.investigation import grouped, numbered, rank, report_of
from orchestrator.model import (
    THE_BAR,
    Aspect,
    Conclusion,
    Decision,
    FaultKind,
    Hypothesis,
    InvestigationState,
    NoData,
    Phase,
    Report,
    Signal,
    Sketch,
    Standing,
    StepOutcome,
    Strength,
    Verdict,
    strength,
)
from tests.support.agents import ScriptedAgent, team_of
from tests.support.builders import (
    ANA,
    explained,
    hypothesis,
    incident,
    missed,
    observation,
    observed,
    view_after,
)
from tests.support.clock import NOON

TEAM = team_of(*(lambda name=name: ScriptedAgent(name) for name in ("application", "database", "network")))
UNUSUAL = observation("5xx up", observation_id="o1", score=0.9)
NORMAL = observation("cpu as ever", observation_id="o2", standing=Standing.NORMAL)
QUIET = "Nothing unusual was found in what could be checked"
MISSING = NoData(agent_id="database", summary="no traces", observation_id="o3")


def told(*events: Event, **more: Any) -> Report:
    return report_of(view_after(*events, **more), TEAM)


def ended(after: str, reason: str = "") -> StateChanged:
    return StateChanged(before=InvestigationState.RUNNING, after=InvestigationState(after), reason=reason)


def fact(summary: str, aspect: Aspect, service: str = "checkout", **more: Any) -> Any:
    return observation(summary, aspect=aspect, service=service, **more)


@pytest.mark.parametrize(
    ("facts", "guesses", "conclusion", "headline"),
    [
        ([UNUSUAL], [hypothesis("the pool is full", THE_BAR)], Conclusion.LIKELY, "the pool is full"),
        ([UNUSUAL], [hypothesis("the pool is full", 0.2999)], Conclusion.NO_CLEAR_CAUSE, "No clear cause"),
        ([UNUSUAL], [], Conclusion.NO_CLEAR_CAUSE, "No clear cause"),
        ([NORMAL, MISSING], [], Conclusion.NOTHING_UNUSUAL, QUIET),
        ([NORMAL], [hypothesis("a guess", 0.1)], Conclusion.NOTHING_UNUSUAL, QUIET),
        ([MISSING], [], Conclusion.NOTHING_OBSERVED, "Nothing could be observed"),
        ([], [], Conclusion.NOTHING_OBSERVED, "Nothing could be observed"),
        ([], [hypothesis("known from elsewhere", 0.9)], Conclusion.LIKELY, "known from elsewhere"),
    ],
)
def test_what_a_run_may_say_of_itself(
    facts: list[Any], guesses: list[Hypothesis], conclusion: Conclusion, headline: str
) -> None:
    report = told(observed("application", *facts), explained("application", *guesses))
    assert (report.conclusion, report.headline) == (conclusion, headline)


def test_below_the_bar_nobody_is_named_but_all_is_kept() -> None:
    report = told(observed("application", UNUSUAL), explained("application", hypothesis("orders did it", 0.29)))
    assert "orders" not in report.headline
    assert [group.lead.statement for group in report.groups] == ["orders did it"]


def test_what_was_ruled_out_and_what_could_not_be_checked_stand_beside_the_rest() -> None:
    report = told(observed("application", UNUSUAL, NORMAL, NORMAL, MISSING), observed("database", MISSING))
    assert (report.ruled_out, report.not_checked) == (("cpu as ever",), ("no traces",))
    assert len(report.evidence) == 5
    assert report.observation("o1") == UNUSUAL
    assert report.observation("o9") is None


def test_the_report_before_the_ranking_is_ordered_as_it_will_be() -> None:
    report = told(explained("application", hypothesis("weak", 0.2), hypothesis("strong", 0.9)))
    assert [group.lead.statement for group in report.groups] == ["strong", "weak"]
    assert report.headline == "strong"


def test_impact_is_the_strongest_fact_of_each_symptom_where_the_trouble_shows() -> None:
    report = told(
        observed(
            "application",
            fact("errors in a log", Aspect.ERRORS, score=1.0, signal=Signal.LOG),
            fact("few errors", Aspect.ERRORS, score=0.3),
            fact("many errors", Aspect.ERRORS, "Checkout", score=0.6),
            fact("slow", Aspect.LATENCY, score=0.4, onset=NOON + timedelta(minutes=1)),
            fact("cpu", Aspect.CPU, score=1.0),
            fact("visitors stay away", Aspect.TRAFFIC, score=0.2, value=3.0, usual=9.0),
            fact("a rush", Aspect.TRAFFIC, score=1.0, value=9.0, usual=3.0),
            fact("traffic is odd", Aspect.TRAFFIC, score=0.9),
            fact("elsewhere", Aspect.TRAFFIC, "payments", score=1.0),
            fact("as ever", Aspect.TRAFFIC, standing=Standing.NORMAL),
        ),
        incident=incident(affected_services=("CHECKOUT",)),
    )
    assert [each.summary for each in report.impact] == ["many errors", "slow", "visitors stay away"]
    assert report.since == NOON + timedelta(minutes=1)


def test_trouble_began_with_the_first_sign_behind_the_leading_hypothesis() -> None:
    signs = [
        observation(str(n), observation_id=f"o{n}", onset=NOON + timedelta(minutes=n), latest=NOON + timedelta(hours=n))
        for n in (3, 2, 1)
    ]
    guesses = [hypothesis("lead", 0.9, supporting=("o3", "o2", "o9")), hypothesis("other", 0.8, supporting=("o1",))]
    report = told(observed("application", *signs), explained("application", *guesses))
    assert report.since == NOON + timedelta(minutes=2)
    assert report.data_until == NOON + timedelta(hours=3)


def test_without_a_sign_nobody_knows_since_when() -> None:
    report = told(observed("application", UNUSUAL))
    assert (report.since, report.data_until, report.decisive) == (None, None, None)


def test_the_decisive_fact_is_the_strongest_that_can_be_drawn() -> None:
    drawn = Sketch(label="pool", times=(1.0, 2.0), values=(1.0, None))
    point = Sketch(label="pool", times=(1.0,), values=(1.0,))
    facts = [
        observation("drawn, weak", observation_id="o1", score=0.5, sketch=drawn),
        observation("drawn, strong", observation_id="o2", score=0.7, sketch=drawn),
        observation("one point", observation_id="o3", score=0.8, sketch=point),
        observation("not cited", observation_id="o4", score=1.0, sketch=drawn),
    ]
    guess = hypothesis("lead", 0.9, supporting=("o1", "o2", "o3"))
    report = told(observed("application", *facts), explained("application", guess))
    assert report.decisive == facts[1]


def test_where_the_cause_cannot_be_drawn_the_impact_is() -> None:
    drawn = Sketch(label="5xx", times=(1.0, 2.0), values=(1.0, 9.0))
    felt = fact("errors", Aspect.ERRORS, sketch=drawn, score=0.2)
    facts = [observation("a log line", observation_id="o1", score=0.9, signal=Signal.LOG), felt]
    report = told(
        observed("application", *facts),
        explained("application", hypothesis("lead", 0.9, supporting=("o1",))),
        incident=incident(affected_services=("checkout",)),
    )
    assert report.decisive == felt


def test_one_way_to_check_each_explanation_comes_before_a_second_way_of_any() -> None:
    guesses = [
        hypothesis("1", 0.9, verify=("a1", "same", "a3", "a4", "a5")),
        hypothesis("2", 0.8, verify=("b1", "same")),
        hypothesis("3", 0.7),
    ]
    assert told(explained("application", *guesses)).look_next == ("a1", "b1", "same", "a3")
    assert told().look_next == ()


def test_who_degraded_the_run_is_said_with_how() -> None:
    report = told(
        observed("application", outcome=StepOutcome.FAILED, note="failed (ValueError)"),
        observed("database", outcome=StepOutcome.TIMED_OUT, note="did not answer within 120 s"),
        observed("network", UNUSUAL),
        explained("network", outcome=StepOutcome.OVER_BUDGET, note="The next call may cost $2."),
        explained("stranger", outcome=StepOutcome.FAILED),
    )
    assert report.degraded == (
        "Application failed (ValueError)",
        "Database did not answer within 120 s",
        "Network: The next call may cost $2.",
        "stranger",
    )
    assert report.did_not_run == ()


def test_what_agents_remark_is_said_once_with_the_names_of_all_who_do() -> None:
    silent = "The model did not answer: this is what plain analysis found."
    report = told(
        observed("application", UNUSUAL),
        explained("application", remarks=(silent,)),
        explained("network", remarks=("One explanation cites nothing; it was left out.", silent)),
    )
    assert report.remarks == (
        f"Application, Network: {silent}",
        "Network: One explanation cites nothing; it was left out.",
    )


def test_who_did_not_run_is_named_and_who_only_observed_too() -> None:
    report = told(
        observed("application", UNUSUAL),
        missed(Phase.HYPOTHESISE, "application"),
        observed("database", outcome=StepOutcome.FAILED),
        missed(Phase.HYPOTHESISE, "database"),
        missed(Phase.OBSERVE, "network"),
        missed(Phase.HYPOTHESISE, "network"),
    )
    assert report.did_not_run == ("Application (observed, but its hypotheses are plain analysis only)", "Network")


def test_whose_turn_never_came_in_a_run_that_ended_did_not_run() -> None:
    assert told(observed("application", UNUSUAL)).did_not_run == ()
    assert told(observed("application", UNUSUAL), ended("failed", "x")).did_not_run == ("Database", "Network")


@pytest.mark.parametrize(("state", "shown"), [("stopped", "Because."), ("failed", "Because."), ("completed", "")])
def test_why_a_run_ended_early_is_said(state: str, shown: str) -> None:
    assert told(ended(state, "Because.")).stopped_because == shown


def test_a_decision_stays_on_its_group() -> None:
    first = hypothesis("1", 0.9, service="orders", hypothesis_id="h1")
    second = hypothesis("2", 0.8, service="Orders", hypothesis_id="h2")
    decision = Decision(hypothesis_id="h2", verdict=Verdict.REJECTED, by=ANA, at=NOON, reason="no")
    report = told(HypothesesRanked(hypotheses=(first, second)), HypothesisDecided(decision=decision))
    assert [(g.hypothesis_ids, g.decision) for g in report.groups] == [(("h1", "h2"), decision)]


def test_those_that_name_the_same_service_and_fault_stand_together() -> None:
    ranked = numbered(
        [
            hypothesis("pool full", 0.9, "database", service="orders", fault_kind=FaultKind.SATURATION),
            hypothesis("nobody named", 0.8, "application"),
            hypothesis("orders saturated", 0.7, "application", service="ORDERS", fault_kind=FaultKind.SATURATION),
            hypothesis("orders deploy", 0.6, "application", service="orders", fault_kind=FaultKind.DEPLOY),
            hypothesis("nobody named either", 0.2, "application"),
            hypothesis("pool again", 0.1, "database", service="orders", fault_kind=FaultKind.SATURATION),
        ]
    )
    groups = grouped(ranked)
    assert [each.hypothesis_ids for each in groups] == [("h1", "h3", "h6"), ("h2",), ("h4",), ("h5",)]
    assert groups[0].named_by == ("database", "application")
    assert [each.strength for each in groups] == [Strength.STRONG, Strength.STRONG, Strength.SOME, Strength.WEAK]


@pytest.mark.parametrize(
    ("confidence", "word"),
    [(1.0, "strong"), (0.7, "strong"), (0.6999, "some"), (0.45, "some"), (0.4499, "weak"), (0.0, "weak")],
)
def test_confidence_in_words(confidence: float, word: str) -> None:
    assert strength(confidence) == word


guesses = st.builds(
    hypothesis,
    st.text(min_size=1, max_size=4),
    st.floats(0, 1),
    st.sampled_from(["application", "database"]),
    service=st.sampled_from(["", "orders", "Orders", "checkout"]),
    fault_kind=st.sampled_from([FaultKind.ERROR, FaultKind.LATENCY]),
)


@given(st.lists(guesses, max_size=15))
def test_ranking_and_grouping_lose_none_and_keep_the_order(made: list[Hypothesis]) -> None:
    ranked = rank(made)
    assert sorted(map(id, ranked)) == sorted(map(id, made))
    sure = [each.initial_confidence for each in ranked]
    assert sure == sorted(sure, reverse=True)
    shown = numbered(ranked)
    assert [each.hypothesis_id for each in shown] == [f"h{n}" for n in range(1, len(made) + 1)]
    groups = grouped(shown)
    assert sorted(one for each in groups for one in each.hypothesis_ids) == sorted(e.hypothesis_id for e in shown)
    leads = [each.lead.initial_confidence for each in groups]
    assert leads == sorted(leads, reverse=True)
    assert rank(ranked) == ranked


@given(st.lists(guesses, max_size=8), st.lists(st.sampled_from([UNUSUAL, NORMAL, MISSING]), max_size=6))
def test_every_fact_of_a_view_is_in_its_report(made: list[Hypothesis], facts: list[Any]) -> None:
    view: InvestigationView = view_after(observed("application", *facts), explained("application", *made))
    report = report_of(view, TEAM)
    assert report.evidence == view.observations
    assert report.hypothesis_count == len(made)
    lines = {*report.ruled_out, *report.not_checked}
    assert lines == {each.summary for each in facts if each.standing != Standing.UNUSUAL}
    assert Report.model_validate_json(report.model_dump_json()).headline == report.headline
