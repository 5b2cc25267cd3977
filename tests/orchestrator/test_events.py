"""Events are a closed union that can be written down and read; a view is nothing but its events, folded."""

from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from orchestrator.events import (
    BudgetNoticed,
    CallReleased,
    CallReserved,
    CallSettled,
    Consulted,
    ContextGathered,
    Event,
    GateOpened,
    GateSettled,
    Heartbeat,
    HypothesesRanked,
    HypothesisDecided,
    InvestigationOpened,
    InvestigationView,
    MessageType,
    Recorded,
    StateChanged,
    StepEnded,
    StepStarted,
    StopRequested,
    fold,
    message_type,
    replay,
)
from orchestrator.model import (
    Advice,
    Approvers,
    BudgetNotice,
    CallStatus,
    ConsultOutcome,
    Decision,
    GateState,
    InvestigationState,
    LedgerEntry,
    NoData,
    Phase,
    Sketch,
    Step,
    StepOutcome,
    Verdict,
    Window,
)
from tests.support.builders import (
    ANA,
    BEN,
    consultation,
    explained,
    gate,
    hypothesis,
    incident,
    investigation,
    missed,
    observation,
    observed,
    past_incident,
    recorded,
    view_after,
)
from tests.support.clock import NOON

EVENT: TypeAdapter[Event] = TypeAdapter(Event)
STATES = list(InvestigationState)
AGENTS = ["application", "database"]


def entry(call_id: str = "c1", amount: str = "1.10", agent_id: str = "application", **more: object) -> LedgerEntry:
    return LedgerEntry.model_validate({"call_id": call_id, "agent_id": agent_id, "amount": Decimal(amount), **more})


def moved(before: str, after: str, reason: str = "") -> StateChanged:
    return StateChanged(before=InvestigationState(before), after=InvestigationState(after), reason=reason)


def decided(number: int, verdict: Verdict = Verdict.ACCEPTED) -> HypothesisDecided:
    return HypothesisDecided(decision=Decision(hypothesis_id=f"h{number}", verdict=verdict, by=ANA, at=NOON))


FULL_FACT = observation(
    "orders-db pool 20/20 since 14:01 <!channel> “κόσμε” 🧭",
    observation_id="o1",
    onset=NOON,
    value=20.0,
    usual=6.0,
    window=Window(start=NOON, end=NOON),
    latest=NOON,
    sketch=Sketch(label="pool", times=(1.0, 2.0), values=(6.0, None)),
    calls=(("gateway", "orders"),),
)

EXAMPLES: list[Event] = [
    InvestigationOpened(investigation=investigation(incident=incident(end_time=NOON), budget=Decimal("0.000000001"))),
    moved("queued", "running", "because"),
    StepStarted(step=Step(phase=Phase.OBSERVE, agent_id="application")),
    observed("application", FULL_FACT, duration_s=1.5, cost=Decimal("1.10"), note="n"),
    explained("application", hypothesis(supporting=("o1",)), outcome=StepOutcome.OVER_BUDGET),
    CallReserved(entry=entry()),
    CallSettled(entry=entry(status=CallStatus.SETTLED, tokens_in=7)),
    CallReleased(entry=entry(status=CallStatus.RELEASED, amount="0")),
    HypothesesRanked(hypotheses=(hypothesis(hypothesis_id="h1"),)),
    decided(1),
    StopRequested(by=ANA),
    Heartbeat(),
    ContextGathered(
        similar=(past_incident(),), unknown=("No telemetry of chekout; the nearest name in it is checkout",)
    ),
    Consulted(consultation=consultation(cost=Decimal("0.01"), duration_s=0.5)),
    GateOpened(gate=gate(context=("Have: the pool.",), approvers=Approvers(people=("U1",), requester=False))),
    GateSettled(gate_id="g1", state=GateState.APPROVED, by=ANA, said="go on"),
    BudgetNoticed(notice=BudgetNotice(spent=Decimal("4.02"), limit=Decimal(5), ahead=("network",))),
]


def kind(event: Event) -> str:
    return event.type


def test_there_is_an_example_of_every_event() -> None:
    assert {type(each) for each in EXAMPLES} == set(get_args(get_args(Event)[0]))


@pytest.mark.parametrize("event", EXAMPLES, ids=kind)
def test_every_event_can_be_written_down_and_read(event: Event) -> None:
    written = event.model_dump_json()
    assert EVENT.validate_json(written) == event
    assert f'"type":"{event.type}"' in written
    assert '"schema_version":1' in written
    kept = recorded(3, event)
    assert Recorded.model_validate_json(kept.model_dump_json()) == kept


@pytest.mark.parametrize("event", EXAMPLES, ids=kind)
def test_an_event_of_another_version_or_with_unknown_fields_is_refused(event: Event) -> None:
    plain = event.model_dump(mode="json")
    for wrong in ({**plain, "schema_version": 2}, {**plain, "more": 1}, {**plain, "type": "something_else"}):
        with pytest.raises(ValidationError):
            EVENT.validate_python(wrong)


@pytest.mark.parametrize("event", EXAMPLES, ids=kind)
def test_an_event_is_never_changed(event: Event) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        event.type = "heartbeat"  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (EXAMPLES[0], MessageType.PROGRESS),
        (moved("queued", "running"), MessageType.PROGRESS),
        (moved("running", "waiting_approval"), MessageType.PROGRESS),
        (moved("running", "completed"), MessageType.COMPLETE),
        (moved("running", "stopped"), MessageType.COMPLETE),
        (moved("running", "failed"), MessageType.ERROR),
        (EXAMPLES[2], MessageType.AGENT_STATUS),
        (EXAMPLES[3], MessageType.AGENT_STATUS),
        (EXAMPLES[5], MessageType.PROGRESS),
        (EXAMPLES[6], MessageType.PROGRESS),
        (EXAMPLES[7], MessageType.PROGRESS),
        (EXAMPLES[8], MessageType.PROGRESS),
        (EXAMPLES[9], MessageType.PROGRESS),
        (EXAMPLES[10], MessageType.PROGRESS),
        (EXAMPLES[11], MessageType.HEARTBEAT),
        *((each, MessageType.PROGRESS) for each in EXAMPLES[12:]),
    ],
)
def test_every_event_crosses_a_border_as_one_of_five_types(event: Event, expected: MessageType) -> None:
    assert message_type(event) == expected
    assert [each.value for each in MessageType] == ["agent_status", "progress", "complete", "error", "heartbeat"]


def test_what_is_recorded_is_numbered_from_one() -> None:
    with pytest.raises(ValidationError):
        recorded(0, Heartbeat())


def test_no_data_stays_no_data_when_it_was_written_down() -> None:
    event = observed("application", NoData(agent_id="application", summary="no logs"))
    (read,) = EVENT.validate_json(event.model_dump_json()).observations  # type: ignore[union-attr]
    assert (read.standing, read.summary) == ("no_data", "no logs")


def test_the_first_event_opens_and_no_other_does() -> None:
    with pytest.raises(ValueError, match="opens it"):
        fold(None, recorded(1, Heartbeat()))
    assert replay([]) is None


@pytest.mark.parametrize("seq", [2, 4, 5, 1])
def test_an_event_out_of_order_is_refused(seq: int) -> None:
    view = view_after(Heartbeat())
    assert view.seq == 2
    if seq != 3:
        with pytest.raises(ValueError, match=f"event {seq} cannot follow event 2"):
            fold(view, recorded(seq, Heartbeat()))


def test_a_view_follows_the_state_and_its_times() -> None:
    view = view_after(moved("queued", "running"), Heartbeat(), moved("running", "stopped", "Stopped by Ana."))
    assert (view.state, view.reason) == (InvestigationState.STOPPED, "Stopped by Ana.")
    assert view.started_at is not None
    assert view.ended_at is not None
    assert [(each - NOON).seconds for each in (view.started_at, view.ended_at, view.updated_at)] == [2, 4, 4]


def test_a_run_that_waited_began_when_it_first_ran() -> None:
    moves = [moved("queued", "running"), moved("running", "waiting_approval"), moved("waiting_approval", "running")]
    view = view_after(*moves)
    assert view.started_at is not None
    assert (view.started_at - NOON).seconds == 2
    assert view.ended_at is None


def test_a_turn_is_shown_while_it_runs_and_when_it_ended() -> None:
    step = Step(phase=Phase.OBSERVE, agent_id="application")
    view = view_after(StepStarted(step=step))
    (running,) = view.running_steps
    assert (running.step, view.ended(step), view.done_agents) == (step, None, 0)
    after = fold(view, recorded(3, observed("application", FULL_FACT, duration_s=2.5, cost=Decimal(1))))
    ended = after.ended(step)
    assert ended is not None
    assert (ended.duration_s, ended.cost, ended.observations) == (2.5, 1, (FULL_FACT,))
    assert ended.started_at == running.started_at
    assert (after.running_steps, after.done_agents, after.step(step)) == ((), 1, ended)


def test_turns_that_go_on_at_once_are_all_shown_in_the_order_in_which_they_began() -> None:
    begun = [
        StepStarted(step=Step(phase=Phase.OBSERVE, agent_id=name)) for name in ("network", "application", "database")
    ]
    view = view_after(*begun, observed("application"))
    assert [each.step.agent_id for each in view.running_steps] == ["network", "database"]
    assert view.done_agents == 1


def test_a_turn_that_is_taken_again_takes_the_place_of_the_interrupted_one() -> None:
    step = Step(phase=Phase.OBSERVE, agent_id="application")
    view = view_after(StepStarted(step=step), StepStarted(step=step))
    assert len(view.steps) == 1
    assert (view.steps[0].started_at - NOON).seconds == 3


def test_a_turn_that_ends_without_having_begun_is_shown_too() -> None:
    view = view_after(missed(Phase.OBSERVE, "network"))
    assert view.steps[0].outcome == StepOutcome.NOT_RUN
    assert view.steps[0].started_at == view.updated_at


def test_done_agents_are_those_of_the_phase_that_goes_on() -> None:
    begun = StepStarted(step=Step(phase=Phase.HYPOTHESISE, agent_id="application"))
    view = view_after(observed("application"), observed("database"), begun)
    assert view.done_agents == 0
    assert view_after().done_agents == 0


def test_hypotheses_are_those_formed_so_far_until_they_are_ranked() -> None:
    formed = explained("application", hypothesis("a", 0.1), hypothesis("b", 0.9))
    view = view_after(formed)
    assert [each.statement for each in view.hypotheses] == ["a", "b"]
    ranked = fold(view, recorded(3, HypothesesRanked(hypotheses=(hypothesis("b", 0.9, hypothesis_id="h1"),))))
    assert [each.statement for each in ranked.hypotheses] == ["b"]


def test_decisions_stay_in_the_order_in_which_they_were_made() -> None:
    view = view_after(decided(2), decided(1, Verdict.REJECTED), StopRequested(by=BEN))
    assert [each.hypothesis_id for each in view.decisions] == ["h2", "h1"]
    found = view.decision("h1")
    assert found is not None
    assert found.verdict == Verdict.REJECTED
    assert view.decision("h9") is None
    assert view.stop_requested_by == BEN


def test_the_ledger_holds_each_call_once_with_what_is_known_last() -> None:
    view = view_after(
        CallReserved(entry=entry("c1", "3")),
        CallReserved(entry=entry("c2", "2")),
        CallSettled(entry=entry("c1", "1.25", status=CallStatus.SETTLED)),
        CallReleased(entry=entry("c2", "0", status=CallStatus.RELEASED)),
    )
    assert [(each.call_id, str(each.amount)) for each in view.ledger] == [("c1", "1.25"), ("c2", "0")]
    assert view.cost.total == Decimal("1.25")
    assert str(view.cost.utilization) == "12.5"


def test_costs_are_told_by_agent_in_their_order_and_others_after_them() -> None:
    view = view_after(
        CallReserved(entry=entry("c1", "1", "stranger")),
        CallReserved(entry=entry("c2", "2", "network")),
        observed("database", cost=Decimal("0.5")),
    )
    assert [(line.agent_id, line.amount) for line in view.cost.lines] == [
        ("application", 0),
        ("database", Decimal("0.5")),
        ("network", 2),
        ("stranger", 1),
    ]


def test_money_in_ledger_and_turn_is_counted_once() -> None:
    view = view_after(CallReserved(entry=entry("c1", "2")), explained("application", cost=Decimal(2)))
    assert view.cost.total == 2


steps = st.builds(Step, phase=st.sampled_from(list(Phase)), agent_id=st.sampled_from(AGENTS))
amounts = st.integers(0, 10**10).map(lambda nano: Decimal(nano).scaleb(-9))
entries = st.builds(
    LedgerEntry,
    call_id=st.sampled_from(["c1", "c2", "c3"]),
    agent_id=st.sampled_from(AGENTS),
    amount=amounts,
    status=st.sampled_from(list(CallStatus)),
)
hypotheses = st.builds(hypothesis, st.text(min_size=1, max_size=5), st.floats(0, 1))
later_events = st.one_of(
    st.builds(StateChanged, before=st.sampled_from(STATES), after=st.sampled_from(STATES), reason=st.text(max_size=5)),
    st.builds(StepStarted, step=steps),
    st.builds(
        StepEnded,
        step=steps,
        outcome=st.sampled_from(list(StepOutcome)),
        observations=st.tuples(st.builds(observation, st.text(max_size=5))),
        hypotheses=st.tuples(hypotheses),
        cost=amounts,
    ),
    st.builds(CallReserved, entry=entries),
    st.builds(CallSettled, entry=entries),
    st.builds(CallReleased, entry=entries),
    st.builds(HypothesesRanked, hypotheses=st.tuples(hypotheses)),
    st.builds(decided, st.integers(1, 3), st.sampled_from(list(Verdict))),
    st.builds(StopRequested, by=st.sampled_from([ANA, BEN])),
    st.just(Heartbeat()),
)


@given(st.lists(later_events, max_size=12), st.integers(0, 12))
@settings(max_examples=60)
def test_replaying_written_events_makes_the_view_that_folding_made(happened: list[Event], cut: int) -> None:
    opened = InvestigationOpened(investigation=investigation())
    journal = [recorded(seq, event) for seq, event in enumerate([opened, *happened], start=1)]
    view: InvestigationView | None = None
    for each in journal:
        view = fold(view, each)
    assert view is not None
    written = [Recorded.model_validate_json(each.model_dump_json()) for each in journal]
    assert replay(written) == view
    half = replay(written[: cut + 1])
    for each in written[cut + 1 :]:
        half = fold(half, each)
    assert half == view
    assert InvestigationView.model_validate_json(view.model_dump_json()) == view
    assert (view.seq, view.updated_at) == (len(journal), journal[-1].at)


@given(st.lists(later_events, max_size=12))
@settings(max_examples=40)
def test_a_fold_changes_no_view_it_was_given(happened: list[Event]) -> None:
    view = view_after(*happened)
    before = view.model_copy(deep=True)
    fold(view, recorded(view.seq + 1, Heartbeat()))
    assert view == before


def test_of_a_question_that_was_asked_twice_the_answer_that_came_first_counts() -> None:
    failed = consultation(outcome=ConsultOutcome.FAILED, advice=Advice(text="database failed.", known=False))
    answered, repeated = consultation(), consultation(outcome=ConsultOutcome.REPEATED)
    deeper, other = consultation(depth=2, specialist="network"), consultation("network")
    view = view_after(*(Consulted(consultation=each) for each in (failed, answered, repeated, deeper, other)))
    assert len(view.consultations) == 5
    assert view.asked_by("application") == (answered,)
    assert view.asked_by("network") == (other,)
    assert view_after(Consulted(consultation=failed)).asked_by("application") == (failed,)
