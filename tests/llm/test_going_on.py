"""Whole runs over a real wire: what was answered before a kill, or before humans were asked, is not asked or paid for again."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal

import pytest

from agents.llm.prices import Price, Rates
from orchestrator.context import ContextAssembler
from orchestrator.events import InvestigationView
from orchestrator.hub import HubRules
from orchestrator.model import CallStatus, InvestigationState, StepOutcome
from orchestrator.parameters import Parameters
from orchestrator.ports import Telemetry
from storage.memory import MemoryStore
from tests.llm.reasoning import ServedModels, reasoning_team
from tests.llm.servers import Held, LocalProvider, OpenAI, answers, serving
from tests.orchestrator.asking import answered
from tests.storage import builders as a
from tests.support.clock import ManualClock
from tests.support.cutting import Cut, CuttingStore, Killed
from tests.support.world import World, run_to_end, start

TEAM, ALONE = reasoning_team("application", "database"), reasoning_team("application")
DEAR = Price(Rates(*map(Decimal, ("1000", "0", "1000", "1000"))))
"""A thousand dollars a million tokens: what is put aside for a call is far more than what it then costs."""


@pytest.fixture
async def provider() -> AsyncIterator[LocalProvider]:
    async with serving(LocalProvider(OpenAI())) as up:
        yield up


@pytest.fixture
async def store() -> AsyncIterator[MemoryStore]:
    made = MemoryStore()
    await made.open()
    yield made
    await made.aclose()


Serve = Callable[..., ServedModels]


@pytest.fixture
async def serve(provider: LocalProvider) -> AsyncIterator[Serve]:
    """Models of one process over the provider; what they hold open is closed with the test."""
    made: list[ServedModels] = []

    def models(journal: object, **more: object) -> ServedModels:
        made.append(ServedModels(provider, journal, **more))  # type: ignore[arg-type]
        return made[-1]

    yield models
    for each in made:
        await each.providers.aclose()


def settled(view: InvestigationView) -> Decimal:
    return sum((each.amount for each in view.ledger if each.status is CallStatus.SETTLED), Decimal(0))


async def test_a_run_asks_each_question_once_and_keeps_every_call(
    store: MemoryStore, provider: LocalProvider, serve: Serve
) -> None:
    async with World(store, TEAM, models=serve(store)).service() as service:
        view = await run_to_end(service)
    assert view.state is InvestigationState.COMPLETED
    assert len(provider.bills) == len(await store.calls_of(*view.key)) == len(view.ledger) == 4
    assert settled(view) == view.cost.total == provider.billed


async def test_a_turn_that_was_put_down_half_way_pays_only_for_the_rest(
    store: MemoryStore, provider: LocalProvider, serve: Serve
) -> None:
    held = Held()
    provider.turns = [answers, held]
    there = World(store, TEAM, models=serve(store))
    async with there.service() as service:
        run = await start(service)
        await held.arrived.wait()
    held.release()
    billed_before = len(provider.bills)
    assert billed_before == 2
    async with there.service() as service:
        view = await service.ended("T1", run)
    assert view.state is InvestigationState.COMPLETED
    sent = Counter(provider.bodies)
    assert sorted(sent.values()) == [1, 1, 1, 2]
    assert sent[provider.bodies[0]] == 1  # the first question was answered before, and is not asked again
    assert provider.bodies[1] == provider.bodies[2]  # the one under way is: nobody can know its answer
    assert view.cost.total >= provider.billed


@pytest.mark.parametrize("cut", list(Cut))
async def test_wherever_a_process_is_killed_no_answered_question_is_paid_for_again(
    cut: Cut, provider: LocalProvider, serve: Serve
) -> None:
    whole = MemoryStore()
    await whole.open()
    counting = CuttingStore(whole, 10**6, cut)
    async with World(whole, ALONE, models=serve(whole)).service(store=counting) as service:
        await run_to_end(service)
    first = next(n for n, each in enumerate(await _events(whole), start=1) if each == "call_reserved")
    expected = {*provider.bodies}
    assert counting.appended > first
    for at in range(first, counting.appended + 1):
        provider.bodies.clear()
        provider.bills.clear()
        view = await _killed_and_gone_on(serve, at, cut)
        assert view.state is InvestigationState.COMPLETED, at
        assert Counter(provider.bodies) == Counter(expected), at
        assert settled(view) <= provider.billed <= view.cost.total, at


async def _killed_and_gone_on(serve: Serve, at: int, cut: Cut) -> InvestigationView:
    kept = MemoryStore()
    await kept.open()
    dying = CuttingStore(kept, at, cut)
    there = World(kept, ALONE, models=serve(dying))
    service = there.new_service(store=dying)  # type: ignore[arg-type]
    await service.open()
    run = await start(service)
    await asyncio.gather(*service._fleet.tasks.values(), return_exceptions=True)
    assert dying.dead
    with suppress(Killed):
        await service.aclose()
    async with replace(there, models=serve(kept)).service() as service:
        return await service.ended("T1", run)


async def _events(store: MemoryStore) -> list[str]:
    (line,) = await store.recent("T1")
    return [each.event.type for each in await store.events("T1", line.investigation_id)]


async def test_a_question_that_did_not_fit_is_the_only_one_that_is_sent_when_humans_have_approved(
    store: MemoryStore, provider: LocalProvider, serve: Serve
) -> None:
    async with World(MemoryStore(), ALONE, models=serve(other := await opened())).service(store=other) as service:
        await run_to_end(service)
    first, second = (DEAR.most(len(each) + 256, 0) for each in provider.bodies)
    provider.bodies.clear()
    there = World(store, ALONE, models=serve(store, price=DEAR), asking=HubRules())
    async with there.service() as service:
        run = await start(service, parameters=Parameters(incident_id="INC-1", budget=max(first, second)))
        view = await service.ended("T1", run)
        assert view.state is InvestigationState.WAITING_APPROVAL
        assert len(provider.bodies) == 1
        assert view.steps[-1].outcome is StepOutcome.OVER_BUDGET
        await answered(service, view, approved=True)
        view = await service.ended("T1", run)
    assert view.state is InvestigationState.COMPLETED
    assert len(provider.bodies) == len({*provider.bodies}) == len(view.ledger) == 2
    assert view.cost.total <= view.cost.limit
    assert view.ranked[0].statement != "plain"


async def test_the_same_is_asked_after_a_restart_whatever_the_store_knows_by_then(
    store: MemoryStore, provider: LocalProvider, serve: Serve
) -> None:
    held = Held()
    provider.turns = [answers, held]
    there = World(store, ALONE, models=serve(store))
    async with there.service() as service:
        run = await start(service)
        await held.arrived.wait()
    held.release()
    for number in range(3):
        await a.looked_into(store, f"other-{number}", f"INC-9{number}", signal="pool")
    before = await service.view("T1", run)
    assembler = ContextAssembler("T1", ALONE, Telemetry(), store, ManualClock())
    fresh = await assembler.assemble("application", before.investigation.incident, before.observations)
    assert fresh.similar
    async with there.service() as service:
        view = await service.ended("T1", run)
    assert view.state is InvestigationState.COMPLETED
    assert len({*provider.bodies}) == 2


async def opened() -> MemoryStore:
    made = MemoryStore()
    await made.open()
    return made
