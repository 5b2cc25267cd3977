"""A question outlives the process that asked it: the next one goes on waiting, follows the answer, or ends it in time."""

from decimal import Decimal

from orchestrator.events import GateSettled
from orchestrator.model import GateState, InvestigationState
from orchestrator.ports import Store
from tests.orchestrator.asking import id_of, poor_team, until_it_has_ended, until_it_waits, world_of
from tests.support.agents import Diary
from tests.support.builders import BEN
from tests.support.clock import ManualClock, settle
from tests.support.world import World


async def test_a_run_that_waits_goes_on_waiting_in_the_next_process_until_its_time_is_over(store: Store) -> None:
    clock, diary = ManualClock(), Diary()
    world = world_of(store, poor_team(diary), clock, gate_wait_s=600.0)
    async with world.service() as service:
        view = await until_it_waits(service)
    await clock.advance(500)
    async with world.service() as service:
        await settle()
        assert not service._fleet.tasks
        await clock.advance(99)
        assert (await service.view("T1", id_of(view))).open_gates
        await clock.advance(2)
        assert (await until_it_has_ended(service, view)).gates[0].state == GateState.EXPIRED


async def test_a_gate_whose_time_was_over_while_nobody_was_there_ends_at_the_next_start(store: Store) -> None:
    clock = ManualClock()
    world = world_of(store, poor_team(Diary()), clock, gate_wait_s=600.0)
    async with world.service() as service:
        view = await until_it_waits(service)
    await clock.advance(10_000)
    async with world.service() as service:
        assert (await until_it_has_ended(service, view)).state == InvestigationState.STOPPED


async def test_a_question_whose_time_is_over_blocks_nobody_also_where_nobody_can_answer(store: Store) -> None:
    clock = ManualClock()
    async with world_of(store, poor_team(Diary()), clock, gate_wait_s=600.0).service() as service:
        view = await until_it_waits(service)
    await clock.advance(10_000)
    async with World(store, poor_team(Diary()), clock=clock).service() as service:
        assert (await until_it_has_ended(service, view)).gates[0].state == GateState.EXPIRED


async def test_an_answer_that_nobody_followed_is_followed_by_the_next_process(store: Store) -> None:
    diary = Diary()
    world = world_of(store, poor_team(diary))
    async with world.service() as service:
        view = await until_it_waits(service)
    settled = GateSettled(gate_id=view.gates[0].gate_id, state=GateState.APPROVED, by=BEN)
    await store.append("T1", id_of(view), settled, world.clock.now())
    async with world.service() as service:
        view = await service.ended("T1", id_of(view))
    assert (view.state, view.cost.total) == (InvestigationState.COMPLETED, Decimal("4.90"))
