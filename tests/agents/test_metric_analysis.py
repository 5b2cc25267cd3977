"""One series against its own past: what is told, what is not, since when and by how much."""

import math
import random
from array import array
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.analyzers.meaning import meaning_of
from agents.analyzers.series import FAR, LOST_MATTERS, Shift, shift_of
from orchestrator.model import MetricSeries

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


def series(
    service: str, metric: str, values: Sequence[float], *, start: float = 0.0, step: float = 1.0
) -> MetricSeries:
    times = array("d", (start + step * n for n in range(len(values))))
    return MetricSeries(service, metric, times, array("d", values))


def moved(metric: str, values: Sequence[float], *, split: float, start: float = 0.0, step: float = 1.0) -> Shift | None:
    one = series("s", metric, values, start=start, step=step)
    return shift_of(metric, one.times, one.values, split, meaning_of(metric))


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
    assert found.change == pytest.approx(0.06 / LOST_MATTERS)


def test_what_the_baseline_has_seen_before_is_not_unusual() -> None:
    assert shift("latency_p95_ms", lambda at: 900.0 if at % 900 < 120 else 40.0) is None


def test_trouble_in_one_of_many_past_windows_does_not_make_trouble_usual() -> None:
    habit = [100.0, 98.0, 97.0, 98.0, 100.0]
    past, calm = [100.0] * 300, [100.0] * 295
    found = moved("availability", [*calm[:100], *habit, *calm[100:], *habit], split=300)
    assert found is not None
    assert found.deviation > 2 * FAR
    often = moved("availability", [*(past[:15] + habit) * 15, *habit], split=300)
    assert often is None


def test_what_never_failed_before_needs_to_fail_little() -> None:
    found = moved("availability", [100.0] * 300 + [100.0, 98.0, 98.0, 100.0, 100.0], split=300)
    assert found is not None
    assert found.deviation > 4 * FAR
    assert moved("availability", [100.0] * 300 + [100.0, 99.95, 99.95, 100.0, 100.0], split=300) is None


def test_how_long_it_lasted_counts_the_time_that_a_point_stands_for() -> None:
    found = moved("latency_ms", [40.0] * 60 + [40.0, 900.0, 900.0, 40.0, 40.0], split=18_000, step=300.0)
    assert found is not None
    assert (found.away, found.lasted) == (2, 600.0)


_WILD = st.lists(st.floats(1.0, 1000.0), min_size=30, max_size=80)


@given(_WILD, st.integers(-6, 6))
def test_a_series_in_another_unit_left_its_usual_as_far(values: list[float], factor: int) -> None:
    ours, theirs = (moved("x", [2.0**power * each for each in values], split=20) for power in (0, factor))
    assert (ours is None) == (theirs is None)
    if ours and theirs:
        assert theirs.deviation == pytest.approx(ours.deviation)
        assert theirs.change == pytest.approx(ours.change)
        assert theirs.onset == ours.onset


@given(_WILD, st.integers(-1_000_000, 1_000_000))
def test_the_same_at_another_time_is_the_same(values: list[float], later: int) -> None:
    ours, theirs = (moved("x", values, split=20.0 + start, start=start) for start in (0, later))
    assert (ours is None) == (theirs is None)
    if ours and theirs:
        assert theirs.deviation == ours.deviation
        assert theirs.onset == ours.onset + later


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


def test_among_thousands_what_a_series_has_done_once_before_is_no_news() -> None:
    level = [50.0 if at % 2 else 48.0 for at in range(600)]
    level[200:203] = [600.0] * 3
    level[595:598] = [400.0] * 3
    times, values, meaning = array("d", range(600)), array("d", level), meaning_of("latency_ms")
    assert shift_of("latency_ms", times, values, 594.0, meaning, among=100) is not None
    assert shift_of("latency_ms", times, values, 594.0, meaning, among=5000) is None


def test_among_thousands_what_a_series_has_never_done_is_news() -> None:
    level = [50.0 if at % 2 else 48.0 for at in range(600)]
    level[200:203] = [100.0] * 3
    level[595:598] = [400.0] * 3
    times, values, meaning = array("d", range(600)), array("d", level), meaning_of("latency_ms")
    found = shift_of("latency_ms", times, values, 594.0, meaning, among=5000)
    assert found is not None
    assert found.deviation > 2 * FAR


def test_how_often_there_was_a_point_before_is_told() -> None:
    often, seldom = [*range(-600, 0, 10)], [*range(-600, 0, 100)]
    for before, coverage in ((often, 1.0), (seldom, 0.1)):
        at = [*before, *range(0, 60, 10)]
        values = array("d", [9000.0 if each >= 0 else 40.0 + each % 3 for each in at])
        found = shift_of("latency_ms", array("d", at), values, 0.0, meaning_of("latency_ms"))
        assert found is not None
        assert found.coverage == pytest.approx(coverage, rel=0.05)


def test_where_every_other_point_is_lost_one_stands_for_twice_as_long_and_a_hole_does_not_count_whole() -> None:
    whole = [at for at in range(-60_000, 1_500, 300) if at <= -30_000 or at > -24_000]
    dice = random.Random(7)
    torn = [at for at in whole if at in (0, 300) or dice.random() < 0.5]
    lasted = []
    for at in (whole, torn):
        values = array("d", [900.0 if each == 300 else 40.0 + dice.random() for each in at])
        found = shift_of("latency_ms", array("d", at), values, 0.0, meaning_of("latency_ms"))
        assert found is not None
        assert found.away == 1
        lasted.append(found.lasted)
    assert lasted[0] == pytest.approx(300, rel=0.1)
    assert 450 < lasted[1] < 650
