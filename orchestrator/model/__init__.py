"""The core's data: frozen values in the field's own words. Nothing here reads a clock, a file or the network."""

from orchestrator.model.base import Frozen, Moment, Name
from orchestrator.model.cost import (
    NANO,
    ZERO,
    CallStatus,
    CostBreakdown,
    CostLine,
    LedgerEntry,
    from_nano,
    share,
    to_nano,
    whole_nano,
)
from orchestrator.model.decision import Decision, Person, Verdict
from orchestrator.model.evidence import Aspect, NoData, Observation, Signal, Sketch, Standing
from orchestrator.model.hypothesis import THE_BAR, FaultKind, Hypothesis, Strength, strength
from orchestrator.model.incident import Incident, Scope, Severity, Window
from orchestrator.model.investigation import (
    Investigation,
    InvestigationState,
    Origin,
    Phase,
    Step,
    StepOutcome,
)
from orchestrator.model.report import Conclusion, HypothesisGroup, Report
from orchestrator.model.telemetry import (
    Asked,
    Change,
    Changes,
    Logs,
    Metrics,
    MetricSeries,
    Spans,
    Topology,
)

__all__ = [
    "NANO",
    "THE_BAR",
    "ZERO",
    "Asked",
    "Aspect",
    "CallStatus",
    "Change",
    "Changes",
    "Conclusion",
    "CostBreakdown",
    "CostLine",
    "Decision",
    "FaultKind",
    "Frozen",
    "Hypothesis",
    "HypothesisGroup",
    "Incident",
    "Investigation",
    "InvestigationState",
    "LedgerEntry",
    "Logs",
    "MetricSeries",
    "Metrics",
    "Moment",
    "Name",
    "NoData",
    "Observation",
    "Origin",
    "Person",
    "Phase",
    "Report",
    "Scope",
    "Severity",
    "Signal",
    "Sketch",
    "Spans",
    "Standing",
    "Step",
    "StepOutcome",
    "Strength",
    "Topology",
    "Verdict",
    "Window",
    "from_nano",
    "share",
    "strength",
    "to_nano",
    "whole_nano",
]
