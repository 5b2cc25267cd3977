"""The core of Compass: incidents, agents, money, runs. It has no I/O of its own and knows no surface, store or source.

Its public names are those below; everything they need of the world comes through `orchestrator.ports`. Each is imported
when it is asked for: a process that only analyses, or says how a command is used, loads no runs and no parameters.
"""

from typing import TYPE_CHECKING

from orchestrator.lazy import found_in

if TYPE_CHECKING:
    from orchestrator.engine import (
        OrchestrationPolicy,
        OrchestrationResult,
        TaskGraph,
        TaskSpec,
        execute_graph,
        execute_parallel,
    )
    from orchestrator.errors import BudgetExceededError, OrchestratorError
    from orchestrator.handoff import AgentHandoffManager, ExecutionLogEntry
    from orchestrator.investigation import Investigations, Orchestrator
    from orchestrator.model import FaultKind, Hypothesis, Incident, NoData, Observation, Severity
else:
    __getattr__ = found_in(
        __name__,
        {
            "AgentHandoffManager": "handoff",
            "BudgetExceededError": "errors",
            "ExecutionLogEntry": "handoff",
            "FaultKind": "model",
            "Hypothesis": "model",
            "Incident": "model",
            "Investigations": "investigation",
            "NoData": "model",
            "Observation": "model",
            "OrchestrationPolicy": "engine",
            "OrchestrationResult": "engine",
            "Orchestrator": "investigation",
            "OrchestratorError": "errors",
            "Severity": "model",
            "TaskGraph": "engine",
            "TaskSpec": "engine",
            "execute_graph": "engine",
            "execute_parallel": "engine",
        },
    )


__all__ = [
    "AgentHandoffManager",
    "BudgetExceededError",
    "ExecutionLogEntry",
    "FaultKind",
    "Hypothesis",
    "Incident",
    "Investigations",
    "NoData",
    "Observation",
    "OrchestrationPolicy",
    "OrchestrationResult",
    "Orchestrator",
    "OrchestratorError",
    "Severity",
    "TaskGraph",
    "TaskSpec",
    "execute_graph",
    "execute_parallel",
]
