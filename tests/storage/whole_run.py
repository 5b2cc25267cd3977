"""One run that uses every kind of event and every field, for tests that want it all."""

from decimal import Decimal

from orchestrator.events import (
    BudgetNoticed,
    Consulted,
    Event,
    GateOpened,
    GateSettled,
    Heartbeat,
    StepEnded,
    StopRequested,
)
from orchestrator.model import (
    Advice,
    Approvers,
    Aspect,
    BudgetNotice,
    Consultation,
    ConsultOutcome,
    FaultKind,
    Gate,
    GateKind,
    GateState,
    Hypothesis,
    NoData,
    Observation,
    Question,
    Signal,
    Sketch,
    StepOutcome,
    Verdict,
    Window,
)
from orchestrator.ports import InvestigationStore
from tests.storage import builders as a
from tests.support.clock import NOON

FULL_OBSERVATION = Observation(
    agent_id="database",
    summary="orders-db pool 20/20 «наполнен» 池",
    observation_id="o7",
    signal=Signal.TRACE,
    aspect=Aspect.SATURATION,
    service="orders",
    peer="orders-db",
    signal_name="pool_in_use",
    score=0.875,
    onset=a.later(1.000001),
    value=20.0,
    usual=6.5,
    unit="connections",
    window=Window(start=NOON, end=a.later(60)),
    source="snapshot",
    query='pool_in_use{service="orders"}',
    link="http://127.0.0.1/explore",
    latest=a.later(59),
    sketch=Sketch(label="pool", unit="connections", times=(1.0, 2.0), values=(6.0, None)),
    calls=(("gateway", "orders"), ("orders", "orders-db")),
)

FULL_HYPOTHESIS = Hypothesis(
    agent_id="database",
    statement="v412 filled the pool",
    initial_confidence=0.8125,
    hypothesis_id="h1",
    service="orders",
    peer="orders-db",
    fault_kind=FaultKind.SATURATION,
    supporting=("o7", "o8"),
    refuting=("o9",),
    verify=("look at the pool",),
    disprove=("pool waits are 0",),
    do_first="roll v412 back",
    change_id="v412",
)

FULL_CONSULTATION = Consultation(
    asker="application",
    specialist="database",
    question=Question(text="was the pool exhausted? «池»", service="orders-db", at=a.later(0.000001)),
    outcome=ConsultOutcome.FAILED,
    advice=Advice(text="it was full", known=False, supports=False, cites=("o7", "o8")),
    duration_s=0.125,
    cost=Decimal("0.000000001"),
    depth=2,
)

FULL_GATE = Gate(
    gate_id="g0",
    kind=GateKind.BUDGET,
    agent_id="database",
    reason="The next call does not fit.",
    context=("Spent: $9.99", "Needs: $0.05 «ещё»"),
    approve="Extend by $5",
    deny="Stop here",
    extend_by=Decimal("5.000000001"),
    approvers=Approvers(people=("U1", "U2"), groups=("S1",), requester=False),
    opened_at=a.later(0.5),
    expires_at=a.later(1800),
)

WHOLE_RUN: tuple[Event, ...] = (
    a.opened(),
    a.moved("queued", "running"),
    a.started("observe", "database"),
    Heartbeat(),
    StepEnded(
        step=a.step("observe", "database"),
        outcome=StepOutcome.TIMED_OUT,
        duration_s=120.25,
        observations=(FULL_OBSERVATION, NoData(agent_id="database", summary="no locks", signal=Signal.LOG)),
        hypotheses=(FULL_HYPOTHESIS,),
        cost=Decimal("0.125"),
        note="did not answer in 120 s",
    ),
    a.started("hypothesise", "application"),
    a.reserved("application-1", "1.1"),
    a.settled("application-1", "0.123456789"),
    a.reserved("application-2", "1"),
    a.released("application-2", "1"),
    a.settled("application-3", "0.5"),
    BudgetNoticed(notice=BudgetNotice(spent=Decimal("8.000000001"), limit=Decimal(10), ahead=("database", "«сеть»"))),
    Consulted(consultation=FULL_CONSULTATION),
    Consulted(consultation=a.consultation()),
    a.ended("hypothesise", "application", a.hypothesis(1), a.hypothesis(2)),
    a.ranked(FULL_HYPOTHESIS, a.hypothesis(2, 0.25)),
    a.decided(2, Verdict.REJECTED, by=a.BEN),
    a.decided(1),
    StopRequested(by=a.BEN),
    a.moved("running", "waiting_approval", "the next call does not fit"),
    GateOpened(gate=FULL_GATE),
    GateOpened(gate=a.gate("g8")),
    GateOpened(gate=a.gate("g9")),
    GateSettled(gate_id="g8", state=GateState.EXPIRED),
    GateSettled(gate_id="g0", state=GateState.APPROVED, by=a.BEN, said="go «on»"),
    a.moved("waiting_approval", "running"),
    a.moved("running", "stopped", "Ben pressed Stop"),
)


async def keep(store: InvestigationStore, *events: Event) -> None:
    """Append the events to run r1 of workspace T1, a second apart."""
    for number, event in enumerate(events):
        await store.append("T1", "r1", event, a.later(number))
