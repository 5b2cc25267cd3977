"""The core of Compass: incidents, agents, money, runs. It has no I/O of its own and knows no surface, store or source.

Its public names are those below; everything they need of the world comes through `orchestrator.ports`.
"""

from orchestrator.errors import BudgetExceededError, OrchestratorError
from orchestrator.investigation import Investigations, Orchestrator
from orchestrator.model import FaultKind, Hypothesis, Incident, NoData, Observation, Severity

__all__ = [
    "BudgetExceededError",
    "FaultKind",
    "Hypothesis",
    "Incident",
    "Investigations",
    "NoData",
    "Observation",
    "Orchestrator",
    "OrchestratorError",
    "Severity",
]
