"""The rankings of others, on figures that can be checked by hand."""

import math
from pathlib import Path

import numpy as np
import pytest

from bench.peers import answer, highest_deviation, mean_and_deviation, median_and_iqr, ranked, without_gaps
from tests.bench.recorded import HEALTHY, TROUBLE, known, recorded, series, write_known

ONE_TO_FIVE = np.array([1.0, 2.0, 3.0, 4.0, 5.0])


def test_baro_counts_in_quartiles_and_n_sigma_in_deviations() -> None:
    incident = np.array([0.0, 7.0, -50.0])
    assert highest_deviation(ONE_TO_FIVE, incident, median_and_iqr) == pytest.approx((7 - 3) / 2)
    assert highest_deviation(ONE_TO_FIVE, incident, mean_and_deviation) == pytest.approx((7 - 3) / math.sqrt(2))


def test_a_spread_of_zero_counts_as_one() -> None:
    steady = np.array([4.0, 4.0, 4.0, 4.0, 9.0])
    assert highest_deviation(steady, np.array([6.0]), median_and_iqr) == 2.0


def test_a_gap_keeps_the_value_before_it() -> None:
    gaps = np.array([np.nan, 1.0, np.nan, np.nan, 3.0])
    assert without_gaps(gaps).tolist() == [0.0, 1.0, 1.0, 1.0, 3.0]
    assert without_gaps(np.array([])).tolist() == []


def test_a_service_ranks_by_its_best_metric_and_the_sought_come_first() -> None:
    loud = tuple(10 * value for value in TROUBLE)
    case = recorded(
        series=(
            series("a", "cpu", (*HEALTHY, *HEALTHY)),
            series("a", "latency", (*HEALTHY, *TROUBLE)),
            series("b", "cpu", (*HEALTHY, *HEALTHY)),
            series("host-7", "cpu", (*HEALTHY, *loud)),
        )
    )
    assert ranked(case, median_and_iqr) == ["a", "b", "host-7"]


def test_what_is_constant_before_or_after_is_left_out_and_memory_counts_in_megabytes() -> None:
    bytes_used = [value * 1e5 for value in (*HEALTHY, *TROUBLE)]
    flat = (1.0,) * 6
    case = recorded(
        series=(
            series("a", "mem", [flat[0] * 1e5, *(each for each in bytes_used[1:])]),
            series("b", "cpu", (*flat, *TROUBLE)),
            series("c", "cpu", (*HEALTHY, *flat)),
        )
    )
    assert ranked(case, median_and_iqr) == ["a"]
    zero_spread = [4e5, 4e5, 4e5, 4e5, 4e5, 9e5, *(each * 1e5 for each in TROUBLE)]
    both = recorded(series=(series("a", "mem", zero_spread), series("b", "cpu", (*HEALTHY, *TROUBLE))))
    assert ranked(both, median_and_iqr) == ["b", "a"]


def test_a_peer_answers_in_the_same_form(tmp_path: Path) -> None:
    folder = write_known(tmp_path / "case-9")
    said = answer(known(location=folder), median_and_iqr)
    assert (said["case_id"], said["ranked"]) == ("case-9", ["a", "b"])
    assert said["seconds"] > 0
