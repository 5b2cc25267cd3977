"""The service behind every surface: one run an incident, so many at once, and whoever asks again joins."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from orchestrator.errors import (
    InvestigationNotFoundError,
    ParameterExtractionError,
    SourceUnavailableError,
)
from orchestrator.investigation import Investigations, Limits
from orchestrator.model import InvestigationState, Origin, Person, Verdict
from orchestrator.parameters import Parameters
from orchestrator.ports import Store
from tests.support.agents import Diary, ScriptedAgent, team_of
from tests.support.builders import ANA, BEN, incident, observation
from tests.support.clock import ManualClock, settle
from tests.support.world import Collector, Turnstile, World, held_team, one_team, run_to_end, start


@pytest.fixture
async def service(store: Store) -> AsyncIterator[Investigations]:
    async with World(store, one_team()).service() as made:
        yield made


async def test_a_run_goes_from_queued_to_completed_and_everybody_hears_of_it(store: Store) -> None:
    collector = Collector()
    async with World(store, one_team()).service(collector) as service:
        view = await run_to_end(service)
        assert await service.view("T1", view.investigation.investigation_id) == view
    assert view.state == InvestigationState.COMPLETED
    assert [each.hypothesis_id for each in view.ranked] == ["h1"]
    assert collector.types() == [
        "investigation_opened",
        "state_changed",
        "step_started",
        "step_ended",
        "step_started",
        "step_ended",
        "hypotheses_ranked",
        "state_changed",
    ]
    assert collector.views[-1] == view
    assert list(await store.unfinished()) == []


async def test_who_asks_again_joins_whatever_the_case_of_the_id(store: Store) -> None:
    turnstile = Turnstile()
    async with World(store, held_team(turnstile)).service() as service:
        first = await start(service, "INC-1")
        for spelling in ("inc-1", "Inc-1", "INC-1"):
            again = await service.investigate(
                Parameters(incident_id=spelling, budget=Decimal(1)), workspace="T1", by=BEN, origin=Origin()
            )
            assert (again.joined, again.investigation.investigation_id) == (True, first)
            assert (again.investigation.requested_by, again.investigation.budget) == (ANA, 10)


async def test_twenty_people_who_ask_at_once_share_one_run(store: Store) -> None:
    turnstile = Turnstile()
    async with World(store, held_team(turnstile)).service() as service:
        people = [Person(user_id=f"U{n}") for n in range(20)]
        answers = await asyncio.gather(
            *(
                service.investigate(
                    Parameters(incident_id="inc-7" if n % 2 else "INC-7"), workspace="T1", by=who, origin=Origin()
                )
                for n, who in enumerate(people)
            )
        )
        assert len({each.investigation.investigation_id for each in answers}) == 1
        assert sum(not each.joined for each in answers) == 1
        assert len(await service.history("T1")) == 1


async def test_an_incident_whose_run_has_ended_is_investigated_anew(service: Investigations) -> None:
    first = await run_to_end(service)
    second = await run_to_end(service)
    assert first.investigation.investigation_id != second.investigation.investigation_id
    assert second.state == InvestigationState.COMPLETED


async def test_an_incident_nobody_can_look_into_is_refused_with_those_that_are_known(store: Store) -> None:
    known = [incident(f"INC-{n}", recorded=True) for n in range(1, 15)]
    world = World(store, one_team(), incidents=known, live=False)
    async with world.service() as service:
        with pytest.raises(SourceUnavailableError) as refused:
            await start(service, "INC-999")
        assert list(await service.history("T1")) == []
        assert (await run_to_end(service, "inc-3")).investigation.incident.incident_id == "INC-3"
    assert "INC-999" in refused.value.message
    assert refused.value.remedy.startswith("Recorded incidents: INC-1 (")
    assert refused.value.remedy.endswith(" and 2 more.")


async def test_a_value_that_cannot_be_used_starts_nothing(service: Investigations) -> None:
    for wrong in (Parameters(incident_id="INC-1", agent_ids=("nobody",)), Parameters(incident_id="I-1", mode="fast")):
        with pytest.raises(ParameterExtractionError):
            await start(service, parameters=wrong)
    assert list(await service.history("T1")) == []
    assert await service.unfinished_of("T1", "INC-1") is None


async def test_two_workspaces_do_not_see_each_other(store: Store) -> None:
    turnstile = Turnstile()
    async with World(store, held_team(turnstile)).service() as service:
        ours = await start(service, workspace="T1")
        theirs = await start(service, workspace="T2")
        assert ours != theirs
        for workspace, other in (("T1", theirs), ("T2", ours)):
            assert len(await service.history(workspace)) == 1
            assert [each.investigation.workspace for each in await service.running(workspace)] == [workspace]
            with pytest.raises(InvestigationNotFoundError):
                await service.view(workspace, other)
            with pytest.raises(InvestigationNotFoundError):
                await service.stop(workspace, other, ANA)
            with pytest.raises(InvestigationNotFoundError):
                await service.decide(workspace, other, "h1", Verdict.ACCEPTED, ANA)
        turnstile.opened.set()
        await service.ended("T1", ours)
        assert await service.unfinished_of("T1", "INC-1") is None


async def test_only_so_many_run_at_once_and_the_others_wait_in_order(memory: Store) -> None:
    turnstile, order = Turnstile(), Diary()

    def waiting() -> ScriptedAgent:
        return ScriptedAgent("application", turnstile.script("application", [observation()]), diary=order)

    collector = Collector()
    world = World(memory, team_of(waiting), limits=Limits(max_running=2))
    async with world.service(collector) as service:
        ids = [await start(service, f"INC-{n}") for n in range(5)]
        await turnstile.entered(2)
        await settle()
        states = [(await service.view("T1", each)).state for each in ids]
        assert states == ["running", "running", "queued", "queued", "queued"]
        assert [each.investigation.investigation_id for each in await service.running("T1")] == ids
        turnstile.opened.set()
        for each in ids:
            assert (await service.ended("T1", each)).state == InvestigationState.COMPLETED
    begun = [e.investigation_id for e in collector.heard_events if getattr(e.event, "after", "") == "running"]
    assert begun == ids


async def test_a_run_that_ends_makes_room_for_the_next(memory: Store) -> None:
    turnstile = Turnstile()
    world = World(memory, held_team(turnstile), limits=Limits(max_running=1))
    async with world.service() as service:
        first, second = await start(service, "INC-1"), await start(service, "INC-2")
        await turnstile.entered(1)
        await service.stop("T1", first, ANA)
        await turnstile.entered(2)
        assert (await service.view("T1", second)).state == InvestigationState.RUNNING


async def test_the_history_tells_the_newest_first_and_of_one_incident_where_it_is_named(store: Store) -> None:
    clock = ManualClock()
    async with World(store, one_team(), clock=clock).service() as service:
        for name in ("INC-1", "INC-2", "INC-1"):
            await run_to_end(service, name)
            await clock.advance(60)
        assert [each.incident_id for each in await service.history("T1")] == ["INC-1", "INC-2", "INC-1"]
        assert len(await service.history("T1", incident_id="inc-1")) == 2
        assert len(await service.history("T1", limit=1)) == 1
        (line, *_) = await service.history("T1")
    assert (line.leading, line.confidence, line.state, line.spent) == ("it is this", 0.8, "completed", 0)


async def test_titles_are_those_of_the_team_and_ids_of_strangers(service: Investigations) -> None:
    assert service.title_of("application") == "Application"
    assert service.title_of("stranger") == "stranger"
