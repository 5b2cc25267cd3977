"""The log hears every event: ids and figures, and no text of telemetry."""

import io
import json
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
import structlog

from bot.telemetry import EventLog, configure_logging
from orchestrator.events import (
    CallReserved,
    CallSettled,
    Event,
    GateOpened,
    GateSettled,
    Heartbeat,
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
from orchestrator.model import (
    Decision,
    GateState,
    Hypothesis,
    Incident,
    Investigation,
    InvestigationState,
    LedgerEntry,
    Observation,
    Origin,
    Person,
    Phase,
    Step,
    Verdict,
)
from tests.support.builders import gate
from tests.support.clock import NOON

ANA = Person(user_id="U1", name="ana")
OPENED = InvestigationOpened(
    investigation=Investigation(
        workspace="T1",
        investigation_id="i1",
        incident=Incident(incident_id="INC-1", title="hunter2", start_time=NOON),
        agent_ids=("network",),
        requested_by=ANA,
        requested_at=NOON,
        origin=Origin(request_id="r1"),
    )
)
STEP = Step(phase=Phase.OBSERVE, agent_id="network")
GUESS = Hypothesis(agent_id="network", statement="hunter2", initial_confidence=0.5, hypothesis_id="h1")


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    configure_logging(level="debug", machine=True, stream=stream)
    yield stream
    structlog.reset_defaults()


def test_each_event_is_one_line_of_ids_and_figures(logged: io.StringIO) -> None:
    events: list[Event] = [
        OPENED,
        StateChanged(before=InvestigationState.QUEUED, after=InvestigationState.RUNNING, reason="hunter2"),
        StepStarted(step=STEP),
        StepEnded(
            step=STEP,
            duration_s=1.23456,
            observations=(Observation(agent_id="network", summary="hunter2"),),
            note="hunter2",
        ),
        CallReserved(entry=LedgerEntry(call_id="c1", agent_id="network", purpose="hunter2")),
        CallSettled(entry=LedgerEntry(call_id="c1", agent_id="network", amount=Decimal("0.5"), model="m")),
        HypothesesRanked(hypotheses=(GUESS,)),
        HypothesisDecided(
            decision=Decision(hypothesis_id="h1", verdict=Verdict.ACCEPTED, by=ANA, at=NOON, reason="hunter2")
        ),
        Heartbeat(),
        GateOpened(gate=gate("g1", reason="hunter2", context=("hunter2",))),
        GateSettled(gate_id="g1", state=GateState.APPROVED, by=ANA, said="hunter2"),
    ]
    log, view = EventLog(), None
    for number, event in enumerate(events, start=1):
        recorded = Recorded(
            workspace="T1", investigation_id="i1", seq=number, at=NOON + timedelta(seconds=number), event=event
        )
        view = fold(view, recorded)
        assert isinstance(view, InvestigationView)
        log.heard(recorded, view)
    lines = [json.loads(line) for line in logged.getvalue().splitlines()]
    assert "hunter2" not in logged.getvalue()
    assert [line["event"] for line in lines] == [event.type for event in events]
    assert {(line["request_id"], line["incident_id"], line["investigation_id"]) for line in lines} == {
        ("r1", "INC-1", "i1")
    }
    assert lines[1]["after"] == "running"
    assert (lines[3]["outcome"], lines[3]["duration_s"], lines[3]["observations"]) == ("finished", 1.235, 1)
    assert lines[5]["cost"] == "0.5"
    assert lines[7]["verdict"] == "accepted"
    assert lines[8]["level"] == "debug"
    assert (lines[9]["gate_id"], lines[9]["kind"], lines[9]["agent_id"]) == ("g1", "escalation", "database")
    assert (lines[10]["gate_id"], lines[10]["state"], lines[10]["by"]) == ("g1", "approved", "U1")
