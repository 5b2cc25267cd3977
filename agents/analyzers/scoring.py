"""From deviations to a score in [0, 1] that means the same for every kind of telemetry.

A score multiplies what must all be true of something worth telling: it lies far out (`strength`), it matters in size
(`portion`), it lasts (`portion` of time). Independent pieces of evidence add up as chances do (`together`).
"""

from collections.abc import Iterable
from math import sqrt

import numpy as np
from numpy.typing import NDArray

FURTHER = 0.6


def strength(deviation: float, far: float) -> float:
    """0 up to `far` deviations, then 1 - far / deviation: half at twice as far, never 1."""
    return max(0.0, 1.0 - far / abs(deviation)) if deviation else 0.0


def portion(amount: float, full: float) -> float:
    """How much of a full amount that is, at most 1."""
    return min(1.0, abs(amount) / full) if full > 0 else 1.0


def together(scores: Iterable[float]) -> float:
    """The chance that one of several chances comes true (noisy or).

    Signals about one thing are never independent, so the strongest counts in full and each further one for less.
    """
    none, counts = 1.0, 1.0
    for score in sorted(scores, reverse=True):
        none *= 1.0 - counts * score
        counts *= FURTHER
    return 1.0 - none


def share_deviation(hits_before: int, of_before: int, hits_after: int, of_after: int) -> float:
    """By how many standard errors two shares differ (two-proportion z test, with one hit and one miss added to each)."""
    before, after = (hits_before + 1) / (of_before + 2), (hits_after + 1) / (of_after + 2)
    pooled = (hits_before + hits_after + 2) / (of_before + of_after + 4)
    return (after - before) / sqrt(pooled * (1 - pooled) * (1 / (of_before + 2) + 1 / (of_after + 2)))


def share_deviations(
    hits_before: "NDArray[np.int64]", of_before: "NDArray[np.int64]", hits_after: "NDArray[np.int64]",
    of_after: "NDArray[np.int64]",
) -> "NDArray[np.float64]":  # fmt: skip
    """The same for many pairs of shares at once."""
    before, after = (hits_before + 1) / (of_before + 2), (hits_after + 1) / (of_after + 2)
    pooled = (hits_before + hits_after + 2) / (of_before + of_after + 4)
    spread = np.sqrt(pooled * (1 - pooled) * (1 / (of_before + 2) + 1 / (of_after + 2)))
    return np.asarray((after - before) / spread, dtype=np.float64)


def share_surprises(
    hits_before: "NDArray[np.int64]", of_before: "NDArray[np.int64]", hits_after: "NDArray[np.int64]",
    of_after: "NDArray[np.int64]",
) -> "NDArray[np.float64]":  # fmt: skip
    """The same by likelihood ratio (the signed root of G squared), for shares that fall from anywhere down to nothing.

    There a standard error is a poor measure: of 28 coins none showing heads lies further out than 4 of them.
    Source: S. S. Wilks, The large-sample distribution of the likelihood ratio, 1938.
    """
    pooled = _information(hits_before + hits_after, of_before + of_after)
    apart = _information(hits_before, of_before) + _information(hits_after, of_after)
    root = np.sqrt(np.maximum(0.0, 2.0 * (apart - pooled)))
    return np.asarray(np.where(hits_after * of_before < hits_before * of_after, -root, root), dtype=np.float64)


def _information(hits: "NDArray[np.int64]", of: "NDArray[np.int64]") -> "NDArray[np.float64]":
    """The log likelihood of so many hits under their own share."""
    misses = of - hits
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.where(hits > 0, hits * np.log(hits / of), 0.0) + np.where(
            misses > 0, misses * np.log(misses / of), 0
        )
    return np.asarray(found, dtype=np.float64)
