"""The laws of the engine in random worlds; and that who watches them would notice."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.engine import Cancellation, ExecutionEnded, OrchestrationPolicy, TaskEnded, TaskGraph, TaskStarted
from orchestrator.engine.node import Node
from orchestrator.engine.purse import Purse
from orchestrator.engine.schedule import Schedule
from orchestrator.model import TaskError, TaskResult, TaskStatus
from tests.engine.soak import soak
from tests.engine.stage import FAILED, SUCCEEDED, task
from tests.engine.watch import ViolationError, Watch
from tests.engine.worlds import World
from tests.support.clock import NOON, ManualClock

AS_IT_IS = Schedule.ended
SEEDS = st.integers(0, 2**31)


@settings(max_examples=200, deadline=None)
@given(seed=SEEDS)
def test_no_law_is_broken_in_any_world(seed: int) -> None:
    asyncio.run(World(seed).live())


@settings(max_examples=30, deadline=None)
@given(seed=SEEDS)
def test_the_same_seed_gives_the_same_schedule_word_for_word(seed: int) -> None:
    assert asyncio.run(World(seed).live()) == asyncio.run(World(seed).live())


def too_early(schedule: Schedule, node: Node, result: TaskResult) -> list[tuple[Node, TaskError]]:
    """`Schedule.ended` that does not wait for all that a task builds on."""
    for name in schedule._graph.before[node.spec.id]:
        schedule._ready.put(schedule.nodes[name])
    return AS_IT_IS(schedule, node, result)


def in_spite_of_failures(schedule: Schedule, node: Node, result: TaskResult) -> list[tuple[Node, TaskError]]:
    """`Schedule.ended` that goes on behind what failed, whatever the policy says."""
    schedule._policy = replace(schedule._policy, cancellation=Cancellation.ISOLATED)
    return AS_IT_IS(schedule, node, result)


def as_if_rich(purse: Purse, most: Decimal) -> bool:
    """`Purse.fits` that never says no."""
    return True


def violated(seed: int) -> str:
    """Which law was broken in that world, if any."""
    try:
        asyncio.run(World(seed).live())
    except ViolationError as violation:
        return str(violation)
    return ""


@pytest.mark.parametrize(
    ("owner", "law", "broken", "told"),
    [
        (Schedule, "ended", too_early, "is started before what it builds on has ended"),
        (Schedule, "ended", in_spite_of_failures, "is started though what it builds on did not succeed"),
        (Purse, "fits", as_if_rich, "is started with money that is not there"),
    ],
)
def test_an_engine_that_breaks_a_law_is_found_out_in_some_world_and_nothing_of_it_stays(
    monkeypatch: pytest.MonkeyPatch, owner: type, law: str, broken: Callable[..., object], told: str
) -> None:
    monkeypatch.setattr(owner, law, broken)
    assert any(told in each for each in [violated(seed) for seed in range(20)])


async def test_the_soak_tells_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    assert await soak(12, 0) == 0
    assert capsys.readouterr().out.startswith("12 graphs, ")


def started(name: str, attempt: int = 1) -> TaskStarted:
    return TaskStarted(NOON, name, "ann", attempt)


def ended(name: str, status: TaskStatus = SUCCEEDED) -> TaskEnded:
    return TaskEnded(NOON, name, "ann", status, 1, 0.0)


@pytest.fixture
def watch() -> Watch:
    tasks = [task("a"), task("b"), task("dear", cost=Decimal(2)), task("dearer", cost=Decimal(3))]
    policy = OrchestrationPolicy(max_concurrency=2, cost_budget=Decimal(4))
    return Watch(TaskGraph(tasks, {"b": ["a"]}), policy, ManualClock(), {})


@pytest.mark.parametrize(
    ("events", "broken"),
    [
        ([started("b")], "b is started before what it builds on has ended"),
        ([ended("a", FAILED), started("b")], "b is started though what it builds on did not succeed"),
        ([ended("a"), ended("a")], "a ends twice"),
        ([ended("a"), started("a")], "a is started after its end"),
        ([started("a", 2)], "a is started for attempt 2 after 0"),
        ([started("dear"), started("dearer")], "dearer is started with money that is not there"),
        ([started("a")], "dear is ready, and a slot is idle"),
    ],
)
def test_the_watch_notices_what_is_told_against_a_law(watch: Watch, events: list[TaskEnded], broken: str) -> None:
    for each in events:
        watch(each)
    with pytest.raises(ViolationError, match=broken):
        watch.look()


def test_the_watch_notices_too_many_at_once(watch: Watch) -> None:
    for name in ("a", "b", "dear"):
        watch.enter(name, 1)
    with pytest.raises(ViolationError, match="3 agents work at once"):
        watch.look()


def test_the_watch_notices_what_has_no_end_and_what_is_left(watch: Watch) -> None:
    with pytest.raises(ViolationError, match="not every task has an end"):
        watch.close()
    for name in ("a", "b", "dear", "dearer"):
        watch(ended(name))
    with pytest.raises(ViolationError, match="its end is not the last"):
        watch.close()
    watch(ExecutionEnded(NOON, 4, 4))
    watch.close()
    watch.enter("a", 2)
    with pytest.raises(ViolationError, match="an agent still works"):
        watch.close()
