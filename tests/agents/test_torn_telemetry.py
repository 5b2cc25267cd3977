"""What is left of a call that lost one of its spans, or all of them: it still says who waited, and what was said in it."""

from array import array

import pytest

from agents.analyzers.counts import Call, Calls, Lines, said_in
from agents.analyzers.drift import as_quick_as_ever, link_drifts
from agents.analyzers.regained import regained
from agents.analyzers.traces import Sample, gather
from tests.agents.test_losses import thinned
from tests.agents.test_trace_analysis import Row, spans_of


def bought(at: float, *, trace: str = "", gap: float = 2.0) -> list[Row]:
    """A shop that asks the stock, which looks into its shelves."""
    trace = trace or f"t{at}"
    return [
        (at, 25.0 + gap, trace, "shop", "", "shop", "POST /buy", "ok", ""),
        (at + 0.001, 20.0 + gap, trace, "out", "shop", "shop", "HTTP GET", "ok", ""),
        (at + 0.002, 20.0, trace, "in", "out", "stock", "GET /stock", "ok", ""),
        (at + 0.003, 18.0, trace, "do", "in", "stock", "Stock.find", "ok", ""),
        (at + 0.004, 3.0, trace, "db", "do", "stock", "SELECT", "ok", ""),
    ]


def whole(first: int, last: int, gap: float = 2.0) -> list[Row]:
    return [row for at in range(first, last) for row in bought(float(at), gap=gap)]


def without(rows: list[Row], at: float, *spans: str) -> list[Row]:
    """Without these spans of one call, and so that it shows that spans are lost, without the outermost ones of others."""
    torn = {f"t{float(number)}" for number in range(-4, 0)}
    kept = [row for row in rows if row[2] != f"t{at}" or row[3] not in spans]
    return [row for row in kept if row[2] not in torn or row[3] in ("db", "out")]


def test_a_link_is_timed_by_what_was_done_in_a_call_of_which_the_span_was_lost() -> None:
    rows = without(whole(-20, 20), 5.0, "in")
    after = gather(spans_of(rows), 0.0).gaps["shop", "stock"].after
    assert sorted(after) == [pytest.approx(2.0)] * 19 + [pytest.approx(4.0)]


@pytest.mark.parametrize(
    "rows",
    [
        without(whole(-20, 20), 5.0, "in", "do"),
        [*without(whole(-20, 20), 5.0, "in"), (5.0015, 1.0, "t5.0", "x", "gone", "shop", "Cache.get", "ok", "")],
        [*without(whole(-20, 20), 5.0, "in"), (5.004, 99.0, "t5.0", "x", "gone", "shop", "Cache.get", "ok", "")],
        without(whole(-20, 20), 5.0, "in", "do", "db"),
    ],
    ids=["only something further in is left", "another began before", "another lasted longer", "nothing is left"],
)
def test_no_link_is_timed_by_what_may_belong_to_another_call(rows: list[Row]) -> None:
    assert len(gather(spans_of(rows), 0.0).gaps["shop", "stock"].after) == 19


def test_nothing_is_put_together_where_nothing_was_lost() -> None:
    forest = gather(spans_of(whole(-20, 20)), 0.0)
    assert (forest.lost, len(forest.gaps["shop", "stock"].before)) == (0.0, 20)


@pytest.mark.parametrize("seed", range(5))
def test_a_slow_link_is_found_from_a_handful_of_calls_of_which_half_the_spans_are_left(seed: int) -> None:
    forest = gather(spans_of(thinned(whole(-30, 0) + whole(0, 16, gap=2000.0), 0.5, seed)), 0.0)
    assert forest.lost > 0.3
    found = link_drifts(forest.gaps, 10.0, forest.lost)
    assert found["shop", "stock"].value == pytest.approx(2000.0, rel=0.01)


def test_what_callers_lose_on_the_way_to_one_service_counts_together_where_spans_are_lost() -> None:
    usual = Sample([3.0] * 9, [3.0] * 9, [(float(at), 3.0) for at in range(9)])
    slow = {(f"c{number}", "stock"): Sample([3.0], [900.0], [(number, 900.0)]) for number in range(4)}
    gaps = {("shop", "news"): usual, **slow}
    assert link_drifts(gaps, 10.0) == {}
    ((edge, drift),) = link_drifts(gaps, 10.0, lost=0.5).items()
    assert (edge[1], drift.usual, drift.value, drift.onset) == ("stock", 3.0, 900.0, 0.0)


def test_a_link_that_was_never_seen_before_is_compared_with_others_only_where_spans_are_lost() -> None:
    usual = Sample([3.0] * 9, [3.0] * 9, [(float(at), 3.0) for at in range(9)])
    gaps = {("shop", "news"): usual, ("web", "stock"): Sample([], [900.0] * 4, [(1.0, 900.0)] * 4)}
    assert link_drifts(gaps, 10.0) == {}
    assert [*link_drifts(gaps, 10.0, lost=0.5)] == [("web", "stock")]


def told(*rows: tuple[float, str, str]) -> Lines:
    times, messages, traces = zip(*rows, strict=True)
    return Lines(array("d", times), ["stock"] * len(rows), ["INFO"] * len(rows), messages, traces)


KNOWN = {(f"t{at}", "stock"): [(float(at), at + 0.2, "GET /stock")] for at in range(-5, 5)}
SAID = [(at + 0.1, "Stock.find#12 asked for the shelf", f"t{at}") for at in range(-5, 5)]


def calls_told_by(*rows: tuple[float, str, str], lost: float = 0.5) -> Calls:
    lines = told(*sorted([*SAID, *rows]))
    return regained(lines, said_in(lines), Calls.of(KNOWN, 0.0, lost), 0.0)


def test_a_call_without_any_span_is_known_by_a_line_that_is_said_in_one_operation_only() -> None:
    calls = calls_told_by((7.0, "Stock.find#12 asked for the shelf", "t7"))
    assert calls.by_trace["t7", "stock"] == [(7.0, 7.0, "GET /stock")]
    assert calls.counts["stock", "GET /stock"] == (5, 6)


def test_lines_of_a_trace_that_are_further_apart_than_a_call_lasts_are_of_two_calls() -> None:
    line = "Stock.find#12 asked for the shelf"
    calls = calls_told_by((7.0, line, "t7"), (7.1, line, "t7"), (9.0, line, "t7"))
    assert calls.by_trace["t7", "stock"] == [(7.0, 7.1, "GET /stock"), (9.0, 9.0, "GET /stock")]


@pytest.mark.parametrize("row", [(7.0, "Stock.find#12 asked for the shelf", ""), (7.0, "Timer#3 cleaned up", "t7")])
def test_a_line_without_a_trace_or_of_no_operation_tells_of_no_call(row: tuple[float, str, str]) -> None:
    assert calls_told_by(row).counts["stock", "GET /stock"] == (5, 5)


def test_where_no_span_was_lost_a_line_outside_of_calls_is_no_call() -> None:
    calls = calls_told_by((7.0, "Stock.find#12 asked for the shelf", "t7"), lost=0.0)
    assert calls.counts["stock", "GET /stock"] == (5, 5)


def calls_that_take(usual_s: float, now_s: float, calls: int = 20) -> dict[tuple[str, str], list[Call]]:
    took = {at: usual_s if at < 0 else now_s for at in range(-calls, calls)}
    return {(f"t{at}", "stock"): [(float(at), at + lasted, "GET /stock")] for at, lasted in took.items()}


def test_a_service_is_as_quick_as_ever_only_where_enough_recorded_calls_say_so() -> None:
    assert as_quick_as_ever(calls_that_take(0.02, 0.02), 0.0, 10.0) == {"stock"}
    assert as_quick_as_ever(calls_that_take(0.02, 0.02, calls=7), 0.0, 10.0) == frozenset()
    assert as_quick_as_ever(calls_that_take(0.02, 0.9), 0.0, 10.0) == frozenset()
