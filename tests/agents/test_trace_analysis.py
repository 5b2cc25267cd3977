"""Spans: time of one's own, time lost between, errors where they start, calls that are made or not; and the graph."""

from array import array

import pytest

from agents.analyzers.drift import drift_of, link_drifts, matters_ms, share_shift
from agents.analyzers.graph import Graph
from agents.analyzers.scoring import portion, share_deviation, strength, together
from agents.analyzers.traces import Forest, Sample, Tally, gather
from orchestrator.model import Asked, Spans, Window
from tests.support.clock import NOON

Row = tuple[float, float, str, str, str, str, str, str, str]


def spans_of(rows: list[Row]) -> Spans:
    starts, durations, *texts = zip(*rows, strict=True)
    asked = Asked("test", "all", Window(start=NOON, end=NOON))
    return Spans(asked, array("d", starts), array("d", durations), *texts)


def call(
    trace: str, at: float, *, gap: float = 2.0, own: float = 10.0, status: str = "ok", store: float = 5.0
) -> list[Row]:
    took = own + store
    return [
        (at, took + gap + 4, trace, "root", "", "gateway", "GET /", status, ""),
        (at, took + gap, trace, "out", "root", "gateway", "GET orders", status, "orders"),
        (at, took, trace, "in", "out", "orders", "GET /orders", status, ""),
        (at, store, trace, "db", "in", "orders", "SELECT", "ok", "orders-db"),
    ]


def forest_of(*calls: list[Row]) -> Forest:
    return gather(spans_of([row for each in calls for row in each]), 0.0)


def test_time_is_told_apart_by_who_spent_it() -> None:
    forest = forest_of(call("a", -5), call("b", 5, gap=300))
    assert forest.own["gateway", "GET /"].before == [4.0]
    assert forest.own["orders", "GET /orders"].before == [10.0]
    assert forest.gaps["gateway", "orders"].before == [2.0]
    assert forest.gaps["gateway", "orders"].after == [300.0]
    assert forest.waits["orders", "orders-db", "SELECT"].before == [5.0]
    assert forest.calls == (("gateway", "orders"), ("orders", "orders-db"))
    assert forest.roots["gateway", "GET /"].before == [21.0]


def test_errors_start_where_no_inner_call_fails() -> None:
    forest = forest_of(call("a", 5, status="error"))
    assert forest.errors["orders", "GET /orders"].hits_after == 1
    assert forest.errors["gateway", "GET /"].hits_after == 0
    assert forest.failing["gateway", "orders"].hits_after == 1
    assert forest.ends["gateway", "GET orders"] == "orders"


def test_a_call_that_is_no_longer_made_is_counted() -> None:
    rows = [row for number in range(10) for row in call(f"t{number}", number - 5)]
    forest = gather(spans_of([row for row in rows if row[3] != "db" or row[0] < 0]), 0.0)
    tally = forest.steps["orders", "GET /orders", "orders", "SELECT"]
    assert (tally.hits_before, tally.of_before, tally.hits_after, tally.of_after) == (5, 5, 0, 5)


def test_calls_into_a_service_are_known_by_trace() -> None:
    calls = forest_of(call("a", -5), call("b", 5)).entered(0.0)
    assert calls.counts["orders", "GET /orders"] == (1, 1)
    assert calls.at("a", "orders", -4.995) == (-5.0, pytest.approx(-4.985), "GET /orders")


def test_a_span_whose_parent_is_missing_is_a_root() -> None:
    forest = gather(spans_of([(0.0, 5.0, "a", "x", "gone", "orders", "GET", "", "")]), 1.0)
    assert forest.roots["orders", "GET"].before == [5.0]


def sample(before: list[float], after: list[float]) -> Sample:
    made = Sample()
    for at, value in enumerate([*before, *after], start=-len(before)):
        made.add(value, float(at), 0.0)
    return made


def test_calls_that_all_got_slower_drifted_and_some_that_did_are_told_with_their_share() -> None:
    usual = [10.0, 11.0, 9.0, 10.5] * 10
    all_slow = drift_of(sample(usual, [300.0] * 20), 50.0)
    assert all_slow is not None
    assert (all_slow.usual, all_slow.value, all_slow.share) == (10.25, 300.0, 1.0)
    assert all_slow.score > 0.8
    some_slow = drift_of(sample(usual, [10.0] * 30 + [900.0] * 10), 50.0)
    assert some_slow is not None
    assert some_slow.share == 0.25
    assert some_slow.onset == 30.0


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([10.0, 11.0, 9.0] * 10, [10.0, 11.0, 9.0] * 10),
        ([10.0, 11.0, 9.0] * 10, [5.0] * 10),
        ([10.0] * 30, [11.0] * 30),
        ([10.0] * 3, [500.0] * 30),
        ([10.0] * 30, [500.0] * 2),
        ([10.0] * 30, [10.0] * 99 + [500.0]),
    ],
    ids=["as before", "faster", "a trifle", "too few before", "too few after", "one of a hundred"],
)
def test_no_drift_is_told_where_there_is_none(before: list[float], after: list[float]) -> None:
    assert drift_of(sample(before, after), 20.0) is None


def test_a_link_that_was_hardly_used_before_is_held_against_the_other_links_of_its_caller() -> None:
    usual = sample([3.0, 3.5, 4.0, 3.2, 3.8, 3.1], [3.0, 3.6, 3.3])
    rare, always_slow = sample([3.3, 9.5], [2000.0, 2010.0, 1995.0]), sample([1800.0], [2000.0, 2010.0, 1995.0])
    unknown = sample([], [2000.0, 2010.0, 1995.0])
    gaps = {("web", "a"): usual, ("web", "rare"): rare, ("web", "slow"): always_slow, ("web", "new"): unknown}
    assert link_drifts({("web", "rare"): rare}, 10.0) == {}
    drifts = link_drifts(gaps, 10.0)
    assert {callee: round(drift.value) for (_, callee), drift in drifts.items()} == {"rare": 2000}


def test_what_matters_is_a_share_of_what_requests_take_or_take_more() -> None:
    assert matters_ms([]) == 2.0
    assert matters_ms([sample([100.0] * 9, [100.0] * 9)]) == 25.0
    assert matters_ms([sample([100.0] * 9, [900.0] * 9)]) == 400.0


def test_shares_shift_only_with_enough_of_them() -> None:
    assert share_shift(Tally(0, 3, 3, 3), 0.2) is None
    assert share_shift(Tally(2, 100, 3, 100), 0.2) is None
    risen = share_shift(Tally(0, 100, 30, 100), 0.2)
    assert risen is not None
    assert (risen.usual, risen.value) == (0.0, 0.3)
    assert risen.score > 0.5


def test_the_graph_knows_who_needs_whom_also_in_a_circle() -> None:
    graph = Graph([("a", "b"), ("b", "c"), ("c", "a"), ("c", "d"), ("a", "a")])
    assert graph.depends_on("a") == {"b": 1, "c": 2, "d": 3}
    assert graph.needed_by("d") == {"c": 1, "b": 2, "a": 3}
    assert graph.depends_on("d") == {}
    assert graph.depends_on("unknown") == {}


def test_scores_stay_between_nothing_and_one() -> None:
    assert strength(0.0, 3.0) == 0.0
    assert strength(3.0, 3.0) == 0.0
    assert strength(-6.0, 3.0) == 0.5
    assert portion(5.0, 10.0) == 0.5
    assert portion(50.0, 10.0) == 1.0
    assert portion(1.0, 0.0) == 1.0
    assert together([]) == 0.0
    assert 0.9 < together([0.9, 0.5]) < 1.0
    assert share_deviation(5, 10, 5, 10) == 0.0
