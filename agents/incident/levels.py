"""What callers are used to wait: 2 ms more are nothing to somebody who waits 100 ms anyhow, and much to who waits 5."""

from collections.abc import Iterable
from functools import cache

import numpy as np

from agents.analyzers.graph import Graph
from agents.analyzers.scoring import portion
from agents.analyzers.series import FEWEST_BASELINE
from agents.incident.delays import CALLS_PER_CALL
from orchestrator.model import MetricSeries

MATERIAL_SHARE = 0.25


class Levels:
    """The usual latencies of all services, as far as metrics of the same name tell."""

    def __init__(self, series: Iterable[MetricSeries], graph: Graph, split: float) -> None:
        self._series = {(each.service, each.metric): each for each in series}
        self._graph = graph
        self._split = split
        self._usual = cache(self._median_before)

    def felt(self, service: str, metric: str, rise: float) -> float:
        """How much its direct callers feel of a delay that rose by that much, in [0, 1]; all where none is known.

        A fair share of what a caller usually takes counts in full. Only metrics of one name are compared: they have the
        same unit and tell the same statistic.
        """
        known = (self._usual(caller, metric) for caller in self._graph.callers(service))
        shares = (portion(CALLS_PER_CALL * rise, MATERIAL_SHARE * usual) for usual in known if usual is not None)
        return max(shares, default=1.0)

    def _median_before(self, service: str, metric: str) -> float | None:
        known = self._series.get((service, metric))
        if known is None:
            return None
        before = np.asarray(known.values, dtype=np.float64)[np.asarray(known.times) < self._split]
        before = before[np.isfinite(before)]
        return float(np.median(before)) if before.size >= FEWEST_BASELINE else None
