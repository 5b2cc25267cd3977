"""A run that asks humans: it waits in a row, goes on with what they approve, and ends with what it has where they do not."""

from decimal import Decimal
from typing import Any

import pytest

from orchestrator.model import GateKind, GateState, InvestigationState, StepOutcome
from orchestrator.ports import Store
from tests.orchestrator.asking import (
    WAITING,
    answered,
    calling_team,
    id_of,
    poor_team,
    until_it_has_ended,
    until_it_waits,
    world_of,
)
from tests.support.agents import Caller, Diary, PricedAgent, ScriptedAgent, team_of
from tests.support.builders import BEN, hypothesis, observation
from tests.support.clock import ManualClock
from tests.support.world import World


async def test_a_run_over_its_budget_waits_with_what_it_has(store: Store) -> None:
    async with world_of(store, poor_team(Diary())).service() as service:
        view = await until_it_waits(service)
        assert view.state == WAITING
        (gate,) = view.open_gates
        assert (gate.kind, gate.agent_id, gate.approve, gate.deny) == (GateKind.BUDGET, "", "Extend by $4", "Stop here")
        assert gate.reason == "The next call of a may cost $3.10; $0.10 is left for it."
        assert gate.context == ("Have: plain a (0.30)", "Missing: what A, B, C would add", "Spent: $0.90 of $3.00")
        assert view.reason == gate.reason
        assert [each.lead.statement for each in service.report(view).groups] == ["plain a"]
        assert not service._fleet.tasks


async def test_an_approved_extension_goes_on_from_the_step_that_did_not_fit(store: Store) -> None:
    diary = Diary()
    async with world_of(store, poor_team(diary)).service() as service:
        view = await until_it_waits(service)
        assert diary.sent == ["a/1"]
        diary.asked.append("---")
        assert (await answered(service, view, approved=True)).first
        view = await service.ended("T1", id_of(view))
    assert (view.state, view.cost.total, view.cost.limit) == (InvestigationState.COMPLETED, Decimal("4.90"), Decimal(7))
    assert diary.asked[diary.asked.index("---") + 1 :] == ["hypothesise:a", "hypothesise:c"]
    assert [each.statement for each in view.ranked] == ["b", "thought a/1", "thought a/2", "c"]
    assert {each.outcome for each in view.steps} == {StepOutcome.FINISHED}


async def test_a_run_that_needs_more_again_asks_again(store: Store) -> None:
    team = team_of(lambda: PricedAgent("a", ["2.00", "2.00", "9.00"], observes=[observation("a fact", "a")]))
    async with world_of(store, team).service() as service:
        view = await until_it_waits(service)
        for extended in ("3.00", "13"):
            assert view.gates[-1].extend_by == Decimal(extended)
            await answered(service, view, approved=True)
            view = await service.ended("T1", id_of(view))
    assert (view.state, len(view.gates)) == (InvestigationState.COMPLETED, 2)
    assert view.cost.total <= view.cost.limit


@pytest.mark.parametrize("how", ["denied", "expired", "stopped"])
async def test_who_does_not_approve_ends_the_run_with_what_it_has(store: Store, how: str) -> None:
    clock, diary = ManualClock(), Diary()
    async with world_of(store, poor_team(diary), clock, gate_wait_s=600.0).service() as service:
        view = await until_it_waits(service)
        before = list(diary.asked)
        if how == "denied":
            await answered(service, view, approved=False, said="It is only staging.")
        elif how == "stopped":
            await service.stop("T1", id_of(view), BEN)
        else:
            await clock.advance(599)
            assert (await service.view("T1", id_of(view))).state == WAITING
            await clock.advance(2)
            await until_it_has_ended(service, view)
        view = await service.ended("T1", id_of(view))
    reasons = {
        "denied": "Ben answered “Stop here” to: The next call of a may cost $3.10; $0.10 is left for it. It is only staging.",
        "expired": "Nobody answered in time: The next call of a may cost $3.10; $0.10 is left for it.",
        "stopped": "Stopped by Ben.",
    }
    assert (view.state, view.reason) == (InvestigationState.STOPPED, reasons[how])
    states = {"denied": GateState.DENIED, "expired": GateState.EXPIRED, "stopped": GateState.SUPERSEDED}
    assert view.gates[0].state == states[how]
    assert [each.statement for each in view.ranked] == ["plain a"]
    assert diary.asked == before


async def test_where_nobody_can_answer_nothing_waits(store: Store) -> None:
    for team in (poor_team(Diary()), calling_team(Diary())):
        async with World(store, team).service() as service:
            view = await until_it_waits(service)
            assert view.ended_at is not None
            assert not view.open_gates


async def test_an_agent_that_asked_humans_waits_and_the_others_go_on(store: Store) -> None:
    diary = Diary()
    async with world_of(store, calling_team(diary)).service() as service:
        view = await until_it_waits(service)
        assert (view.state, view.open_gates[0].agent_id) == (WAITING, "a")
        assert diary.asked == ["observe:a", "observe:b", "hypothesise:b"]
        await answered(service, view, approved=True)
        view = await service.ended("T1", id_of(view))
    assert diary.asked == ["observe:a", "observe:b", "hypothesise:b", "hypothesise:a"]
    assert view.state == InvestigationState.COMPLETED
    assert [each.statement for each in view.ranked] == ["a", "b"]


async def test_a_run_that_waits_takes_nobody_elses_place(store: Store) -> None:
    async with world_of(store, poor_team(Diary())).service() as service:
        await until_it_waits(service)
        assert service._fleet.admission._running == 0
        assert [each.state for each in await service.running("T1")] == [WAITING]


async def test_an_escalation_of_the_last_turn_is_waited_for_too(store: Store) -> None:
    class Late(Caller):
        async def observe(self, incident: Any) -> Any:
            return await ScriptedAgent.observe(self, incident)

        async def generate_hypothesis(self, observations: Any) -> Any:
            await self.desk.escalate("Is this the cause?")
            return await super().generate_hypothesis(observations)

    team = team_of(lambda: Late("a", [observation("a saw one", "a")], [hypothesis("a", 0.8, "a")]))
    async with world_of(store, team).service() as service:
        view = await until_it_waits(service)
        assert (view.state, [each.statement for each in view.hypotheses]) == (WAITING, ["a"])
        await answered(service, view, approved=True)
        assert (await service.ended("T1", id_of(view))).state == InvestigationState.COMPLETED
