"""Order, places, retries and limits in time, under a clock that stands still."""

import asyncio
from decimal import Decimal

import pytest

from orchestrator.engine import Answer, Assignment, OrchestrationPolicy, TaskRetried, TaskSpec
from orchestrator.errors import BudgetExceededError, ParameterExtractionError, SourceUnavailableError
from orchestrator.model import TaskStatus
from orchestrator.retry import RetryPolicy
from tests.engine.stage import (
    FAILED,
    SECRET,
    SUCCEEDED,
    Told,
    Work,
    failing,
    nothing,
    play,
    statuses,
    taking,
    task,
    tries,
)
from tests.support.clock import NOON, ManualClock


def kept(what: str) -> Work:
    async def work(assignment: Assignment) -> object:
        return what, dict(assignment.inputs)

    return work


async def test_a_task_is_handed_what_those_before_it_made() -> None:
    result = await play([task("a", kept("x")), task("b", kept("y")), task("c", kept("z"))], after={"c": ["a", "b"]})
    assert result.tasks["c"].artifacts == (("z", {"a": (("x", {}),), "b": (("y", {}),)}),)


async def test_an_answer_holds_several_artifacts_and_none_is_none() -> None:
    async def two(assignment: Assignment) -> Answer:
        return Answer((1, 2), cost=Decimal("0.5"))

    result = await play([task("two", two), task("none", nothing)])
    assert result.tasks["two"].artifacts == (1, 2)
    assert result.tasks["two"].cost == Decimal("0.5")
    assert result.tasks["none"].artifacts == ()


async def test_an_agent_is_made_anew_for_every_attempt() -> None:
    made: list[object] = []

    class Agent:
        def __init__(self) -> None:
            made.append(self)

        async def run(self, assignment: Assignment) -> None:
            if assignment.attempt < 3:
                raise ValueError

    await play([TaskSpec(Agent, id="a")], OrchestrationPolicy(retry=tries(3)))
    assert len(made) == len({id(each) for each in made}) == 3


async def test_an_agent_that_cannot_be_made_is_a_failure_of_its_task() -> None:
    def factory() -> None:
        raise RuntimeError(SECRET)

    result = await play([TaskSpec(factory, id="a"), TaskSpec(lambda: 5, id="b"), task("c")])
    assert statuses(result) == {"a": "failed", "b": "failed", "c": "succeeded"}
    assert result.tasks["a"].reason == "The agent failed (RuntimeError)."


async def test_the_result_says_when_how_long_and_how_often() -> None:
    clock = ManualClock()
    result = await play([task("a", taking(clock, 3)), task("b", taking(clock, 4))], clock=clock)
    a = result.tasks["a"]
    assert (a.started_at, a.duration_s, a.attempts, a.status) == (NOON, 3.0, 1, SUCCEEDED)
    assert a.finished_at is not None
    assert (a.finished_at - NOON).total_seconds() == 3.0
    assert (result.metrics.wall_time, result.metrics.speedup_vs_serial) == (4.0, 7 / 4)


async def test_the_waits_before_retries_are_those_of_the_policy_and_the_seed() -> None:
    async def told(seed: int) -> list[tuple[str, float]]:
        told = Told()
        retry = RetryPolicy(max_attempts=4, base_s=2, cap_s=60, jitter=0.5)
        policy = OrchestrationPolicy(retry=retry, seed=seed, breaker=None)
        await play([task("a", failing(9)), task("b", failing(9))], policy, listeners=[told])
        return [(each.task_id, each.wait_s) for each in told if isinstance(each, TaskRetried)]

    first = await told(1)
    by_task = {name: [wait for whose, wait in first if whose == name] for name in "ab"}
    for waits in by_task.values():
        assert [wait <= 2 * 2**n for n, wait in enumerate(waits)] == [True] * 3
    assert set(by_task["a"]).isdisjoint(by_task["b"])
    assert await told(1) == first
    assert await told(2) != first


@pytest.mark.parametrize(("backoff", "begun"), [("exp", [0, 2, 6, 14]), ("fixed", [0, 2, 4, 6])])
async def test_backoff_doubles_or_stays(backoff: str, begun: list[float]) -> None:
    clock, seen = ManualClock(), []

    async def work(assignment: Assignment) -> None:
        seen.append(clock.monotonic())
        raise ValueError

    retry = RetryPolicy(max_attempts=4, backoff=backoff, base_s=2, cap_s=60, jitter=0)  # type: ignore[arg-type]
    result = await play([task("a", work)], OrchestrationPolicy(retry=retry), clock=clock)
    assert seen == begun
    assert [each.attempt for each in result.tasks["a"].errors] == [1, 2, 3, 4]


async def test_a_task_that_waits_for_its_next_attempt_holds_no_slot() -> None:
    clock, told = ManualClock(), Told()
    tasks = [task("a", failing(1)), task("b", taking(clock, 5)), task("c", taking(clock, 5))]
    policy = OrchestrationPolicy(max_concurrency=1, retry=tries(2, base_s=3))
    result = await play(tasks, policy, clock=clock, listeners=[told])
    assert told.starts == ["a", "b", "c", "a"]
    assert result.metrics.wall_time == 10.0


@pytest.mark.parametrize(
    ("error", "attempts", "status"),
    [
        (ValueError(SECRET), 3, FAILED),
        (SystemExit(SECRET), 3, FAILED),
        (asyncio.CancelledError(SECRET), 3, FAILED),
        (SourceUnavailableError("The store does not answer."), 3, FAILED),
        (ParameterExtractionError("since", "x", "is a time", "since=14:00"), 1, FAILED),
        (BudgetExceededError("It does not fit."), 1, TaskStatus.OVER_BUDGET),
    ],
)
async def test_what_may_pass_is_tried_again_and_what_is_wrong_with_the_question_is_not(
    error: BaseException, attempts: int, status: TaskStatus
) -> None:
    async def work(assignment: Assignment) -> None:
        raise error

    result = await play([task("a", work)], OrchestrationPolicy(retry=tries(3)))
    assert (result.tasks["a"].attempts, result.tasks["a"].status) == (attempts, status)
    assert SECRET not in repr(result)


async def test_the_timeout_of_a_task_is_over_all_its_attempts_and_the_waits_between_them() -> None:
    clock, begun = ManualClock(), []

    async def work(assignment: Assignment) -> None:
        begun.append(clock.monotonic())
        await clock.sleep(3)
        raise ValueError

    policy = OrchestrationPolicy(timeout_s=9, retry=tries(9, base_s=2, jitter=0), breaker=None)
    result = await play([task("a", work)], policy, clock=clock)
    a = result.tasks["a"]
    assert begun == [0, 5]
    assert (a.status, a.attempts, a.duration_s) == (FAILED, 2, 8.0)
    assert a.reason == "The agent failed (ValueError)."


async def test_a_task_past_its_time_is_cancelled_and_awaited() -> None:
    clock, ends = ManualClock(), []

    async def work(assignment: Assignment) -> None:
        try:
            await clock.sleep(100)
        finally:
            await clock.sleep(1)
            ends.append(clock.monotonic())

    result = await play([task("a", work, timeout_s=5), task("b", taking(clock, 6))], clock=clock)
    assert statuses(result) == {"a": "timed_out", "b": "succeeded"}
    assert ends == [6.0]
    assert result.tasks["a"].duration_s == 6.0
    assert result.tasks["a"].reason == "It did not end within 5 s."


async def test_a_task_that_runs_out_of_time_while_it_waits_for_a_slot_to_try_again_ends_then() -> None:
    clock = ManualClock()
    tasks = [task("a", failing(1), timeout_s=4), task("b", taking(clock, 10))]
    policy = OrchestrationPolicy(max_concurrency=1, retry=tries(2))
    result = await play(tasks, policy, clock=clock)
    assert (result.tasks["a"].status, result.tasks["a"].duration_s) == (TaskStatus.TIMED_OUT, 4.0)
    assert [each.kind for each in result.tasks["a"].errors] == ["failed", "timed_out"]


async def test_the_time_for_the_whole_ends_everything() -> None:
    clock = ManualClock()
    tasks = [task("a", taking(clock, 3)), task("b", taking(clock, 99)), task("c"), task("d", taking(clock, 99))]
    policy = OrchestrationPolicy(max_concurrency=2, total_timeout_s=10)
    result = await play(tasks, policy, after={"c": ["b"]}, clock=clock)
    assert statuses(result) == {"a": "succeeded", "b": "timed_out", "c": "timed_out", "d": "timed_out"}
    assert result.metrics.wall_time == 10.0
    assert result.tasks["d"].reason == "The time for the whole was over."


async def test_what_builds_on_a_failure_is_skipped_with_the_reason() -> None:
    tasks = [task("a", failing(9)), task("b"), task("c"), task("d")]
    result = await play(tasks, after={"b": ["a"], "c": ["b"]})
    assert statuses(result) == {"a": "failed", "b": "skipped", "c": "skipped", "d": "succeeded"}
    assert result.tasks["c"].reason == "It builds on a, which ended failed."
    assert result.tasks["c"].attempts == 0


async def test_isolated_what_builds_on_a_failure_runs_without_what_it_would_have_made() -> None:
    tasks = [task("a", failing(9)), task("b", kept("b")), task("c", kept("c"))]
    policy = OrchestrationPolicy(cancellation="isolated")  # type: ignore[arg-type]
    result = await play(tasks, policy, after={"c": ["a", "b"]})
    assert result.tasks["c"].artifacts == (("c", {"b": (("b", {}),)}),)


async def test_agents_take_turns() -> None:
    told = Told()
    tasks = [*(task(f"a{n}", agent="ann") for n in range(3)), *(task(f"b{n}", agent="bob") for n in range(2))]
    await play(tasks, OrchestrationPolicy(max_concurrency=1), listeners=[told])
    assert told.starts == ["a0", "b0", "a1", "b1", "a2"]


async def test_the_shortest_goes_first_and_among_equals_who_came_first() -> None:
    told = Told()
    tasks = [task("x", estimate_s=5), task("y", estimate_s=1), task("z", estimate_s=5), task("w", estimate_s=2)]
    policy = OrchestrationPolicy(max_concurrency=1, fairness="shortest_first")  # type: ignore[arg-type]
    await play(tasks, policy, listeners=[told])
    assert told.starts == ["y", "w", "x", "z"]


@pytest.mark.parametrize("fairness", ["round_robin", "shortest_first"])
async def test_a_free_slot_takes_from_any_agent(fairness: str) -> None:
    clock, told = ManualClock(), Told()
    tasks = [task(f"a{n}", taking(clock, 1)) for n in range(8)]
    policy = OrchestrationPolicy(max_concurrency=4, fairness=fairness)  # type: ignore[arg-type]
    result = await play(tasks, policy, clock=clock, listeners=[told])
    assert result.metrics.wall_time == 2.0
