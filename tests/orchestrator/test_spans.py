"""A run is one span, each turn a span within it; nothing an exception says is in any of them."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from orchestrator import BudgetExceededError, Orchestrator
from orchestrator.ports import Store
from tests.support.agents import ScriptedAgent, team_of
from tests.support.builders import ANA, hypothesis, incident, observation
from tests.support.world import World, run_to_end, start


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: provider)
    return exporter


def named(spans: InMemorySpanExporter, name: str) -> list[ReadableSpan]:
    return [each for each in spans.get_finished_spans() if each.name == name]


def attributes(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


def parents(spans: Sequence[ReadableSpan]) -> set[int]:
    return {each.parent.span_id for each in spans if each.parent}


async def test_every_turn_is_a_span_that_says_whose_it_was_and_what_came_of_it(spans: InMemorySpanExporter) -> None:
    agents = [
        ScriptedAgent("a", [observation(), observation()], [hypothesis()]),
        ScriptedAgent("b", ValueError("password=hunter2")),
    ]
    orchestrator = Orchestrator(agents)
    await orchestrator.generate_hypotheses(await orchestrator.observe(incident()))
    assert [attributes(each) for each in named(spans, "agent.observe")] == [
        {"compass.agent": "a", "compass.outcome": "finished", "compass.found": 2},
        {"compass.agent": "b", "compass.outcome": "failed", "compass.found": 0},
    ]
    assert [attributes(each) for each in named(spans, "agent.hypothesise")] == [
        {"compass.agent": "a", "compass.outcome": "finished", "compass.found": 1}
    ]


async def test_turns_lie_within_the_span_of_their_investigation(spans: InMemorySpanExporter, memory: Store) -> None:
    world = World(memory, team_of(lambda: ScriptedAgent("a", [observation()])))
    async with world.service() as service:
        view = await run_to_end(service)
    (run,) = named(spans, "investigation")
    assert attributes(run) == {
        "compass.workspace": "T1",
        "compass.investigation": view.investigation.investigation_id,
        "compass.state": "completed",
    }
    turns = [*named(spans, "agent.observe"), *named(spans, "agent.hypothesise")]
    assert len(turns) == 2
    tasks = named(spans, "task")
    assert parents(turns) == {each.context.span_id for each in tasks if each.context}
    assert run.context is not None
    assert parents(tasks) == {run.context.span_id}


async def test_a_refused_call_is_an_outcome_and_not_an_exception_in_a_span(spans: InMemorySpanExporter) -> None:
    orchestrator = Orchestrator([ScriptedAgent("a", BudgetExceededError("hunter2"))])
    with pytest.raises(BudgetExceededError):
        await orchestrator.observe(incident())
    (turn,) = named(spans, "agent.observe")
    assert attributes(turn)["compass.outcome"] == "over_budget"
    assert turn.events == ()


class TalkativeError(Exception):
    """Says too much."""


async def test_no_span_holds_what_an_exception_says(spans: InMemorySpanExporter, memory: Store) -> None:
    append = memory.append

    async def fail_late(workspace: str, investigation_id: str, event: Any, at: Any) -> Any:
        if event.type == "hypotheses_ranked":
            raise TalkativeError("password=hunter2")
        return await append(workspace, investigation_id, event, at)

    memory.append = fail_late  # type: ignore[method-assign]
    world = World(memory, team_of(lambda: ScriptedAgent("a", [observation()], [hypothesis()])))
    async with world.service() as service:
        view = await run_to_end(service)
    assert view.state == "failed"
    (run,) = named(spans, "investigation")
    assert "hunter2" not in "".join(each.to_json() for each in spans.get_finished_spans())
    assert run.events == ()
    assert run.status.description is None


async def test_a_run_that_is_put_down_ends_its_spans(spans: InMemorySpanExporter, memory: Store) -> None:
    under_way = asyncio.Event()

    async def hang(given: Any) -> None:
        under_way.set()
        await asyncio.Event().wait()

    world = World(memory, team_of(lambda: ScriptedAgent("a", hang)))
    async with world.service() as service:
        await start(service, by=ANA)
        await under_way.wait()
    assert [len(named(spans, name)) for name in ("investigation", "agent.observe")] == [1, 1]
    assert all(each.events == () for each in spans.get_finished_spans())
