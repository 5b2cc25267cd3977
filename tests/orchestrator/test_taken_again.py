"""Turns that are taken again after humans approved: what they had cost before is never forgotten."""

import asyncio
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from orchestrator.errors import BudgetExceededError
from orchestrator.events import replay
from orchestrator.model import GateState, Hypothesis, InvestigationState
from orchestrator.parameters import Parameters
from orchestrator.ports import Store, TeamSpec
from tests.orchestrator.test_gates_in_a_run import answered, id_of, poor_team, until_it_waits, world_of
from tests.support.agents import Diary, ScriptedAgent, team_of
from tests.support.builders import hypothesis, observation
from tests.support.clock import ManualClock, settle
from tests.support.world import Collector, start

BILLS = (Decimal("0.40"), Decimal("2.00"))


def telling_team(*takes: Any) -> TeamSpec:
    """One agent without an account: it says what its turns cost, and every take of its second one goes as `takes` say."""
    left = list(takes)

    async def explain(given: Any) -> Sequence[Hypothesis]:
        take = left.pop(0)
        if isinstance(take, Exception):
            raise take
        if take == "hangs":
            await asyncio.Event().wait()
        return [hypothesis("found", 0.8, "a")]

    return team_of(lambda: ScriptedAgent("a", [observation("a saw one", "a")], explain, bills=BILLS))


def too_dear() -> BudgetExceededError:
    return BudgetExceededError("The next call may cost $3.00; $1.00 is left.", details={"needed": "3", "left": "1"})


async def test_what_an_agent_told_of_a_turn_counts_also_when_the_turn_is_taken_again(store: Store) -> None:
    async with world_of(store, telling_team(too_dear(), "goes well")).service() as service:
        view = await until_it_waits(service)
        assert view.cost.total == Decimal("2.40")
        await answered(service, view, approved=True)
        view = await service.ended("T1", id_of(view))
        (line,) = await service.history("T1")
    assert (view.state, view.cost.total, line.spent) == (InvestigationState.COMPLETED, Decimal("4.40"), Decimal("4.40"))
    assert replay(await store.events("T1", id_of(view))) == view


async def test_it_counts_while_the_turn_is_taken_again_and_in_the_next_process(memory: Store) -> None:
    team = telling_team(too_dear(), "hangs", "goes well")
    async with world_of(memory, team).service() as service:
        view = await until_it_waits(service)
        await answered(service, view, approved=True)
        while not (await service.view("T1", id_of(view))).running_steps:
            await settle(1)
        await settle()
        running = await service.view("T1", id_of(view))
        assert (running.state, running.cost.total) == (InvestigationState.RUNNING, Decimal("2.40"))
    async with world_of(memory, team).service() as service:
        view = await service.ended("T1", id_of(view))
    assert (view.state, view.cost.total) == (InvestigationState.COMPLETED, Decimal("4.40"))


async def test_who_asks_when_the_time_of_a_question_is_over_gets_a_new_run(store: Store) -> None:
    clock = ManualClock()
    world = world_of(store, poor_team(Diary()), clock, gate_wait_s=600.0)
    async with world.service() as service:
        view = await until_it_waits(service)
    await clock.advance(601)
    service = world.new_service(Collector())
    await service.open("another workspace")  # hence no alarm is set for that question
    try:
        asked = await start(service, parameters=Parameters(incident_id="INC-1", budget=Decimal(50)))
        assert asked != id_of(view)
        before = await service.view("T1", id_of(view))
        assert (before.state, before.gates[0].state) == (InvestigationState.STOPPED, GateState.EXPIRED)
        assert (await service.ended("T1", asked)).state == InvestigationState.COMPLETED
    finally:
        await service.aclose()
