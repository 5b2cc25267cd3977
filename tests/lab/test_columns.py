"""Scrapes become rates, quantiles and gaps."""

import pytest

from bench.lab.columns import Columns, quantile
from bench.lab.shop.meters import Meters, Scrape


def scrape(requests: float, *latencies: float, memory: float = 40) -> Scrape:
    return {"counters": {"requests": requests}, "gauges": {"memory_mib": memory}, "samples": {"latency": [*latencies]}}


def test_a_counter_becomes_a_rate_per_second() -> None:
    columns = Columns()
    columns.row({"cart": {"a": scrape(100)}}, 5)
    assert columns.row({"cart": {"a": scrape(130)}}, 5)["cart__requests_rate"] == 6


def test_latencies_of_the_last_three_scrapes_make_the_quantiles() -> None:
    columns = Columns()
    for value in (900.0, 10.0, 20.0, 30.0):
        row = columns.row({"cart": {"a": scrape(1, value)}}, 5)
    assert row["cart__latency_p50_ms"] == 20
    assert row["cart__latency_p99_ms"] == pytest.approx(29.8)


def test_a_client_latency_is_told_as_mean_and_p95() -> None:
    row = Columns().row({"cart": {"a": {"counters": {}, "gauges": {}, "samples": {"client_x_latency": [1, 3]}}}}, 5)
    assert row == {"cart__client_x_latency_avg_ms": 2, "cart__client_x_latency_p95_ms": pytest.approx(2.9)}


def test_two_processes_of_a_rollout_add_up_what_they_served_and_the_first_tells_its_memory() -> None:
    columns = Columns()
    columns.row({"cart": {"old": scrape(50)}}, 5)
    row = columns.row({"cart": {"new": scrape(5, memory=30), "old": scrape(60)}}, 5)
    assert row["cart__requests_rate"] == 3
    assert row["cart__memory_mib"] == 30


def test_a_service_that_does_not_answer_leaves_gaps_and_no_zeros() -> None:
    columns = Columns()
    columns.row({"cart": {"a": scrape(10, 5.0)}}, 5)
    row = columns.row({"cart": {}}, 5)
    assert row["cart__requests_rate"] is None
    assert row["cart__latency_p95_ms"] is None


def test_nothing_measured_has_no_quantile() -> None:
    assert quantile([], 95) is None


def test_a_scrape_takes_the_latencies_and_leaves_the_counters() -> None:
    meters = Meters()
    meters.count("requests", 2)
    meters.observe("latency", 12.34567)
    assert meters.drain()["samples"] == {"latency": [12.346]}
    again = meters.drain()
    assert again["samples"] == {"latency": []}
    assert again["counters"] == {"requests": 2}
