"""How a set of tasks may be run: how many at once, how long, how often, for how much, and what a failure means to others."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from orchestrator.engine.tasks import is_amount
from orchestrator.retry import BreakerPolicy, RetryPolicy

ONCE = RetryPolicy(max_attempts=1)


class Fairness(StrEnum):
    """Whose ready task goes first: each agent's in turn, or the one that is expected to be done soonest."""

    ROUND_ROBIN = "round_robin"
    SHORTEST_FIRST = "shortest_first"


class Cancellation(StrEnum):
    """What the end of a task that did not succeed means to those that build on it: they are skipped, or run without it."""

    CASCADING = "cascading"
    ISOLATED = "isolated"


@dataclass(frozen=True, slots=True)
class OrchestrationPolicy:
    """Times in seconds, money in dollars; None: no limit.

    `timeout_s` is for a task, from its first start over all its attempts and the waits between them: no task takes longer.
    `total_timeout_s` is for the whole. `cost_budget` is never passed by what tasks declare that they may cost.
    `breaker` leaves an agent alone that keeps failing; None: never. `seed` decides every wait before a retry.
    `max_unconsumed` results may wait for who reads them one by one before no further task is started.
    """

    max_concurrency: int = 4
    retry: RetryPolicy = ONCE
    timeout_s: float | None = 300.0
    total_timeout_s: float | None = None
    cost_budget: Decimal | None = None
    fairness: Fairness = Fairness.ROUND_ROBIN
    cancellation: Cancellation = Cancellation.CASCADING
    breaker: BreakerPolicy | None = field(default_factory=BreakerPolicy)
    heartbeat_s: float = 30.0
    max_unconsumed: int = 1000
    seed: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "fairness", _one_of(Fairness, "fairness", self.fairness))
        object.__setattr__(self, "cancellation", _one_of(Cancellation, "cancellation", self.cancellation))
        for name in ("max_concurrency", "max_unconsumed"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is at least 1")
        for name, seconds in self._limits():
            if not (math.isfinite(seconds) and seconds > 0):
                raise ValueError(f"{name} is a number of seconds above 0")
        if self.cost_budget is not None and not is_amount(self.cost_budget):
            raise ValueError("cost_budget is a Decimal of dollars, 0 or more")

    def _limits(self) -> Iterator[tuple[str, float]]:
        yield "heartbeat_s", self.heartbeat_s
        for name in ("timeout_s", "total_timeout_s"):
            if (seconds := getattr(self, name)) is not None:
                yield name, seconds


def _one_of(kind: type[StrEnum], name: str, value: str) -> StrEnum:
    try:
        return kind(value)
    except ValueError:
        raise ValueError(f"{name} is one of: {', '.join(kind)}") from None
