"""A run that asks humans: it waits in a row, goes on with what they approve, and ends with what it has where they do not."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from orchestrator.errors import ApprovalRequiredError, ConflictError, InvestigationNotFoundError
from orchestrator.events import GateOpened, GateSettled, InvestigationView, Recorded, replay
from orchestrator.hub import HubRules
from orchestrator.investigation import Investigations
from orchestrator.model import Approvers, GateKind, GateState, InvestigationState, Person, StepOutcome
from orchestrator.parameters import Parameters
from orchestrator.ports import Store, TeamSpec
from tests.support.agents import Caller, Diary, PlainAgent, PricedAgent, ScriptedAgent, team_of
from tests.support.builders import ANA, BEN, hypothesis, observation
from tests.support.clock import ManualClock, settle
from tests.support.world import Collector, Turnstile, World, start

BUDGET = Decimal("3.00")
CLEO = Person(user_id="U3", name="Cleo")
WAITING, RUNNING = InvestigationState.WAITING_APPROVAL, InvestigationState.RUNNING


def poor_team(diary: Diary) -> TeamSpec:
    """`a` needs four dollars and has one of its own; `b` costs nothing and comes after it."""
    return team_of(
        lambda: PricedAgent(
            "a",
            ["0.90", "3.10"],
            observes=[observation("a saw one", "a", value=20.0, usual=6.0)],
            analyses=[hypothesis("plain a", 0.3, "a")],
            diary=diary,
        ),
        lambda: PlainAgent("b", [observation("b saw one", "b")], [hypothesis("b", 0.7, "b")], analyses=[]),
        lambda: ScriptedAgent("c", [observation("c saw one", "c")], [hypothesis("c", 0.2, "c")], diary=diary),
    )


def calling_team(diary: Diary) -> TeamSpec:
    """`a` asks humans; `b` does not."""
    return team_of(
        lambda: Caller("a", [observation("a saw one", "a")], [hypothesis("a", 0.8, "a")], diary=diary),
        lambda: ScriptedAgent("b", [observation("b saw one", "b")], [hypothesis("b", 0.4, "b")], diary=diary),
    )


def world_of(store: Store, team: TeamSpec, clock: ManualClock | None = None, **rules: Any) -> World:
    return World(store, team, clock=clock or ManualClock(), asking=HubRules(**rules))


async def until_it_waits(service: Investigations) -> InvestigationView:
    asked = await start(service, parameters=Parameters(incident_id="INC-1", budget=BUDGET))
    return await service.ended("T1", asked)


def id_of(view: InvestigationView) -> str:
    return view.investigation.investigation_id


async def answered(service: Investigations, view: InvestigationView, *, approved: bool, **more: Any) -> Any:
    told = {"by": BEN, **more}
    return await service.answer_gate("T1", id_of(view), view.gates[-1].gate_id, approved=approved, **told)


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
            await until(service, view, ended=True)
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


async def until(service: Investigations, view: InvestigationView, *, ended: bool) -> None:
    """Let a store with a thread of its own come to its end: each question to it waits behind what it was given before."""
    for _ in range(5000):
        now = await service.view("T1", id_of(view))
        if (now.ended_at is not None) == ended and not service._fleet.tasks:
            return
        await service.running("T1")
        await settle(1)
    raise AssertionError("it did not come to that")


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


async def test_an_answer_while_others_are_at_work_lets_the_agent_take_its_turn_in_the_same_run(store: Store) -> None:
    diary, turnstile = Diary(), Turnstile()
    team = team_of(
        lambda: Caller("a", [observation("a saw one", "a")], [hypothesis("a", 0.8, "a")], diary=diary),
        lambda: ScriptedAgent("b", [observation("b saw one", "b")], turnstile.script("b"), diary=diary),
    )
    collector = Collector()
    async with world_of(store, team).service(collector) as service:
        asked = await start(service, parameters=Parameters(incident_id="INC-1", budget=BUDGET))
        await turnstile.entered()
        view = await service.view("T1", asked)
        assert view.state == RUNNING
        await answered(service, view, approved=True)
        turnstile.opened.set()
        view = await service.ended("T1", asked)
        while view.ended_at is None:
            view = await service.ended("T1", asked)
    assert view.state == InvestigationState.COMPLETED
    assert diary.asked == ["observe:a", "observe:b", "hypothesise:b", "hypothesise:a"]
    assert WAITING not in [each.state for each in collector.views]


async def test_a_refusal_while_others_are_at_work_ends_the_run_when_they_are_done(store: Store) -> None:
    diary, turnstile = Diary(), Turnstile()
    team = team_of(
        lambda: Caller("a", [observation("a saw one", "a")], [hypothesis("a", 0.8, "a")], diary=diary),
        lambda: ScriptedAgent("b", [observation("b", "b")], turnstile.script("b", [hypothesis("b")]), diary=diary),
    )
    async with world_of(store, team).service() as service:
        asked = await start(service, parameters=Parameters(incident_id="INC-1", budget=BUDGET))
        await turnstile.entered()
        await answered(service, await service.view("T1", asked), approved=False)
        turnstile.opened.set()
        view = await service.ended("T1", asked)
    assert (view.state, [each.statement for each in view.ranked]) == (InvestigationState.STOPPED, ["b"])
    assert "hypothesise:a" not in diary.asked


async def test_only_who_may_answers_and_the_gate_stays_open(store: Store) -> None:
    rules = Approvers(people=("U3",), groups=("S1",), requester=False)
    async with world_of(store, poor_team(Diary()), approvers=rules).service() as service:
        view = await until_it_waits(service)
        for who, groups, why in ((ANA, ("S1",), "Whoever asked"), (BEN, (), "for others to answer")):
            with pytest.raises(ApprovalRequiredError, match=why):
                await answered(service, view, approved=True, by=who, groups=groups)
        assert (await service.view("T1", id_of(view))).state == WAITING
        assert (await answered(service, view, approved=False, by=BEN, groups=("S2", "S1"))).first
        with pytest.raises(InvestigationNotFoundError):
            await service.answer_gate("T1", id_of(view), "gate-x", approved=True, by=CLEO)


async def test_many_clicks_at_once_have_one_effect_and_everybody_hears_who_was_first(store: Store) -> None:
    collector = Collector()
    async with world_of(store, poor_team(Diary())).service(collector) as service:
        view = await until_it_waits(service)
        clicks = [answered(service, view, approved=n % 2 == 0, by=(ANA, BEN, CLEO)[n % 3]) for n in range(9)]
        answers = await asyncio.gather(*clicks)
        view = await service.ended("T1", id_of(view))
        late = await answered(service, view, approved=False)
    assert [each.first for each in answers].count(True) == 1
    assert len({(each.gate.state, each.gate.by) for each in (*answers, late)}) == 1
    assert collector.types().count("gate_settled") == 1
    assert view.state == InvestigationState.COMPLETED
    assert replay(await store.events("T1", id_of(view))) == view


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
        await until(service, view, ended=True)
        assert (await service.view("T1", id_of(view))).gates[0].state == GateState.EXPIRED


async def test_a_gate_whose_time_was_over_while_nobody_was_there_ends_at_the_next_start(store: Store) -> None:
    clock = ManualClock()
    world = world_of(store, poor_team(Diary()), clock, gate_wait_s=600.0)
    async with world.service() as service:
        view = await until_it_waits(service)
    await clock.advance(10_000)
    async with world.service() as service:
        await until(service, view, ended=True)
        assert (await service.view("T1", id_of(view))).state == InvestigationState.STOPPED


async def test_a_question_whose_time_is_over_blocks_nobody_also_where_nobody_can_answer(store: Store) -> None:
    clock = ManualClock()
    async with world_of(store, poor_team(Diary()), clock, gate_wait_s=600.0).service() as service:
        view = await until_it_waits(service)
    await clock.advance(10_000)
    async with World(store, poor_team(Diary()), clock=clock).service() as service:
        await until(service, view, ended=True)
        assert (await service.view("T1", id_of(view))).gates[0].state == GateState.EXPIRED


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


async def test_a_run_that_waits_takes_nobody_elses_place(store: Store) -> None:
    async with world_of(store, poor_team(Diary())).service() as service:
        await until_it_waits(service)
        assert service._fleet.admission._running == 0
        assert [each.state for each in await service.running("T1")] == [WAITING]


async def test_two_who_stop_a_run_that_waits_have_one_effect(store: Store) -> None:
    collector = Collector()
    async with world_of(store, poor_team(Diary())).service(collector) as service:
        view = await until_it_waits(service)
        await asyncio.gather(*(service.stop("T1", id_of(view), who) for who in (ANA, BEN)))
        with pytest.raises(ConflictError):
            await service.stop("T1", id_of(view), ANA)
    assert collector.types().count("stop_requested") == 1
    assert collector.types().count("state_changed") == 3


class Eager:
    """Implements Listener: answers a gate the moment it is opened, before the run has begun to wait."""

    def __init__(self, *, approved: bool) -> None:
        self.approved = approved
        self.service: Investigations | None = None
        self.answering: list[asyncio.Task[Any]] = []

    def heard(self, recorded: Recorded, view: InvestigationView) -> None:
        if isinstance(recorded.event, GateOpened):
            self.answering.append(asyncio.create_task(self._answer(view)))

    async def _answer(self, view: InvestigationView) -> None:
        assert self.service is not None
        await answered(self.service, view, approved=self.approved)


@pytest.mark.parametrize(
    ("approved", "state"), [(True, InvestigationState.COMPLETED), (False, InvestigationState.STOPPED)]
)
async def test_an_answer_that_comes_before_the_run_waits_is_followed(
    store: Store, approved: bool, state: InvestigationState
) -> None:
    eager = Eager(approved=approved)
    async with world_of(store, poor_team(Diary())).service(eager) as service:
        eager.service = service
        view = await until_it_waits(service)
        await asyncio.gather(*eager.answering)
        await until(service, view, ended=True)
        assert (await service.view("T1", id_of(view))).state == state


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
