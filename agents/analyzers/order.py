"""Medians and percentiles from values that are put in order once.

The law: bit for bit what `numpy.median` and `numpy.percentile` (linear interpolation) give for finite values. Those two
are made for any shape and any value, which for a short series takes ten times longer than ordering it; and here several of
them are asked of the same values. An incident has a thousand series, and each of them is measured against its past some
twenty times.
"""

from math import floor

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def median(values: Floats) -> float:
    """The median of one or more finite values."""
    return middle(np.sort(values))


def middle(ordered: Floats) -> float:
    """The median of values that ascend."""
    half = ordered.size // 2
    return float(ordered[half]) if ordered.size % 2 else float((ordered[half - 1] + ordered[half]) / 2.0)


def middles(ordered: Floats) -> Floats:
    """The median of every row; in each of them values ascend."""
    half = ordered.shape[1] // 2
    return ordered[:, half] if ordered.shape[1] % 2 else (ordered[:, half - 1] + ordered[:, half]) / 2.0


def percentile(ordered: Floats, percent: float) -> float:
    """That percentile of values that ascend, between its two neighbours in proportion."""
    place = (ordered.size - 1) * (percent / 100.0)
    below = floor(place)
    low, high = float(ordered[below]), float(ordered[min(below + 1, ordered.size - 1)])
    part = place - below
    return low + (high - low) * part if part < 0.5 else high - (high - low) * (1.0 - part)
