"""Spans leave for a collector where one is set; a dead one does not hold up the end."""

import asyncio
import sys
import threading
from types import ModuleType

import pytest
from opentelemetry import trace

from bot.telemetry import Tracing, TracingUnavailableError, start_tracing
from bot.telemetry.tracing import _pairs


async def test_shutting_down_waits_for_the_last_spans() -> None:
    sent: list[str] = []
    await Tracing(lambda: sent.append("all")).aclose()
    assert sent == ["all"]


async def test_a_dead_collector_does_not_hold_up_the_end() -> None:
    release = threading.Event()
    try:
        await asyncio.wait_for(Tracing(lambda: bool(release.wait(20)) and None).aclose(most_s=0.01), timeout=5)
        assert not release.is_set()
    finally:
        release.set()


def test_without_the_extra_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(TracingUnavailableError) as refused:
        start_tracing("http://127.0.0.1:4318/")
    assert "compass-oncall[otel]" in refused.value.remedy


EXPORTER = "opentelemetry.exporter.otlp.proto.http.trace_exporter"


def test_headers_are_read_as_pairs() -> None:
    assert _pairs("X-Key=a=b, other = c,nonsense") == {"x-key": "a=b", "other": "c"}


async def test_spans_are_sent_to_the_collector_with_its_headers(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[dict[str, object]] = []

    class Exporter:
        def __init__(self, **options: object) -> None:
            made.append(options)

        def export(self, spans: object) -> None: ...

        def shutdown(self) -> None: ...

        def force_flush(self, timeout_millis: int = 0) -> bool:
            return True

    stand_in = ModuleType(EXPORTER)
    stand_in.OTLPSpanExporter = Exporter  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, EXPORTER, stand_in)
    providers: list[object] = []
    monkeypatch.setattr(trace, "set_tracer_provider", providers.append)
    tracing = start_tracing("http://127.0.0.1:4318/", "key=value")
    await tracing.aclose()
    assert made == [{"endpoint": "http://127.0.0.1:4318/v1/traces", "headers": {"key": "value"}, "timeout": 5}]
    assert len(providers) == 1
