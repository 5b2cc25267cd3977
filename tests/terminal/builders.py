"""A small run to show: what an investigation of a full pool looks like, event by event."""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

from orchestrator.events import (
    CallSettled,
    Event,
    HypothesesRanked,
    HypothesisDecided,
    InvestigationOpened,
    InvestigationView,
    Recorded,
    StateChanged,
    StepEnded,
    StepStarted,
    fold,
)
from orchestrator.investigation import grouped
from orchestrator.model import (
    CallStatus,
    Conclusion,
    Decision,
    FaultKind,
    Hypothesis,
    Incident,
    Investigation,
    InvestigationState,
    LedgerEntry,
    NoData,
    Observation,
    Origin,
    Person,
    Phase,
    Report,
    Scope,
    Severity,
    Standing,
    Step,
    StepOutcome,
    Verdict,
)
from tests.support.clock import NOON

ANA = Person(user_id="ana")
TITLES = {"application": "Application", "database": "Database", "network": "Network"}
HOSTILE = "pool\x1b[2J\x1b]0;owned\x07 full\u202e\nfake: [bold]line[/bold] \x9b31m 🙂 日本"
ON_IT = InvestigationState.RUNNING


def title_of(agent_id: str) -> str:
    return TITLES.get(agent_id, agent_id)


def incident(**changes: object) -> Incident:
    return Incident(
        incident_id="INC-123",
        title="checkout 5xx",
        start_time=NOON,
        end_time=NOON + timedelta(minutes=10),
        affected_services=("checkout",),
        severity=Severity.SEV2,
        scope=Scope(environment="prod", cluster="eu-1"),
        recorded=True,
    ).model_copy(update=changes)


def investigation(**changes: object) -> Investigation:
    return Investigation(
        workspace="local",
        investigation_id="inv-1",
        incident=incident(),
        agent_ids=("application", "database", "network"),
        requested_by=ANA,
        requested_at=NOON,
        origin=Origin(request_id="r1"),
        assumed=("budget", "start_time"),
    ).model_copy(update=changes)


OBSERVED = (
    Observation(agent_id="application", summary="checkout errors 12 %, was 0.1 %", observation_id="o1", score=0.8),
    Observation(agent_id="application", summary="deploy orders v412 at 11:59", observation_id="o2", score=0.9),
    Observation(
        agent_id="application", summary="CPU of orders as usual", observation_id="o3", standing=Standing.NORMAL
    ),
    NoData(agent_id="database", summary="locks: no exporter", observation_id="o4"),
    Observation(agent_id="database", summary="orders-db pool 20/20, was 6", observation_id="o5", score=0.95),
)
POOL = Hypothesis(
    agent_id="database",
    statement="orders v412 filled the orders-db pool",
    initial_confidence=0.86,
    hypothesis_id="h1",
    service="orders",
    fault_kind=FaultKind.SATURATION,
    supporting=("o2", "o5", "o99"),
    refuting=("o3",),
    verify=("count waiting connections",),
    disprove=("pool waits are 0",),
    do_first="Consider rolling back orders v412",
)
SAME = POOL.model_copy(update={"agent_id": "application", "initial_confidence": 0.5, "hypothesis_id": "h2"})
RETRIES = Hypothesis(
    agent_id="network",
    statement="gateway retries",
    initial_confidence=0.31,
    hypothesis_id="h3",
    service="gateway",
    verify=("watch the retry rate",),
)


def events(*, ranked: tuple[Hypothesis, ...] = (POOL, SAME, RETRIES)) -> list[Event]:
    def step(phase: Phase, agent_id: str) -> Step:
        return Step(phase=phase, agent_id=agent_id)

    observe, think = Phase.OBSERVE, Phase.HYPOTHESISE
    settled = LedgerEntry(
        call_id="c1", agent_id="database", amount=Decimal("2.3499"), status=CallStatus.SETTLED, model="m"
    )
    return [
        InvestigationOpened(investigation=investigation()),
        StateChanged(before=InvestigationState.QUEUED, after=ON_IT),
        StepStarted(step=step(observe, "application")),
        StepEnded(step=step(observe, "application"), duration_s=1.91, observations=OBSERVED[:3]),
        StepStarted(step=step(observe, "database")),
        StepEnded(step=step(observe, "database"), duration_s=0.4, observations=OBSERVED[3:]),
        StepStarted(step=step(observe, "network")),
        StepEnded(
            step=step(observe, "network"),
            duration_s=120,
            outcome=StepOutcome.TIMED_OUT,
            note="did not answer within 120 s",
        ),
        StepStarted(step=step(think, "database")),
        CallSettled(entry=settled),
        StepEnded(step=step(think, "database"), duration_s=2, hypotheses=(POOL,), cost=Decimal("2.3499")),
        HypothesesRanked(hypotheses=ranked),
        StateChanged(before=ON_IT, after=InvestigationState.COMPLETED),
    ]


def told(happenings: Iterable[Event]) -> list[tuple[Recorded, InvestigationView]]:
    """The events as a listener hears them, a second apart."""
    heard, view = [], None
    for seq, event in enumerate(happenings, start=1):
        recorded = Recorded(
            workspace="local", investigation_id="inv-1", seq=seq, at=NOON + timedelta(seconds=seq), event=event
        )
        view = fold(view, recorded)
        heard.append((recorded, view))
    return heard


def decided(hypothesis_id: str = "h1", reason: str = "") -> HypothesisDecided:
    return HypothesisDecided(
        decision=Decision(hypothesis_id=hypothesis_id, verdict=Verdict.ACCEPTED, by=ANA, at=NOON, reason=reason)
    )


def report(view: InvestigationView, **changes: object) -> Report:
    """What the run came to; a test changes what it is about."""
    groups = grouped(view.hypotheses, view.decisions)
    return Report(
        conclusion=Conclusion.LIKELY,
        headline=groups[0].lead.statement if groups else "",
        groups=groups,
        hypothesis_count=len(view.hypotheses),
        impact=view.observations[:1],
        evidence=view.observations,
        since=NOON,
        ruled_out=("CPU of orders as usual",),
        not_checked=("locks: no exporter",),
        look_next=("count waiting connections", "watch the retry rate"),
        degraded=("Network did not answer within 120 s",),
        remarks=("Database: The model did not answer: this is what plain analysis found.",),
        data_until=NOON + timedelta(minutes=9),
        cost=view.cost,
    ).model_copy(update=changes)
