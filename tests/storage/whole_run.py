"""One run that uses every kind of event and every field, for tests that want it all."""

from decimal import Decimal

from orchestrator.events import Event, Heartbeat, StepEnded, StopRequested
from orchestrator.model import (
    Aspect,
    FaultKind,
    Hypothesis,
    NoData,
    Observation,
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
    a.ended("hypothesise", "application", a.hypothesis(1), a.hypothesis(2)),
    a.ranked(FULL_HYPOTHESIS, a.hypothesis(2, 0.25)),
    a.decided(2, Verdict.REJECTED, by=a.BEN),
    a.decided(1),
    StopRequested(by=a.BEN),
    a.moved("running", "waiting_approval", "the next call does not fit"),
    a.moved("waiting_approval", "running"),
    a.moved("running", "stopped", "Ben pressed Stop"),
)


async def keep(store: InvestigationStore, *events: Event) -> None:
    """Append the events to run r1 of workspace T1, a second apart."""
    for number, event in enumerate(events):
        await store.append("T1", "r1", event, a.later(number))
