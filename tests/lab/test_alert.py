"""An alert fires when its rule has held for three scrapes, and names its symptom."""

from bench.lab.alert import first_alert
from bench.lab.columns import Row


def healthy(count: int) -> list[Row]:
    return [
        {"gateway__checkout_requests_rate": 2, "gateway__checkout_errors_rate": 0, "gateway__latency_p95_ms": 80}
        for _ in range(count)
    ]


def test_healthy_rows_raise_no_alert() -> None:
    assert first_alert(healthy(50)) is None


def test_failing_checkouts_fire_at_the_third_scrape_above_the_threshold() -> None:
    failing: list[Row] = [{"gateway__checkout_requests_rate": 2, "gateway__checkout_errors_rate": 1}] * 3
    alert = first_alert(healthy(10) + failing)
    assert alert is not None
    assert alert.index == 12
    assert alert.symptom == "checkout error ratio 25 % > 5 %"


def test_one_bad_scrape_is_not_an_incident() -> None:
    slow: list[Row] = [{"gateway__latency_p95_ms": 3200}]
    assert first_alert(healthy(10) + slow + healthy(10)) is None


def test_a_gap_counts_as_nothing_measured() -> None:
    gaps: list[Row] = [{"gateway__latency_p95_ms": None, "gateway__checkout_requests_rate": None}] * 9
    assert first_alert(gaps) is None
