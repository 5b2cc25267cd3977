"""Who may answer what a run asks, and when: once, by anybody of those who may, also before it waits and while others work."""

import asyncio
from typing import Any

import pytest

from orchestrator.errors import ApprovalRequiredError, ConflictError, InvestigationNotFoundError
from orchestrator.events import GateOpened, InvestigationView, Recorded, replay
from orchestrator.investigation import Investigations
from orchestrator.model import Approvers, InvestigationState, Person
from orchestrator.parameters import Parameters
from orchestrator.ports import Store
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
from tests.support.agents import Caller, Diary, ScriptedAgent, team_of
from tests.support.builders import ANA, BEN, hypothesis, observation
from tests.support.world import Collector, Turnstile, start

CLEO = Person(user_id="U3", name="Cleo")


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


async def test_two_who_stop_a_run_that_waits_have_one_effect(store: Store) -> None:
    collector = Collector()
    async with world_of(store, poor_team(Diary())).service(collector) as service:
        view = await until_it_waits(service)
        await asyncio.gather(*(service.stop("T1", id_of(view), who) for who in (ANA, BEN)))
        with pytest.raises(ConflictError):
            await service.stop("T1", id_of(view), ANA)
    assert collector.types().count("stop_requested") == 1
    assert collector.types().count("state_changed") == 3


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
        assert view.state == InvestigationState.RUNNING
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
        assert (await until_it_has_ended(service, view)).state == state
