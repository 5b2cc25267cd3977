"""What is made counts when its audit took it, and is merged at the end. Hooks that break take nothing away."""

from typing import Any

import pytest

from orchestrator.engine import Assignment, Conflict, Merged, OrchestrationPolicy, Refusal
from orchestrator.model import TaskResult, TaskStatus
from tests.engine.stage import SECRET, Work, failing, play, statuses, task, tries
from tests.support.clock import ManualClock


def making(value: object) -> Work:
    async def work(assignment: Assignment) -> object:
        return value

    return work


async def test_a_refusal_is_a_result_with_its_reason_and_is_not_tried_again() -> None:
    def audit(name: str, artifacts: tuple[Any, ...]) -> Refusal | None:
        return Refusal("It cites nothing.") if artifacts == ("bare",) else None

    tasks = [task("a", making("bare")), task("b", making("cited")), task("c")]
    result = await play(tasks, OrchestrationPolicy(retry=tries(3)), after={"c": ["a"]}, audit=audit)
    assert statuses(result) == {"a": "refused", "b": "succeeded", "c": "skipped"}
    a = result.tasks["a"]
    assert (a.reason, a.artifacts, a.attempts) == ("It cites nothing.", (), 1)


async def test_an_audit_may_take_its_time() -> None:
    async def audit(name: str, artifacts: tuple[Any, ...]) -> Refusal | None:
        return Refusal("No.") if name == "b" else None

    assert statuses(await play([task("a"), task("b")], audit=audit)) == {"a": "succeeded", "b": "refused"}


def breaks(name: str, artifacts: tuple[Any, ...]) -> Refusal | None:
    raise ValueError(SECRET)


def muddles(name: str, artifacts: tuple[Any, ...]) -> Any:
    return True


@pytest.mark.parametrize(("audit", "named"), [(breaks, "ValueError"), (muddles, "TypeError")])
async def test_an_audit_that_breaks_is_told_and_lets_nothing_through(audit: Any, named: str) -> None:
    result = await play([task("a", making("x"))], audit=audit)
    a = result.tasks["a"]
    assert (a.status, a.artifacts) == (TaskStatus.FAILED, ())
    assert a.reason == f"What audits its artifacts failed ({named})."


async def test_an_audit_that_hangs_is_ended_with_its_task() -> None:
    clock = ManualClock()

    async def audit(name: str, artifacts: tuple[Any, ...]) -> None:
        await clock.sleep(999)

    result = await play([task("a", timeout_s=5)], clock=clock, audit=audit)
    assert statuses(result) == {"a": "timed_out"}


async def test_mappings_become_one_and_where_they_disagree_is_told() -> None:
    tasks = [
        task("a", making({"cause": "pool", "since": 14})),
        task("b", making({"cause": "link", "since": 14})),
        task("c", making("no mapping")),
        task("d", failing(9)),
    ]
    merged = (await play(tasks)).merged
    assert merged.summary == "3 of 4 tasks succeeded; 1 failed (d)."
    assert merged.conflicts == (Conflict("cause", (("a", "pool"), ("b", "link"))),)
    assert merged.value == {"cause": "pool", "since": 14}


async def test_a_merge_of_ones_own_is_given_every_result_in_the_order_of_the_tasks() -> None:
    def merge(results: Any) -> Merged:
        return Merged(",".join(each.id for each in results), value=len(results))

    result = await play([task("b"), task("a", failing(9)), task("c")], merge=merge)
    assert (result.merged.summary, result.merged.value) == ("b,a,c", 3)


async def test_a_merge_that_breaks_leaves_the_results_as_they_were() -> None:
    def merge(results: "list[TaskResult]") -> Merged:
        raise ValueError(SECRET)

    result = await play([task("a", making(1))], merge=merge)
    assert result.tasks["a"].artifacts == (1,)
    assert result.merged == Merged("1 of 1 tasks succeeded. They could not be merged (ValueError).")


async def test_of_many_that_did_not_succeed_the_first_are_named() -> None:
    result = await play([task(f"t{n}", failing(9), agent=f"a{n}") for n in range(5)])
    assert result.merged.summary == "0 of 5 tasks succeeded; 5 failed (t0, t1, t2, …)."
