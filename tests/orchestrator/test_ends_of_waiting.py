"""A run that waits comes to an end: whenever somebody presses Stop, in whichever process, and if a store is away."""

import asyncio
from contextlib import suppress
from typing import Any

import pytest

from orchestrator.errors import ConflictError, OrchestratorError
from orchestrator.events import Event, GateOpened, InvestigationView, Recorded, StopRequested
from orchestrator.investigation import Investigations, has_ended
from orchestrator.model import GateState, InvestigationState
from orchestrator.parameters import Parameters
from orchestrator.ports import Store
from storage import MemoryStore
from tests.orchestrator.asking import (
    BUDGET,
    WAITING,
    answered,
    id_of,
    poor_team,
    until_it_has_ended,
    until_it_waits,
    world_of,
)
from tests.support.agents import Diary, PlainAgent, PricedAgent, team_of
from tests.support.builders import BEN, observation
from tests.support.clock import ManualClock, settle
from tests.support.world import Collector, Turnstile, start

STOPPED = InvestigationState.STOPPED


class StopsWhenAsked:
    """Implements Listener: presses Stop as soon as humans are asked."""

    def __init__(self) -> None:
        self.service: Investigations | None = None
        self.pressed: asyncio.Task[InvestigationView] | None = None

    def heard(self, recorded: Recorded, view: InvestigationView) -> None:
        if isinstance(recorded.event, GateOpened) and self.service is not None:
            self.pressed = asyncio.create_task(self.service.stop("T1", id_of(view), BEN))


class AwayStore(MemoryStore):
    """Takes no events while it is `away`."""

    away = False

    async def append(self, workspace: str, investigation_id: str, event: Event, at: Any) -> Recorded:
        if self.away:
            raise OrchestratorError("The store is away.")
        return await super().append(workspace, investigation_id, event, at)


class SlowStore(MemoryStore):
    """Lets others go first before it takes an event, and after."""

    async def append(self, workspace: str, investigation_id: str, event: Event, at: Any) -> Recorded:
        for _ in range(5):
            await asyncio.sleep(0)
        recorded = await super().append(workspace, investigation_id, event, at)
        for _ in range(5):
            await asyncio.sleep(0)
        return recorded


async def test_a_stop_while_a_run_is_on_its_way_to_wait_ends_it_and_nobody_is_asked(store: Store) -> None:
    turnstile, collector = Turnstile(), Collector()
    team = team_of(
        lambda: PricedAgent("a", ["0.90", "3.10"], observes=[observation("a saw one", "a")]),
        lambda: PlainAgent("b", [observation("b saw one", "b")], analyses=turnstile.script("b")),
    )
    async with world_of(store, team).service(collector) as service:
        asked = await start(service, parameters=Parameters(incident_id="INC-1", budget=BUDGET))
        await turnstile.entered()
        stopping = asyncio.create_task(service.stop("T1", asked, BEN))
        while "stop_requested" not in collector.types():
            await asyncio.sleep(0)
        turnstile.opened.set()
        view = await stopping
    assert (view.state, view.reason, view.gates) == (STOPPED, "Stopped by Ben.", ())


async def test_a_stop_at_the_moment_of_the_question_ends_the_run(store: Store) -> None:
    stops = StopsWhenAsked()
    async with world_of(store, poor_team(Diary())).service(stops) as service:
        stops.service = service
        await until_it_waits(service)
        assert stops.pressed is not None
        view = await stops.pressed
        assert not service._fleet.tasks
    assert (view.state, view.reason) == (STOPPED, "Stopped by Ben.")
    assert [each.state for each in view.gates] == [GateState.SUPERSEDED]


async def test_a_stop_and_an_answer_at_once_are_one_stop() -> None:
    for turns in range(60):
        store, collector = SlowStore(), Collector()
        await store.open()
        world = world_of(store, poor_team(Diary()))
        async with world.service(collector) as service:
            view = await until_it_waits(service)
            answering = asyncio.create_task(answered(service, view, approved=True))
            for _ in range(turns):
                await asyncio.sleep(0)
            if (await service.view("T1", id_of(view))).ended_at is None:
                with suppress(ConflictError):
                    await service.stop("T1", id_of(view), BEN)
            await answering
            assert has_ended(await service.ended("T1", id_of(view)))
        assert collector.types().count("stop_requested") <= 1


async def test_a_stop_that_nobody_followed_is_followed_by_the_next_process(store: Store) -> None:
    world = world_of(store, poor_team(Diary()))
    async with world.service() as service:
        view = await until_it_waits(service)
    await store.append("T1", id_of(view), StopRequested(by=BEN), world.clock.now())
    async with world.service() as service:
        view = await service.ended("T1", id_of(view))
    assert (view.state, view.gates[0].state) == (STOPPED, GateState.SUPERSEDED)


@pytest.mark.parametrize("away_s", [10.0, 600.0])
async def test_a_gate_whose_time_is_over_while_the_store_is_away_ends_when_it_is_back(away_s: float) -> None:
    clock, store = ManualClock(), AwayStore()
    await store.open()
    async with world_of(store, poor_team(Diary()), clock, gate_wait_s=600.0).service() as service:
        view = await until_it_waits(service)
        store.away = True
        await clock.advance(600 + away_s)
        await settle()
        assert (await service.view("T1", id_of(view))).state == WAITING
        store.away = False
        await clock.advance(31)
        view = await until_it_has_ended(service, view)
    assert (view.state, view.gates[0].state) == (STOPPED, GateState.EXPIRED)
