"""Answers of the documented shapes, and of none."""

import json
from base64 import b64encode
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.sources.tempo.otlp import hex_id, raw_spans
from agents.sources.tempo.sampling import EVERYTHING, Search, chosen, searches, through
from agents.sources.wire import UnreadableError
from orchestrator.model import Window
from tests.agents.cases import CaseBuilder

IDS = st.binary(min_size=8, max_size=8).filter(any)


@given(IDS)
def test_an_id_is_the_same_in_hex_and_in_base64(raw: bytes) -> None:
    assert hex_id(raw.hex(), 8) == hex_id(raw.hex().upper(), 8) == hex_id(b64encode(raw).decode(), 8) == raw.hex()


@given(st.integers(1, 2**120 - 1))
def test_an_id_whose_zeros_in_front_were_dropped_is_whole_again(number: int) -> None:
    found = hex_id(f"{number:x}", 16)
    if len(f"{number:x}") % 4:
        assert found == f"{number:032x}"


@pytest.mark.parametrize("value", ["", "0" * 16, "AAAAAAAAAAA=", "zz", None, 7, "A" * 400, "====", "é" * 16])
def test_what_is_no_id_is_none(value: object) -> None:
    assert hex_id(value, 8) == ""


DOCUMENTED = {
    "batches": [
        {
            "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "article-service"}}]},
            "instrumentationLibrarySpans": [
                {
                    "spans": [
                        {
                            "traceId": "AAAAAAAAAAAARvL4RLmrJw==",
                            "spanId": "WTYLUtE5/LQ=",
                            "name": "list-articles",
                            "kind": "SPAN_KIND_CLIENT",
                            "startTimeUnixNano": "1674051301371000000",
                            "endTimeUnixNano": 1674051301372500000,
                            "attributes": [
                                {"key": "retries", "value": {"intValue": "3"}},
                                {"key": "cached", "value": {"boolValue": False}},
                                {"key": "tags", "value": {"arrayValue": {"values": []}}},
                            ],
                            "status": {},
                        }
                    ]
                }
            ],
        }
    ]
}


def test_protobufs_json_is_read_with_what_it_leaves_out() -> None:
    [span] = raw_spans(json.dumps(DOCUMENTED).encode())
    assert (span.trace_id, span.span_id, span.parent_id) == ("0" * 18 + "46f2f844b9ab27", "59360b52d139fcb4", "")
    assert (span.start, span.duration, span.status, span.outgoing) == (1674051301.371, 1.5, "", True)
    assert span.attributes == {"retries": "3", "cached": "False"}
    assert span.resource == {"service.name": "article-service"}


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'"x"', b'{"trace": 7}', b'{"batches": {"a": 1}}', b"\xff"])
def test_what_is_no_trace_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(UnreadableError):
        raw_spans(body)


KEYS = ["batches", "resource", "scopeSpans", "spans", "attributes", "key", "value", "traceId", "status"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
    max_leaves=12,
)


@given(JSON)
def test_whatever_a_server_sends_nothing_breaks(document: object) -> None:
    try:
        found = raw_spans(json.dumps({"batches": [document]}).encode())
    except UnreadableError:
        return
    assert found == []


@given(
    st.floats(0, 10_000),
    st.integers(1, 500),
    st.integers(2, 50),
    st.lists(st.sampled_from(["a", "b_c"]), max_size=2),
    st.none() | st.floats(-100, 11_000),
)
def test_slices_lie_side_by_side_and_cover_the_window_wherever_the_trouble_began(
    length: float, traces: int, slices: int, affected: list[str], began: float | None
) -> None:
    case = CaseBuilder()
    window = Window(start=case.at(0), end=case.at(length))
    turn = None if began is None else case.at(began)
    planned = searches(window, affected, traces=traces, slices=slices, began=turn)
    whole = [each for each in planned if each.query == EVERYTHING]
    assert len({each.limit for each in planned}) <= 1
    assert all(not each.since or (turn and each.start >= int(turn.timestamp())) for each in planned)
    assert all(one.end == other.start for one, other in pairwise(whole))
    if whole:
        assert whole[0].start <= window.start.timestamp()
        assert whole[-1].end >= window.end.timestamp()
        assert len(whole) <= slices


TRACES = st.lists(st.lists(st.text("0123456789abcdef", min_size=1, max_size=2), max_size=30), min_size=1, max_size=8)


@given(TRACES, st.lists(st.booleans(), min_size=8, max_size=8), st.integers(1, 60))
def test_as_many_traces_are_read_as_may_be_and_each_time_has_its_half_if_it_has_so_many(
    found: list[list[str]], since: list[bool], most: int
) -> None:
    ids = [[f"{late}{each}" for each in traces] for traces, late in zip(found, since, strict=False)]
    picked = chosen([(Search("{}", 0, 1, 99, late), each) for each, late in zip(ids, since, strict=False)], most)
    known = {each for traces in ids for each in traces}
    assert len(picked) == len(set(picked)) == min(most, len(known))
    assert set(picked) <= known
    for late in (False, True):
        share = [each for each in known if each.startswith(str(late))]
        assert sum(each in picked for each in share) >= min(most // 2, len(share))


def test_a_service_is_asked_for_however_it_is_spelt() -> None:
    assert through(["orders-service"]) == '{ resource.service.name =~ "(?i)(.*/)?(orders[-_. ]service)" }'
    assert through(['a"b', "c+"]) == '{ resource.service.name =~ "(?i)(.*/)?(a\\"b|c\\\\+)" }'
