"""Native histograms: recorded answers of the documented shape, and laws that any estimate has to keep."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.sources.prometheus.answers import read_answer
from agents.sources.prometheus.histograms import QUANTILES, Bucket, quantile

RECORDED = {
    "status": "success",
    "data": {
        "resultType": "matrix",
        "result": [
            {
                "metric": {"__name__": "rpc_seconds", "job": "orders"},
                "histograms": [
                    [
                        1773489600,
                        {
                            "count": "16",
                            "sum": "5.5",
                            "buckets": [[3, "-0.001", "0.001", "2"], [0, "0.25", "0.5", "8"], [0, "0.5", "1", "6"]],
                        },
                    ],
                    [1773489660, {"count": "0", "sum": "0"}],
                ],
            }
        ],
    },
}


def test_a_series_of_histograms_becomes_columns_of_counts_sums_and_quantiles() -> None:
    (one,) = read_answer(json.dumps(RECORDED).encode(), ("matrix",), 10).histograms
    assert one.labels["job"] == "orders"
    assert list(one.times) == [1773489600, 1773489660]
    assert (list(one.counts), list(one.sums)) == ([16, 0], [5.5, 0])
    assert set(one.quantiles) == set(QUANTILES)
    assert one.quantiles[0.5][0] == pytest.approx(0.25 * 2 ** (6 / 8))
    assert math.isnan(one.quantiles[0.5][1])


def test_a_vector_of_histograms_has_one_point() -> None:
    histogram: list[Any] = [1773489600, {"count": "3", "sum": "3", "buckets": [[0, "0.5", "1", "3"]]}]
    body = {
        "status": "success",
        "data": {"resultType": "vector", "result": [{"metric": {}, "histogram": histogram}]},
    }
    answer = read_answer(json.dumps(body).encode(), ("vector",), 10)
    assert len(answer.histograms[0].times) == 1
    assert answer.series == ()


@pytest.mark.parametrize(
    ("q", "buckets", "expected"),
    [
        (0.5, [(1.0, 2.0, 4.0)], math.sqrt(2)),
        (0.5, [(0.0, 2.0, 4.0)], 1.0),
        (0.25, [(-0.001, 0.001, 4.0), (1.0, 2.0, 4.0)], 0.0005),
        (0.5, [(-0.001, 0.001, 4.0)], 0.0),
        (0.5, [(-2.0, -1.0, 4.0)], -math.sqrt(2)),
        (0.75, [(-2.0, -1.0, 4.0), (-0.001, 0.001, 4.0)], -0.0005),
        (0.99, [(1.0, 2.0, 50.0), (2.0, math.inf, 50.0)], 2.0),
        (0.5, [(-math.inf, 5.0, 10.0)], 2.5),
        (0.5, [(0.25, 0.5, 4.0), (0.5, 1.0, 4.0)], 0.5),
        (0.5, [(-math.inf, -5.0, 10.0)], -5.0),
        (0.0, [(1.0, 2.0, 4.0)], 1.0),
        (1.0, [(1.0, 2.0, 4.0)], 2.0),
    ],
)
def test_a_quantile_lies_where_its_rank_falls(q: float, buckets: list[Bucket], expected: float) -> None:
    assert quantile(q, buckets) == pytest.approx(expected)


def test_of_nothing_there_is_no_quantile() -> None:
    assert math.isnan(quantile(0.5, []))
    assert math.isnan(quantile(0.5, [(1.0, 2.0, math.nan)]))
    assert math.isnan(quantile(0.5, [(-math.inf, math.inf, 4.0)]))


@st.composite
def exponential(draw: st.DrawFn) -> list[Bucket]:
    counts = draw(st.dictionaries(st.integers(-12, 12), st.integers(1, 1000), min_size=1))
    return [(2.0**index, 2.0 ** (index + 1), float(count)) for index, count in sorted(counts.items())]


@given(exponential(), st.floats(0, 1), st.floats(0, 1))
def test_quantiles_never_fall_as_the_share_grows_and_stay_inside_the_buckets(
    buckets: list[Bucket], one: float, other: float
) -> None:
    low, high = (quantile(each, buckets) for each in sorted((one, other)))
    assert low <= high * (1 + 1e-12)
    assert buckets[0][0] * (1 - 1e-12) <= low
    assert high <= buckets[-1][1] * (1 + 1e-12)


@given(exponential(), st.integers(1, 99))
def test_as_many_observations_as_the_share_says_lie_at_or_below_the_bucket_of_the_quantile(
    buckets: list[Bucket], percent: int
) -> None:
    found = quantile(percent / 100, buckets)
    total = sum(count for _, _, count in buckets)
    at_or_below = sum(count for left, _, count in buckets if left <= found * (1 + 1e-12))
    below = sum(count for _, right, count in buckets if right < found * (1 - 1e-12))
    assert below <= percent / 100 * total + 1e-6 <= at_or_below + 2e-6
