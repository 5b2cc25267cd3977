"""Answers of the documented shapes, recorded; and those no server should give."""

import json
import math
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.sources.prometheus.answers import (
    Meaning,
    read_answer,
    read_label_sets,
    read_metadata,
    read_names,
)
from agents.sources.prometheus.api import in_path
from agents.sources.prometheus.remarks import OTHER, explain
from agents.sources.wire import UnreadableError

UP = {"__name__": "up", "job": "node"}


def sent(body: Any) -> bytes:
    return json.dumps(body).encode()


def matrix(*rows: Any, **more: Any) -> dict[str, Any]:
    return {"status": "success", "data": {"resultType": "matrix", "result": list(rows)}, **more}


def test_a_matrix_becomes_series_in_the_order_of_their_labels() -> None:
    other = {"metric": {"__name__": "up", "job": "api"}, "values": [[1435781430.781, "0"]]}
    one = {"metric": UP, "values": [[1435781430.781, "1"], [1435781445.781, "NaN"], [1435781460.781, "+Inf"]]}
    answer = read_answer(sent(matrix(one, other)), ("matrix",), 10)
    assert [each.labels["job"] for each in answer.series] == ["api", "node"]
    node = answer.series[1]
    assert node.name == "up"
    assert list(node.times) == [1435781430.781, 1435781445.781, 1435781460.781]
    assert node.values[0] == 1
    assert math.isnan(node.values[1])
    assert node.last == math.inf


def test_a_vector_becomes_series_of_one_point_and_a_scalar_one_without_labels() -> None:
    vector = {"resultType": "vector", "result": [{"metric": UP, "value": [1435781451.781, "1"]}]}
    scalar = {"resultType": "scalar", "result": [1435781451.781, "42"]}
    (one,) = read_answer(sent({"status": "success", "data": vector}), ("vector",), 10).series
    assert (dict(one.labels), list(one.values)) == (UP, [1.0])
    (other,) = read_answer(sent({"status": "success", "data": scalar}), ("scalar",), 10).series
    assert (dict(other.labels), other.last) == ({}, 42.0)


def test_an_answer_can_be_sent_to_another_process() -> None:
    answer = read_answer(sent(matrix({"metric": UP, "values": [[1, "1"]]})), ("matrix",), 10)
    assert pickle.loads(pickle.dumps(answer)) == answer


def test_beyond_the_limit_the_same_series_are_left_out_whatever_their_order() -> None:
    rows = [{"metric": {"service": f"s{number}"}, "values": [[1, "1"]]} for number in range(9)]
    answers = [read_answer(sent(matrix(*each)), ("matrix",), 4) for each in (rows, rows[::-1])]
    assert answers[0] == answers[1]
    assert [each.labels["service"] for each in answers[0].series] == ["s0", "s1", "s2", "s3"]
    assert answers[0].left_out == ("series beyond the first 4: 5 at least",)


def test_an_empty_answer_is_an_answer() -> None:
    assert read_answer(sent(matrix()), ("matrix",), 10).series == ()


BROKEN: list[Any] = [
    None,
    [],
    "up",
    {},
    {"status": "error", "errorType": "bad_data", "error": "x"},
    {"status": "success"},
    {"status": "success", "data": []},
    {"status": "success", "data": {"resultType": "streams", "result": []}},
    {"status": "success", "data": {"resultType": "matrix", "result": {}}},
    {"status": "success", "data": {"resultType": "matrix", "result": ["x"]}},
    matrix({"values": [[1, "1"]]}),
    matrix({"metric": [], "values": [[1, "1"]]}),
    matrix({"metric": UP, "values": [[1]]}),
    matrix({"metric": UP, "values": [[1, "one"]]}),
    matrix({"metric": UP, "values": [[None, "1"]]}),
    matrix({"metric": UP, "values": 7}),
    matrix({"metric": UP, "values": [[2, "1"], [1, "1"]]}),
    matrix({"metric": UP, "values": [[1, "1"], [1, "1"]]}),
    matrix({"metric": UP, "histograms": [[1, {"sum": "1"}]]}),
    matrix({"metric": UP, "histograms": [[1, {"count": "1", "sum": "1", "buckets": [["x"]]}]]}),
]


@pytest.mark.parametrize("body", BROKEN, ids=repr)
def test_what_is_not_of_the_documented_shape_is_unreadable(body: Any) -> None:
    with pytest.raises(UnreadableError):
        read_answer(sent(body), ("matrix",), 10)


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(json_values | st.fixed_dictionaries({"metric": json_values, "values": json_values}), max_size=3))
def test_garbage_is_unreadable_or_read_but_never_anything_else(rows: list[Any]) -> None:
    try:
        answer = read_answer(sent(matrix(*rows)), ("matrix",), 10)
    except UnreadableError:
        return
    assert len(answer.series) <= len(rows)


@given(json_values)
def test_garbage_for_lists_is_unreadable_or_read_but_never_anything_else(data: Any) -> None:
    body = {"status": "success", "data": data, "warnings": data, "infos": data}
    for read in (
        lambda: read_names(sent(body), 5, "labels"),
        lambda: read_label_sets(sent(body), 5),
        lambda: read_metadata(sent(body)),
    ):
        try:
            read()
        except UnreadableError:
            continue


def test_names_come_in_order_and_the_rest_is_told() -> None:
    body = {"status": "success", "data": ["pod", "instance", "job"]}
    found = read_names(sent(body), 2, "labels")
    assert found.items == ("instance", "job")
    assert found.left_out == ("labels beyond the first 2: 1 at least",)


def test_where_targets_contradict_each_other_most_of_them_are_believed() -> None:
    gauge, counter = {"type": "gauge", "help": "h", "unit": ""}, {"type": "counter", "help": "h", "unit": "s"}
    body = {"status": "success", "data": {"a": [gauge, counter, counter], "b": []}}
    assert read_metadata(sent(body)) == {"a": Meaning("counter", "s", "h")}


REMARKS = [
    ("warnings", "results truncated due to limit", ("what is beyond the server's own limit",), ()),
    (
        "warnings",
        "receive series from Addr: 10.0.0.3:10901: rpc error: desc = token=hunter2",
        ("what some of the server's own stores hold: they did not answer",),
        (),
    ),
    (
        "infos",
        'PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket: "up" (1:6)',
        (),
        ("rate() of something that may not be a counter",),
    ),
    (
        "warnings",
        'PromQL warning: encountered a mix of histograms and floats for metric name "x"',
        ("points where histograms and numbers, or histograms of different kinds, met",),
        (),
    ),
    ("warnings", "the moon is full: hunter2", (), (OTHER,)),
]


@pytest.mark.parametrize(("where", "text", "left_out", "remarks"), REMARKS)
def test_what_the_server_notes_is_told_in_words_of_ours(
    where: str, text: str, left_out: tuple[str, ...], remarks: tuple[str, ...]
) -> None:
    answer = read_answer(sent(matrix(**{where: [text, text]})), ("matrix",), 10)
    assert (answer.left_out, answer.remarks) == (left_out, remarks)


@pytest.mark.parametrize(
    ("kind", "error", "reason"),
    [
        ("bad_data", 'invalid parameter "query": 1:9: parse error: unclosed left parenthesis', "it cannot be parsed"),
        (
            "bad_data",
            "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution",
            "it asks for more points per series than the server gives",
        ),
        (
            "execution",
            "query processing would load too many samples into memory in query execution",
            "it would load more samples than the server allows",
        ),
        ("timeout", "query timed out in expression evaluation", "it takes longer than the server allows"),
        ("execution", "expanding series: hunter2", "the server could not carry it out"),
        ("hunter2", "hunter2", ""),
    ],
)
def test_the_reason_of_a_refusal_is_one_of_ours(kind: str, error: str, reason: str) -> None:
    assert explain(422, {"status": "error", "errorType": kind, "error": error}) == reason


def test_a_refusal_without_a_body_has_no_reason() -> None:
    assert explain(400, None) == explain(400, {"error": None}) == ""


def test_a_label_that_is_no_plain_name_is_escaped_as_documented() -> None:
    assert in_path("service_name") == "service_name"
    assert in_path("http.status_code") == "U__http_2e_status__code"
    assert in_path("U__x") == "U__U____x"
    assert in_path("a/b c") == "U__a_2f_b_20_c"
