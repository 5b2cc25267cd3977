"""A run for machines: one JSON object. Numbers of a sketch are left out; they are for drawing."""

from typing import Any

from orchestrator.events import InvestigationView
from orchestrator.model import Report


def view_as_json(view: InvestigationView, report: Report) -> dict[str, Any]:
    """The run and what it came to, ready for `json.dumps`. Money is text, as decimals are; times are ISO 8601 in UTC."""
    no_sketches: Any = {"impact": {"__all__": {"sketch"}}, "evidence": {"__all__": {"sketch"}}, "decisive": {"sketch"}}
    return {
        "investigation": view.investigation.model_dump(mode="json"),
        "state": view.state.value,
        "reason": view.reason,
        "hypotheses": [each.model_dump(mode="json") for each in view.hypotheses],
        "consultations": [each.model_dump(mode="json") for each in view.consultations],
        "gates": [each.model_dump(mode="json") for each in view.gates],
        "decisions": [each.model_dump(mode="json") for each in view.decisions],
        "report": report.model_dump(mode="json", exclude=no_sketches),
        "total_cost": str(view.cost.total),
        "utilization": str(view.cost.utilization),
    }
