"""Each attempt is a span that says whose it was and how it ended, and never what was said."""

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from orchestrator.engine import Assignment, OrchestrationPolicy
from tests.engine.stage import SECRET, failing, play, taking, task, tries
from tests.support.clock import ManualClock


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: provider)
    return exporter


async def test_every_attempt_is_a_span(spans: InMemorySpanExporter) -> None:
    clock = ManualClock()
    tasks = [task("a", failing(1)), task("b", taking(clock, 99), agent="bob", timeout_s=5)]
    await play(tasks, OrchestrationPolicy(retry=tries(2)), clock=clock)
    told = [dict(each.attributes or {}) for each in spans.get_finished_spans() if each.name == "task"]
    assert told == [
        {"compass.task": "a", "compass.agent": "ann", "compass.status": "failed"},
        {"compass.task": "a", "compass.agent": "ann", "compass.status": "succeeded"},
        {"compass.task": "b", "compass.agent": "bob", "compass.status": "cancelled"},
    ]


async def test_what_an_agent_does_lies_within_its_span_and_no_secret_is_in_any(spans: InMemorySpanExporter) -> None:
    tracer = trace.get_tracer("test")

    async def work(assignment: Assignment) -> None:
        with tracer.start_as_current_span("inner", record_exception=False, set_status_on_exception=False):
            raise ValueError(SECRET)

    await play([task("a", work, prompt=SECRET, params={"token": SECRET})])
    inner, outer = spans.get_finished_spans()
    assert inner.parent is not None
    assert outer.context is not None
    assert inner.parent.span_id == outer.context.span_id
    assert not any("hunter2" in each.to_json() for each in (inner, outer))
