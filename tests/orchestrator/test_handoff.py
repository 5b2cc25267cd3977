"""Agents hand work to each other by name: one call, or a chain, and every attempt leaves its entry."""

import asyncio
import threading
from decimal import Decimal
from typing import Any

import pytest

from orchestrator import AgentHandoffManager, ExecutionLogEntry, OrchestrationPolicy
from orchestrator.clock import PATIENCE_S, TRIES
from orchestrator.errors import (
    AgentExecutionError,
    AgentNotFoundError,
    AgentTimeoutError,
    BudgetExceededError,
    ConflictError,
    ParameterExtractionError,
    SourceUnavailableError,
)
from orchestrator.retry import BreakerPolicy, RetryPolicy
from tests.support.clock import NOON, ManualClock, settle

SECRET = "password=hunter2"
THREE_TIMES = OrchestrationPolicy(retry=RetryPolicy(max_attempts=3, backoff="fixed", base_s=5, cap_s=5, jitter=0))


class Handler:
    """Does what the script says, one entry a call; remembers the contexts."""

    def __init__(self, *script: Any) -> None:
        self._script = list(script)
        self.given: list[Any] = []

    async def __call__(self, context: Any) -> Any:
        self.given.append(context)
        does = self._script.pop(0) if len(self._script) > 1 else self._script[0]
        if isinstance(does, BaseException):
            raise does
        return await does(context) if callable(does) else does


def manager_of(clock: ManualClock, policy: OrchestrationPolicy | None = None, **handlers: Any) -> AgentHandoffManager:
    manager = AgentHandoffManager(clock=clock, policy=policy)
    for name, handler in handlers.items():
        manager.register_agent(name, handler)
    return manager


def told(manager: AgentHandoffManager) -> list[tuple[str, str, float, str]]:
    return [(each.agent_name, each.status.value, each.duration_s, each.error) for each in manager.execution_log]


async def test_a_call_returns_what_the_agent_returns_and_leaves_an_entry() -> None:
    clock = ManualClock()

    async def slow(context: Any) -> dict[str, Any]:
        await clock.sleep(2)
        return {**context, "pool": "full"}

    manager = manager_of(clock, database=slow)
    calling = asyncio.create_task(manager.call_agent("database", {"incident": "INC-1"}))
    await clock.advance(2)
    assert await calling == {"incident": "INC-1", "pool": "full"}
    assert [str(each.status) for each in manager.execution_log] == ["succeeded"]
    assert manager.execution_log == [
        ExecutionLogEntry("database", manager.execution_log[0].status, started_at=NOON, duration_s=2.0, error="")
    ]


async def test_each_in_a_chain_receives_what_the_one_before_it_returned_and_nothing_is_something() -> None:
    handlers = {"a": Handler(None), "b": Handler([]), "c": Handler(0), "d": Handler("end")}
    manager = manager_of(ManualClock(), **handlers)
    assert await manager.handoff_chain(["a", "b", "c", "d"], "start") == "end"
    assert [each.given for each in handlers.values()] == [["start"], [None], [[]], [0]]
    assert [name for name, *_ in told(manager)] == ["a", "b", "c", "d"]


async def test_one_agent_may_have_several_turns_in_a_chain() -> None:
    manager = manager_of(ManualClock(), more=lambda number: number + 1)
    assert await manager.handoff_chain(["more"] * 5, 0) == 5


async def test_an_empty_chain_returns_the_context() -> None:
    manager = manager_of(ManualClock())
    assert await manager.handoff_chain([], "context") == "context"
    assert manager.execution_log == []


def test_a_name_that_is_taken_or_none_is_refused() -> None:
    manager = manager_of(ManualClock(), database=Handler(1))
    with pytest.raises(ConflictError, match="An agent named database is registered already"):
        manager.register_agent("database", Handler(2))
    with pytest.raises(ValueError, match="needs a name"):
        manager.register_agent("", Handler(2))
    with pytest.raises(TypeError, match="network is called with the context"):
        manager.register_agent("network", "not a function")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "remedy"),
    [("databse", "Did you mean database?"), ("Network", "Did you mean network?"), ("xyz", "Known: database, network.")],
)
async def test_an_unknown_agent_is_refused_with_the_nearest_name_before_anybody_is_called(
    name: str, remedy: str
) -> None:
    database = Handler(1)
    manager = manager_of(ManualClock(), database=database, network=Handler(2))
    with pytest.raises(AgentNotFoundError, match=f"No agent is registered as {name}") as refused:
        await manager.handoff_chain(["database", name], "context")
    assert refused.value.remedy == remedy
    assert (database.given, manager.execution_log) == ([], [])


async def test_nobody_is_known_yet() -> None:
    with pytest.raises(AgentNotFoundError) as refused:
        await manager_of(ManualClock()).call_agent("database", None)
    assert refused.value.remedy == "Known: nobody yet."


@pytest.mark.parametrize(("more", "limit_s"), [({}, 30), ({"timeout": 7}, 7)])
async def test_a_call_has_thirty_seconds_or_what_it_was_given(more: dict[str, float], limit_s: float) -> None:
    clock = ManualClock()
    manager = manager_of(clock, slow=lambda context: clock.sleep(1000))
    calling = asyncio.create_task(manager.call_agent("slow", None, **more))
    await clock.advance(limit_s - 0.1)
    assert not calling.done()
    await clock.advance(0.1)
    with pytest.raises(AgentTimeoutError, match=f"slow did not answer within {limit_s} s"):
        await calling
    assert told(manager) == [("slow", "timed_out", limit_s, f"slow did not answer within {limit_s} s.")]
    assert clock.sleepers == 0


async def test_each_in_a_chain_has_the_whole_time_for_itself() -> None:
    clock = ManualClock()

    async def slow(context: int) -> int:
        await clock.sleep(20)
        return context + 1

    calling = asyncio.create_task(manager_of(clock, slow=slow).handoff_chain(["slow"] * 3, 0))
    await clock.advance(60)
    assert await calling == 3


async def test_an_answer_after_the_cancellation_is_too_late_and_is_not_told_as_one() -> None:
    clock = ManualClock()

    async def late(context: Any) -> str:
        try:
            await clock.sleep(1000)
        except asyncio.CancelledError:
            return "late"
        return "never"

    manager = manager_of(clock, late=late)
    calling = asyncio.create_task(manager.call_agent("late", None))
    await clock.advance(30)
    with pytest.raises(AgentTimeoutError):
        await calling
    assert [status for _, status, *_ in told(manager)] == ["timed_out"]


async def test_one_that_never_gives_in_is_given_up_and_has_one_entry_all_the_same() -> None:
    clock = ManualClock()

    async def stubborn(context: Any) -> None:
        for _ in range(TRIES + 1):
            try:
                await clock.sleep(1000)
            except asyncio.CancelledError:
                continue

    manager = manager_of(clock, stubborn=stubborn)
    calling = asyncio.create_task(manager.call_agent("stubborn", None))
    await clock.advance(30 + TRIES * PATIENCE_S)
    with pytest.raises(AgentTimeoutError):
        await calling
    assert [status for _, status, *_ in told(manager)] == ["timed_out"]
    await clock.advance(5000)
    assert len(manager.execution_log) == 1


async def test_every_attempt_leaves_an_entry_and_the_last_one_decides() -> None:
    clock = ManualClock()
    flaky = Handler(ValueError(SECRET), SourceUnavailableError("no answer"), "well")
    manager = manager_of(clock, THREE_TIMES, flaky=flaky)
    calling = asyncio.create_task(manager.call_agent("flaky", "context"))
    await clock.advance(10)
    assert await calling == "well"
    assert flaky.given == ["context"] * 3
    assert told(manager) == [
        ("flaky", "failed", 0.0, "ValueError"),
        ("flaky", "failed", 0.0, "no answer"),
        ("flaky", "succeeded", 0.0, ""),
    ]
    assert [(each.started_at - NOON).seconds for each in manager.execution_log if each.started_at] == [0, 5, 10]


async def test_the_time_limit_lies_over_all_attempts_of_a_call() -> None:
    clock = ManualClock()
    manager = manager_of(clock, THREE_TIMES, flaky=Handler(ValueError(), lambda _: clock.sleep(1000)))
    calling = asyncio.create_task(manager.call_agent("flaky", None))
    await clock.advance(30)
    with pytest.raises(AgentTimeoutError):
        await calling
    assert [(status, duration) for _, status, duration, _ in told(manager)] == [("failed", 0.0), ("timed_out", 25.0)]


@pytest.mark.parametrize(
    "error",
    [
        BudgetExceededError("It does not fit."),
        ParameterExtractionError("budget", "ten", "must be a number", "budget=10"),
        SourceUnavailableError("The folder is empty."),
    ],
)
async def test_an_error_of_ours_is_raised_as_it_is(error: Exception) -> None:
    manager = manager_of(ManualClock(), a=Handler(1), b=Handler(error), c=Handler(3))
    with pytest.raises(type(error)) as raised:
        await manager.handoff_chain(["a", "b", "c"], None)
    assert raised.value is error
    assert [(name, status) for name, status, *_ in told(manager)] == [("a", "succeeded"), ("b", "failed")]


@pytest.mark.parametrize("failure", [ValueError(SECRET), SystemExit(SECRET), StopAsyncIteration(SECRET)])
async def test_a_foreign_error_is_told_by_its_type_and_its_text_is_never_shown(failure: BaseException) -> None:
    manager = manager_of(ManualClock(), theirs=Handler(failure))
    with pytest.raises(AgentExecutionError, match=type(failure).__name__) as raised:
        await manager.call_agent("theirs", None)
    assert told(manager) == [("theirs", "failed", 0.0, type(failure).__name__)]
    assert SECRET not in f"{raised.value} {raised.value.message} {raised.value.details} {manager.execution_log}"


async def test_an_agent_that_cancels_itself_has_failed() -> None:
    manager = manager_of(ManualClock(), own=Handler(asyncio.CancelledError()))
    with pytest.raises(AgentExecutionError):
        await manager.call_agent("own", None)
    assert told(manager) == [("own", "failed", 0.0, "CancelledError")]


async def test_a_cancellation_from_outside_ends_the_call_and_goes_on() -> None:
    clock = ManualClock()
    manager = manager_of(clock, slow=lambda context: clock.sleep(10))
    calling = asyncio.create_task(manager.handoff_chain(["slow", "slow"], None))
    await clock.advance(3)
    calling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await calling
    assert told(manager) == [("slow", "cancelled", 3.0, "It was cancelled.")]
    assert clock.sleepers == 0


async def test_a_handler_that_blocks_works_in_a_thread_and_holds_up_nobody() -> None:
    let, threads = threading.Event(), []

    def blocking(context: int) -> int:
        threads.append(threading.current_thread())
        let.wait()
        return context + 1

    manager = manager_of(ManualClock(), blocking=blocking, quick=Handler("quick"))
    calling = asyncio.create_task(manager.call_agent("blocking", 1))
    assert await manager.call_agent("quick", None) == "quick"
    assert not calling.done()
    let.set()
    assert await calling == 2
    assert threads[0] is not threading.main_thread()


async def test_who_keeps_failing_is_left_alone_over_calls_and_asked_again_after_its_rest() -> None:
    clock = ManualClock()
    policy = OrchestrationPolicy(breaker=BreakerPolicy(failures=2, rest_s=60))
    ill = Handler(ValueError(), ValueError(), "well")
    manager = manager_of(clock, policy, ill=ill, other=Handler("fine"))
    for _ in range(2):
        with pytest.raises(AgentExecutionError, match="ValueError"):
            await manager.call_agent("ill", None)
    with pytest.raises(AgentExecutionError, match="ill is left alone for 60 s more after 2 failures in a row"):
        await manager.call_agent("ill", None)
    assert len(ill.given) == 2
    assert manager.execution_log[-1].started_at is None
    assert await manager.call_agent("other", None) == "fine"
    await clock.advance(60)
    assert await manager.call_agent("ill", None) == "well"


async def test_calls_at_once_do_not_mix_what_they_were_given() -> None:
    clock = ManualClock()

    async def echo(context: int) -> int:
        await clock.sleep(10 - context)
        return context

    manager = manager_of(clock, echo=echo)
    calls = [asyncio.create_task(manager.handoff_chain(["echo", "echo"], n)) for n in range(9)]
    await clock.advance(20)
    await settle()
    assert [await each for each in calls] == list(range(9))
    assert len(manager.execution_log) == 18


async def test_a_time_limit_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        await manager_of(ManualClock(), a=Handler(Decimal(1))).call_agent("a", None, timeout=0)
