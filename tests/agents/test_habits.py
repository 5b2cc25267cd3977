"""What always came together in one call: a service that stops midway is found by what it no longer says."""

import random
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.analyzers.counts import Call, Calls, Lines, recorded_seconds
from agents.analyzers.habits import Break, breaks
from agents.analyzers.logs import LogNews, log_news
from agents.analyzers.masks import mask, without_line_number
from agents.analyzers.sayings import Handled
from agents.analyzers.templates import mine
from agents.analyzers.words import Mentions

OPERATION = ("prices", "GET /prices")


def handled(start: int, end: int, *said: str, every: int = 5) -> list[Handled]:
    return [Handled(float(at), f"t{at}", frozenset(said)) for at in range(start, end, every)]


def found(calls: list[Handled]) -> list[Break]:
    return breaks({OPERATION: calls}, 0.0)


def test_a_service_that_stops_midway_is_found_by_what_it_no_longer_says() -> None:
    calls = [*handled(-300, 100, "asked", "answered"), *handled(100, 300, "asked")]
    (broken,) = found(calls)
    assert (broken.service, broken.missing, broken.onset) == ("prices", "answered", 100.0)
    assert (broken.usual, broken.value, broken.calls, len(broken.broken)) == (1.0, 0.0, 40, 40)


def test_a_line_that_always_followed_another_is_missed_though_the_operation_took_other_ways_before() -> None:
    refused = handled(-300, 0, "refused", every=7)
    calls = [*refused, *handled(-300, 0, "asked", "answered"), *handled(0, 100, "asked", "answered")]
    (broken,) = found([*calls, *handled(100, 300, "asked")])
    assert (broken.given, broken.missing) == ("asked", "answered")


@pytest.mark.parametrize(
    "calls",
    [
        [*handled(-300, 0, "asked", "answered", every=20), *handled(0, 300, "asked", "answered", every=2)],
        [*handled(-300, 0, "asked", "answered"), *handled(0, 300, "refused")],
        [*handled(-300, 0, "asked", "hit", every=3), *handled(-300, 0, "asked"), *handled(0, 300, "asked")],
        [*handled(-300, 0, "asked", "answered"), *handled(0, 10, "asked"), *handled(10, 300, "asked", "answered")],
        [*handled(-300, 300, "asked", "answered"), *handled(250, 300, every=40)],
    ],
    ids=["more calls", "another line from the start", "never always", "two that missed it", "one at the end"],
)
def test_what_depends_on_the_request_is_no_broken_habit_of_what_was_said(calls: list[Handled]) -> None:
    assert [each for each in found(calls) if each.given] == []


def test_one_refusal_among_the_last_calls_is_no_broken_habit_of_the_operation() -> None:
    refused = (-900, -300, 100, 200, 797)
    said = {at: "refused" if at in refused else "answered" for at in range(-1000, 800)}
    assert found([Handled(float(at), f"t{at}", frozenset({word})) for at, word in said.items()]) == []


@given(st.randoms(use_true_random=False))
def test_the_order_of_calls_changes_nothing(dice: random.Random) -> None:
    calls = [*handled(-300, 100, "asked", "answered"), *handled(100, 300, "asked"), *handled(-300, 300, "refused")]
    shuffled = dice.sample(calls, len(calls))
    assert found(shuffled) == found(calls)


def news(before: str, after: str, last: str) -> LogNews:
    """Calls that say one line, then `before` or, after the split, `after`, and at last no more than the first."""
    rows, by_trace = [], dict[tuple[str, str], list[Call]]()
    for at in range(-600, 600, 5):
        trace = f"t{at}"
        by_trace[trace, "prices"] = [(float(at), at + 0.1, "GET /prices")]
        rows.append((at + 0.01, f"INFO shop.Prices#31 asked for item {at}", trace))
        said = before if at < 0 else after if at < 300 else last
        rows += [(at + 0.02, said, trace)] if said else []
    times, messages, traces = zip(*rows, strict=True)
    lines = Lines(array("d", times), ["prices"] * len(rows), ["INFO"] * len(rows), messages, traces)
    calls = Calls(by_trace, {OPERATION: (120, 120)})
    return log_news(lines, 0.0, Mentions(["prices"]), calls, recorded_seconds(lines.times, 0.0))


def test_what_is_missing_is_told_once_as_a_broken_habit() -> None:
    line = "INFO shop.Prices#99 answered from the table"
    told = news(line, line, "")
    assert ([each.missing for each in told.breaks], told.shifts) == ([line], [])


def test_a_release_that_moves_a_line_in_the_source_is_no_news() -> None:
    line, moved = (f"INFO shop.Prices#{number} answered from the table" for number in (99, 104))
    assert news(line, moved, moved) == LogNews()


def test_an_error_that_is_missing_is_no_trouble() -> None:
    line = "ERROR shop.Prices#99 cannot read the table"
    assert news(line, line, "").breaks == []


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("asked in s.c.Prices#46 for 12", "s.c.Prices#46"),
        ("app/prices.py:31 asked", "app/prices.py:31"),
        ("main.go:88] asked", "main.go:88"),
    ],
)
def test_where_in_the_source_a_line_was_written_belongs_to_what_it_is(line: str, kept: str) -> None:
    assert kept in mask(line)
    assert without_line_number(mask(line)) == mask(line).replace(kept, kept.rstrip("0123456789"))


@pytest.mark.parametrize("line", ["order#4711 placed", "asked prices.shop:8080 for it", "db.Order#47111234 gone"])
def test_ids_and_ports_are_no_places_in_a_source(line: str) -> None:
    assert not any(number in mask(line) for number in ("4711", "8080", "47111234"))


def test_lines_from_one_place_are_one_template_whatever_they_are_filled_with() -> None:
    filled = ["[a:x]", "[a:x, b:y]", "nothing at all"]
    lines = [f"INFO s.Prices#46 asked for all the items {each}" for each in filled]
    texts = mine(["prices"] * 4, [*lines, "INFO s.Prices#50 answered"]).texts
    assert texts == ("INFO s.Prices#46 asked for all the items <*>", "INFO s.Prices#50 answered")


def test_a_program_that_logs_everything_from_one_place_keeps_its_templates_apart() -> None:
    lines = ["log.go:12 cache is warm now", "log.go:12 order was placed today", "log.go:12 user has left us"]
    assert len(mine(["prices"] * 3, lines).texts) == 3
