"""What an agent is handed beside raw telemetry: what is usual, who exists and who calls whom, what changed, what was alike.

The law: a context is told, never guessed. What could not be gathered stands in `missing`, in words for people, for a
baseline that nobody could read and a baseline that is calm are two different things.
"""

from pydantic import Field

from orchestrator.model.base import Frozen, Moment, Name
from orchestrator.model.decision import Verdict
from orchestrator.model.hypothesis import FaultKind
from orchestrator.model.incident import Window
from orchestrator.model.telemetry import Change


class Baseline(Frozen):
    """What was usual of one series in the healthy time: the median, and between which values eight of ten points lay."""

    service: str
    metric: str
    usual: float
    low: float
    high: float
    unit: str = ""
    points: int = Field(ge=1)


class CatalogueEntry(Frozen):
    """One service, with those it calls and those that call it. `affected`: the incident was reported there."""

    service: str
    calls: tuple[str, ...] = ()
    called_by: tuple[str, ...] = ()
    affected: bool = False


class PastIncident(Frozen):
    """An earlier incident that resembles this one, with what was thought to be its cause.

    `likeness` in [0, 1]; `alike` says in words what the two have in common. `verdict` is what people decided of
    `statement`, None where nobody did. `place` is where it was looked into: what belongs there may not belong elsewhere.
    """

    investigation_id: Name
    incident_id: Name
    title: str
    began: Moment
    place: str = ""
    recorded: bool = False
    statement: str = ""
    service: str = ""
    fault_kind: FaultKind = FaultKind.UNKNOWN
    confidence: float | None = None
    verdict: Verdict | None = None
    decided_by: str = ""
    likeness: float = Field(default=0.0, ge=0.0, le=1.0)
    alike: tuple[str, ...] = ()


class AgentContext(Frozen):
    """Everything one agent is handed. `took_s` is how long it took to gather, in seconds.

    `unknown`: a line for each service that was reported as affected and that no telemetry knows.
    """

    agent_id: Name
    incident_id: Name
    window: Window
    baseline_window: Window
    baselines: tuple[Baseline, ...] = ()
    catalogue: tuple[CatalogueEntry, ...] = ()
    changes: tuple[Change, ...] = ()
    similar: tuple[PastIncident, ...] = ()
    unknown: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    took_s: float = 0.0
