"""What a call waits for at each moment: of several at once only the one that ends last."""

from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.analyzers.critical_path import critical_path, own_times
from orchestrator.model import Observation, Signal, Spans
from tests.agents.cases import CaseBuilder
from tests.agents.test_incident_team import run
from tests.agents.test_trace_analysis import spans_of

Call = tuple[str, str, str, float, float]
"""A span: its name, its caller's, its service, when it began (ms) and how long it took (ms)."""
AT = 1_700_000_000.0


def trace(*calls: Call) -> tuple[Spans, dict[int, list[int]]]:
    rows = [
        (AT + start / 1000, took, "t", name, caller, service, name, "ok", "")
        for name, caller, service, start, took in calls
    ]
    names = [name for name, *_ in calls]
    children: dict[int, list[int]] = defaultdict(list)
    for row, (_, caller, *_) in enumerate(calls):
        if caller:
            children[names.index(caller)].append(row)
    return spans_of(rows), children


def path(*calls: Call) -> list[tuple[str, int, int]]:
    """The path as (name, from, until), in whole milliseconds."""
    spans, children = trace(*calls)
    pieces = [(spans.names[each.row], round(each.start), round(each.end)) for each in critical_path(spans, 0, children)]
    return [each for each in pieces if each[1] < each[2]]


def own(*calls: Call) -> dict[str, int]:
    spans, children = trace(*calls)
    return {spans.names[row]: round(took) for row, took in own_times(spans, 0, children).items()}


ROOT = ("root", "", "gateway", 0, 100)


def test_a_call_alone_waits_for_itself() -> None:
    assert path(ROOT) == [("root", 0, 100)]


def test_calls_one_after_the_other_are_all_waited_for() -> None:
    calls = (ROOT, ("a", "root", "orders", 10, 30), ("b", "root", "stock", 50, 40), ("db", "b", "stock-db", 60, 20))
    assert path(*calls) == [
        ("root", 0, 10), ("a", 10, 40), ("root", 40, 50), ("b", 50, 60), ("db", 60, 80), ("b", 80, 90), ("root", 90, 100),
    ]  # fmt: skip


def test_of_calls_side_by_side_only_the_one_that_ends_last_is_waited_for() -> None:
    calls = (ROOT, ("short", "root", "orders", 10, 50), ("long", "root", "stock", 10, 80))
    assert path(*calls) == [("root", 0, 10), ("long", 10, 90), ("root", 90, 100)]
    assert own(*calls) == {"root": 20, "short": 50, "long": 80}


def test_before_the_last_one_began_the_one_that_had_ended_last_was_waited_for() -> None:
    calls = (ROOT, ("first", "root", "a", 0, 30), ("beside", "root", "b", 5, 60), ("last", "root", "c", 40, 60))
    assert path(*calls) == [("first", 0, 30), ("root", 30, 40), ("last", 40, 100)]


@pytest.mark.parametrize("by", [0.0, 0.004, 0.3])
def test_calls_that_overlap_by_less_than_spans_are_exact_follow_one_another(by: float) -> None:
    calls = (ROOT, ("a", "root", "orders", 10, 40 + by), ("b", "root", "stock", 50, 50))
    assert path(*calls) == [("root", 0, 10), ("a", 10, 50), ("b", 50, 100)]


def test_an_inner_call_is_cut_to_its_caller() -> None:
    assert path(ROOT, ("a", "root", "orders", -5, 50), ("b", "root", "stock", 60, 70)) == [
        ("a", 0, 45), ("root", 45, 60), ("b", 60, 100),
    ]  # fmt: skip


@pytest.mark.parametrize("ahead", [-5000, 5000])
def test_a_service_whose_clock_is_off_is_put_into_the_middle_of_its_caller_with_all_it_did(ahead: float) -> None:
    calls = (ROOT, ("a", "root", "orders", 10 + ahead, 80), ("inside", "a", "orders", 30 + ahead, 40))
    assert path(*calls) == [("root", 0, 10), ("a", 10, 30), ("inside", 30, 70), ("a", 70, 90), ("root", 90, 100)]


def test_what_runs_on_after_the_answer_holds_up_nobody() -> None:
    assert path(ROOT, ("later", "root", "gateway", 120, 500)) == [("root", 0, 100)]


def test_a_chain_of_thousands_of_calls_is_no_trouble() -> None:
    calls = [("0", "", "s", 0.0, 10_000.0)] + [
        (str(n), str(n - 1), "s", float(n), 10_000.0 - 2 * n) for n in range(1, 3000)
    ]
    spans, _ = trace(calls[0])
    spans = spans_of([(AT + start / 1000, took, "t", name, "", s, name, "ok", "") for name, _, s, start, took in calls])
    assert len(critical_path(spans, 0, {n: [n + 1] for n in range(2999)})) == 2 * 3000 - 1


_CALLS = st.lists(
    st.tuples(st.integers(0, 30), st.sampled_from("abc"), st.floats(-300, 300), st.floats(0, 200)), max_size=25
)


@given(st.floats(0, 200), _CALLS)
def test_the_pieces_are_disjoint_inside_the_call_and_add_up_to_it(
    took: float, inner: list[tuple[int, str, float, float]]
) -> None:
    calls: list[Call] = [("0", "", "a", 0.0, took)]
    for number, (caller, service, start, lasts) in enumerate(inner, start=1):
        calls.append((str(number), str(caller % number), service, start, lasts))
    spans, children = trace(*calls)
    pieces = critical_path(spans, 0, children)
    assert all(earlier.end <= later.start for earlier, later in pairwise(pieces))
    assert all(0 <= each.start < each.end <= took for each in pieces)
    assert sum(each.took for each in pieces) == pytest.approx(took, abs=1e-6)
    assert all(0 <= each <= took + 1e-6 for each in own_times(spans, 0, children).values())


def side_by_side(slow: str) -> CaseBuilder:
    """Requests that ask prices (slow anyway) and stock at the same time; one of them gets slower at noon."""
    case = CaseBuilder()
    for number, at in enumerate(range(-1800, 600, 10)):
        took = {"prices": 300.0 + number % 7, "stock": 100.0 + number % 5}
        if at >= 0:
            took[slow] += 150.0
        whole = max(took.values()) + 20
        case.span(f"t{number}", "root", None, "gateway", at, whole, name="GET /", status="OK")
        for name, ms in took.items():
            case.span(
                f"t{number}", f"to-{name}", "root", "gateway", at + 0.005, ms + 2, name=f"GET {name}", status="OK"
            )
            case.span(f"t{number}", name, f"to-{name}", name, at + 0.006, ms, name=f"GET /{name}", status="OK")
    return case


async def slow_fact(folder: Path, slow: str) -> Observation:
    observations, _ = await run(folder, side_by_side(slow))
    return next(each for each in observations if each.signal is Signal.TRACE and each.service == slow)


async def test_of_a_call_that_nobody_waits_for_that_is_told(tmp_path: Path) -> None:
    fact = await slow_fact(tmp_path / "case", "stock")
    assert fact.summary.endswith("; requests wait for 0 % of it only, another call beside it takes longer")


async def test_of_a_call_beside_others_that_is_waited_for_its_share_is_told(tmp_path: Path) -> None:
    fact = await slow_fact(tmp_path / "case", "prices")
    assert fact.summary.endswith("% of its requests' time")


async def test_where_nothing_runs_side_by_side_self_time_says_it_all(tmp_path: Path) -> None:
    case = side_by_side("prices")
    case.spans = [each for each in case.spans if "stock" not in each["span_id"]]
    observations, _ = await run(tmp_path / "case", case)
    fact = next(each for each in observations if each.signal is Signal.TRACE and each.service == "prices")
    assert "requests" not in fact.summary
