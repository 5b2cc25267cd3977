"""The log as a listener: one line for each thing that happened in an investigation. Ids and figures, no telemetry text."""

from typing import Any

import structlog

from orchestrator.events import (
    BudgetNoticed,
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
    Recorded,
    StateChanged,
    StepEnded,
    StepStarted,
    message_type,
)


class EventLog:
    """Writes events to the log. Implements `orchestrator.ports.Listener`."""

    def __init__(self, logger: structlog.stdlib.BoundLogger | None = None) -> None:
        self._logger = logger if logger is not None else structlog.stdlib.get_logger("compass.investigation")

    def heard(self, recorded: Recorded, view: InvestigationView) -> None:
        """One line. Heartbeats are for who searches for them."""
        write = self._logger.debug if isinstance(recorded.event, Heartbeat) else self._logger.info
        investigation = view.investigation
        write(
            recorded.event.type,
            message=message_type(recorded.event).value,
            workspace=recorded.workspace,
            investigation_id=recorded.investigation_id,
            request_id=investigation.origin.request_id,
            incident_id=investigation.incident.incident_id,
            seq=recorded.seq,
            **_facts(recorded.event),
        )


def _facts(event: Event) -> dict[str, Any]:
    match event:
        case InvestigationOpened(investigation=opened):
            return {"agents": list(opened.agent_ids), "budget": str(opened.budget), "by": opened.requested_by.user_id}
        case StateChanged():
            return {"before": event.before.value, "after": event.after.value}
        case ContextGathered():
            return {"similar": [each.investigation_id for each in event.similar], "unknown": len(event.unknown)}
        case StepStarted():
            return {"step": str(event.step)}
        case StepEnded():
            return {
                "step": str(event.step),
                "outcome": event.outcome.value,
                "duration_s": round(event.duration_s, 3),
                "observations": len(event.observations),
                "hypotheses": len(event.hypotheses),
                "cost": str(event.cost),
            }
        case CallSettled(entry=entry):
            return {"agent_id": entry.agent_id, "model": entry.model, "cost": str(entry.amount)}
        case Consulted() | GateOpened() | GateSettled() | BudgetNoticed():
            return _told(event)
        case HypothesesRanked(hypotheses=ranked):
            return {"hypotheses": len(ranked)}
        case HypothesisDecided(decision=decision):
            return {"hypothesis_id": decision.hypothesis_id, "verdict": decision.verdict.value}
        case _:
            return {}


def _told(event: Consulted | GateOpened | GateSettled | BudgetNoticed) -> dict[str, Any]:
    """What agents or humans were asked or told, without the words: those are in the journal."""
    match event:
        case Consulted(consultation=told):
            return {
                "asker": told.asker,
                "specialist": told.specialist,
                "outcome": told.outcome.value,
                "cost": str(told.cost),
            }
        case GateOpened(gate=gate):
            return {"gate_id": gate.gate_id, "kind": gate.kind.value, "agent_id": gate.agent_id}
        case GateSettled(gate_id=gate_id, state=state, by=by):
            return {"gate_id": gate_id, "state": state.value, "by": by.user_id if by else ""}
        case BudgetNoticed(notice=notice):
            return {"spent": str(notice.spent), "limit": str(notice.limit)}
