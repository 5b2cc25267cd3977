"""What an execution amounts to."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from orchestrator.engine.quality import Merged
from orchestrator.model import TaskResult


@dataclass(frozen=True, slots=True)
class Metrics:
    """`speedup_vs_serial`: the tasks' own seconds over those of the wall; 0.0 where no time passed.

    `cost_estimate`: dollars, of what was told, and of what tasks may have cost where nobody told.
    """

    wall_time: float
    speedup_vs_serial: float
    cost_estimate: Decimal
    attempts: int


@dataclass(frozen=True, slots=True)
class OrchestrationResult:
    """`tasks`: one result for every task of the graph, in its order, whatever happened."""

    tasks: Mapping[str, TaskResult]
    metrics: Metrics
    merged: Merged
