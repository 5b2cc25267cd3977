"""An agent that keeps failing is left alone, others are not; after its rest one task finds out, the others wait for that."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest

from orchestrator.engine import Assignment, OrchestrationPolicy, Running, TaskGraph
from orchestrator.errors import ParameterExtractionError
from orchestrator.retry import Breaker, BreakerPolicy
from tests.engine.stage import SECRET, Told, Work, failing, nothing, play, statuses, taking, task, to_the_end, tries
from tests.support.clock import NOON, ManualClock

TWICE = BreakerPolicy(failures=2, rest_s=10)


def policy(**more: object) -> OrchestrationPolicy:
    return OrchestrationPolicy(breaker=TWICE, max_concurrency=1, **more)  # type: ignore[arg-type]


def at(clock: ManualClock, moment: float, *, fails: bool = False) -> Work:
    """Work that ends at that time."""

    async def work(assignment: Assignment) -> None:
        await clock.sleep(moment - clock.monotonic())
        if fails:
            raise ValueError(SECRET)

    return work


async def test_an_open_breaker_fails_fast_and_says_for_how_long() -> None:
    told = Told()
    tasks = [*(task(f"a{n}", failing(9)) for n in range(4)), task("b", agent="bob")]
    result = await play(tasks, policy(), listeners=[told])
    assert sorted(told.starts) == ["a0", "a1", "b"]
    assert statuses(result) == {"a0": "failed", "a1": "failed", "a2": "failed", "a3": "failed", "b": "succeeded"}
    a3 = result.tasks["a3"]
    assert (a3.reason, a3.attempts) == ("ann is left alone for 10 s more after 2 failures in a row.", 0)
    assert a3.errors[0].kind == "breaker_open"


async def test_after_the_rest_one_probes_and_the_others_wait_for_what_it_finds() -> None:
    clock, told = ManualClock(), Told()
    tasks = [
        *(task(f"bad{n}", failing(9)) for n in range(2)),
        task("pause", taking(clock, 12), agent="bob"),
        *(task(f"then{n}", taking(clock, 5)) for n in range(3)),
    ]
    after = {f"then{n}": ["pause"] for n in range(3)}
    roomy = OrchestrationPolicy(breaker=TWICE, max_concurrency=8)
    result = await play(tasks, roomy, after=after, clock=clock, listeners=[told])
    begun = [result.tasks[f"then{n}"].started_at for n in range(3)]
    assert [each and each.second for each in begun] == [12, 17, 17]
    assert statuses(result)["then2"] == "succeeded"


async def test_a_probe_that_fails_lets_the_others_fail_fast_for_twice_as_long() -> None:
    clock = ManualClock()
    tasks = [
        *(task(f"bad{n}", failing(9)) for n in range(2)),
        task("pause", taking(clock, 12), agent="bob"),
        task("probe", failing(9)),
        task("waits"),
    ]
    roomy = OrchestrationPolicy(breaker=TWICE, max_concurrency=8)
    result = await play(tasks, roomy, after={"probe": ["pause"], "waits": ["pause"]}, clock=clock)
    assert result.tasks["waits"].reason == "ann is left alone for 20 s more after 3 failures in a row."


@pytest.mark.parametrize(
    ("probe_fails", "then"),
    [(False, ""), (True, "ann is left alone for 20 s more after 3 failures in a row.")],
)
async def test_what_was_begun_before_the_rest_says_nothing_while_another_probes(probe_fails: bool, then: str) -> None:
    clock = ManualClock()
    tasks = [
        task("slow", at(clock, 14, fails=True)),
        *(task(f"bad{n}", failing(9)) for n in range(2)),
        task("pause", taking(clock, 12), agent="bob"),
        task("probe", at(clock, 16, fails=probe_fails)),
        task("waits", at(clock, 17)),
    ]
    roomy = OrchestrationPolicy(breaker=TWICE, max_concurrency=8)
    result = await play(tasks, roomy, after={"probe": ["pause"], "waits": ["pause"]}, clock=clock)
    waits = result.tasks["waits"]
    assert waits.reason == then
    assert waits.started_at == (None if probe_fails else NOON + timedelta(seconds=16))


async def test_a_retry_finds_its_agent_resting_too() -> None:
    result = await play([task("a", failing(9))], policy(retry=tries(5)))
    assert [each.kind for each in result.tasks["a"].errors] == ["failed", "failed", "breaker_open"]


async def test_a_wrong_question_says_nothing_against_the_agent() -> None:
    async def work(assignment: Assignment) -> None:
        raise ParameterExtractionError("since", "x", "is a time", "since=14:00")

    result = await play([task(f"a{n}", work) for n in range(5)], policy())
    assert all(each.errors[0].kind == "parameter_extraction" for each in result.tasks.values())


async def test_the_time_for_the_whole_says_nothing_against_an_agent() -> None:
    clock, breakers = ManualClock(), dict[str, Breaker]()
    tasks = [task(f"a{n}", taking(clock, 99)) for n in range(3)]
    whole = OrchestrationPolicy(breaker=TWICE, total_timeout_s=5)
    await play(tasks, whole, clock=clock, breakers=breakers)
    assert breakers["ann"].in_a_row == 0


async def test_without_a_policy_for_it_nobody_is_left_alone_whatever_is_known() -> None:
    rests = Breaker(TWICE)
    rests.rest(0.0, 100.0)
    off = OrchestrationPolicy(breaker=None)
    result = await play([task("a")], off, breakers={"ann": rests})
    assert statuses(result) == {"a": "succeeded"}


async def test_what_is_known_of_agents_outlives_an_execution_where_it_is_handed_in() -> None:
    breakers = dict[str, Breaker]()
    await play([task(f"a{n}", failing(9)) for n in range(2)], policy(), breakers=breakers)
    result = await play([task("a")], policy(), breakers=breakers)
    assert result.tasks["a"].errors[0].kind == "breaker_open"


async def test_two_executions_that_share_a_breaker_never_wait_for_each_others_probe() -> None:
    clock, breakers = ManualClock(), {"ann": Breaker(TWICE)}
    breakers["ann"].rest(0.0, 1.0)
    await clock.advance(2)
    probing = Running(TaskGraph([task("probe", taking(clock, 50))]), policy(), clock=clock, breakers=breakers)
    first = asyncio.ensure_future(probing.result())
    await clock.advance(1)

    other = Running(TaskGraph([task("other", nothing)]), policy(), clock=clock, breakers=breakers)
    second = asyncio.ensure_future(other.result())
    await clock.advance(1)
    assert second.done()
    assert "is being tried by another execution" in second.result().tasks["other"].reason
    assert statuses(await to_the_end(clock, first)) == {"probe": "succeeded"}


async def test_a_probe_that_has_to_wait_for_money_lets_another_find_out() -> None:
    clock, breakers = ManualClock(), {"ann": Breaker(TWICE)}
    breakers["ann"].rest(0.0, 1.0)
    await clock.advance(2)

    async def thrifty(assignment: Assignment) -> None:
        await clock.sleep(5)
        assignment.spend(Decimal(0))

    tasks = [
        task("holds", thrifty, agent="bob", cost=Decimal(3)),
        task("dear", thrifty, cost=Decimal(3)),
        task("free", thrifty),
    ]
    rich = OrchestrationPolicy(breaker=TWICE, cost_budget=Decimal(3))
    result = await play(tasks, rich, clock=clock, breakers=breakers)
    assert statuses(result) == dict.fromkeys(["holds", "dear", "free"], "succeeded")
    begun = [each.started_at for each in result.tasks.values()]
    assert [each and each.second for each in begun] == [2, 7, 2]


async def test_money_that_one_agent_may_not_use_yet_is_used_by_another() -> None:
    clock, breakers = ManualClock(), {"ann": Breaker(TWICE)}
    breakers["ann"].rest(0.0, 1.0)
    await clock.advance(2)

    def thrifty(seconds: float) -> Work:
        async def work(assignment: Assignment) -> None:
            await clock.sleep(seconds)
            assignment.spend(Decimal(0))

        return work

    tasks = [
        task("holds", thrifty(3), agent="bob", cost=Decimal(3)),
        task("ann-waits", thrifty(1), cost=Decimal(1)),
        task("cid-waits", thrifty(1), agent="cid", cost=Decimal(2)),
        task("probe", thrifty(20)),
    ]
    rich = OrchestrationPolicy(breaker=TWICE, cost_budget=Decimal(3))
    result = await play(tasks, rich, clock=clock, breakers=breakers)
    begun = {name: each.started_at and each.started_at.second for name, each in result.tasks.items()}
    assert begun == {"holds": 2, "ann-waits": 22, "cid-waits": 5, "probe": 2}
