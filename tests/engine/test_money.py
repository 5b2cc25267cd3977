"""What a task may cost is put aside before it starts and settled after; what cannot fit is never started."""

import asyncio
from decimal import Decimal

from orchestrator.engine import Assignment, OrchestrationPolicy, Running, TaskGraph, TaskSpec
from orchestrator.model import TaskStatus
from tests.engine.stage import (
    FAILED,
    SUCCEEDED,
    Told,
    Work,
    costing,
    failing,
    play,
    statuses,
    taking,
    task,
    to_the_end,
    tries,
)
from tests.support.clock import ManualClock


def dear(name: str, most: str, work: Work, agent: str = "ann") -> TaskSpec:
    return task(name, work, agent=agent, cost=Decimal(most))


def budget(dollars: str, **more: object) -> OrchestrationPolicy:
    return OrchestrationPolicy(cost_budget=Decimal(dollars), **more)  # type: ignore[arg-type]


async def test_what_could_never_fit_is_refused_at_once_and_says_what_is_left() -> None:
    told = Told()
    result = await play([dear("a", "3", costing()), dear("b", "1", costing("1"))], budget("2"), listeners=[told])
    assert statuses(result) == {"a": "over_budget", "b": "succeeded"}
    assert result.tasks["a"].reason == "It may cost $3; $2 of $2 is left."
    assert (result.tasks["a"].attempts, told.starts) == (0, ["b"])


async def test_what_fits_once_others_have_settled_waits_for_them() -> None:
    clock = ManualClock()

    async def thrifty(assignment: Assignment) -> None:
        await clock.sleep(5)
        assignment.spend(Decimal("0.10"))

    result = await play([dear(name, "1", thrifty) for name in "abc"], budget("1.20"), clock=clock)
    assert statuses(result) == dict.fromkeys("abc", "succeeded")
    assert result.metrics.cost_estimate == Decimal("0.30")
    assert [each.started_at and each.started_at.second for each in result.tasks.values()] == [0, 5, 10]


async def test_those_that_wait_and_can_no_longer_fit_are_refused_when_that_is_known() -> None:
    clock = ManualClock()

    async def spending(assignment: Assignment) -> None:
        await clock.sleep(2)
        assignment.spend(Decimal(1))

    result = await play([dear(name, "1", spending) for name in "abc"], budget("1.5"), clock=clock)
    assert statuses(result) == {"a": "succeeded", "b": "over_budget", "c": "over_budget"}
    assert result.tasks["c"].reason == "It may cost $1; $0.5 of $1.5 is left."
    assert result.metrics.wall_time == 2.0


async def test_money_is_never_short_of_what_runs_at_once() -> None:
    clock, running, peak = ManualClock(), 0, 0

    async def work(assignment: Assignment) -> None:
        nonlocal running, peak
        running += 1
        peak = max(peak, running)
        await clock.sleep(1)
        running -= 1
        assignment.spend(Decimal(0))

    await play([dear(f"t{n}", "1", work) for n in range(9)], budget("3", max_concurrency=9), clock=clock)
    assert peak == 3


async def test_what_is_never_told_is_taken_to_be_the_most_it_may_cost() -> None:
    result = await play([dear("a", "2", failing(9)), dear("b", "1", costing())], budget("3"))
    assert (result.tasks["a"].status, result.tasks["a"].cost) == (FAILED, Decimal(2))
    assert (result.tasks["b"].status, result.tasks["b"].cost) == (SUCCEEDED, Decimal(1))


async def test_every_attempt_is_paid_for() -> None:
    async def work(assignment: Assignment) -> None:
        assignment.spend(Decimal("0.5"))
        raise ValueError

    result = await play([dear("a", "1", work)], budget("2", retry=tries(9), breaker=None))
    a = result.tasks["a"]
    assert (a.status, a.attempts, a.cost) == (TaskStatus.OVER_BUDGET, 3, Decimal("1.5"))
    assert [each.kind for each in a.errors] == ["failed", "failed", "failed", "budget_exceeded"]


async def test_what_was_cut_short_without_a_word_is_paid_for_in_full() -> None:
    clock = ManualClock()
    result = await play([dear("a", "1", taking(clock, 99))], budget("2", timeout_s=5), clock=clock)
    assert (result.tasks["a"].status, result.metrics.cost_estimate) == (TaskStatus.TIMED_OUT, Decimal(1))


async def test_what_costs_nothing_runs_also_where_nothing_is_left() -> None:
    result = await play([dear("a", "1", costing("1")), task("b"), dear("c", "1", costing())], budget("1"))
    assert statuses(result) == {"a": "succeeded", "b": "succeeded", "c": "over_budget"}


async def test_the_cheapest_of_those_that_wait_for_money_comes_first() -> None:
    clock, told = ManualClock(), Told()

    async def thrifty(assignment: Assignment) -> None:
        await clock.sleep(1)
        assignment.spend(Decimal(0))

    tasks = [dear("a", "4", thrifty), dear("b", "4", thrifty), dear("c", "3", thrifty)]
    await play(tasks, budget("4"), clock=clock, listeners=[told])
    assert told.starts == ["a", "c", "b"]


async def test_a_task_that_waits_for_money_can_be_cancelled() -> None:
    clock = ManualClock()
    tasks = [dear("a", "1", taking(clock, 99)), dear("b", "1", costing())]
    running = Running(TaskGraph(tasks), budget("1"), clock=clock)
    work = asyncio.ensure_future(running.result())
    await clock.advance(1)
    running.cancel()
    assert statuses(await to_the_end(clock, work)) == {"a": "cancelled", "b": "cancelled"}
