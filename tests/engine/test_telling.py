"""What is told of an execution: all of its life, in order, each end once, and never anything that was asked or made."""

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.engine import (
    Assignment,
    EngineEvent,
    ExecutionBegan,
    ExecutionEnded,
    ExecutionHeartbeat,
    OrchestrationPolicy,
    TaskEnded,
    TaskRetried,
    TaskSpec,
    TaskStarted,
)
from orchestrator.model import TaskStatus
from tests.engine.stage import SECRET, Told, failing, play, statuses, taking, task, tries
from tests.support.clock import ManualClock


async def test_the_life_of_a_task_is_told_from_its_first_start_to_its_one_end() -> None:
    told = Told()
    await play(
        [task("a", failing(1)), task("b")], OrchestrationPolicy(retry=tries(2)), after={"b": ["a"]}, listeners=[told]
    )
    assert [type(each) for each in told] == [
        ExecutionBegan,
        *(TaskStarted, TaskRetried, TaskStarted, TaskEnded),
        *(TaskStarted, TaskEnded),
        ExecutionEnded,
    ]
    retried = told[2]
    assert isinstance(retried, TaskRetried)
    assert (retried.attempt, retried.wait_s, retried.reason) == (1, 1.0, "The agent failed (ValueError).")
    ended = told[4]
    assert isinstance(ended, TaskEnded)
    assert (ended.task_id, ended.agent, ended.status, ended.attempts, ended.duration_s) == (
        *("a", "ann", TaskStatus.SUCCEEDED, 2),
        1.0,
    )
    assert told[-1] == ExecutionEnded(told[-1].at, succeeded=2, tasks=2)


async def test_a_task_that_never_started_has_its_end_told_too_with_the_reason() -> None:
    told = Told()
    await play([task("a", failing(9)), task("b"), task("c")], after={"b": ["a"], "c": ["b"]}, listeners=[told])
    assert told.ends == ["a", "b", "c"]
    skipped = [each for each in told if isinstance(each, TaskEnded)][-1]
    assert (skipped.status, skipped.attempts, skipped.reason) == (
        *(TaskStatus.SKIPPED, 0),
        "It builds on a, which ended failed.",
    )


async def test_a_heartbeat_says_at_its_interval_that_it_is_alive() -> None:
    clock, told = ManualClock(), Told()
    tasks = [task("a", taking(clock, 25)), task("b", taking(clock, 35)), task("c", taking(clock, 1)), task("d")]
    policy = OrchestrationPolicy(heartbeat_s=10, max_concurrency=2)
    await play(tasks, policy, after={"d": ["b"]}, clock=clock, listeners=[told])
    beats = [each for each in told if isinstance(each, ExecutionHeartbeat)]
    assert [(each.running, each.ready, each.ended) for each in beats] == [(2, 1, 0), (2, 1, 0), (1, 0, 2)]


async def test_a_listener_that_fails_hurts_neither_the_execution_nor_the_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    told = Told()

    def broken(event: EngineEvent) -> None:
        raise ValueError(SECRET)

    result = await play([task("a")], listeners=[broken, told])
    assert statuses(result) == {"a": "succeeded"}
    assert told.ends == ["a"]
    assert "engine listener failed (ValueError)" in caplog.text
    assert "hunter2" not in caplog.text


class Leaky:
    """Puts a secret wherever an agent can."""

    def __init__(self, secret: str, how: str) -> None:
        self.secret, self.how = secret, how

    async def run(self, assignment: Assignment) -> Any:
        if self.how == "raises":
            raise RuntimeError(self.secret) from KeyError(self.secret)
        if self.how == "exits":
            raise SystemExit(self.secret)
        if self.how == "unprintable":
            raise UnprintableError(self.secret)
        return {"artifact": self.secret, self.secret: assignment.prompt}


class UnprintableError(Exception):
    def __str__(self) -> str:
        raise RuntimeError(self.args[0])

    __repr__ = __str__


SECRETS = st.text("abcdefghijk-_./0123456789", min_size=1, max_size=20).map("hunter2-{}".format)
HOW = st.lists(st.sampled_from(["raises", "exits", "unprintable", "returns"]), min_size=1, max_size=5)


@settings(max_examples=60, deadline=None)
@given(secret=SECRETS, how=HOW)
def test_no_secret_is_in_what_is_told_or_in_an_error(secret: str, how: list[str]) -> None:
    told = Told()
    tasks = [
        TaskSpec(lambda way=way: Leaky(secret, way), secret, {"token": secret, secret: 1}, id=f"t{n}", agent="ann")
        for n, way in enumerate(how)
    ]
    after = {f"t{n}": [f"t{n - 1}"] for n in range(1, len(how))}
    policy = OrchestrationPolicy(retry=tries(2), cancellation="isolated")  # type: ignore[arg-type]
    result = asyncio.run(play(tasks, policy, after=after, listeners=[told]))
    assert len(told.ends) == len(how)
    assert secret not in repr(told)
    assert secret not in repr([each.errors for each in result.tasks.values()])
    assert secret not in result.merged.summary
