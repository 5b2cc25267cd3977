"""Whole runs over a real wire, thought through again with no wire at all."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from agents.incident import INCIDENT_TEAM
from agents.sources.snapshot import SnapshotLibrary
from bot.bootstrap.replaying import replayed
from bot.terminal import Replayed, replay_entries
from orchestrator.events import InvestigationView
from orchestrator.model import InvestigationState, Prompt, StepOutcome
from orchestrator.parameters import Parameters
from orchestrator.ports import TeamSpec
from storage.memory import MemoryStore
from tests.agents.cases import InlineCompute
from tests.agents.shop import Fault, Shop
from tests.agents.test_incident_team import telemetry_of
from tests.llm.asking import CHOICES, looking_up
from tests.llm.reasoning import PROMPTS, ServedModels, reasoning_team
from tests.llm.servers import LocalProvider, refuses, serving
from tests.storage import builders as a
from tests.support.world import World, run_to_end

TEAM = reasoning_team("application", "database")


class Once:
    """A run that was: its store, its view, and the provider that answered it."""

    def __init__(self, store: MemoryStore, view: InvestigationView, provider: LocalProvider) -> None:
        self.store, self.view, self.provider = store, view, provider

    async def again(self, team: TeamSpec) -> Replayed:
        """Thought through again; what was asked of the provider for it is nothing."""
        before, events = len(self.provider.heads), len(await self.store.events(*self.view.key))
        made = await replayed(self.store, team, *self.view.key)
        assert len(self.provider.heads) == before
        assert len(await self.store.events(*self.view.key)) == events
        return made


@asynccontextmanager
async def ran(
    team: TeamSpec, *turns: Any, kind: str = "openai", answerer: Any = None, **more: Any
) -> AsyncIterator[Once]:
    wire, name, path = CHOICES[kind]
    store = MemoryStore()
    await store.open()
    async with serving(LocalProvider(wire(), list(turns), answerer=answerer)) as provider:
        models = ServedModels(provider, store, name, path, pseudonyms=more.pop("pseudonyms", False))
        parameters = more.pop("parameters", Parameters(incident_id="INC-1"))
        async with World(store, team, models=models, **more).service() as service:
            view = await run_to_end(service, parameters=parameters)
        await models.providers.aclose()
        yield Once(store, view, provider)


def told(made: Replayed) -> str:
    return "\n".join(line for entry in replay_entries(made) for line in (entry.label, *entry.lines))


@pytest.mark.parametrize("kind", list(CHOICES))
async def test_a_run_comes_to_the_same_again_without_its_provider(kind: str) -> None:
    async with ran(TEAM, kind=kind) as once:
        made = await once.again(TEAM)
    assert made.is_same
    assert [each.plain for each in made.turns] == [False, False]
    assert len(made.calls) == 4
    assert not made.unasked
    assert "Answered from the record, at $0.00: 4 calls to " + CHOICES[kind][1] in told(made)


async def test_a_run_whose_names_left_under_others_comes_to_the_same_again() -> None:
    async with ran(TEAM, pseudonyms=True) as once:
        assert b"checkout" not in b"".join(once.provider.bodies)
        made = await once.again(TEAM)
    assert made.is_same
    assert not made.unasked


@pytest.mark.parametrize("kind", ["openai", "anthropic"])
async def test_what_a_model_looked_up_then_is_not_looked_up_again(kind: str) -> None:
    team = reasoning_team("application", prompts=PROMPTS[:1], looks=True)
    async with ran(team, kind=kind, answerer=looking_up([{"metric": "pool"}, {"metric": "cpu"}])) as once:
        assert len(once.provider.bodies) == 3
        made = await once.again(team)
    assert made.is_same
    assert not made.unasked


async def test_a_prompt_that_has_changed_since_is_named_with_both_of_its_versions() -> None:
    changed = (Prompt("explain", "Explain it better."), PROMPTS[1])
    async with ran(TEAM) as once:
        made = await once.again(reasoning_team("application", "database", prompts=changed))
    assert not made.is_same
    assert [(each.agent_id, each.purpose) for each in made.unasked] == [
        ("application", "explain"),
        ("database", "explain"),
    ]
    versions = f"explain@{PROMPTS[0].digest[:8]} → explain@{changed[0].digest[:8]}"
    assert f"Application, explain: the prompt has changed since, {versions}" in told(made)


async def test_another_way_to_tell_the_evidence_is_told_from_another_prompt() -> None:
    async with ran(reasoning_team("application")) as once:
        made = await once.again(reasoning_team("application", told="in other words"))
    assert "Application, explain: the prompt is the same (explain@" in told(made)


async def test_a_model_that_was_down_is_down_again_and_nothing_was_never_asked() -> None:
    async with ran(reasoning_team("application"), refuses(500)) as once:
        assert once.view.steps[-1].outcome is StepOutcome.FAILED
        made = await once.again(reasoning_team("application"))
    assert made.is_same
    assert not made.unasked


async def test_what_the_store_learned_since_changes_nothing() -> None:
    async with ran(TEAM) as once:
        for number in range(3):
            await a.looked_into(once.store, f"other-{number}", f"INC-9{number}", signal="pool")
        made = await once.again(TEAM)
    assert made.is_same


async def test_the_specialists_come_to_the_same_again(tmp_path_factory: pytest.TempPathFactory) -> None:
    fault = Fault(failing={"orders": 0.4}, deploy="orders")
    library = SnapshotLibrary([Shop(fault).case.write(tmp_path_factory.mktemp("shop"))], InlineCompute())
    incident = await library.find("INC-7")
    assert incident is not None
    more = {"incidents": (incident,), "telemetry": telemetry_of(library), "parameters": Parameters(incident_id="INC-7")}
    async with ran(INCIDENT_TEAM, **more) as once:
        assert once.view.state is InvestigationState.COMPLETED
        assert once.provider.bills
        made = await once.again(INCIDENT_TEAM)
    assert not made.unasked, told(made)
    assert made.is_same, told(made)
