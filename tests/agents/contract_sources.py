"""What every telemetry source keeps to, whatever store is behind it: one contract a port.

An implementation's test class inherits from the contracts of the ports that it implements (`SourceContract` is all of them)
and provides the fixture `filled`: its source, filled with `reference_case()`.
"""

import math
import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

from orchestrator.model import Asked, Window
from orchestrator.ports import ChangeSource, LogSource, Lookup, MetricSource, Telemetry, TraceSource
from tests.agents.cases import CaseBuilder


@dataclass
class Filled:
    """A source with the reference world in it. `trace_id`: how a store that takes not every id spells the case's."""

    telemetry: Telemetry
    case: CaseBuilder
    trace_id: Callable[[str], str] = str

    @property
    def metrics(self) -> MetricSource:
        assert self.telemetry.metrics is not None
        return self.telemetry.metrics

    @property
    def logs(self) -> LogSource:
        assert self.telemetry.logs is not None
        return self.telemetry.logs

    @property
    def traces(self) -> TraceSource:
        assert self.telemetry.traces is not None
        return self.telemetry.traces

    @property
    def changes(self) -> ChangeSource:
        assert self.telemetry.changes is not None
        return self.telemetry.changes

    def lookup(self, start: float = -1800, end: float = 601, services: Sequence[str] = ()) -> Lookup:
        window = Window(start=self.case.at(start), end=self.case.at(end))
        return Lookup(self.case.case_id, window, services=tuple(services))

    def long_ago(self) -> Lookup:
        return self.lookup(-86_400, -80_000)


def _well_told(asked: Asked, lookup: Lookup) -> None:
    assert asked.source
    assert asked.query
    assert asked.window == lookup.window


def _ascending(times: Sequence[float]) -> bool:
    return list(times) == sorted(times)


def _same_after_pickling(answer: Any) -> bool:
    return repr(pickle.loads(pickle.dumps(answer))) == repr(answer)  # NaN is not equal to itself


def _points(answer: Any) -> dict[tuple[str, str], dict[float, float]]:
    """The known values of each series, by time."""
    return {
        (each.service, each.metric): {
            at: value for at, value in zip(each.times, each.values, strict=True) if not math.isnan(value)
        }
        for each in answer.series
    }


class MetricContract:
    """What a MetricSource keeps to."""

    async def test_metrics_of_the_window_are_read_with_their_services(self, filled: Filled) -> None:
        lookup = filled.lookup(-600, 0)
        metrics = await filled.metrics.read_metrics(lookup)
        _well_told(metrics.asked, lookup)
        by_name = {(each.service, each.metric): each for each in metrics.series}
        latency = by_name["orders", "latency_p95_ms"]
        assert _ascending(latency.times)
        assert len(latency.times) == len(latency.values)
        known = _points(metrics)["orders", "latency_p95_ms"]
        assert min(known) == filled.case.at(-540).timestamp(), "a missing value is NaN or absent"
        assert max(known) == filled.case.at(-60).timestamp(), "the end does not belong to the window"
        assert set(known.values()) == {20.0}

    async def test_a_series_is_there_once_and_no_time_of_it_twice(self, filled: Filled) -> None:
        series = (await filled.metrics.read_metrics(filled.lookup())).series
        keys = [(each.service, each.metric, *sorted(each.labels.items())) for each in series]
        assert len(set(keys)) == len(keys)
        assert all(earlier < later for each in series for earlier, later in pairwise(each.times))

    async def test_metrics_of_two_windows_side_by_side_are_those_of_one_over_both(self, filled: Filled) -> None:
        whole = _points(await filled.metrics.read_metrics(filled.lookup(-300, 300)))
        before, after = [
            _points(await filled.metrics.read_metrics(filled.lookup(*bounds))) for bounds in ((-300, 0), (0, 300))
        ]
        assert whole == {key: {**before[key], **after[key]} for key in whole}

    async def test_only_metrics_of_the_services_asked_for_are_read(self, filled: Filled) -> None:
        metrics = await filled.metrics.read_metrics(filled.lookup(services=["orders"]))
        assert {each.service for each in metrics.series} == {"orders"}

    async def test_only_metrics_of_the_names_asked_for_are_read(self, filled: Filled) -> None:
        lookup = replace(filled.lookup(), metrics=("latency_p95_ms",), seen_in=filled.lookup().window)
        metrics = await filled.metrics.read_metrics(lookup)
        assert {(each.service, each.metric) for each in metrics.series} == {("orders", "latency_p95_ms")}
        _well_told(metrics.asked, lookup)

    async def test_nobody_of_that_name_has_no_metrics(self, filled: Filled) -> None:
        lookup = filled.lookup(services=["nobody"])
        metrics = await filled.metrics.read_metrics(lookup)
        assert metrics.series == ()
        _well_told(metrics.asked, lookup)

    async def test_where_there_are_no_metrics_the_answer_is_empty_and_still_says_what_was_asked(
        self, filled: Filled
    ) -> None:
        metrics = await filled.metrics.read_metrics(filled.long_ago())
        assert sum(len(each.times) for each in metrics.series) == 0
        assert metrics.asked.latest is None
        _well_told(metrics.asked, filled.long_ago())

    async def test_an_empty_window_has_no_metrics_and_is_no_error(self, filled: Filled) -> None:
        metrics = await filled.metrics.read_metrics(filled.lookup(0, 0))
        assert sum(len(each.times) for each in metrics.series) == 0

    async def test_metrics_can_be_sent_to_another_process(self, filled: Filled) -> None:
        assert _same_after_pickling(await filled.metrics.read_metrics(filled.lookup()))


class LogContract:
    """What a LogSource keeps to."""

    async def test_logs_of_the_window_come_in_columns_ascending_by_time(self, filled: Filled) -> None:
        lookup = filled.lookup(-120, 60)
        logs = await filled.logs.read_logs(lookup)
        _well_told(logs.asked, lookup)
        assert len(logs) == 6
        assert _ascending(logs.times)
        assert {len(logs.services), len(logs.levels), len(logs.messages), len(logs.trace_ids)} == {6}
        assert logs.messages[0] == "GET /orders/-120 200"
        assert logs.trace_ids[0] == filled.trace_id("t-120")
        assert logs.asked.latest == filled.case.at(1)

    async def test_two_windows_side_by_side_hold_what_one_window_over_both_holds(self, filled: Filled) -> None:
        whole = await filled.logs.read_logs(filled.lookup(-300, 300))
        parts = [await filled.logs.read_logs(filled.lookup(*bounds)) for bounds in ((-300, 0), (0, 300))]
        assert whole.messages == parts[0].messages + parts[1].messages

    async def test_only_logs_of_the_services_asked_for_are_read(self, filled: Filled) -> None:
        logs = await filled.logs.read_logs(filled.lookup(services=["orders"]))
        assert set(logs.services) == {"orders"}

    async def test_where_there_are_no_logs_the_answer_is_empty_and_still_says_what_was_asked(
        self, filled: Filled
    ) -> None:
        logs = await filled.logs.read_logs(filled.long_ago())
        assert len(logs) == 0
        _well_told(logs.asked, filled.long_ago())

    async def test_an_empty_window_is_no_error(self, filled: Filled) -> None:
        lookup = filled.lookup(0, 0)
        assert len(await filled.logs.read_logs(lookup)) == 0
        assert lookup.window.end - lookup.window.start == timedelta(0)

    async def test_logs_can_be_sent_to_another_process(self, filled: Filled) -> None:
        assert _same_after_pickling(await filled.logs.read_logs(filled.lookup()))


class TraceContract:
    """What a TraceSource keeps to."""

    async def test_spans_of_the_window_come_with_parents_and_statuses(self, filled: Filled) -> None:
        lookup = filled.lookup(0, 121)
        spans = await filled.traces.read_spans(lookup)
        _well_told(spans.asked, lookup)
        assert len(spans) == 6
        assert _ascending(spans.starts)
        assert spans.parent_ids[:2] == ("", spans.span_ids[0])
        assert set(spans.statuses) == {"ok", "error"}
        assert math.isclose(spans.durations[0], 30.0, rel_tol=1e-6)

    async def test_only_spans_of_the_services_asked_for_are_read(self, filled: Filled) -> None:
        spans = await filled.traces.read_spans(filled.lookup(services=["orders"]))
        assert set(spans.services) == {"orders"}

    async def test_where_there_are_no_spans_the_answer_is_empty_and_still_says_what_was_asked(
        self, filled: Filled
    ) -> None:
        spans = await filled.traces.read_spans(filled.long_ago())
        assert len(spans) == 0
        _well_told(spans.asked, filled.long_ago())

    async def test_spans_can_be_sent_to_another_process(self, filled: Filled) -> None:
        assert _same_after_pickling(await filled.traces.read_spans(filled.lookup()))


class ChangeContract:
    """What a ChangeSource keeps to."""

    async def test_changes_are_told_with_what_when_and_where(self, filled: Filled) -> None:
        changes = (await filled.changes.read_changes(filled.lookup())).changes
        assert [each.kind for each in changes] == ["commit", "deploy"]
        assert changes[1].service == "orders"
        assert changes[1].at == filled.case.at(-30)
        assert changes[1].change_id == "v412"

    async def test_where_nothing_changed_the_answer_is_empty(self, filled: Filled) -> None:
        assert (await filled.changes.read_changes(filled.long_ago())).changes == ()

    async def test_changes_can_be_sent_to_another_process(self, filled: Filled) -> None:
        assert _same_after_pickling(await filled.changes.read_changes(filled.lookup()))


class SourceContract(MetricContract, LogContract, TraceContract, ChangeContract):
    """All of them, for a source that implements every port."""
