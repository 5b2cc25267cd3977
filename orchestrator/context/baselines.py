"""What was usual of a series: the median of the healthy time, and between which values eight of ten points lay.

Medians and deciles, because a healthy hour has its spikes too and a mean would carry them. Pure, and of the standard
library: the core knows no numerics.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable
from itertools import islice
from math import isfinite
from statistics import quantiles

from orchestrator.model import Baseline, MetricSeries, Window

FEWEST_POINTS = 5
MOST_POINTS = 360
"""Of a longer series every so many points are taken: a decile needs no more, and a day of seconds would take seconds."""


def baselines(series: Iterable[MetricSeries], window: Window, services: Collection[str], most: int) -> list[Baseline]:
    """Of at most `most` series of those services, in the order of the source; too short ones are left out."""
    told = (_baseline(each, window) for each in series if each.service.casefold() in services)
    return list(islice((each for each in told if each), most))


def _baseline(series: MetricSeries, window: Window) -> Baseline | None:
    first = bisect_left(series.times, window.start.timestamp())
    end = bisect_left(series.times, window.end.timestamp())
    every = max(1, (end - first) // MOST_POINTS)
    values = [value for value in series.values[first:end:every] if isfinite(value)]
    if len(values) < FEWEST_POINTS:
        return None
    deciles = quantiles(values, n=10, method="inclusive")
    return Baseline(
        service=series.service,
        metric=series.metric,
        usual=deciles[4],
        low=deciles[0],
        high=deciles[8],
        unit=series.unit,
        points=len(values),
    )
