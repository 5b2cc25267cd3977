"""In parallel: all agents at once, as long as the slowest of them, with what a sequential run finds."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator import Orchestrator
from orchestrator.clock import PATIENCE_S, TRIES
from orchestrator.investigation import MemoryTurns
from orchestrator.model import Hypothesis, InvestigationState, Mode, Phase, Step, StepOutcome
from orchestrator.parameters import Parameters
from orchestrator.ports import Store
from tests.support.agents import Diary, PlainAgent, ScriptedAgent, team_of
from tests.support.builders import ANA, BEN, hypothesis, incident, observation
from tests.support.clock import ManualClock, settle
from tests.support.world import Turnstile, World, start

NAMES = ("a", "b", "c")
AT_ONCE = Parameters(incident_id="INC-1", mode="parallel")

confidences = st.floats(min_value=0, max_value=1, allow_nan=False)


def after(clock: ManualClock, seconds: float, answer: Any = ()) -> Callable[[Any], Awaitable[Any]]:
    """A turn that takes so long."""

    async def turn(given: Any) -> Any:
        await clock.sleep(seconds)
        return answer

    return turn


def outcomes(turns: MemoryTurns, phase: Phase) -> dict[str, tuple[StepOutcome, str]]:
    ended = {name: turns.ended(Step(phase=phase, agent_id=name)) for name in NAMES}
    return {name: (each.outcome, each.note) for name, each in ended.items() if each is not None}


async def whole(orchestrator: Orchestrator) -> list[Hypothesis]:
    return await orchestrator.generate_hypotheses(await orchestrator.observe(incident()))


async def test_a_phase_takes_as_long_as_its_slowest_agent_and_not_as_all_together() -> None:
    clock = ManualClock()
    agents = [
        ScriptedAgent(name, after(clock, seconds, [observation(name, name)]), after(clock, seconds))
        for name, seconds in zip(NAMES, (10, 20, 30), strict=True)
    ]
    running = asyncio.create_task(whole(Orchestrator(agents, clock=clock, mode=Mode.PARALLEL)))
    await clock.advance(29.9)
    assert agents[2].diary.asked == ["observe:c"]
    await clock.advance(0.1)
    assert agents[2].diary.asked == ["observe:c", "hypothesise:c"]
    assert [each.summary for each in agents[2].given[1]] == list(NAMES)
    await clock.advance(30)
    assert running.done()


@given(
    said=st.lists(st.lists(confidences, max_size=4), min_size=1, max_size=4),
    speed=st.permutations([1, 2, 3, 4]),
    mode=st.sampled_from(Mode),
)
async def test_whoever_is_quicker_the_same_is_found_in_the_same_order(
    said: list[list[float]], speed: list[int], mode: Mode
) -> None:
    clock = ManualClock()
    agents = [
        ScriptedAgent(
            f"a{n}",
            after(clock, speed[n], [observation(f"{n}", f"a{n}")]),
            after(clock, 5 - speed[n], [hypothesis(f"{n}.{i}", sure, f"a{n}") for i, sure in enumerate(each)]),
        )
        for n, each in enumerate(said)
    ]
    orchestrator = Orchestrator(agents, clock=clock, mode=mode)
    running = asyncio.create_task(whole(orchestrator))
    await clock.advance(50)
    as_they_came = sorted((-sure, n, i) for n, each in enumerate(said) for i, sure in enumerate(each))
    assert [each.statement for each in await running] == [f"{n}.{i}" for _, n, i in as_they_came]
    assert [each.summary for each in orchestrator.observations] == [f"{n}" for n in range(len(said))]
    assert sorted(each.observation_id for each in orchestrator.observations) == [f"o{n + 1}" for n in range(len(said))]


@pytest.mark.parametrize(("mode", "limit_s"), [(Mode.SEQUENTIAL, 300), (Mode.PARALLEL, 120)])
async def test_one_timeout_lies_over_the_whole_run(mode: Mode, limit_s: float) -> None:
    clock, turns = ManualClock(), MemoryTurns()
    agents = [ScriptedAgent(name, after(clock, 10), after(clock, 10_000)) for name in NAMES]
    orchestrator = Orchestrator(agents, clock=clock, turns=turns, mode=mode, agent_timeout_s=5000)
    running = asyncio.create_task(whole(orchestrator))
    await clock.advance(limit_s - 0.1)
    assert not running.done()
    await clock.advance(0.1)
    assert await running == []
    ended = outcomes(turns, Phase.HYPOTHESISE)
    waited = limit_s - (30 if mode is Mode.SEQUENTIAL else 10)
    assert ended["a"] == (StepOutcome.TIMED_OUT, f"did not answer within {waited} s")
    others = (StepOutcome.NOT_RUN, "the run had no time left") if mode is Mode.SEQUENTIAL else ended["a"]
    assert (ended["b"], ended["c"]) == (others, others)
    assert clock.sleepers == 0


async def test_one_that_hangs_while_all_observe_does_not_cost_the_others_their_say() -> None:
    clock, turns = ManualClock(), MemoryTurns()
    agents = [
        ScriptedAgent("a", after(clock, 10_000)),
        ScriptedAgent("b", [observation("two", "b")], after(clock, 20, [hypothesis("it is b", 0.8, "b")])),
        ScriptedAgent("c", after(clock, 60, [observation("three", "c")]), [hypothesis("it is c", 0.4, "c")]),
    ]
    orchestrator = Orchestrator(agents, clock=clock, turns=turns, mode=Mode.PARALLEL)
    running = asyncio.create_task(whole(orchestrator))
    await clock.advance(110)
    assert running.done()
    assert [each.statement for each in await running] == ["it is b", "it is c"]
    assert outcomes(turns, Phase.OBSERVE)["a"] == (StepOutcome.TIMED_OUT, "did not answer within 90 s")
    assert agents[0].diary.asked == ["observe:a"]
    assert clock.sleepers == 0


async def test_one_that_will_not_be_cancelled_is_given_up_and_the_others_explain() -> None:
    clock = ManualClock()

    async def stubborn(given: Any) -> Any:
        while True:
            try:
                await clock.sleep(10_000)
            except asyncio.CancelledError:
                continue
            return []

    agents = [ScriptedAgent("a", stubborn), ScriptedAgent("b", [observation("two", "b")], [hypothesis("b", 0.8, "b")])]
    running = asyncio.create_task(whole(Orchestrator(agents, clock=clock, mode=Mode.PARALLEL)))
    await clock.advance(90 + TRIES * PATIENCE_S)
    assert running.done()
    assert [each.statement for each in await running] == ["b"]
    await clock.advance(20_000)


async def test_one_that_fails_is_left_out_and_the_others_go_on() -> None:
    turns = MemoryTurns()
    agents = [
        ScriptedAgent("a", ValueError("hunter2")),
        ScriptedAgent("b", [observation("two", "b")], [hypothesis("b", 0.8, "b")]),
        ScriptedAgent("c", SystemExit(3)),
    ]
    said = await whole(Orchestrator(agents, turns=turns, mode=Mode.PARALLEL))
    assert [each.statement for each in said] == ["b"]
    assert outcomes(turns, Phase.OBSERVE)["a"] == (StepOutcome.FAILED, "failed (ValueError)")
    assert set(outcomes(turns, Phase.HYPOTHESISE)) == {"b"}


async def test_a_stop_ends_all_who_are_at_work_with_what_was_found(store: Store) -> None:
    turnstile, diary = Turnstile(), Diary()
    said = [hypothesis("quick", 0.7, "a")]
    team = team_of(
        lambda: ScriptedAgent("a", [observation("one", "a")], said, diary=diary),
        lambda: PlainAgent("b", [], turnstile.script("b"), analyses=[hypothesis("plain b", 0.4, "b")]),
        lambda: ScriptedAgent("c", [], turnstile.script("c"), diary=diary),
    )
    async with World(store, team).service() as service:
        running = await start(service, by=ANA, parameters=AT_ONCE)
        await turnstile.entered(2)
        at_work = (await service.view("T1", running)).running_steps
        assert {each.step.agent_id for each in at_work} >= {"b", "c"}
        view = await service.stop("T1", running, BEN)
    assert (view.state, view.reason, view.running_steps) == (InvestigationState.STOPPED, "Stopped by Ben.", ())
    assert [each.statement for each in view.ranked] == ["quick", "plain b"]
    assert [each.outcome for each in view.steps if each.step.agent_id == "c"][-1] == StepOutcome.NOT_RUN


async def test_a_process_that_goes_down_leaves_nobody_at_work_and_the_next_asks_only_who_had_not_ended(
    store: Store,
) -> None:
    turnstile, diary = Turnstile(), Diary()
    held = [True]

    async def wait_once(given: Any) -> Any:
        if held:
            await turnstile.script("c")(given)
        return [observation("three", "c")]

    team = team_of(
        lambda: ScriptedAgent("a", [observation("one", "a")], diary=diary),
        lambda: ScriptedAgent("b", [observation("two", "b")], diary=diary),
        lambda: ScriptedAgent("c", wait_once, diary=diary),
    )
    world = World(store, team)
    async with world.service() as service:
        running = await start(service, parameters=AT_ONCE)
        await turnstile.entered()
        while len((await service.view("T1", running)).observations) < 2:
            await settle()
    assert sorted(diary.asked) == ["observe:a", "observe:b", "observe:c"]
    held.clear()
    async with world.service() as later:
        view = await later.ended("T1", running)
    assert view.state == InvestigationState.COMPLETED
    assert diary.asked[3:4] == ["observe:c"]
    assert sorted(diary.asked[4:]) == [f"hypothesise:{name}" for name in NAMES]
    assert sorted(each.summary for each in view.observations) == ["one", "three", "two"]
    assert sorted(each.observation_id for each in view.observations) == ["o1", "o2", "o3"]
