"""Anything that may be asked of a store, for tests that hold for all of it. Few ids, so that things meet."""

from decimal import Decimal

from hypothesis import strategies as st

from orchestrator.events import (
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
    StateChanged,
    StepEnded,
    StepStarted,
    StopRequested,
)
from orchestrator.model import (
    Advice,
    CallStatus,
    Consultation,
    ConsultOutcome,
    Decision,
    Gate,
    GateKind,
    GateState,
    InvestigationState,
    LedgerEntry,
    PastIncident,
    Phase,
    Question,
    Step,
    StepOutcome,
    Verdict,
)
from tests.storage import builders as a

AGENTS = st.sampled_from(["application", "database"])
WORKSPACES = st.sampled_from(["T1", "T1", "T2"])
RUNS = st.sampled_from(["r1", "r1", "r2", "r3"])
INCIDENTS = st.sampled_from(["INC-1", "inc-1", "ÉTÉ", "été"])
SECONDS = st.integers(0, 3)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
PEOPLE = st.sampled_from([a.ANA, a.BEN])
STEPS = st.builds(Step, phase=st.sampled_from(Phase), agent_id=st.sampled_from(["application", "database"]))
MONEY = st.integers(0, 10**18).map(lambda nano: Decimal(nano).scaleb(-9))
HYPOTHESES = st.lists(
    st.builds(a.hypothesis, st.integers(1, 3), st.floats(0, 1), st.sampled_from(["application", "database"])),
    max_size=3,
).map(tuple)
OBSERVATIONS = st.lists(st.builds(a.observation, st.integers(1, 9)), max_size=3).map(tuple)
GATE_IDS = st.sampled_from(["g1", "g2", "g3"])
ANSWERS = [each for each in GateState if each is not GateState.OPEN]
GATES = st.builds(
    Gate,
    gate_id=GATE_IDS,
    kind=st.sampled_from(GateKind),
    reason=TEXTS,
    context=st.lists(TEXTS, max_size=2).map(tuple),
    extend_by=MONEY,
    opened_at=SECONDS.map(a.later),
    expires_at=st.none() | SECONDS.map(a.later),
)
HUBS = st.sampled_from([("T1", "h1"), ("T1", "h1"), ("T2", "h1")])
"""Investigations that have no journal."""


def entries(status: CallStatus) -> st.SearchStrategy[LedgerEntry]:
    return st.builds(
        LedgerEntry,
        call_id=st.sampled_from(["c1", "c2", "c3"]),
        agent_id=st.sampled_from(["application", "database"]),
        tokens_in=st.integers(0, 10**6),
        amount=MONEY,
        status=st.just(status),
    )


EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(
        StateChanged,
        before=st.sampled_from(InvestigationState),
        after=st.sampled_from(InvestigationState),
        reason=TEXTS,
    ),
    st.builds(StepStarted, step=STEPS),
    st.builds(
        StepEnded,
        step=STEPS,
        outcome=st.sampled_from(StepOutcome),
        duration_s=st.floats(0, 1e6),
        observations=OBSERVATIONS,
        hypotheses=HYPOTHESES,
        cost=MONEY,
        note=TEXTS,
    ),
    st.builds(CallReserved, entry=entries(CallStatus.RESERVED)),
    st.builds(CallSettled, entry=entries(CallStatus.SETTLED)),
    st.builds(CallReleased, entry=entries(CallStatus.RELEASED)),
    st.builds(
        ContextGathered,
        similar=st.lists(
            st.builds(
                PastIncident,
                investigation_id=st.just("r9"),
                incident_id=st.just("INC-9"),
                title=TEXTS,
                began=SECONDS.map(a.later),
                likeness=st.floats(0, 1),
                alike=st.lists(TEXTS, max_size=2).map(tuple),
            ),
            max_size=2,
        ).map(tuple),
        unknown=st.lists(TEXTS, max_size=2).map(tuple),
    ),
    st.builds(HypothesesRanked, hypotheses=HYPOTHESES),
    st.builds(
        HypothesisDecided,
        decision=st.builds(
            Decision,
            hypothesis_id=st.sampled_from(["h1", "h2"]),
            verdict=st.sampled_from(Verdict),
            by=PEOPLE,
            at=SECONDS.map(a.later),
            reason=TEXTS,
        ),
    ),
    st.builds(
        Consulted,
        consultation=st.builds(
            Consultation,
            asker=st.just("application"),
            specialist=st.sampled_from(["database", ""]),
            question=st.builds(Question, text=TEXTS, service=TEXTS, at=st.none() | SECONDS.map(a.later)),
            outcome=st.sampled_from(ConsultOutcome),
            advice=st.builds(Advice, text=TEXTS, known=st.booleans(), supports=st.none() | st.booleans()),
            duration_s=st.floats(0, 1e6),
            cost=MONEY,
            depth=st.integers(1, 2),
        ),
    ),
    st.builds(GateOpened, gate=GATES),
    st.builds(
        GateSettled,
        gate_id=GATE_IDS,
        state=st.sampled_from(ANSWERS),
        by=st.none() | PEOPLE,
        said=TEXTS,
    ),
    st.builds(StopRequested, by=PEOPLE),
    st.just(Heartbeat()),
)
