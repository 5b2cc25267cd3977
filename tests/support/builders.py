"""Values for tests, with as little said as the test needs."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from orchestrator.events import Event, InvestigationOpened, InvestigationView, Recorded, StepEnded, fold
from orchestrator.model import (
    Advice,
    Consultation,
    ConsultOutcome,
    Gate,
    GateKind,
    Hypothesis,
    Incident,
    Investigation,
    Observation,
    Origin,
    PastIncident,
    Person,
    Phase,
    Question,
    Step,
    StepOutcome,
)
from tests.support.clock import NOON

ANA = Person(user_id="U1", name="Ana")
BEN = Person(user_id="U2", name="Ben")
AGENTS = ("application", "database", "network")


def incident(incident_id: str = "INC-1", **more: Any) -> Incident:
    return Incident(**{"incident_id": incident_id, "title": "checkout is slow", "start_time": NOON, **more})


def observation(summary: str = "a fact", agent_id: str = "application", **more: Any) -> Observation:
    return Observation(agent_id=agent_id, summary=summary, **more)


def hypothesis(
    statement: str = "an explanation", confidence: float = 0.5, agent_id: str = "application", **more: Any
) -> Hypothesis:
    return Hypothesis(agent_id=agent_id, statement=statement, initial_confidence=confidence, **more)


def past_incident(incident_id: str = "INC-98", **more: Any) -> PastIncident:
    return PastIncident(
        **{
            "investigation_id": "inv-98",
            "incident_id": incident_id,
            "title": "orders time out",
            "began": NOON - timedelta(days=30),
            "statement": "v390 filled the orders-db pool",
            "confidence": 0.8,
            "likeness": 0.5,
            "alike": ("orders pool_in_use",),
            **more,
        }
    )


def investigation(investigation_id: str = "inv-1", **more: Any) -> Investigation:
    return Investigation(
        **{
            "workspace": "T1",
            "investigation_id": investigation_id,
            "incident": incident(),
            "agent_ids": AGENTS,
            "budget": Decimal("10.00"),
            "requested_by": ANA,
            "requested_at": NOON,
            "origin": Origin(surface="test", request_id="q1"),
            **more,
        }
    )


def observed(agent_id: str = "application", *found: Observation, **more: Any) -> StepEnded:
    return StepEnded(step=Step(phase=Phase.OBSERVE, agent_id=agent_id), observations=found, **more)


def explained(agent_id: str = "application", *found: Hypothesis, **more: Any) -> StepEnded:
    return StepEnded(step=Step(phase=Phase.HYPOTHESISE, agent_id=agent_id), hypotheses=found, **more)


def missed(phase: Phase, agent_id: str, note: str = "did not get to the end of its turn") -> StepEnded:
    return StepEnded(step=Step(phase=phase, agent_id=agent_id), outcome=StepOutcome.NOT_RUN, note=note)


def gate(gate_id: str = "g1", **more: Any) -> Gate:
    told: dict[str, Any] = {"kind": GateKind.ESCALATION, "agent_id": "database", "reason": "Look at the pool?"}
    return Gate(**{"gate_id": gate_id, "opened_at": NOON, "expires_at": NOON + timedelta(minutes=30), **told, **more})


def consultation(asker: str = "application", specialist: str = "database", **more: Any) -> Consultation:
    told: dict[str, Any] = {
        "question": Question(text="Was the pool exhausted at 14:03?", service="orders-db", at=NOON),
        "outcome": ConsultOutcome.ANSWERED,
        "advice": Advice(text="Yes: 20 of 20 since 14:01.", supports=True, cites=("o4",)),
    }
    return Consultation(**{"asker": asker, "specialist": specialist, **told, **more})


def recorded(seq: int, event: Event, at: datetime | None = None, **more: Any) -> Recorded:
    key = {"workspace": "T1", "investigation_id": "inv-1", **more}
    return Recorded(**key, seq=seq, at=at or NOON + timedelta(seconds=seq), event=event)


def view_after(*events: Event, **more: Any) -> InvestigationView:
    """The view of an investigation to which these things happened."""
    view = fold(None, recorded(1, InvestigationOpened(investigation=investigation(**more))))
    for seq, event in enumerate(events, start=2):
        view = fold(view, recorded(seq, event))
    return view
