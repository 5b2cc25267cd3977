"""Work, with no idea what it is about: sets and graphs of tasks, one scheduler for all of them, and processes for what must
neither block nor hang.

The law: a task that is handed in ends in exactly one way, and that is told; nothing that was started is left behind.
"""

from orchestrator.engine.api import Running, execute_graph, execute_parallel, stream_graph
from orchestrator.engine.attempt import Attempt, attempt
from orchestrator.engine.events import (
    EngineEvent,
    EngineListener,
    ExecutionBegan,
    ExecutionEnded,
    ExecutionHeartbeat,
    TaskEnded,
    TaskRetried,
    TaskStarted,
)
from orchestrator.engine.graph import GraphError, TaskGraph, chained
from orchestrator.engine.places import call
from orchestrator.engine.policy import Cancellation, Fairness, OrchestrationPolicy
from orchestrator.engine.processes import ProcessPool
from orchestrator.engine.quality import Conflict, Merged, Refusal, merge_mappings
from orchestrator.engine.result import Metrics, OrchestrationResult
from orchestrator.engine.tasks import Answer, Assignment, Place, TaskSpec

__all__ = [
    "Answer",
    "Assignment",
    "Attempt",
    "Cancellation",
    "Conflict",
    "EngineEvent",
    "EngineListener",
    "ExecutionBegan",
    "ExecutionEnded",
    "ExecutionHeartbeat",
    "Fairness",
    "GraphError",
    "Merged",
    "Metrics",
    "OrchestrationPolicy",
    "OrchestrationResult",
    "Place",
    "ProcessPool",
    "Refusal",
    "Running",
    "TaskEnded",
    "TaskGraph",
    "TaskRetried",
    "TaskSpec",
    "TaskStarted",
    "attempt",
    "call",
    "chained",
    "execute_graph",
    "execute_parallel",
    "merge_mappings",
    "stream_graph",
]
