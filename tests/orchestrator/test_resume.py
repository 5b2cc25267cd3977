"""A process may end at every point of a run: the next one ends the run as if nothing had been, and pays for nothing twice.

A run is cut before and after each event it stores; then another process starts on the same store. What must come out
is held against a run that nobody cut.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from orchestrator.events import InvestigationView, Recorded, StateChanged, StepView, replay
from orchestrator.hub import HubRules
from orchestrator.investigation import Investigations, check_arrow, has_ended
from orchestrator.model import CallStatus, InvestigationState, Mode, NoData, Phase, StepOutcome
from orchestrator.parameters import Parameters
from orchestrator.ports import Store, TeamSpec
from storage.memory import MemoryStore
from tests.support.agents import Call, Caller, Diary, PlainAgent, PricedAgent, ScriptedAgent, team_of
from tests.support.builders import BEN, hypothesis, observation
from tests.support.cutting import Cut, CuttingStore, Killed
from tests.support.world import Collector, World, start

BUDGET = Decimal("10.00")
ONE_BY_ONE = Mode.SEQUENTIAL


def facts(agent_id: str) -> list[Any]:
    return [
        observation(f"{agent_id} saw one", agent_id, value=20.0, usual=6.0),
        NoData(agent_id=agent_id, summary=f"{agent_id} has no traces"),
    ]


def free_team(diary: Diary) -> TeamSpec:
    """Three agents that cost nothing; one fails at its second turn."""
    return team_of(
        lambda: ScriptedAgent("a", facts("a"), [hypothesis("a1", 0.4, "a"), hypothesis("a2", 0.8, "a")], diary=diary),
        lambda: ScriptedAgent("b", facts("b"), ValueError("hunter2"), diary=diary),
        lambda: ScriptedAgent("c", facts("c"), [hypothesis("c1", 0.8, "c")], diary=diary),
    )


def telling_team(diary: Diary) -> TeamSpec:
    """Agents without an account, that tell what they spent: past the limit with the last but one turn."""
    bills = [Decimal("2.000000001"), Decimal("1.40")]
    return team_of(
        *(
            lambda name=name: ScriptedAgent(name, facts(name), [hypothesis(name, 0.5, name)], bills=bills, diary=diary)
            for name in "abc"
        )
    )


def priced_team(diary: Diary) -> TeamSpec:
    """Agents that spend through their accounts: settled, dearer, released."""
    calls: dict[str, Sequence[Call | str]] = {
        "a": ["0.50", Call("1", "0.25")],
        "b": [Call("0.70", "0.75"), Call("0.20", refused=True)],
        "c": ["0.40"],
    }
    return team_of(
        *(
            lambda name=name: PricedAgent(
                name, calls[name], observes=facts(name), analyses=[hypothesis(f"plain {name}", 0.3, name)], diary=diary
            )
            for name in calls
        )
    )


def poor_team(diary: Diary) -> TeamSpec:
    """`a` runs out of money in its second turn."""
    return team_of(
        lambda: PricedAgent(
            "a", ["1.10"] * 4, observes=facts("a"), analyses=[hypothesis("plain a", 0.3, "a")], diary=diary
        ),
        lambda: PlainAgent("b", facts("b"), [hypothesis("b", 0.9, "b")], analyses=[hypothesis("plain b", 0.2, "b")]),
        lambda: ScriptedAgent("c", facts("c"), diary=diary),
    )


def calling_team(diary: Diary) -> TeamSpec:
    """`a` asks humans in its first turn."""
    return team_of(
        lambda: Caller("a", facts("a"), [hypothesis("a1", 0.4, "a")], diary=diary),
        lambda: ScriptedAgent("b", facts("b"), [hypothesis("b1", 0.6, "b")], diary=diary),
    )


TEAMS = {"free": free_team, "telling": telling_team, "priced": priced_team, "poor": poor_team}
ASKING_TEAMS = {"poor": poor_team, "calling": calling_team}
ASKED = HubRules()


async def answer(service: Investigations, investigation_id: str, *, approved: bool) -> None:
    """Answer whatever is asked, until the run has ended."""
    while (view := await service.ended("T1", investigation_id)).open_gates:
        for gate in view.open_gates:
            await service.answer_gate("T1", investigation_id, gate.gate_id, approved=approved, by=BEN)


@dataclass
class Outcome:
    """What a run over one or two processes came to."""

    view: InvestigationView
    journal: list[Recorded]
    diary: Diary
    cut_happened: bool


async def lived_through(
    store: Store,
    team: str,
    at: int = 0,
    cut: Cut = Cut.AFTER,
    mode: Mode = ONE_BY_ONE,
    asking: HubRules | None = None,
    *,
    approved: bool = True,
) -> Outcome:
    """Run an investigation; the process dies at the event numbered `at`, and another one goes on.

    Where humans are asked, in whichever process, they approve or not.
    """
    diary, collector = Diary(), Collector()
    wanted = Parameters(incident_id="INC-1", budget=BUDGET, mode=mode)
    world = World(store, (TEAMS | ASKING_TEAMS)[team](diary), asking=asking)
    cutting = CuttingStore(store, at, cut)
    service = world.new_service(collector, store=cutting)
    await service.open()
    with suppress(Killed):
        investigation_id = await start(service, parameters=wanted)
        task = service._fleet.tasks.get(("T1", investigation_id))
        if task:
            await asyncio.gather(task, return_exceptions=True)
        await answer(service, investigation_id, approved=approved)
    with suppress(Killed):
        await service.aclose()
    diary.asked.append("---")
    async with world.service() as later:
        unfinished = await store.unfinished()
        if not unfinished and not await later.history("T1"):
            await start(later, parameters=wanted)
        (line,) = await later.history("T1")
        await answer(later, line.investigation_id, approved=approved)
        view = await later.ended("T1", line.investigation_id)
    return Outcome(view, list(await store.events("T1", line.investigation_id)), diary, cutting.dead)


def essence(view: InvestigationView) -> dict[str, Any]:
    """All of a view but its id and when things happened; in parallel also but the order in which turns ended."""
    untold = {"started_at": True, "duration_s": True, "cost": True}
    facts = [each.model_dump() for each in view.observations]
    if view.investigation.mode is Mode.PARALLEL:
        assert sorted(each["observation_id"] for each in facts) == [f"o{n + 1}" for n in range(len(facts))]
        untold["observations"] = {"__all__": {"observation_id"}}
        facts = sorted(({**each, "observation_id": ""} for each in facts), key=str)
    steps = [each.model_dump(exclude=untold) for each in in_order(view)]
    return {
        **view.model_dump(include={"state", "reason", "ranked", "decisions", "stop_requested_by"}),
        "steps": steps,
        "observations": facts,
        "budget": view.investigation.budget,
    }


def in_order(view: InvestigationView) -> list[StepView]:
    """The turns as they were taken; in parallel, where that is chance, by phase and agent."""
    at_once = view.investigation.mode is Mode.PARALLEL
    return (
        sorted(view.steps, key=lambda each: (each.step.phase != Phase.OBSERVE, each.step.agent_id))
        if at_once
        else list(view.steps)
    )


def asked_again(diary: Diary) -> set[str]:
    """Turns that were begun by both processes."""
    cut = diary.asked.index("---")
    return set(diary.asked[:cut]) & set(diary.asked[cut:])


def ended_before(outcome: Outcome, at: int, cut: Cut) -> set[str]:
    kept = outcome.journal[: at if cut == Cut.AFTER else at - 1]
    return {str(each.event.step) for each in kept if each.event.type == "step_ended"}


async def memory_store() -> MemoryStore:
    store = MemoryStore()
    await store.open()
    return store


async def every_cut(team: str, mode: Mode) -> list[tuple[int, Cut, Outcome]]:
    whole = await lived_through(await memory_store(), team, mode=mode)
    cuts = [(at, cut) for at in range(1, len(whole.journal) + 1) for cut in Cut]
    return [(at, cut, await lived_through(await memory_store(), team, at, cut, mode)) for at, cut in cuts]


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("team", TEAMS)
async def test_wherever_a_run_is_cut_it_ends_as_if_it_had_not_been(team: str, mode: Mode) -> None:
    whole = await lived_through(await memory_store(), team, mode=mode)
    assert has_ended(whole.view)
    assert whole.view.ranked
    for at, cut, outcome in await every_cut(team, mode):
        assert outcome.cut_happened, (at, cut)
        assert essence(outcome.view) == essence(whole.view), (at, cut)
        assert replay(outcome.journal) == outcome.view
        moves = [each.event for each in outcome.journal if isinstance(each.event, StateChanged)]
        states = [InvestigationState.QUEUED, *(each.after for each in moves)]
        assert [each.before for each in moves] == states[:-1], (at, cut)
        for each in moves:
            check_arrow(each.before, each.after)
        assert [each.seq for each in outcome.journal] == list(range(1, len(outcome.journal) + 1))


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("team", TEAMS)
async def test_no_turn_that_had_ended_is_asked_for_again(team: str, mode: Mode) -> None:
    for at, cut, outcome in await every_cut(team, mode):
        again = asked_again(outcome.diary)
        assert not again & ended_before(outcome, at, cut), (at, cut)
        at_work = 1 if mode is ONE_BY_ONE else 3
        assert len([each for each in again if not each.startswith("analyse")]) <= at_work, (at, cut)
        ended = Counter(str(each.event.step) for each in outcome.journal if each.event.type == "step_ended")
        assert set(ended.values()) == {1}, (at, cut)


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("team", ["free", "telling"])
async def test_what_agents_told_of_their_costs_counts_once(team: str, mode: Mode) -> None:
    whole = await lived_through(await memory_store(), team, mode=mode)
    for at, cut, outcome in await every_cut(team, mode):
        assert outcome.view.cost == whole.view.cost, (at, cut)
        assert [each.cost for each in in_order(outcome.view)] == [each.cost for each in in_order(whole.view)], (at, cut)


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("team", ["priced", "poor"])
async def test_money_of_a_turn_that_had_ended_is_not_spent_twice_and_open_calls_count(team: str, mode: Mode) -> None:
    whole = await lived_through(await memory_store(), team, mode=mode)
    for at, cut, outcome in await every_cut(team, mode):
        view, again = outcome.view, asked_again(outcome.diary)
        assert view.cost.total <= BUDGET, (at, cut)
        for line, expected in zip(view.cost.lines, whole.view.cost.lines, strict=True):
            if f"hypothesise:{line.agent_id}" not in again:
                assert line == expected, (at, cut)
            else:
                assert line.amount >= expected.amount, (at, cut)
        for name in "abc":
            booked = [e for e in view.ledger if e.agent_id == name and e.status != CallStatus.RELEASED]
            told = sum((each.cost for each in view.steps if each.step.agent_id == name), Decimal(0))
            assert sum((e.amount for e in booked), Decimal(0)) == told, (at, cut)
        reserved = [e.event.entry.call_id for e in outcome.journal if e.event.type == "call_reserved"]
        assert len(reserved) == len(set(reserved)) == len(view.ledger), (at, cut)


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("approved", [True, False])
@pytest.mark.parametrize("team", ASKING_TEAMS)
async def test_wherever_a_run_that_asks_humans_is_cut_it_ends_as_if_it_had_not_been(
    team: str, approved: bool, mode: Mode
) -> None:
    whole = await lived_through(await memory_store(), team, mode=mode, asking=ASKED, approved=approved)
    state = InvestigationState.COMPLETED if approved else InvestigationState.STOPPED
    assert (whole.view.state, len(whole.view.gates)) == (state, 1)
    for at, cut in [(at, cut) for at in range(1, len(whole.journal) + 1) for cut in Cut]:
        outcome = await lived_through(await memory_store(), team, at, cut, mode, ASKED, approved=approved)
        assert outcome.cut_happened, (at, cut)
        assert essence(outcome.view) == essence(whole.view), (at, cut)
        assert not outcome.view.open_gates
        assert replay(outcome.journal) == outcome.view
        settled = [each.event.gate_id for each in outcome.journal if each.event.type == "gate_settled"]
        assert len(settled) == len(set(settled)) == len(outcome.view.gates), (at, cut)
        assert outcome.view.cost.total <= outcome.view.cost.limit
        ended = [each.event for each in outcome.journal if each.event.type == "step_ended"]
        waited = {str(each.step) for each in ended if each.outcome != StepOutcome.FINISHED}
        assert not asked_again(outcome.diary) & ended_before(outcome, at, cut) - waited, (at, cut)


async def test_a_call_that_was_under_way_when_the_process_died_stays_counted_in_full() -> None:
    whole = await lived_through(await memory_store(), "priced")
    at = next(each.seq for each in whole.journal if each.event.type == "call_settled")
    outcome = await lived_through(await memory_store(), "priced", at, Cut.BEFORE)
    first, *rest = outcome.view.ledger
    assert (first.call_id, first.status, first.amount) == ("a-1", CallStatus.RESERVED, Decimal("0.50"))
    assert [each.call_id for each in rest if each.agent_id == "a"] == ["a-2", "a-3"]
    assert outcome.view.cost.total == whole.view.cost.total + Decimal("0.50")
    assert outcome.diary.sent.count("a/1") == 2


@pytest.mark.parametrize("mode", Mode)
async def test_a_run_that_ran_out_of_money_does_not_try_again_after_a_restart(mode: Mode) -> None:
    whole = await lived_through(await memory_store(), "poor", mode=mode)
    assert (whole.view.state, whole.view.cost.total) == (InvestigationState.STOPPED, Decimal("3.30"))
    ended = {str(each.event.step): each.seq for each in whole.journal if each.event.type == "step_ended"}
    for at in range(ended["hypothesise:a"], len(whole.journal) + 1):
        outcome = await lived_through(await memory_store(), "poor", at, Cut.AFTER, mode)
        assert outcome.diary.sent == whole.diary.sent
        assert outcome.view.cost == whole.view.cost


@pytest.mark.parametrize(("mode", "events"), [(ONE_BY_ONE, 2), (Mode.PARALLEL, 4)])
async def test_a_run_cut_again_and_again_still_ends(mode: Mode, events: int) -> None:
    """After so many events each: the beginning of all turns that go on, and the end of one."""
    store, diary = await memory_store(), Diary()
    whole = await lived_through(await memory_store(), "free", mode=mode)
    world = World(store, free_team(diary))
    processes = 0
    while not (lines := await store.recent("T1")) or lines[0].state not in ("completed", "stopped", "failed"):
        processes += 1
        assert processes < 30, "no process gets any further"
        service = world.new_service(store=CuttingStore(store, events, Cut.AFTER))
        with suppress(Killed):
            await service.open()
            if not lines:
                await start(service, parameters=Parameters(incident_id="INC-1", mode=mode))
            await asyncio.gather(*service._fleet.tasks.values(), return_exceptions=True)
        with suppress(Killed):
            await service.aclose()
    view = replay(await store.events("T1", lines[0].investigation_id))
    assert view is not None
    assert essence(view) == essence(whole.view)
    assert processes > (5 if mode is ONE_BY_ONE else 3)


@pytest.mark.parametrize("cut", Cut)
async def test_a_stopped_run_that_was_cut_stays_stopped(cut: Cut) -> None:
    async def stopped(store: Store, at: int) -> tuple[InvestigationView, int, bool]:
        cutting = CuttingStore(store, at, cut)
        never, under_way = asyncio.Event(), asyncio.Event()

        async def hang(given: Any) -> None:
            under_way.set()
            await never.wait()

        def held() -> ScriptedAgent:
            return PlainAgent("a", facts("a"), hang, analyses=[hypothesis("plain", 0.3, "a")])

        world = World(store, team_of(held, lambda: ScriptedAgent("b", facts("b"))))
        service = world.new_service(store=cutting)
        await service.open()
        with suppress(Killed):
            running = await start(service)
            await under_way.wait()
            await service.stop("T1", running, BEN)
        with suppress(Killed):
            await service.aclose()
        async with world.service() as later:
            view = await later.ended("T1", (await later.history("T1"))[0].investigation_id)
        return view, cutting.appended, cutting.dead

    whole, appended, _ = await stopped(await memory_store(), 0)
    first = next(n for n in range(1, appended + 1) if n > 7)
    for at in range(first + (cut == Cut.BEFORE), appended + 1):
        view, _, dead = await stopped(await memory_store(), at)
        assert dead
        assert essence(view) == essence(whole), at


async def test_what_was_put_down_in_the_middle_of_a_turn_takes_that_turn_again(store: Store) -> None:
    diary, under_way, once = Diary(), asyncio.Event(), [True]

    async def hang_once(given: Any) -> Any:
        if once:
            once.clear()
            under_way.set()
            await asyncio.Event().wait()
        return facts("a")

    world = World(store, team_of(lambda: ScriptedAgent("a", hang_once, diary=diary)))
    async with world.service() as service:
        running = await start(service)
        await under_way.wait()
    async with world.service() as later:
        view = await later.ended("T1", running)
    assert view.state == InvestigationState.COMPLETED
    assert diary.asked == ["observe:a", "observe:a", "hypothesise:a"]
    assert [each.outcome for each in view.steps] == [StepOutcome.FINISHED] * 2
