"""With a journal nothing that had ended is run again, nothing counts that is not kept, and what cannot be kept ends it."""

import asyncio
from collections.abc import Sequence
from decimal import Decimal

import pytest

from orchestrator.engine import Assignment, OrchestrationPolicy, Running, TaskEnded, TaskGraph, TaskStarted
from orchestrator.errors import UnkeepableError
from orchestrator.model import TaskResult, TaskStatus
from tests.engine.stage import (
    SECRET,
    Shelf,
    Told,
    costing,
    failing,
    left_over,
    play,
    statuses,
    taking,
    task,
    to_the_end,
    tries,
)
from tests.support.clock import ManualClock


def counting(seen: list[str], value: object = None) -> "object":
    async def work(assignment: Assignment) -> object:
        seen.append(assignment.task_id)
        return value or dict(assignment.inputs)

    return work


async def test_what_was_kept_is_not_run_again_and_what_builds_on_it_is_handed_what_it_made() -> None:
    shelf, seen = Shelf(), list[str]()
    tasks = [task("a", counting(seen, "made")), task("b", counting(seen)), task("c", counting(seen))]  # type: ignore[arg-type]
    after = {"b": ["a"], "c": ["b"]}
    await play(tasks[:1], journal=shelf)
    result = await play(tasks, after=after, journal=shelf)
    assert seen == ["a", "b", "c"]
    assert result.tasks["b"].artifacts == ({"a": ("made",)},)
    assert [[each.id for each in group] for group in shelf.writes] == [["a"], ["b"], ["c"]]

    again = await play(tasks, after=after, journal=shelf)
    assert seen == ["a", "b", "c"]
    assert again.tasks == result.tasks


async def test_what_was_kept_as_failed_stays_so_and_what_it_cost_stays_spent() -> None:
    shelf = Shelf()
    policy = OrchestrationPolicy(cost_budget=Decimal(3))
    tasks = [task("a", failing(9), cost=Decimal(2)), task("b"), task("c", costing(), cost=Decimal(2))]
    await play(tasks[:1], policy, journal=shelf)
    result = await play(tasks, policy, after={"b": ["a"]}, journal=shelf)
    assert statuses(result) == {"a": "failed", "b": "skipped", "c": "over_budget"}
    assert result.metrics.cost_estimate == Decimal(2)


async def test_every_end_is_told_once_also_of_what_had_ended_before() -> None:
    shelf, told = Shelf(), Told()
    tasks = [task("a"), task("b"), task("c")]
    await play(tasks[:2], journal=shelf)
    await play(tasks, after={"b": ["a"], "c": ["b"]}, journal=shelf, listeners=[told])
    assert (told.starts, told.ends) == (["c"], ["a", "b", "c"])


async def test_what_was_kept_of_another_policy_ends_once() -> None:
    kept = [TaskResult("a", "ann", TaskStatus.FAILED), TaskResult("b", "ann", TaskStatus.SUCCEEDED)]
    told = Told()
    result = await play(
        [task("a"), task("b"), task("c")], after={"b": ["a"], "c": ["b"]}, journal=Shelf(*kept), listeners=[told]
    )
    assert statuses(result) == {"a": "failed", "b": "succeeded", "c": "succeeded"}
    assert told.ends == ["a", "b", "c"]


async def test_what_ends_while_a_group_is_written_is_the_next_group() -> None:
    clock, shelf = ManualClock(), Shelf()
    shelf.gate = asyncio.Event()
    tasks = [task("a"), *(task(f"b{n}", taking(clock, 1)) for n in range(3))]
    running = Running(TaskGraph(tasks), clock=clock, journal=shelf)
    work = asyncio.ensure_future(running.result())
    await clock.advance(2)
    assert statuses(running.so_far()) == {}
    shelf.gate.set()
    await to_the_end(clock, work)
    assert [[each.id for each in group] for group in shelf.writes] == [["a"], ["b0", "b1", "b2"]]


async def test_nothing_is_built_on_what_is_not_kept_yet_but_its_slot_is_free() -> None:
    clock, shelf, told = ManualClock(), Shelf(), Told()
    shelf.gate = asyncio.Event()
    tasks = [task("a"), task("b"), task("c")]
    running = Running(
        TaskGraph(tasks, {"b": ["a"]}),
        OrchestrationPolicy(max_concurrency=1),
        clock=clock,
        journal=shelf,
        listeners=[told],
    )
    work = asyncio.ensure_future(running.result())
    await clock.advance(1)
    assert (told.starts, told.ends) == (["a", "c"], [])
    shelf.gate.set()
    await to_the_end(clock, work)
    assert told.starts == ["a", "c", "b"]


async def test_a_journal_that_cannot_keep_ends_it_all_and_its_failure_is_raised() -> None:
    clock, shelf, told = ManualClock(), Shelf(), Told()
    tasks = [task("a"), task("b", taking(clock, 5)), task("c", taking(clock, 99)), task("d")]
    running = Running(TaskGraph(tasks, {"d": ["b"]}), clock=clock, journal=shelf, listeners=[told])
    work = asyncio.ensure_future(running.result())
    await clock.advance(3)
    shelf.fails = True
    with pytest.raises(OSError, match="hunter2"):
        await to_the_end(clock, work)
    result = running.so_far()
    assert statuses(result) == {"a": "succeeded", "b": "cancelled", "c": "cancelled", "d": "cancelled"}
    assert result.tasks["b"].reason == "What came of it could not be kept (OSError)."
    assert result.tasks["b"].artifacts == ()
    assert result.tasks["c"].reason == "The execution broke off (OSError)."
    assert sorted(told.ends) == ["a", "b", "c", "d"]
    assert "hunter2" not in repr(told)


async def test_a_journal_that_cannot_say_what_it_kept_ends_it_before_anything_starts() -> None:
    shelf, told = Shelf(), Told()
    shelf.fails = True
    with pytest.raises(OSError, match="hunter2"):
        await play([task("a")], journal=shelf, listeners=[told])
    assert (told.starts, told.ends) == ([], ["a"])


async def test_a_journal_that_fails_while_all_is_being_cancelled_holds_up_nobody() -> None:
    clock, shelf, told = ManualClock(), Shelf(), Told()
    shelf.gate = asyncio.Event()
    running = Running(
        TaskGraph([task("a"), task("b", taking(clock, 99))]), clock=clock, journal=shelf, listeners=[told]
    )
    work = asyncio.ensure_future(running.result())
    await clock.advance(1)
    running.cancel()
    await clock.advance(1)
    shelf.fails = True
    shelf.gate.set()
    with pytest.raises(OSError, match="hunter2"):
        await to_the_end(clock, work)
    assert sorted(told.ends) == ["a", "b"]


async def test_what_was_cut_off_with_the_whole_is_not_kept_so_that_it_runs_when_it_goes_on() -> None:
    clock, shelf = ManualClock(), Shelf()
    policy = OrchestrationPolicy(total_timeout_s=5, retry=tries(2))
    tasks = [task("a", taking(clock, 2)), task("b", taking(clock, 9))]
    first = await play(tasks, policy, clock=clock, journal=shelf)
    assert statuses(first) == {"a": "succeeded", "b": "timed_out"}
    assert [[each.id for each in group] for group in shelf.writes] == [["a"]]
    second = await play(tasks, OrchestrationPolicy(), clock=clock, journal=shelf)
    assert statuses(second) == {"a": "succeeded", "b": "succeeded"}


async def test_who_hears_results_and_fails_ends_it_and_nothing_is_left() -> None:
    clock = ManualClock()

    def deaf(result: TaskResult) -> None:
        raise ValueError(SECRET)

    running = Running(TaskGraph([task("a"), task("b", taking(clock, 9))]), clock=clock, heard=deaf)
    with pytest.raises(ValueError, match="hunter2"):
        await to_the_end(clock, running.result())
    assert (statuses(running.so_far()), left_over()) == ({"a": "succeeded", "b": "cancelled"}, [])


async def test_events_of_the_kept_come_before_those_of_the_rest() -> None:
    shelf, told = Shelf(), Told()
    await play([task("b")], journal=shelf)
    await play([task("a"), task("b")], journal=shelf, listeners=[told])
    assert [type(each) for each in told][1:4] == [TaskEnded, TaskStarted, TaskEnded]


class Picky(Shelf):
    """Keeps nothing that is no text."""

    async def keep(self, results: Sequence[TaskResult]) -> None:
        odd = {each.id: "it is no text" for each in results if any(not isinstance(a, str) for a in each.artifacts)}
        if odd:
            raise UnkeepableError("Not everything can be kept.", details=odd)
        await super().keep(results)


async def test_a_task_that_made_what_no_journal_can_hold_fails_by_that_and_it_alone() -> None:
    clock, shelf = ManualClock(), Picky()
    shelf.gate = gate = asyncio.Event()

    async def opens(assignment: Assignment) -> str:
        await clock.sleep(3)
        gate.set()
        return "open"

    tasks = [
        task("first"),
        task("a", taking(clock, 1, "text")),
        task("b", taking(clock, 1, {1, 2})),
        task("opens", opens),
    ]
    result = await play([*tasks, task("c")], after={"c": ["b"]}, clock=clock, journal=shelf)
    assert statuses(result) == {
        **dict.fromkeys(["first", "a", "opens"], "succeeded"),
        "b": "failed",
        "c": "skipped",
    }
    assert (result.tasks["b"].reason, result.tasks["b"].artifacts) == ("It cannot be kept: it is no text.", ())
    assert result.tasks["a"].artifacts == ("text",)
    assert [each.id for each in shelf.writes[1]][:2] == ["a", "b"]
