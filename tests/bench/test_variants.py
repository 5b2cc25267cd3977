"""Spoilt telemetry: what a change takes away, moves or adds, and that it touches nothing else."""

import json
from array import array
from collections import Counter
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.sources.snapshot import RecordedCase, read_case
from agents.sources.snapshot.files import Limits
from agents.sources.snapshot.traces import SpanColumns
from bench.crowd import crowded
from bench.variants import (
    before_the_fault,
    half_of_the_rows,
    half_of_the_traces,
    read_changed,
    read_shuffled,
    shuffled_copy,
    skewed,
    traces_of_a_live_store,
    without_baseline,
    without_changes,
    without_logs,
    without_metrics,
    without_topology,
    without_traces,
)
from tests.bench.recorded import SPLIT, START, TIMES, recorded, write_known


def log_lines(case: RecordedCase) -> Counter[tuple[float, str, str]]:
    return Counter(zip(case.logs.times, case.logs.services, case.logs.messages, strict=True))


def test_a_part_is_taken_away_and_the_others_stay() -> None:
    case = recorded()
    assert not without_logs(case).logs.times
    assert without_logs(case).spans == case.spans
    assert not without_traces(case).spans.starts
    assert without_metrics(case).series == ()
    assert without_changes(case).changes == ()
    assert without_topology(case).sheet.calls == ()
    assert without_topology(case).sheet.candidates == case.sheet.candidates


def with_traces(count: int, since: int) -> RecordedCase:
    """So many traces of two spans; the last of them in the incident."""
    case = recorded()
    starts = [SPLIT - 1 + (number >= count - since) for number in range(count) for _ in "ab"]
    ids = tuple(f"t{number:04}" for number in range(count) for _ in "ab")
    one = ("",) * len(ids)
    services, spans = ("a", "b") * count, tuple(f"{row}" for row in range(len(ids)))
    columns = SpanColumns(array("d", starts), array("d", starts), ids, spans, one, services, one, one, one)
    return replace(case, spans=columns)


def test_half_of_the_traces_are_whole_traces_and_all_that_is_lost() -> None:
    case = with_traces(400, 40)
    found = half_of_the_traces(case)
    assert 150 < len(set(found.spans.trace_ids)) < 250
    assert set(Counter(found.spans.trace_ids).values()) == {2}
    assert (found.logs, found.series) == (case.logs, case.series)
    assert found == half_of_the_traces(case)


@pytest.mark.parametrize(("since", "kept"), [(400, 120), (40, 40)])
def test_of_a_live_store_as_many_traces_are_read_of_before_as_of_the_incident(since: int, kept: int) -> None:
    found = traces_of_a_live_store(with_traces(1000, since)).spans
    traces = dict(zip(found.trace_ids, found.starts, strict=True))
    assert sum(at >= SPLIT for at in traces.values()) == kept
    assert sum(at < SPLIT for at in traces.values()) == 120


def test_a_shuffled_copy_holds_the_same_lines_in_another_order(tmp_path: Path) -> None:
    folder = write_known(tmp_path / "case-9")
    shuffled_copy(folder, tmp_path / "copy" / "case-9")
    for name in ("logs.jsonl", "metrics.csv"):
        before = (folder / name).read_text().splitlines()
        after = (tmp_path / "copy" / "case-9" / name).read_text().splitlines()
        assert before != after
        assert sorted(before) == sorted(after)
    assert (tmp_path / "copy" / "case-9" / "metrics.csv").read_text().startswith("timestamp,")
    assert json.loads((tmp_path / "copy" / "case-9" / "case.json").read_text())["case_id"] == "case-9"


def test_a_shuffled_case_reads_the_same(tmp_path: Path) -> None:
    folder = write_known(tmp_path / "case-9")
    assert read_shuffled(folder, Limits()) == read_case(folder)


def test_about_half_of_the_rows_are_left_and_the_same_ones_each_time() -> None:
    case = half_of_the_rows(recorded())
    assert 0 < len(case.logs.times) < 12
    assert log_lines(case) <= log_lines(recorded())
    assert case.series[0].times == case.series[1].times
    assert case == half_of_the_rows(recorded())


@given(st.floats(-30.0, 30.0))
def test_a_wrong_clock_moves_what_its_service_recorded_and_nothing_else(by_s: float) -> None:
    before, after = recorded(), skewed("a", by_s, recorded())
    moved = Counter({(at + by_s * (name == "a"), name, text): n for (at, name, text), n in log_lines(before).items()})
    assert log_lines(after) == moved
    assert list(after.logs.times) == sorted(after.logs.times)
    assert list(after.spans.starts) == sorted(after.spans.starts)
    assert list(after.series[0].times) == [at + by_s for at in TIMES]
    assert after.series[1] == before.series[1]
    assert dict(zip(after.spans.span_ids, after.spans.services, strict=True)) == dict(
        zip(before.spans.span_ids, before.spans.services, strict=True)
    )


def test_the_quiet_time_before_knows_nothing_of_the_fault() -> None:
    quiet = before_the_fault(recorded())
    incident = quiet.sheet.incident
    assert incident.start_time.timestamp() == pytest.approx(SPLIT - 20.0)
    assert incident.end_time is not None
    assert incident.end_time.timestamp() == SPLIT
    assert incident.baseline().start.timestamp() == START
    assert max(quiet.logs.times) < SPLIT
    assert max(quiet.spans.starts) < SPLIT
    assert all(max(each.times) < SPLIT for each in quiet.series)


def test_a_short_baseline_keeps_its_last_points_and_none_keeps_nothing() -> None:
    short = without_baseline(2, recorded())
    assert [at for at in short.series[0].times if at < SPLIT] == [SPLIT - 20.0, SPLIT - 10.0]
    assert min(short.logs.times) == SPLIT - 20.0
    assert short.sheet.incident.baseline().start.timestamp() == SPLIT - 20.0
    none = without_baseline(0, recorded())
    assert min(none.series[0].times) == SPLIT
    assert none.sheet.incident.baseline().seconds == 0


def test_added_services_are_healthy_sought_and_called() -> None:
    before = recorded()
    after = crowded(20, before)
    added = [each for each in after.series if each.service.startswith("added-")]
    assert len(added) == 20
    assert all(max(each.values) < 4.0 for each in added)
    assert after.series[:2] == before.series
    assert set(after.sheet.candidates) - set(before.sheet.candidates) == {each.service for each in added}
    assert {callee for _, callee in after.sheet.calls} >= {"added-0001", "added-0020"}
    assert log_lines(before) <= log_lines(after)
    assert Counter(after.logs.services)["added-0001"] == 3
    assert list(after.spans.starts) == sorted(after.spans.starts)
    assert len(set(after.spans.span_ids)) == len(after.spans.span_ids)


def test_nothing_is_added_to_what_is_not_there() -> None:
    empty = without_logs(without_traces(without_metrics(recorded())))
    after = crowded(5, empty)
    assert (after.series, after.logs, after.spans) == (empty.series, empty.logs, empty.spans)
    assert after.sheet.candidates == empty.sheet.candidates


def test_a_change_is_made_where_the_case_is_read(tmp_path: Path) -> None:
    folder = write_known(tmp_path / "case-9")
    assert read_changed(without_metrics, folder, Limits()).series == ()
    assert read_changed(partial(skewed, "a", 5.0), folder, Limits()).series[0].times[0] == START + 5.0
