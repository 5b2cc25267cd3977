"""One series against its own past: what is told, what is not, since when and by how much."""

import math
import random
from array import array
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.analyzers.meaning import meaning_of
from agents.analyzers.series import FAR, Shift, shift_of

NOISE = 0.05


def shift(
    metric: str,
    value: Callable[[float], float],
    *,
    step: float = 15,
    start: float = -3600,
    end: float = 600,
    seed: int = 3,
) -> Shift | None:
    dice = random.Random(seed)
    times = [start + step * n for n in range(int((end - start) / step) + 1)]
    values = [value(at) * (1 + NOISE * dice.uniform(-1, 1)) for at in times]
    return shift_of(metric, array("d", times), array("d", values), 0.0, meaning_of(metric))


@pytest.mark.parametrize("step", [1, 5, 15, 60, 300])
def test_a_step_is_found_at_any_sampling_with_its_onset_and_size(step: float) -> None:
    found = shift(
        "latency_p95_ms", lambda at: 40.0 if at < 120 else 900.0, step=step, start=-30_000 if step == 300 else -3600
    )
    assert found is not None
    assert found.deviation > 10
    assert found.usual == pytest.approx(40, rel=0.1)
    assert found.value == pytest.approx(900, rel=0.1)
    assert found.onset == pytest.approx(120, abs=step)
    assert found.share == pytest.approx(0.8, abs=0.35)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("level", [0.0, 1.0, 5000.0])
def test_a_series_that_goes_on_as_before_is_not_told(level: float, seed: int) -> None:
    assert shift("latency_p95_ms", lambda _: level, seed=seed) is None
    assert shift("requests_rate", lambda _: level, seed=seed) is None


def test_less_is_trouble_only_where_less_is_worse() -> None:
    assert shift("latency_p95_ms", lambda at: 900.0 if at < 0 else 40.0) is None
    dropped = shift("requests_rate", lambda at: 900.0 if at < 0 else 40.0)
    assert dropped is not None
    assert dropped.value < dropped.usual
    fewer = shift("connections_idle", lambda at: 900.0 if at < 0 else 40.0)
    assert fewer is not None


def test_a_share_of_successes_is_looked_at_as_the_share_that_is_lost() -> None:
    found = shift_of(
        "availability",
        array("d", range(-100, 10)),
        array("d", [100.0] * 100 + [94.0] * 10),
        0.0,
        meaning_of("availability"),
    )
    assert found is not None
    assert (found.usual, found.value) == (100.0, 94.0)
    assert found.change == pytest.approx(0.24)


def test_what_the_baseline_has_seen_before_is_not_unusual() -> None:
    assert shift("latency_p95_ms", lambda at: 900.0 if at % 900 < 120 else 40.0) is None


def test_what_moved_long_before_the_window_is_no_news() -> None:
    assert shift("latency_p95_ms", lambda at: 40.0 if at < -1500 else 80.0) is None


def test_trouble_that_began_before_anybody_noticed_keeps_its_onset() -> None:
    found = shift("errors_rate", lambda at: 1.0 if at < -90 else 60.0)
    assert found is not None
    assert found.onset == pytest.approx(-90, abs=15)


def test_a_single_wild_point_is_told_as_such() -> None:
    found = shift("latency_p95_ms", lambda at: 9000.0 if at == 300 else 40.0)
    assert found is None or found.away <= 1


def test_one_more_of_what_is_counted_one_by_one_is_no_news() -> None:
    times = array("d", range(-100, 20))
    few = array("d", [2.0] * 100 + [3.0] * 20)
    many = array("d", [2.0] * 100 + [20.0] * 20)
    assert shift_of("connections", times, few, 0.0, meaning_of("connections")) is None
    assert shift_of("connections", times, many, 0.0, meaning_of("connections")) is not None


def test_a_counter_is_looked_at_as_a_rate_and_a_restart_is_no_shift() -> None:
    times = array("d", range(-600, 300, 10))
    total, steady, grows = 0.0, array("d"), array("d")
    for at in times:
        total = 0.0 if at == 100 else total + 50.0
        steady.append(total)
    total = 0.0
    for at in times:
        total += 50.0 if at < 0 else 500.0
        grows.append(total)
    assert shift_of("requests_total", times, steady, 0.0, meaning_of("requests_total")) is None
    found = shift_of("errors_total", times, grows, 0.0, meaning_of("errors_total"))
    assert found is not None
    assert found.usual == pytest.approx(5.0)
    assert found.value == pytest.approx(50.0)


def test_gaps_and_missing_values_are_passed_over() -> None:
    times = array("d", range(-200, 50))
    values = array("d", [math.nan if at % 3 else (40.0 if at < 0 else 900.0) for at in range(-200, 50)])
    found = shift_of("latency_ms", times, values, 0.0, meaning_of("latency_ms"))
    assert found is not None
    assert found.value == 900.0


@pytest.mark.parametrize(
    "values", [[], [1.0, 2.0], [math.nan] * 50, [5.0] * 40], ids=["none", "too few", "all missing", "flat"]
)
def test_too_little_is_no_finding(values: list[float]) -> None:
    times = array("d", range(-30, len(values) - 30))
    assert shift_of("latency_ms", times, array("d", values), 0.0, meaning_of("latency_ms")) is None


@given(
    st.lists(st.floats(allow_nan=True, allow_infinity=False, width=32), min_size=0, max_size=60), st.integers(-20, 20)
)
def test_any_numbers_are_survived_and_what_is_told_is_far(values: list[float], split: int) -> None:
    found = shift_of("x", array("d", range(len(values))), array("d", values), float(split), meaning_of("x"))
    assert found is None or (found.deviation >= FAR and 0 <= found.share <= 1 and found.away <= found.points)
