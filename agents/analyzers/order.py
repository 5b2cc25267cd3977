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
LONGEST_MEDIAN = 60


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


def rolling_median(values: Floats, length: int) -> Floats:
    """The median of every stretch of that many neighbours; of very long stretches, which hardly differ, of every few."""
    if length <= 1:
        return values
    if length == 3:
        return _middle_of_three(values[:-2], values[1:-1], values[2:])
    # A view of the same values; numpy's `sliding_window_view` is that too, and takes longer to make it than to order it.
    step = values.strides[0]
    stretches = np.ndarray((values.size - length + 1, length), values.dtype, values, strides=(step, step))
    return middles(np.sort(stretches[:: max(1, length // LONGEST_MEDIAN)], axis=1))


def _middle_of_three(before: Floats, at: Floats, after: Floats) -> Floats:
    """Three rows of values are compared many times faster than as many threes are put in order."""
    lower, upper = np.minimum(before, at), np.maximum(before, at)
    return np.maximum(lower, np.minimum(upper, after))
