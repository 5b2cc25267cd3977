"""Half of the spans or lines are lost on the way: how much can be told, and nobody is accused for what is not there."""

import random

import numpy as np
import pytest

from agents.analyzers.habits import breaks
from agents.analyzers.losses import lost_share
from agents.analyzers.sayings import Handled, kept_share
from agents.analyzers.traces import Forest, gather
from tests.agents.test_trace_analysis import Row, call, spans_of

OPERATION = ("prices", "GET /prices")


def thinned(rows: list[Row], kept: float, seed: int) -> list[Row]:
    dice = random.Random(seed)
    return [row for row in rows if dice.random() < kept]


def parents_of(rows: list[Row]) -> list[int | None]:
    known = {(row[2], row[3]): number for number, row in enumerate(rows)}
    return [known.get((row[2], row[4])) if row[4] else None for row in rows]


def many(first: int, last: int, *, own: float = 10.0, store: float = 5.0) -> list[Row]:
    return [row for at in range(first, last) for row in call(f"t{at}", float(at), own=own, store=store)]


@pytest.mark.parametrize("kept", [0.3, 0.5, 0.7])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_loss_is_read_from_parents_that_are_not_there(kept: float, seed: int) -> None:
    rows = thinned(many(-400, 400), kept, seed)
    assert lost_share(spans_of(rows), parents_of(rows)) == pytest.approx(1.0 - kept, abs=0.07)


def test_nothing_is_lost_where_every_parent_is_there_or_a_kind_of_span_never_has_one() -> None:
    rows = many(-20, 20)
    rows = [(*row[:4], row[4] or "outside", *row[5:]) for row in rows]
    assert lost_share(spans_of(rows), parents_of(rows)) == 0.0


def test_the_time_of_a_lost_call_is_not_told_as_the_callers_own() -> None:
    lost = {"db": (0, 2, 4, 6, 8, -2, -4), "root": (1, 3), "out": (5, 7)}
    rows = [row for row in many(-9, 9, store=500.0) if row[0] not in lost.get(row[3], ())]
    own = gather(spans_of(rows), 0.0).own["orders", "GET /orders"]
    assert (own.before, own.after) == ([10.0] * 7, [10.0] * 4)


def test_of_two_peers_that_are_called_in_turn_none_is_missing() -> None:
    rows: list[Row] = []
    for at in range(-9, 9):
        peer = "a" if at % 2 else "b"
        rows += [
            (float(at), 10.0, f"t{at}", "out", "", "web", "HTTP GET", "ok", ""),
            (float(at), 7.0, f"t{at}", "in", "out", peer, "GET", "ok", ""),
        ]
    lossy = [row for row in rows if row[3] != "out" or row[0] not in (1, 2)]
    gaps = gather(spans_of(lossy), 0.0).gaps
    assert (len(gaps["web", "a"].before), len(gaps["web", "b"].before)) == (5, 4)
    assert {took for each in gaps.values() for took in (*each.before, *each.after)} == {3.0}


def test_a_call_whose_own_span_was_lost_is_known_by_what_was_done_in_it() -> None:
    rows = [row for row in many(-9, 9) if row[2] != "t5" or row[3] == "db"]
    calls = gather(spans_of(rows), 0.0).entered(0.0)
    assert calls.counts["orders", "GET /orders"] == (9, 9)
    assert ("orders", "SELECT") not in calls.counts
    assert calls.by_trace["t5", "orders"] == [(5.0, pytest.approx(5.005), "GET /orders")]


@pytest.mark.parametrize("kept", [0.3, 0.5, 0.7])
def test_half_of_the_calls_never_accuse_a_service_that_takes_as_long_as_ever(kept: float) -> None:
    forest: Forest = gather(spans_of(thinned(many(-300, 0) + many(0, 300, store=400.0), kept, 7)), 0.0)
    assert {*forest.own["orders", "GET /orders"].after} == {10.0}


def said(first: int, last: int, kept: float, seed: int, *words: str) -> list[Handled]:
    dice = random.Random(f"{seed} {first}")
    return [
        Handled(float(at), f"t{at}", frozenset(word for word in words if dice.random() < kept))
        for at in range(first, last)
    ]


WORDS = ("asked", "looked up", "found", "priced", "wrapped", "answered")


@pytest.mark.parametrize("seed", range(5))
def test_a_habit_that_ends_is_seen_though_half_of_the_lines_are_lost(seed: int) -> None:
    calls = [*said(-300, 100, 0.5, seed, *WORDS), *said(100, 300, 0.5, seed, *WORDS[:-1])]
    (broken,) = breaks({OPERATION: calls}, 0.0)
    assert broken.missing == "answered"
    assert broken.usual == pytest.approx(0.5, abs=0.1)
    assert abs(broken.onset - 100) < 20


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("kept", [0.3, 0.5, 0.7])
def test_lines_that_are_lost_as_ever_are_no_broken_habit(kept: float, seed: int) -> None:
    assert breaks({OPERATION: said(-300, 300, kept, seed, *WORDS)}, 0.0) == []


@pytest.mark.parametrize("kept", [0.3, 0.5, 0.7])
def test_how_much_is_kept_is_read_from_lines_that_belong_together(kept: float) -> None:
    calls = said(-3000, 0, kept, 3, *WORDS)
    table = np.array([[1.0, *(word in call.said for word in WORDS)] for call in calls], dtype=np.float32)
    assert kept_share([table]) == pytest.approx(kept, abs=0.08)


def test_nothing_is_held_for_lost_where_lines_always_come_together_or_hardly_any_are_known() -> None:
    assert kept_share([]) == 1.0
    calls = [*said(-300, 0, 1.0, 1, *WORDS), *said(-300, 0, 1.0, 1, "refused"), *said(0, 300, 1.0, 1, *WORDS)]
    assert breaks({OPERATION: calls}, 0.0) == []


def test_a_span_whose_parent_was_lost_is_no_request_of_its_own() -> None:
    forest = gather(spans_of(thinned(many(-200, 200), 0.5, 3)), 0.0)
    assert forest.lost > 0.4
    assert [*forest.roots] == [("gateway", "GET /")]


def test_a_request_whose_caller_sends_no_spans_is_one_though_it_names_a_parent() -> None:
    rows = [(*row[:4], row[4] or "outside", *row[5:]) for row in thinned(many(-200, 200), 0.5, 3)]
    forest = gather(spans_of(rows), 0.0)
    assert forest.lost > 0.4
    assert [*forest.roots] == [("gateway", "GET /")]
