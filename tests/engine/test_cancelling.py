"""Ended from outside, at any moment: every started task is cancelled and awaited, and the rest says what finished."""

import asyncio
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.engine import (
    Assignment,
    EngineEvent,
    ExecutionBegan,
    ExecutionEnded,
    OrchestrationPolicy,
    Running,
    TaskEnded,
    TaskGraph,
    TaskRetried,
    TaskSpec,
    TaskStarted,
    execute_parallel,
)
from orchestrator.engine.api import Options
from tests.engine.stage import (
    SUCCEEDED,
    Shelf,
    Told,
    Work,
    failing,
    left_over,
    play,
    statuses,
    taking,
    task,
    to_the_end,
    tries,
)
from tests.support.clock import ManualClock, settle


async def test_cancelling_awaits_what_runs_starts_nothing_more_and_says_so_of_each() -> None:
    clock, ends = ManualClock(), []

    async def tidy(assignment: Assignment) -> None:
        try:
            await clock.sleep(99)
        finally:
            await clock.sleep(1)
            ends.append(assignment.task_id)

    tasks = [task("a", taking(clock, 2)), task("b", tidy), task("c", tidy), task("d")]
    running = Running(TaskGraph(tasks, {"d": ["b"]}), OrchestrationPolicy(max_concurrency=2), clock=clock)
    work = asyncio.ensure_future(running.result())
    await clock.advance(5)
    running.cancel()
    running.cancel()
    result = await to_the_end(clock, work)
    assert statuses(result) == {"a": "succeeded", "b": "cancelled", "c": "cancelled", "d": "cancelled"}
    assert ends == ["b", "c"]
    assert result.tasks["d"].reason == "It was cancelled from outside."


async def test_a_cancelled_call_goes_on_being_cancelled_when_nothing_is_left_and_so_far_has_what_finished() -> None:
    clock = ManualClock()
    running = Running(TaskGraph([task("a", taking(clock, 2)), task("b", taking(clock, 9))]), clock=clock)
    work = asyncio.ensure_future(running.result())
    await clock.advance(5)
    assert statuses(running.so_far()) == {"a": "succeeded"}
    assert running.so_far().metrics.wall_time == 5.0
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert left_over() == []
    assert statuses(running.so_far()) == {"a": "succeeded", "b": "cancelled"}
    assert running.so_far().metrics.wall_time == 5.0


async def test_however_often_it_is_cancelled_nothing_is_left_running() -> None:
    clock, ends = ManualClock(), []

    async def slow_to_end(assignment: Assignment) -> None:
        try:
            await clock.sleep(99)
        finally:
            await clock.sleep(1.5)
            ends.append(assignment.task_id)

    running = Running(TaskGraph([task("a", slow_to_end), task("b", slow_to_end)]), clock=clock)
    work = asyncio.ensure_future(running.result())
    await clock.advance(1)
    for _ in range(5):
        work.cancel()
        await settle()
        assert not work.done()
    with pytest.raises(asyncio.CancelledError):
        await to_the_end(clock, work)
    assert (ends, left_over()) == (["a", "b"], [])


@pytest.mark.parametrize("moment", ["before it began", "while what was kept is asked for"])
async def test_cancelled_before_anything_could_start_nothing_does(moment: str) -> None:
    clock, shelf, told = ManualClock(), Shelf(), Told()
    finished = (await play([task("a")])).tasks["a"]
    shelf.writes = [[finished]]
    slow = shelf.kept
    asked = asyncio.Event()

    async def kept() -> "list[object]":
        asked.set()
        await clock.sleep(3)
        return list(await slow())

    shelf.kept = kept  # type: ignore[assignment,method-assign]
    running = Running(TaskGraph([task("a"), task("b")]), clock=clock, journal=shelf, listeners=[told])
    if moment == "before it began":
        running.cancel()
    work = asyncio.ensure_future(running.result())
    await asked.wait()
    running.cancel()
    result = await to_the_end(clock, work)
    assert statuses(result) == {"a": "succeeded", "b": "cancelled"}
    assert isinstance(told[0], ExecutionBegan)
    assert (sorted(told.ends), told.starts) == (["a", "b"], [])


async def test_cut_off_while_what_was_kept_is_asked_for_it_ends_and_tells_so() -> None:
    clock, shelf, told = ManualClock(), Shelf(), Told()

    async def kept() -> "list[object]":
        await clock.sleep(99)
        return []

    shelf.kept = kept  # type: ignore[assignment,method-assign]
    running = Running(TaskGraph([task("a")]), clock=clock, journal=shelf, listeners=[told])
    work = asyncio.ensure_future(running.result())
    await clock.advance(1)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await to_the_end(clock, work)
    assert [type(each) for each in told] == [ExecutionBegan, TaskEnded, ExecutionEnded]


async def test_an_agent_that_swallows_its_cancellation_once_is_waited_for() -> None:
    clock, ends = ManualClock(), []

    async def stubborn(assignment: Assignment) -> str:
        try:
            await clock.sleep(99)
        except asyncio.CancelledError:
            await clock.sleep(1)
        ends.append("done")
        return "all the same"

    result = await play([task("a", stubborn, timeout_s=5)], clock=clock)
    assert (statuses(result), result.tasks["a"].artifacts, ends) == ({"a": "timed_out"}, (), ["done"])


async def test_an_agent_that_never_lets_itself_be_cancelled_is_given_up_and_that_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock, free = ManualClock(), False

    async def stubborn(assignment: Assignment) -> None:
        while not free:
            try:
                await clock.sleep(1000)
            except asyncio.CancelledError:
                continue

    running = Running(TaskGraph([task("a", stubborn, timeout_s=5), task("b", taking(clock, 2))]), clock=clock)
    work = asyncio.ensure_future(running.result())
    await clock.advance(30)
    assert statuses(work.result()) == {"a": "timed_out", "b": "succeeded"}
    assert "work that was cancelled 3 times goes on; it was given up" in caplog.text
    free = True
    [stuck] = left_over()
    stuck.cancel()
    await asyncio.wait([stuck])


KINDS: list[type[EngineEvent]] = [ExecutionBegan, TaskStarted, TaskRetried, TaskEnded]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("nth", [0, 1, 2])
async def test_a_listener_may_end_it_all_at_any_word_and_every_task_still_ends_once(
    kind: type[EngineEvent], nth: int
) -> None:
    clock, told, seen = ManualClock(), Told(), 0

    def stop(event: EngineEvent) -> None:
        nonlocal seen
        if isinstance(event, kind):
            seen += 1
            if seen == nth + 1:
                running.cancel()

    tasks = [
        task("a", failing(2)),
        task("b", failing(9), agent="bob"),
        task("c"),
        task("d"),
        task("e", taking(clock, 9)),
    ]
    graph = TaskGraph(tasks, {"c": ["b"], "d": ["a", "c"]})
    policy = OrchestrationPolicy(max_concurrency=2, retry=tries(3))
    running = Running(graph, policy, clock=clock, listeners=[stop, told])
    result = await to_the_end(clock, running.result())
    assert sorted(told.ends) == sorted(result.tasks) == list("abcde")
    assert isinstance(told[-1], ExecutionEnded)


KINDS_OF_WORK: dict[str, Callable[[ManualClock], Work]] = {
    "at once": lambda clock: taking(clock, 0),
    "slow": lambda clock: taking(clock, 2),
    "shaky": lambda clock: failing(1),
    "broken": lambda clock: failing(9),
}


@settings(max_examples=80, deadline=None)
@given(
    kinds=st.lists(st.sampled_from(sorted(KINDS_OF_WORK)), min_size=1, max_size=6),
    chained=st.lists(st.booleans(), min_size=6, max_size=6),
    seconds=st.integers(0, 5),
    turns=st.integers(0, 15),
    politely=st.booleans(),
    keeps=st.booleans(),
)
def test_cut_off_at_any_turn_of_the_event_loop_nothing_is_left_and_every_task_ends_once(
    kinds: list[str], chained: list[bool], seconds: int, turns: int, politely: bool, keeps: bool
) -> None:
    async def cut_off() -> None:
        clock, told, shelf = ManualClock(), Told(), Shelf()
        tasks = [task(f"t{n}", KINDS_OF_WORK[kind](clock)) for n, kind in enumerate(kinds)]
        after = {f"t{n}": [f"t{n - 1}"] for n in range(1, len(tasks)) if chained[n]}
        policy = OrchestrationPolicy(max_concurrency=2, retry=tries(2), breaker=None)
        options: Options = {"clock": clock, "listeners": [told], **({"journal": shelf} if keeps else {})}
        running = Running(TaskGraph(tasks, after), policy, **options)
        work = asyncio.ensure_future(running.result())
        await clock.advance(seconds)
        for _ in range(turns):
            await asyncio.sleep(0)
        running.cancel() if politely else work.cancel()
        try:
            await to_the_end(clock, work)
        except asyncio.CancelledError:
            assert not politely
        ended = running.so_far().tasks
        assert sorted(told.ends) == sorted(ended) == sorted(each.id for each in tasks)
        if keeps:
            kept = {each.id: each for group in shelf.writes for each in group}
            assert kept.items() >= {name: each for name, each in ended.items() if each.status is SUCCEEDED}.items()

    asyncio.run(cut_off())


class FatalError(BaseException):
    """Not for an engine to hold back."""


async def test_what_has_to_end_the_program_is_raised_when_nothing_is_left_running() -> None:
    clock, told = ManualClock(), Told()

    async def fatal(assignment: Assignment) -> None:
        raise FatalError

    tasks = [task("a", taking(clock, 9)), task("b", fatal), task("c")]
    running = Running(
        TaskGraph(tasks, {"c": ["b"]}), OrchestrationPolicy(retry=tries(3)), clock=clock, listeners=[told]
    )
    with pytest.raises(FatalError):
        await to_the_end(clock, running.result())
    assert statuses(running.so_far()) == {"a": "cancelled", "b": "failed", "c": "cancelled"}
    assert sorted(told.ends) == ["a", "b", "c"]


def test_the_program_can_be_interrupted_while_agents_run() -> None:
    clocks: list[bool] = []

    async def work(assignment: Assignment) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            clocks.append(True)

    async def interrupting(assignment: Assignment) -> None:
        await asyncio.sleep(0)
        raise KeyboardInterrupt

    async def main() -> None:
        await execute_parallel([TaskSpec(lambda: work, id="a"), TaskSpec(lambda: interrupting, id="b")])

    with pytest.raises(KeyboardInterrupt):
        asyncio.run(main())
    assert clocks == [True]
