"""A human's word on a hypothesis is recorded once, with who, when and why."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from orchestrator.errors import (
    InvestigationNotFoundError,
)
from orchestrator.investigation import Investigations
from orchestrator.model import Person, Verdict
from orchestrator.ports import Store
from tests.support.builders import ANA, BEN
from tests.support.clock import NOON
from tests.support.world import Turnstile, World, held_team, one_team, run_to_end, start


@pytest.fixture
async def service(store: Store) -> AsyncIterator[Investigations]:
    async with World(store, one_team()).service() as made:
        yield made


async def test_a_decision_is_recorded_with_who_when_and_why(service: Investigations) -> None:
    view = await run_to_end(service)
    key = ("T1", view.investigation.investigation_id)
    decided = await service.decide(*key, "h1", Verdict.REJECTED, ANA, "it was the cache")
    assert decided.first
    decision = (await service.view(*key)).decision("h1")
    assert decision == decided.decision
    assert decision is not None
    assert (decision.by, decision.at, decision.reason) == (ANA, NOON, "it was the cache")
    assert service.report(await service.view(*key)).groups[0].decision == decision
    (line,) = await service.history("T1")
    assert (line.accepted, line.rejected) == (0, 1)


async def test_of_many_who_click_at_once_one_decides_and_all_get_the_same_answer(service: Investigations) -> None:
    view = await run_to_end(service)
    key = ("T1", view.investigation.investigation_id)
    people = [Person(user_id=f"U{n}") for n in range(12)]
    answers = await asyncio.gather(
        *(service.decide(*key, "h1", Verdict.ACCEPTED if n % 2 else Verdict.REJECTED, p) for n, p in enumerate(people))
    )
    assert sum(each.first for each in answers) == 1
    assert len({each.decision.by.user_id for each in answers}) == 1
    assert len((await service.view(*key)).decisions) == 1


async def test_a_second_click_changes_nothing(service: Investigations) -> None:
    view = await run_to_end(service)
    key = ("T1", view.investigation.investigation_id)
    first = await service.decide(*key, "h1", Verdict.ACCEPTED, ANA)
    second = await service.decide(*key, "h1", Verdict.REJECTED, BEN)
    assert (second.first, second.decision) == (False, first.decision)


async def test_a_very_long_reason_is_cut_and_not_refused(service: Investigations) -> None:
    view = await run_to_end(service)
    decided = await service.decide(
        "T1", view.investigation.investigation_id, "h1", Verdict.REJECTED, ANA, "<!channel> 🧭" * 1000
    )
    assert len(decided.decision.reason) == 3000


async def test_an_unknown_hypothesis_and_one_not_yet_ranked_cannot_be_decided(store: Store) -> None:
    turnstile = Turnstile()
    async with World(store, held_team(turnstile, "hypothesise")).service() as service:
        running = await start(service)
        await turnstile.entered()
        with pytest.raises(InvestigationNotFoundError, match="No hypothesis h1"):
            await service.decide("T1", running, "h1", Verdict.ACCEPTED, ANA)
        turnstile.opened.set()
        await service.ended("T1", running)
        for unknown in ("h2", "", "o1", "H1"):
            with pytest.raises(InvestigationNotFoundError):
                await service.decide("T1", running, unknown, Verdict.ACCEPTED, ANA)
        assert (await service.view("T1", running)).decisions == ()


async def test_decisions_are_made_once_also_over_a_restart(store: Store) -> None:
    world = World(store, one_team())
    async with world.service() as service:
        view = await run_to_end(service)
        key = ("T1", view.investigation.investigation_id)
        first = await service.decide(*key, "h1", Verdict.ACCEPTED, ANA)
    async with world.service() as later:
        again = await later.decide(*key, "h1", Verdict.REJECTED, BEN)
        assert (again.first, again.decision) == (False, first.decision)
