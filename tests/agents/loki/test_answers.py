"""Loki's answers: of the documented shapes, and of shapes that nobody documented."""

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.sources.catalogue import NO_CORRECTIONS, Corrections
from agents.sources.loki.answers import Amount, Page, read_amounts, read_names, read_page, read_streams
from agents.sources.loki.plan import shares_of, spread, stretches_of
from agents.sources.wire import UnreadableError
from orchestrator.model import Scope, Window
from tests.support.clock import NOON

# The documentation's own example of a stream, with structured metadata as Loki 3 answers it.
RECORDED = b"""{"status": "success", "data": {"resultType": "streams", "result": [
  {"stream": {"filename": "/var/log/myproject.log", "job": "varlogs", "level": "info"},
   "values": [["1569266497240578000", "foo"], ["1569266492548155000", "bar"]]},
  {"stream": {"service_name": "orders", "detected_level": "error"},
   "values": [["1569266497240578001", "user not found", {"trace_id": "0242ac120002", "pod": "p-1"}]]}],
  "stats": {"summary": {"bytesProcessedPerSecond": 3507022}}}}"""
VOLUME = b"""{"status": "success", "data": {"resultType": "vector", "result": [
  {"metric": {"service_name": "api"}, "value": [1716932294.61, "1500"]},
  {"metric": {"service_name": "web"}, "value": [1716932294.61, "NaN"]},
  {"metric": {}, "value": [1716932294.61, "7"]}]}}"""


def page(content: bytes, corrections: Corrections = NO_CORRECTIONS) -> Page:
    return read_page(content, corrections, Scope())


def streams(*values: Any, **labels: str) -> bytes:
    found = [{"stream": labels or {"app": "a"}, "values": list(values)}]
    return json.dumps({"status": "success", "data": {"resultType": "streams", "result": found}}).encode()


def test_a_recorded_answer_is_read_in_the_order_of_time() -> None:
    found = page(RECORDED)
    assert [(row[0], *row[1:]) for row in found.rows] == [
        (1569266492548155000, "varlogs", "bar", "INFO", ""),
        (1569266497240578000, "varlogs", "foo", "INFO", ""),
        (1569266497240578001, "orders", "user not found", "ERROR", "0242ac120002"),
    ]
    assert (found.entries, found.last, found.unreadable, found.nameless) == (3, 1569266497240578001, 0, 0)


def test_metadata_that_the_server_was_asked_to_tell_apart_is_read_alike() -> None:
    entry = ["1", "x", {"structuredMetadata": {"trace_id": "t1"}, "parsed": {"level": "warn"}}]
    assert page(streams(entry)).rows == ((1, "a", "x", "WARN", "t1"),)


def test_entries_that_are_none_cost_only_themselves() -> None:
    entries = [
        ["1", "good"],
        ["x", "y"],
        ["2"],
        [3, "number"],
        [None, "z"],
        ["4", 5],
        "text",
        None,
        ["-5", "q"],
        [True, "t"],
    ]
    found = page(streams(*entries))
    assert [row[2] for row in found.rows] == ["good", "number"]
    assert (found.entries, found.unreadable) == (10, 8)


def test_bytes_that_are_no_utf8_hide_nothing_else() -> None:
    body = streams(["1", "good"], ["2", "BAD"]).replace(b"BAD", b"\xff\xfe")
    assert [row[2] for row in page(body).rows] == ["good", "\ufffd\ufffd"]


def test_lines_of_nobody_are_counted() -> None:
    assert page(streams(["1", "x"], filename="/x")).nameless == 1
    assert page(streams(["1", "x"], app="noise"), Corrections(ignore_services=("noise",))).rows == ()


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"null", b"[]", b"{}", b'{"status":"error"}', b'{"status":"success","data":{"resultType":"matrix"}}',
     b'{"status":"success","data":{"resultType":"streams","result":[5]}}', b"[" * 100_000],
)  # fmt: skip
def test_what_is_no_answer_is_refused(body: bytes) -> None:
    with pytest.raises(UnreadableError):
        page(body)


SCALARS = st.none() | st.integers(-9, 9) | st.text(max_size=3)
HELD = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@given(HELD)
def test_any_json_is_read_or_refused(held: Any) -> None:
    for body in (
        {"status": "success", "data": held},
        {"status": "success", "data": {"resultType": "streams", "result": held}},
    ):
        content = json.dumps(body).encode()
        for read in (page, read_names, read_streams, lambda content: read_amounts(content, "app")):
            try:
                read(content)
            except UnreadableError:
                continue


def test_amounts_are_summed_for_each_value() -> None:
    assert read_amounts(VOLUME, "service_name") == (Amount("", 7.0), Amount("api", 1500.0), Amount("web", 0.0))


def test_no_labels_and_no_streams_are_answers_too() -> None:
    assert read_names(b'{"status":"success"}') == ()
    assert read_streams(b'{"status":"success","data":[]}') == ()


AMOUNTS = st.dictionaries(st.text(min_size=1, max_size=3), st.floats(0, 1e12), min_size=1, max_size=20)


@given(AMOUNTS, st.floats(1e3, 1e9))
def test_shares_keep_to_the_budget_and_little_is_read_whole(amounts: dict[str, float], budget: float) -> None:
    shares = shares_of(amounts, (), budget)
    assert set(shares) == set(amounts)
    planned = sum(amounts[each] * share for each, share in shares.items() if share > 1 / 64)
    assert planned <= budget * 1.001
    assert all(shares[each] == 1.0 for each in amounts if amounts[each] <= budget / len(amounts))


@given(st.integers(1, 40), st.sampled_from([1.0, 0.5, 0.25, 1 / 64]), st.integers(60, 7200))
def test_stretches_make_up_their_share_wherever_one_looks(number: int, share: float, length: int) -> None:
    window = Window(start=NOON, end=NOON.fromtimestamp(NOON.timestamp() + length, NOON.tzinfo))
    stretches = stretches_of(window, share, number)
    read = sum(end - start for start, end in stretches) / 1e9
    assert read == pytest.approx(share * length, rel=0.02, abs=share * length / number + 1)
    ordered = sorted(stretches)
    assert all(earlier[1] <= later[0] for earlier, later in pairwise(ordered))


@given(st.integers(1, 300))
def test_any_first_part_of_an_order_is_spread(number: int) -> None:
    order = list(spread(number))
    assert sorted(order) == list(range(number))
    half = order[: (number + 1) // 2]
    assert abs(sum(each < number / 2 for each in half) - len(half) / 2) <= 1.5
