"""Both sources against a real server that is neither Loki nor Tempo, and a recording that is read back from it as it was."""

from bisect import bisect_left
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from agents.sources.loki import LokiLimits, LokiQueries, LokiSource
from agents.sources.snapshot.case import read_case
from agents.sources.snapshot.logs import LogColumns, parse_logs
from agents.sources.snapshot.traces import SpanColumns, parse_spans
from agents.sources.tempo import TempoSource, TraceLimits
from agents.sources.wire import Limits, Server, ServerSettings
from orchestrator.clock import SystemClock
from orchestrator.model import Scope, Window
from orchestrator.ports import Lookup, Query, Telemetry
from tests.agents.cases import reference_case
from tests.agents.contract_sources import Filled, LogContract, TraceContract
from tests.support.clock import NOON
from tests.support.qryn import Qryn
from tests.support.replay import replay, trace_id

RECORDING = Path("agents/sources/recorded/INC-123.tar.xz")
C = TypeVar("C", LogColumns, SpanColumns)
PLENTY = TraceLimits(traces=3_000, slices=6)


@asynccontextmanager
async def asking(server: Qryn, limits: LokiLimits | None = None) -> AsyncIterator[tuple[LokiSource, TempoSource]]:
    clock, quick = SystemClock(), Limits(per_second=1e4, at_once=8)
    async with (
        Server(ServerSettings("Loki", server.url), clock, limits=quick) as loki,
        Server(ServerSettings("Tempo", server.url), clock, limits=quick) as tempo,
    ):
        yield LokiSource(loki, clock, limits=limits or LokiLimits()), TempoSource(tempo, clock, limits=PLENTY)


@pytest.fixture(scope="session")
def reference(qryn: Qryn) -> Qryn:
    files = reference_case().files()
    replay(parse_logs(files["logs.jsonl"])[0], parse_spans(files["traces.jsonl"])[0], qryn)
    return qryn


@pytest.fixture
async def filled(reference: Qryn) -> AsyncIterator[Filled]:
    async with asking(reference) as (logs, traces):
        yield Filled(Telemetry(logs=logs, traces=traces, topology=traces), reference_case(), trace_id)


@pytest.mark.timeout(120)
class TestQryn(LogContract, TraceContract):
    """What every source keeps to holds across a real server too."""

    async def test_a_query_that_somebody_wrote_is_answered_within_its_window(self, reference: Qryn) -> None:
        window = Window(start=NOON, end=NOON + timedelta(minutes=5))
        written = '{service_name="gateway"} |= "GET" | json | level="INFO"'
        async with Server(ServerSettings("Loki", reference.url), SystemClock()) as server:
            logs = await LokiQueries(server).query(Query("logql", written, window))
        assert list(logs.messages) == [f"GET /orders/{second} 200" for second in range(0, 300, 60)]
        assert set(logs.services) == {"gateway"}

    async def test_who_calls_whom_is_known(self, filled: Filled) -> None:
        assert filled.telemetry.topology is not None
        assert (await filled.telemetry.topology.read_topology(filled.lookup(0, 121))).calls == (("gateway", "orders"),)

    async def test_lines_come_page_by_page(self, reference: Qryn, filled: Filled) -> None:
        async with asking(reference, LokiLimits(page=10)) as (paged, _):
            assert (await paged.read_logs(filled.lookup())).messages == (
                await filled.logs.read_logs(filled.lookup())
            ).messages

    async def test_an_even_share_is_read_where_not_all_fits(self, reference: Qryn, filled: Filled) -> None:
        async with asking(reference, LokiLimits(bytes=6_000, stretches=20)) as (sampled, _):
            logs = await sampled.read_logs(filled.lookup())
        assert 0 < len(logs) < 82
        assert "of the time was read, evenly spread" in logs.asked.left_out


@pytest.mark.timeout(120)
async def test_a_recording_is_read_back_as_it_was(qryn: Qryn) -> None:
    """Half a minute of it: every trace is a question, and this server takes its time over each."""
    case = read_case(RECORDING)
    start = case.sheet.incident.start_time
    window = Window(start=start, end=start + timedelta(seconds=30))
    logs, spans = between(case.logs, case.logs.times, window), between(case.spans, case.spans.starts, window)
    assert len(logs.times) > 200
    assert len(spans.starts) > 200
    replay(logs, spans, qryn, "replayed")
    async with asking(qryn) as (loki, tempo):
        read_logs = await loki.read_logs(Lookup("INC-123", window, Scope(environment="replayed")))
        read_spans = await tempo.read_spans(Lookup("INC-123", window, Scope(environment="replayed")))
    for told, recorded in ((read_logs, logs), (read_spans, spans)):
        assert told.asked.left_out == ""
        for column in fields(recorded):
            assert getattr(told, column.name) == getattr(recorded, column.name), column.name


def between(columns: C, times: Sequence[float], window: Window) -> C:
    """The rows of that window."""
    rows = slice(bisect_left(times, window.start.timestamp()), bisect_left(times, window.end.timestamp()))
    return replace(columns, **{each.name: getattr(columns, each.name)[rows] for each in fields(columns)})
