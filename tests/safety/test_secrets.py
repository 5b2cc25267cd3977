"""Secrets of every kind, planted in everything that comes in, are found in nothing that is kept, sent, shown or logged."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from orchestrator.errors import ParameterExtractionError
from orchestrator.hub import Gates, Hub
from orchestrator.investigation.answers import findings, remarks_of
from orchestrator.model import Approvers, Frozen, GateKind, Hypothesis, Incident, Observation, redacted
from orchestrator.model.redacted import SHORTEST_LIMIT
from storage import MemoryStore
from tests.safety.stage import Said, shop, staged
from tests.support.builders import ANA
from tests.support.clock import NOON, ManualClock
from tests.support.secrets import KINDS

ALL = "; ".join(each.text for each in KINDS.values())


def found(text: str) -> list[str]:
    """Which of the secrets stand in the text, as they are or as JSON writes them."""
    return [name for name, each in KINDS.items() if each.tells in text or json.dumps(each.tells)[1:-1] in text]


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    exporter = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: provider)
    return exporter


async def test_what_was_planted_everywhere_is_found_nowhere(tmp_path: Path, spans: InMemorySpanExporter) -> None:
    case = shop(lines=[f"request failed: {each.text}" for each in KINDS.values()])
    case.sheet |= {"title": f"orders fails, {ALL}", "labels": {"note": ALL}}
    for number, each in enumerate(KINDS.values()):
        trace = f"s{number}"
        case.span(
            trace, "a", None, "orders", 30.0 + number, 900.0, name=f"GET /x {each.text}", status="ERROR", peer=each.text
        )
    for second in range(-1200, 601, 15):
        case.metric("orders", "calls_" + KINDS["github"].text, second, 900.0 if second > 0 else 1.0)
    case.changes["deploys"][-1] |= {"message": ALL, "author": KINDS["e-mail"].text, "details": ALL, "files": [ALL]}
    model = Said(ALL[:100], looks_up=[("log_lines", {"service": "orders", "words": ""}), ("nothing", {})])
    async with staged(tmp_path, case, model) as stage:
        await stage.investigate(
            f"INC-7 budget=1 {KINDS['e-mail'].text} {KINDS['github'].text} says {KINDS['card'].text}"
        )
        await stage.investigate(f"INC-7 password={KINDS['password'].tells}")
        service, workspace = stage.office.program.service, stage.office.workspace
        run = (await service.history(workspace))[-1]
        view = await service.view(workspace, run.investigation_id)
        await service.decide(
            workspace,
            run.investigation_id,
            view.ranked[0].hypothesis_id,
            "rejected",
            view.investigation.requested_by,
            ALL,
        )
        await stage.office.all_told()
        assert len(stage.provider.bodies) >= 4
        assert "request failed" in view.model_dump_json()
        seen = {
            "slack": "\n".join(stage.posted),
            "database": stage.stored.decode(errors="replace"),
            "log": stage.log.getvalue(),
            "terminal": await stage.printed(),
            "spans": "\n".join(each.to_json() for each in spans.get_finished_spans()),
            "prompts": b"\n".join(stage.provider.bodies).decode(),
            "view": (await service.view(workspace, run.investigation_id)).model_dump_json(),
        }
        assert {where: found(text) for where, text in seen.items() if found(text)} == {}
        assert all(len(text) > 200 for text in seen.values())


_SECRET = st.sampled_from(list(KINDS))


def planted(sort: type[Frozen], kind: str, **more: Any) -> Any:
    """One of that sort with the secret in each of its texts."""
    texts = {
        name: f"x {KINDS[kind].text}" if each.annotation is str else (f"y {KINDS[kind].text}",)
        for name, each in sort.model_fields.items()
        if each.annotation in (str, tuple[str, ...])
    }
    return sort(**{**texts, **more})


@given(_SECRET)
def test_whatever_an_agent_of_third_parties_answers_comes_in_without(kind: str) -> None:
    seen = planted(Observation, kind, calls=((KINDS[kind].text, "b"),))
    thought = planted(Hypothesis, kind, initial_confidence=0.5)
    text = "".join(each.model_dump_json() for each in (*findings([seen], Observation), *findings(thought, Hypothesis)))
    assert not found(text)
    assert found(seen.model_dump_json() + thought.model_dump_json())


@given(_SECRET)
def test_a_refused_value_is_told_without(kind: str) -> None:
    refused = ParameterExtractionError("title", KINDS[kind].text, "is too long", "checkout 5xx")
    named = ParameterExtractionError("password", "hunter2", "is not an option", "INC-1")
    assert not found(f"{refused.value} {refused.details} {refused}")
    assert "hunter2" not in f"{named.value} {named.details} {named}"


async def test_what_humans_are_asked_and_what_they_say_is_kept_without() -> None:
    store = MemoryStore()
    await store.open()
    gates = Gates(("T1", "inv-1"), store, ManualClock(), Approvers(), 60.0)
    gate = await gates.open(GateKind.ESCALATION, f"may I? {ALL}", [each.text for each in KINDS.values()], "third")
    answered = await gates.answer(gate.gate_id, approved=True, by=ANA, groups=(), requester=ANA, said=ALL)
    kept = [each.model_dump_json() for each in await store.gates_of("T1", "inv-1")]
    assert not found("\n".join((gate.model_dump_json(), answered.gate.model_dump_json(), *kept)))


async def test_what_agents_tell_each_other_is_kept_without() -> None:
    store = MemoryStore()
    await store.open()
    hub = Hub(("T1", "inv-1"), store, ManualClock())
    await hub.open()
    await hub.register_agent("a", "x")
    await hub.register_agent("b", "x")
    message = await hub.route_message("a", "b", ALL)
    task = await hub.enqueue_task(ALL)
    await hub.update_state(note=ALL, deep={"list": [ALL], "api_key": "hunter2"})
    told = json.dumps(dict(hub.get_project_state()))
    assert not found(message.model_dump_json() + task.model_dump_json() + told)
    assert "hunter2" not in told


class Remarks:
    """An agent that has a word to say."""

    agent_id, total_cost = "third", Decimal(0)

    async def observe(self, incident: Incident) -> Any: ...

    async def generate_hypothesis(self, observations: Any) -> Any: ...

    def take_remarks(self) -> list[str]:
        return [f"no answer: {each.text}" for each in KINDS.values()]


def test_remarks_come_in_without() -> None:
    assert not found("\n".join(remarks_of(Remarks())))


def test_nothing_grows_beyond_its_field() -> None:
    tight = Observation(agent_id="a", summary=("pw " * 195 + "password=a")[:600])
    assert len(redacted(tight).summary) <= 600
    assert Observation.model_validate(redacted(tight).model_dump()) == redacted(tight)


def test_no_field_of_the_model_is_shorter_than_a_mark_may_need() -> None:
    def limits(sort: type[Frozen]) -> list[int]:
        metadata = [each for one in sort.model_fields.values() if one.annotation is str for each in one.metadata]
        own = [each.max_length for each in metadata if getattr(each, "max_length", None)]
        return own + [limit for under in sort.__subclasses__() for limit in limits(under)]

    assert min(limits(Frozen)) >= SHORTEST_LIMIT


def test_what_holds_no_secret_is_the_very_same() -> None:
    seen = Observation(agent_id="a", summary="orders-db: cpu 95.6 % since 02:37:03", onset=NOON, calls=(("a", "b"),))
    assert redacted(seen) is seen
