"""What every telemetry source keeps to, whatever store is behind it.

An implementation's test class inherits from `SourceContract` and provides the fixture `filled`: its source, filled with
`reference_case()`. Ports that a source does not implement are left as None in its `Telemetry`.
"""

import math
import pickle
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest

from orchestrator.model import Asked, Window
from orchestrator.ports import Lookup, Telemetry
from tests.agents.cases import CaseBuilder


@dataclass
class Filled:
    """A source with the reference world in it."""

    telemetry: Telemetry
    case: CaseBuilder

    def lookup(self, start: float = -1800, end: float = 601, services: Sequence[str] = ()) -> Lookup:
        window = Window(start=self.case.at(start), end=self.case.at(end))
        return Lookup(self.case.case_id, window, services=tuple(services))


def _well_told(asked: Asked, lookup: Lookup) -> None:
    assert asked.source
    assert asked.query
    assert asked.window == lookup.window


def _ascending(times: Sequence[float]) -> bool:
    return list(times) == sorted(times)


class SourceContract:
    """The suite."""

    async def test_metrics_of_the_window_are_read_with_their_services(self, filled: Filled) -> None:
        source = filled.telemetry.metrics or pytest.skip("knows no metrics")
        lookup = filled.lookup(-600, 0)
        metrics = await source.read_metrics(lookup)
        _well_told(metrics.asked, lookup)
        by_name = {(each.service, each.metric): each for each in metrics.series}
        latency = by_name["orders", "latency_p95_ms"]
        assert _ascending(latency.times)
        assert len(latency.times) == len(latency.values)
        known = {at: value for at, value in zip(latency.times, latency.values, strict=True) if not math.isnan(value)}
        assert min(known) == filled.case.at(-540).timestamp(), "a missing value is NaN or absent"
        assert max(known) == filled.case.at(-60).timestamp(), "the end does not belong to the window"
        assert set(known.values()) == {20.0}

    async def test_logs_of_the_window_come_in_columns_ascending_by_time(self, filled: Filled) -> None:
        source = filled.telemetry.logs or pytest.skip("knows no logs")
        lookup = filled.lookup(-120, 60)
        logs = await source.read_logs(lookup)
        _well_told(logs.asked, lookup)
        assert len(logs) == 6
        assert _ascending(logs.times)
        assert {len(logs.services), len(logs.levels), len(logs.messages), len(logs.trace_ids)} == {6}
        assert logs.messages[0] == "GET /orders/-120 200"
        assert logs.trace_ids[0] == "t-120"
        assert logs.asked.latest == filled.case.at(1)

    async def test_spans_of_the_window_come_with_parents_and_statuses(self, filled: Filled) -> None:
        source = filled.telemetry.traces or pytest.skip("knows no spans")
        lookup = filled.lookup(0, 121)
        spans = await source.read_spans(lookup)
        _well_told(spans.asked, lookup)
        assert len(spans) == 6
        assert _ascending(spans.starts)
        assert spans.parent_ids[:2] == ("", "a")
        assert set(spans.statuses) == {"ok", "error"}
        assert spans.durations[0] == pytest.approx(30.0)

    async def test_changes_are_told_with_what_when_and_where(self, filled: Filled) -> None:
        source = filled.telemetry.changes or pytest.skip("knows no changes")
        changes = (await source.read_changes(filled.lookup())).changes
        assert [each.kind for each in changes] == ["commit", "deploy"]
        assert changes[1].service == "orders"
        assert changes[1].at == filled.case.at(-30)
        assert changes[1].change_id == "v412"

    async def test_only_the_services_asked_for_are_read(self, filled: Filled) -> None:
        telemetry, lookup = filled.telemetry, filled.lookup(services=["orders"])
        if telemetry.metrics:
            assert {each.service for each in (await telemetry.metrics.read_metrics(lookup)).series} == {"orders"}
        if telemetry.logs:
            assert set((await telemetry.logs.read_logs(lookup)).services) == {"orders"}
        if telemetry.traces:
            assert set((await telemetry.traces.read_spans(lookup)).services) == {"orders"}

    async def test_where_there_is_nothing_the_answer_is_empty_and_still_says_what_was_asked(
        self, filled: Filled
    ) -> None:
        telemetry, lookup = filled.telemetry, filled.lookup(-86_400, -80_000)
        if telemetry.metrics:
            metrics = await telemetry.metrics.read_metrics(lookup)
            assert sum(len(each.times) for each in metrics.series) == 0
            _well_told(metrics.asked, lookup)
        if telemetry.logs:
            logs = await telemetry.logs.read_logs(lookup)
            assert len(logs) == 0
            _well_told(logs.asked, lookup)
        if telemetry.traces:
            assert len(await telemetry.traces.read_spans(lookup)) == 0
        if telemetry.changes:
            assert (await telemetry.changes.read_changes(lookup)).changes == ()

    async def test_two_windows_side_by_side_hold_what_one_window_over_both_holds(self, filled: Filled) -> None:
        source = filled.telemetry.logs or pytest.skip("knows no logs")
        whole = await source.read_logs(filled.lookup(-300, 300))
        parts = [await source.read_logs(filled.lookup(*bounds)) for bounds in ((-300, 0), (0, 300))]
        assert whole.messages == parts[0].messages + parts[1].messages

    async def test_answers_can_be_sent_to_another_process(self, filled: Filled) -> None:
        lookup, telemetry = filled.lookup(), filled.telemetry
        reads = [
            telemetry.metrics and telemetry.metrics.read_metrics(lookup),
            telemetry.logs and telemetry.logs.read_logs(lookup),
            telemetry.traces and telemetry.traces.read_spans(lookup),
            telemetry.changes and telemetry.changes.read_changes(lookup),
        ]
        answers = [await each for each in reads if each]
        assert answers
        for answer in answers:
            assert repr(pickle.loads(pickle.dumps(answer))) == repr(answer)  # NaN is not equal to itself

    async def test_an_empty_window_is_no_error(self, filled: Filled) -> None:
        source = filled.telemetry.logs or pytest.skip("knows no logs")
        lookup = filled.lookup(0, 0)
        assert len(await source.read_logs(lookup)) == 0
        assert lookup.window.end - lookup.window.start == timedelta(0)
