"""Only so many run at once; the others wait by severity, then by arrival, also after a restart."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.events import InvestigationOpened
from orchestrator.investigation import Investigations, Limits
from orchestrator.investigation.admission import PRIORITY, Admission
from orchestrator.model import Investigation, InvestigationState, Severity
from orchestrator.parameters import Parameters
from orchestrator.ports import Store
from tests.support.builders import ANA, BEN, incident, investigation
from tests.support.clock import NOON, settle
from tests.support.world import Collector, Turnstile, World, held_team, one_team, start

MIXED = (Severity.SEV4, Severity.SEV3, Severity.UNKNOWN, Severity.SEV1, Severity.SEV2, Severity.SEV1)
WORST_FIRST = ("INC-3", "INC-5", "INC-4", "INC-1", "INC-2", "INC-0")


async def ask(service: Investigations, number: int, severity: Severity) -> str:
    return await start(service, parameters=Parameters(incident_id=f"INC-{number}", severity=severity))


def begun(collector: Collector) -> list[str]:
    """Which incidents began to run, in order."""
    pairs = zip(collector.heard_events, collector.views, strict=True)
    began = [view for heard, view in pairs if getattr(heard.event, "after", "") == InvestigationState.RUNNING]
    return [view.investigation.incident.incident_id for view in began]


@asynccontextmanager
async def one_at_a_time(store: Store, turnstile: Turnstile, *heard: Collector) -> AsyncIterator[Investigations]:
    async with World(store, held_team(turnstile), limits=Limits(max_running=1)).service(*heard) as service:
        yield service


async def test_the_worst_goes_first_and_of_equals_who_came_first(store: Store) -> None:
    turnstile, collector = Turnstile(), Collector()
    async with one_at_a_time(store, turnstile, collector) as service:
        first = await ask(service, 99, Severity.SEV4)
        await turnstile.entered()
        ids = [await ask(service, number, severity) for number, severity in enumerate(MIXED)]
        turnstile.opened.set()
        for each in (first, *ids):
            await service.ended("T1", each)
    assert begun(collector) == ["INC-99", *WORST_FIRST]


async def test_after_a_restart_the_worst_goes_first_and_of_equals_who_had_asked_first(store: Store) -> None:
    for number, severity in enumerate(MIXED):
        made = investigation(
            f"inv-{number}",
            incident=incident(f"INC-{number}", severity=severity),
            agent_ids=("application",),
            requested_at=NOON + timedelta(minutes=number),
        )
        await store.append("T1", made.investigation_id, InvestigationOpened(investigation=made), NOON)
    collector = Collector()
    async with World(store, one_team(), limits=Limits(max_running=1)).service(collector) as service:
        for number in range(len(MIXED)):
            await service.ended("T1", f"inv-{number}")
    assert begun(collector) == list(WORST_FIRST)


async def test_a_process_that_goes_down_leaves_the_order_to_the_next(store: Store) -> None:
    turnstile, collector = Turnstile(), Collector()
    async with one_at_a_time(store, turnstile) as service:
        await ask(service, 1, Severity.SEV3)
        await turnstile.entered()
        waiting = [await ask(service, 2, Severity.SEV3), await ask(service, 3, Severity.SEV1)]
    turnstile.opened.set()
    async with one_at_a_time(store, turnstile, collector) as later:
        for each in waiting:
            await later.ended("T1", each)
    assert [each for each in begun(collector) if each != "INC-1"] == ["INC-3", "INC-2"]


async def test_everybody_who_waits_can_be_told_their_place(store: Store) -> None:
    turnstile = Turnstile()
    async with one_at_a_time(store, turnstile) as service:
        ids = [await ask(service, number, severity) for number, severity in enumerate(MIXED)]
        await turnstile.entered()
        assert [service.place_in_queue(await service.view("T1", each)) for each in ids] == [0, 4, 5, 1, 3, 2]
        await service.stop("T1", ids[5], BEN)
        assert [service.place_in_queue(await service.view("T1", each)) for each in ids] == [0, 3, 4, 1, 2, 0]


async def test_who_is_stopped_while_waiting_takes_no_place_and_holds_up_nobody(store: Store) -> None:
    turnstile, collector = Turnstile(), Collector()
    async with one_at_a_time(store, turnstile, collector) as service:
        first = await ask(service, 1, Severity.SEV3)
        await turnstile.entered()
        stopped, last = await ask(service, 2, Severity.SEV1), await ask(service, 3, Severity.SEV4)
        assert (await service.stop("T1", stopped, ANA)).state == InvestigationState.STOPPED
        assert (await service.view("T1", last)).state == InvestigationState.QUEUED
        turnstile.opened.set()
        await service.ended("T1", first)
        assert (await service.ended("T1", last)).state == InvestigationState.COMPLETED
    assert begun(collector) == ["INC-1", "INC-3"]


async def test_one_incident_waits_once_however_many_ask(store: Store) -> None:
    turnstile = Turnstile()
    async with one_at_a_time(store, turnstile) as service:
        await ask(service, 1, Severity.SEV3)
        await turnstile.entered()
        waiting = {await ask(service, 2, severity) for severity in (Severity.SEV3, Severity.SEV1, Severity.SEV2)}
        assert len(waiting) == 1
        assert len(await service.running("T1")) == 2


def wanted(name: str, severity: Severity) -> Investigation:
    return investigation(name, incident=incident(name, severity=severity))


@given(
    places=st.integers(1, 4),
    steps=st.lists(st.one_of(st.sampled_from(list(Severity)), st.integers(0, 30)), max_size=40),
)
def test_no_place_is_free_while_somebody_waits_and_none_is_given_twice(
    places: int, steps: list[Severity | int]
) -> None:
    """A severity: somebody comes. A number: of those who are there, that one leaves."""

    async def play() -> None:
        admission = Admission(places)
        inside: list[str] = []
        waiting: list[tuple[int, int, str]] = []
        for count, step in enumerate(steps):
            if isinstance(step, Severity):
                admission.enqueue(wanted(f"inv-{count}", step))
                waiting.append((-PRIORITY[step], count, f"inv-{count}"))
            elif there := sorted([*inside, *(each[2] for each in waiting)]):
                gone = there[step % len(there)]
                admission.leave(("T1", gone))
                inside = [each for each in inside if each != gone]
                waiting = [each for each in waiting if each[2] != gone]
            while waiting and len(inside) < places:
                waiting.sort()
                inside.append(waiting.pop(0)[2])
            waiting.sort()
            for each in inside:
                assert admission.place_of(("T1", each)) == 0
                await asyncio.wait_for(admission.admitted(("T1", each)), 1)
            assert [admission.place_of(("T1", each[2])) for each in waiting] == list(range(1, len(waiting) + 1))

    asyncio.run(play())


async def test_nobody_is_admitted_before_all_who_were_unfinished_are_there() -> None:
    admission = Admission(1)
    with admission.shut():
        admission.enqueue(wanted("inv-1", Severity.SEV4))
        admission.enqueue(wanted("inv-2", Severity.SEV1))
        entering = asyncio.create_task(admission.admitted(("T1", "inv-2")))
        await settle()
        assert not entering.done()
    await entering
    assert admission.place_of(("T1", "inv-1")) == 1


@pytest.mark.parametrize("severity", list(Severity))
def test_every_severity_has_its_priority(severity: Severity) -> None:
    assert PRIORITY[severity] <= PRIORITY[Severity.SEV1]
