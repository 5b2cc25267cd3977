"""At which moments a range query is evaluated."""

import math
from array import array
from dataclasses import dataclass

from orchestrator.model import Window


@dataclass(frozen=True, slots=True)
class Grid:
    """`points` moments from `start` on (epoch seconds), `step_s` apart."""

    start: float
    step_s: float
    points: int

    @property
    def last(self) -> float:
        """The last moment."""
        return self.start + self.step_s * max(0, self.points - 1)

    def times(self) -> "array[float]":
        """Every moment."""
        return array("d", (self.start + self.step_s * index for index in range(self.points)))


def grid_over(window: Window, step_s: float, most_points: int) -> Grid:
    """The whole multiples of the step in the window, its end left out.

    Where these are more than `most_points`, the step is the smallest multiple of `step_s` for which they are not. Steps
    are whole milliseconds, which is all that Prometheus tells apart; raises ValueError for less than one.
    """
    step_ms = round(step_s * 1000)
    if step_ms < 1:
        raise ValueError("a step is at least a millisecond")
    start_ms, end_ms = (math.ceil(round(each.timestamp() * 1e6) / 1000) for each in (window.start, window.end))
    factor = max(1, -(-(end_ms - start_ms) // (step_ms * most_points)))
    step_ms *= factor
    first = -(-start_ms // step_ms)
    points = max(0, -(-end_ms // step_ms) - first)
    return Grid(first * step_ms / 1000, step_ms / 1000, points)
