"""How runs end: with nothing seen, with a store or a team that fails, and by going down and coming up again."""

import asyncio
import logging
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from orchestrator.clock import PATIENCE_S, TRIES
from orchestrator.errors import ConflictError
from orchestrator.events import Heartbeat, InvestigationOpened, InvestigationView, StateChanged, StopRequested
from orchestrator.investigation import Limits
from orchestrator.model import InvestigationState, NoData, Origin
from orchestrator.parameters import Parameters
from orchestrator.ports import AgentKit, Store, TeamSpec
from tests.support.agents import Diary, ScriptedAgent, team_of
from tests.support.builders import ANA, BEN, incident, investigation
from tests.support.clock import NOON, ManualClock, settle
from tests.support.world import Collector, Turnstile, World, held_team, one_team, run_to_end, start


@pytest.mark.parametrize(
    ("observes", "reason"),
    [
        ((), "Nothing could be observed: no agent reported anything."),
        (ValueError("hunter2"), "Nothing could be observed: application failed (ValueError)."),
        (
            [NoData(agent_id="application", summary="no logs for checkout")],
            "Nothing could be observed: no logs for checkout.",
        ),
    ],
)
async def test_a_run_that_saw_nothing_has_failed_and_says_why(store: Store, observes: Any, reason: str) -> None:
    async with World(store, team_of(lambda: ScriptedAgent("application", observes))).service() as service:
        view = await run_to_end(service)
        assert service.report(view).stopped_because == reason
    assert (view.state, view.reason) == (InvestigationState.FAILED, reason)
    assert view.ranked == ()


async def test_a_run_that_is_alive_beats_every_thirty_seconds_and_stops_when_it_ends(memory: Store) -> None:
    turnstile, clock, collector = Turnstile(), ManualClock(), Collector()
    async with World(memory, held_team(turnstile), clock=clock).service(collector) as service:
        running = await start(service)
        await turnstile.entered()
        await clock.advance(95)
        assert collector.types().count("heartbeat") == 3
        turnstile.opened.set()
        await service.ended("T1", running)
        await clock.advance(95)
    assert collector.types().count("heartbeat") == 3
    assert collector.types()[-1] == "state_changed"
    assert clock.sleepers == 0


async def test_a_heartbeat_that_cannot_be_stored_ends_nothing(memory: Store) -> None:
    append, turnstile, clock = memory.append, Turnstile(), ManualClock()

    async def refuse(workspace: str, investigation_id: str, event: Any, at: Any) -> Any:
        if isinstance(event, Heartbeat):
            raise ConflictError("no room")
        return await append(workspace, investigation_id, event, at)

    memory.append = refuse  # type: ignore[method-assign]
    async with World(memory, held_team(turnstile), clock=clock).service() as service:
        running = await start(service)
        await turnstile.entered()
        await clock.advance(65)
        turnstile.opened.set()
        assert (await service.ended("T1", running)).state == InvestigationState.COMPLETED


async def test_a_run_whose_store_fails_says_so_when_it_can(memory: Store, caplog: pytest.LogCaptureFixture) -> None:
    append = memory.append

    async def fail(workspace: str, investigation_id: str, event: Any, at: Any) -> Any:
        if event.type == "hypotheses_ranked":
            raise OSError("hunter2")
        return await append(workspace, investigation_id, event, at)

    memory.append = fail  # type: ignore[method-assign]
    async with World(memory, one_team()).service() as service:
        view = await run_to_end(service)
    assert view.state == InvestigationState.FAILED
    assert view.reason.startswith("Compass itself failed")
    assert "hunter2" not in caplog.text
    assert [each.name for each in caplog.records] == ["compass.investigations"]


class Cancelling:
    """A listener that throws a cancellation about, as careless async code does."""

    def heard(self, recorded: Any, view: InvestigationView) -> None:
        if recorded.event.type == "step_ended":
            raise asyncio.CancelledError


async def test_a_cancellation_nobody_asked_for_is_no_completed_run(memory: Store) -> None:
    async with World(memory, one_team()).service(Cancelling()) as service:
        view = await run_to_end(service)
    assert view.state == InvestigationState.FAILED


async def test_a_run_that_nobody_works_on_is_taken_up_by_who_asks_next(memory: Store) -> None:
    append, dead = memory.append, True

    async def fail(workspace: str, investigation_id: str, event: Any, at: Any) -> Any:
        if dead and event.type != "investigation_opened":
            raise OSError
        return await append(workspace, investigation_id, event, at)

    memory.append = fail  # type: ignore[method-assign]
    async with World(memory, one_team()).service() as service:
        view = await run_to_end(service)
        assert view.state == InvestigationState.QUEUED
        dead = False
        again = await service.investigate(Parameters(incident_id="INC-1"), workspace="T1", by=BEN, origin=Origin())
        assert again.joined
        assert (await service.ended("T1", again.investigation.investigation_id)).state == InvestigationState.COMPLETED


async def test_a_run_that_nobody_works_on_can_be_stopped(memory: Store) -> None:
    opened = InvestigationOpened(investigation=investigation(agent_ids=("application",)))
    async with World(memory, one_team()).service() as service:
        await memory.append("T1", "inv-1", opened, NOON)
        assert (await service.stop("T1", "inv-1", ANA)).state == InvestigationState.STOPPED


def unmakeable(failure: Exception) -> TeamSpec:
    def fail(kit: AgentKit) -> Any:
        raise failure

    team = one_team()
    return replace(team, agents=(replace(team.agents[0], build=fail),))


async def test_a_run_whose_agents_cannot_be_made_has_failed_and_blocks_nothing(store: Store) -> None:
    async with World(store, unmakeable(RuntimeError("hunter2"))).service() as service:
        first = await run_to_end(service)
        assert first.state == InvestigationState.FAILED
        assert "hunter2" not in first.reason
        assert service.report(first).did_not_run == ("Application",)
        second = await run_to_end(service)
        assert second.investigation.investigation_id != first.investigation.investigation_id


async def test_a_run_whose_agent_is_gone_after_an_update_says_so(store: Store) -> None:
    opened = InvestigationOpened(investigation=investigation(agent_ids=("application", "oracle")))
    await store.append("T1", "inv-1", opened, NOON)
    async with World(store, one_team()).service() as service:
        view = await service.ended("T1", "inv-1")
    assert (view.state, view.reason) == (
        "failed",
        "The agent oracle is no longer part of the team. Start the investigation again.",
    )


async def test_one_unreadable_run_does_not_hold_up_the_others(memory: Store, caplog: pytest.LogCaptureFixture) -> None:
    events = memory.events
    for n in (1, 2):
        made = investigation(f"inv-{n}", incident=incident(f"INC-{n}"), agent_ids=("application",))
        await memory.append("T1", f"inv-{n}", InvestigationOpened(investigation=made), NOON)

    async def unreadable(workspace: str, investigation_id: str, after: int = 0) -> Any:
        if investigation_id == "inv-1":
            raise ValueError("hunter2 is no event")
        return await events(workspace, investigation_id, after)

    memory.events = unreadable  # type: ignore[method-assign]
    with caplog.at_level(logging.ERROR):
        async with World(memory, one_team()).service() as service:
            assert (await service.ended("T1", "inv-2")).state == InvestigationState.COMPLETED
    assert [each.getMessage() for each in caplog.records] == ["run inv-1 cannot be read (ValueError)"]


async def test_going_down_leaves_runs_where_they_are_and_the_next_process_ends_them(store: Store) -> None:
    turnstile = Turnstile()
    async with World(store, held_team(turnstile), limits=Limits(max_running=1)).service() as service:
        ids = [await start(service, f"INC-{n}") for n in (1, 2)]
        await turnstile.entered()
    assert [key[1] for key in await store.unfinished()] == ids
    async with World(store, one_team()).service() as later:
        for each in ids:
            view = await later.ended("T1", each)
            assert view.state in (InvestigationState.COMPLETED, InvestigationState.FAILED)
    assert list(await store.unfinished()) == []


async def test_an_agent_that_never_gives_in_does_not_keep_the_house_from_going_down(memory: Store) -> None:
    inside, clock, let = asyncio.Event(), ManualClock(), asyncio.Event()

    async def stubborn(given: Any) -> Any:
        inside.set()
        while not let.is_set():
            with suppress(asyncio.CancelledError):
                await let.wait()

    world = World(memory, team_of(lambda: ScriptedAgent("application", stubborn)), clock=clock)
    service = world.new_service()
    await service.open()
    running = await start(service)
    await inside.wait()
    closing = asyncio.create_task(service.aclose())
    await clock.advance(TRIES * PATIENCE_S)
    assert closing.done()
    assert (await service.view("T1", running)).state == InvestigationState.RUNNING
    let.set()
    await settle()


async def test_a_process_may_go_on_with_the_runs_of_one_workspace_only(store: Store) -> None:
    for workspace in ("T1", "T2"):
        made = investigation(workspace=workspace, agent_ids=("application",))
        await store.append(workspace, "inv-1", InvestigationOpened(investigation=made), NOON)
    service = World(store, one_team()).new_service()
    await service.open("T2")
    assert (await service.ended("T2", "inv-1")).state == InvestigationState.COMPLETED
    assert (await service.ended("T1", "inv-1")).state == InvestigationState.QUEUED
    await service.aclose()


async def test_a_run_that_waits_for_a_human_goes_on_waiting_until_it_is_stopped(store: Store) -> None:
    diary = Diary()
    for event in (
        InvestigationOpened(investigation=investigation(agent_ids=("application",))),
        StateChanged(before=InvestigationState.QUEUED, after=InvestigationState.RUNNING),
        StateChanged(before=InvestigationState.RUNNING, after=InvestigationState.WAITING_APPROVAL),
    ):
        await store.append("T1", "inv-1", event, NOON)
    async with World(store, one_team(diary=diary)).service() as service:
        assert await start(service) == "inv-1"
        await settle()
        assert (await service.view("T1", "inv-1")).state == InvestigationState.WAITING_APPROVAL
        assert diary.asked == []
        assert (await service.stop("T1", "inv-1", BEN)).reason == "Stopped by Ben."
    assert diary.asked == []


async def test_a_run_that_ends_just_as_somebody_asks_is_not_joined(memory: Store) -> None:
    async with World(memory, one_team()).service() as service:
        first = (await run_to_end(service)).investigation.investigation_id

        async def late(workspace: str, incident_id: str) -> str | None:
            return first

        memory.unfinished_of = late  # type: ignore[method-assign]
        again = await service.investigate(Parameters(incident_id="INC-1"), workspace="T1", by=BEN, origin=Origin())
        assert not again.joined
        assert again.investigation.investigation_id != first


async def test_what_is_asked_for_while_we_go_down_is_kept_for_the_next_process(store: Store) -> None:
    world = World(store, one_team())
    service = world.new_service()
    await service.open()
    await service.aclose()
    running = await start(service)
    await settle()
    assert (await service.view("T1", running)).state == InvestigationState.QUEUED
    assert (await service.stop("T1", running, ANA)).state == InvestigationState.QUEUED
    async with world.service() as later:
        assert (await later.ended("T1", running)).state == InvestigationState.COMPLETED


async def test_a_stop_that_was_asked_for_before_the_end_is_carried_out_after_it(store: Store) -> None:
    opened = InvestigationOpened(investigation=investigation(agent_ids=("application",)))
    await store.append("T1", "inv-1", opened, NOON)
    moved = StateChanged(before=InvestigationState.QUEUED, after=InvestigationState.RUNNING)
    await store.append("T1", "inv-1", moved, NOON)
    await store.append("T1", "inv-1", StopRequested(by=BEN), NOON)
    diary = Diary()
    async with World(store, one_team(diary=diary)).service() as service:
        view = await service.ended("T1", "inv-1")
    assert (view.state, view.reason) == ("stopped", "Stopped by Ben.")
    assert diary.asked == []


async def test_a_stop_just_before_going_down_is_carried_out_by_the_next_process(memory: Store) -> None:
    turnstile = Turnstile()
    world = World(memory, held_team(turnstile))
    service = world.new_service()
    await service.open()
    running = await start(service)
    await turnstile.entered()
    stopping = asyncio.create_task(service.stop("T1", running, BEN))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await service.aclose()
    await stopping
    async with world.service() as later:
        view = await later.ended("T1", running)
    assert (view.state, view.reason) == ("stopped", "Stopped by Ben.")


async def test_a_run_whose_recording_is_not_here_is_left_for_a_process_that_has_it(store: Store) -> None:
    turnstile = Turnstile()
    world = World(store, held_team(turnstile), live=False)
    async with world.service() as service:
        run = await start(service, "INC-123")
        await settle()
    async with replace(world, incidents=()).service() as elsewhere:
        assert (await elsewhere.view("T1", run)).state == InvestigationState.RUNNING
    turnstile.opened.set()
    async with world.service() as again:
        assert (await again.ended("T1", run)).state == InvestigationState.COMPLETED


async def test_a_run_stopped_before_anything_was_looked_at_says_so(store: Store) -> None:
    turnstile = Turnstile()
    async with World(
        store, team_of(lambda: ScriptedAgent("application", turnstile.script("application")))
    ).service() as service:
        run = await start(service, "INC-123")
        await settle()
        view = await service.stop("T1", run, BEN)
        assert service.report(view).headline == "Stopped before anything was looked at"
