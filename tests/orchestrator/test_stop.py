"""Stop ends a run with what it has, in whatever state it is, once, and everybody who pressed gets an answer."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from orchestrator.errors import (
    ConflictError,
    InvestigationNotFoundError,
)
from orchestrator.investigation import Investigations, Limits, has_ended
from orchestrator.model import InvestigationState, Step, StepOutcome
from orchestrator.ports import Store
from tests.support.builders import ANA, BEN
from tests.support.clock import settle
from tests.support.world import Collector, Turnstile, World, held_team, one_team, run_to_end, start


@pytest.fixture
async def service(store: Store) -> AsyncIterator[Investigations]:
    async with World(store, one_team()).service() as made:
        yield made


@pytest.mark.parametrize("phase", ["observe", "hypothesise"])
async def test_a_stop_keeps_what_there_is_and_ranks_it(store: Store, phase: str) -> None:
    turnstile = Turnstile()
    async with World(store, held_team(turnstile, phase)).service() as service:
        running = await start(service)
        await turnstile.entered()
        view = await service.stop("T1", running, BEN)
        assert has_ended(view)
        report = service.report(view)
    assert (view.state, view.reason, view.stop_requested_by) == ("stopped", "Stopped by Ben.", BEN)
    seen = ["a fact", "another"] if phase == "hypothesise" else []
    assert [each.summary for each in view.observations] == seen
    said = ["plain", "plainer"] if phase == "hypothesise" else ["plainer"]
    assert [each.statement for each in view.ranked] == said
    observed = " (observed, but its hypotheses are plain analysis only)" if phase == "hypothesise" else ""
    assert report.did_not_run == (f"Application{observed}", f"Database{observed}")
    assert report.stopped_because == "Stopped by Ben."
    assert list(await store.unfinished()) == []


async def test_a_run_that_waits_for_its_place_is_stopped_at_once_and_says_who_did_not_run(store: Store) -> None:
    turnstile = Turnstile()
    async with World(store, held_team(turnstile), limits=Limits(max_running=1)).service() as service:
        first, second = await start(service, "INC-1"), await start(service, "INC-2")
        await turnstile.entered()
        view = await service.stop("T1", second, BEN)
        assert (view.state, view.reason, view.started_at) == ("stopped", "Stopped by Ben.", None)
        assert service.report(view).did_not_run == ("Application", "Database")
        assert (await service.view("T1", first)).state == InvestigationState.RUNNING
        turnstile.opened.set()
        assert (await service.ended("T1", first)).state == InvestigationState.COMPLETED
    assert turnstile.inside == ["application"]


async def test_a_run_can_be_stopped_before_it_drew_breath(store: Store) -> None:
    async with World(store, one_team()).service() as service:
        asked = asyncio.create_task(start(service))
        while not asked.done():
            await asyncio.sleep(0)
        view = await service.stop("T1", asked.result(), ANA)
        assert has_ended(view)


@pytest.mark.parametrize("waiting", [True, False])
async def test_two_people_who_stop_at_once_have_one_effect_and_both_an_answer(store: Store, waiting: bool) -> None:
    turnstile, collector = Turnstile(), Collector()
    world = World(store, held_team(turnstile), limits=Limits(max_running=1))
    async with world.service(collector) as service:
        first = await start(service, "INC-1")
        await turnstile.entered()
        meant = await start(service, "INC-2") if waiting else first
        views = await asyncio.gather(*(service.stop("T1", meant, who) for who in (ANA, BEN, ANA)))
        assert {(each.state, each.reason) for each in views} == {("stopped", "Stopped by Ana.")}
    of_that = [each.event.type for each in collector.heard_events if each.investigation_id == meant]
    assert of_that.count("stop_requested") == 1
    assert [t for t in of_that if t == "state_changed"] == ["state_changed"] * (1 if waiting else 2)


async def test_a_run_that_has_ended_cannot_be_stopped(service: Investigations) -> None:
    view = await run_to_end(service)
    with pytest.raises(ConflictError, match="already completed"):
        await service.stop("T1", view.investigation.investigation_id, ANA)
    assert (await service.view("T1", view.investigation.investigation_id)) == view


async def test_a_stop_while_the_run_concludes_lets_it_end(memory: Store) -> None:
    append, held, let = memory.append, asyncio.Event(), asyncio.Event()

    async def hold(workspace: str, investigation_id: str, event: Any, at: Any) -> Any:
        if event.type == "hypotheses_ranked":
            held.set()
            await let.wait()
        return await append(workspace, investigation_id, event, at)

    memory.append = hold  # type: ignore[method-assign]
    async with World(memory, one_team()).service() as service:
        running = await start(service)
        await held.wait()
        stopping = asyncio.create_task(service.stop("T1", running, ANA))
        await settle()
        let.set()
        view = await stopping
    assert has_ended(view)
    assert [each.statement for each in view.ranked] == ["it is this"]


async def test_a_stop_while_a_finished_turn_is_being_stored_keeps_that_turn(memory: Store) -> None:
    append, held, let = memory.append, asyncio.Event(), asyncio.Event()

    async def hold(workspace: str, investigation_id: str, event: Any, at: Any) -> Any:
        if event.type == "step_ended" and event.observations:
            held.set()
            await let.wait()
        return await append(workspace, investigation_id, event, at)

    memory.append = hold  # type: ignore[method-assign]
    async with World(memory, one_team()).service() as service:
        running = await start(service)
        await held.wait()
        stopping = asyncio.create_task(service.stop("T1", running, ANA))
        await settle()
        let.set()
        view = await stopping
    assert [each.summary for each in view.observations] == ["a fact"]
    turn = view.ended(Step(phase="observe", agent_id="application"))  # type: ignore[arg-type]
    assert turn is not None
    assert turn.outcome == StepOutcome.FINISHED


async def test_a_stop_that_could_not_be_stored_has_not_happened(memory: Store) -> None:
    append, turnstile = memory.append, Turnstile()
    full = True

    async def refuse(workspace: str, investigation_id: str, event: Any, at: Any) -> Any:
        if event.type == "stop_requested" and full:
            raise ConflictError("the disk is full")
        return await append(workspace, investigation_id, event, at)

    memory.append = refuse  # type: ignore[method-assign]
    async with World(memory, held_team(turnstile)).service() as service:
        running = await start(service)
        await turnstile.entered()
        with pytest.raises(ConflictError, match="the disk is full"):
            await service.stop("T1", running, ANA)
        assert (await service.view("T1", running)).state == InvestigationState.RUNNING
        full = False
        assert (await service.stop("T1", running, BEN)).reason == "Stopped by Ben."


async def test_a_stop_of_what_nobody_knows_is_not_found(service: Investigations) -> None:
    with pytest.raises(InvestigationNotFoundError):
        await service.stop("T1", "inv-nobody", ANA)
