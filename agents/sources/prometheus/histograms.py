"""Native histograms: what an answer holds of one, turned into its count, its sum and estimates of quantiles.

Format: https://prometheus.io/docs/prometheus/latest/querying/api/#native-histograms. A bucket is
`[rule, left, right, count]`; the rule says which edges belong to it, which an estimate does not need.
"""

import math
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from orchestrator.model.telemetry import no_floats

QUANTILES = (0.5, 0.95, 0.99)


@dataclass(frozen=True, slots=True)
class HistogramSeries:
    """One series of histograms, in columns. `quantiles`: for each of `QUANTILES`, its estimate at each time."""

    labels: Mapping[str, str]
    times: "array[float]" = field(default_factory=no_floats)
    counts: "array[float]" = field(default_factory=no_floats)
    sums: "array[float]" = field(default_factory=no_floats)
    quantiles: Mapping[float, "array[float]"] = field(default_factory=dict)


Bucket = tuple[float, float, float]
"""Left edge, right edge, observations in it."""


def histogram_series(labels: Mapping[str, str], points: Sequence[Any]) -> HistogramSeries:
    """From `[[time, histogram], ...]`. Raises ValueError, TypeError, KeyError or IndexError where that is not its shape."""
    times, counts, sums = array("d"), array("d"), array("d")
    quantiles = {each: array("d") for each in QUANTILES}
    for at, histogram in points:
        buckets = _buckets(histogram)
        times.append(float(at))
        counts.append(float(histogram["count"]))
        sums.append(float(histogram["sum"]))
        for q, column in quantiles.items():
            column.append(quantile(q, buckets))
    return HistogramSeries(labels, times, counts, sums, quantiles)


def _buckets(histogram: Mapping[str, Any]) -> list[Bucket]:
    """Those that hold something, from the lowest. A count below zero, which rate() of a broken counter gives, is none."""
    found = ((float(each[1]), float(each[2]), float(each[3])) for each in histogram.get("buckets") or ())
    return sorted(each for each in found if each[2] > 0)


def quantile(q: float, buckets: Sequence[Bucket]) -> float:
    """The value below which the share `q` of all observations lies, estimated; NaN where there are none.

    Inside a bucket observations are taken to be spread evenly, on a logarithmic scale where both edges have one sign (as
    Prometheus does since 3.0 for exponential buckets), on a linear one where it reaches to or across zero. A bucket that
    reaches across zero counts as reaching to it where nothing lies beyond: of durations none is negative.
    """
    total = sum(count for _, _, count in buckets)
    if not buckets or not total > 0 or not math.isfinite(total):
        return math.nan
    rank, below = q * total, 0.0
    index = 0
    for index, (_, _, count) in enumerate(buckets):
        if below + count >= rank or index == len(buckets) - 1:
            break
        below += count
    left, right, count = buckets[index]
    if left < 0 < right:
        left = 0.0 if index == 0 and len(buckets) > 1 else left
        right = 0.0 if index == len(buckets) - 1 and len(buckets) > 1 else right
    return _inside(left, right, min(1.0, max(0.0, (rank - below) / count)))


def _inside(left: float, right: float, share: float) -> float:
    if math.isinf(left) and math.isinf(right):
        return math.nan
    if math.isinf(right):
        return left
    if math.isinf(left):
        return right if right <= 0 else right * share
    if left > 0 or right < 0:
        return math.copysign(abs(left) ** (1 - share) * abs(right) ** share, left)
    return left + (right - left) * share
