"""Our medians and percentiles are numpy's, bit for bit."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from agents.analyzers.order import median, middle, middles, percentile, rolling_median

NUMBERS = st.floats(-1e12, 1e12).map(lambda number: number + 0.0)
VALUES = st.lists(NUMBERS, min_size=1, max_size=60).map(np.array)
ROWS = st.integers(1, 12).flatmap(
    lambda width: st.lists(st.lists(NUMBERS, min_size=width, max_size=width), min_size=1, max_size=8)
)


@given(VALUES)
def test_a_median_is_the_one_that_numpy_gives(values: np.ndarray) -> None:
    assert median(values) == middle(np.sort(values)) == float(np.median(values))


@given(ROWS.map(np.array))
def test_so_is_the_median_of_every_row(rows: np.ndarray) -> None:
    assert middles(np.sort(rows, axis=1)).tolist() == np.median(rows, axis=1).tolist()


@given(VALUES, st.sampled_from([0.0, 50.0, 90.0, 95.0, 99.0, 100.0]))
def test_a_percentile_is_the_one_that_numpy_gives(values: np.ndarray, percent: float) -> None:
    assert percentile(np.sort(values), percent) == float(np.percentile(values, percent))


@given(VALUES, st.integers(1, 12))
def test_a_rolling_median_is_the_median_of_every_stretch(values: np.ndarray, length: int) -> None:
    length = min(length, values.size)
    stretches = [values[start : start + length] for start in range(values.size - length + 1)]
    assert rolling_median(values, length).tolist() == [float(np.median(each)) for each in stretches]
