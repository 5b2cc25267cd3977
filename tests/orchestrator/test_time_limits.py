"""Nobody waits for ever: an agent has two minutes, a run has five, and what is past its time is cancelled and awaited."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import pytest

from orchestrator import Orchestrator
from orchestrator.clock import PATIENCE_S, TRIES, SystemClock, undivided, within
from orchestrator.engine import attempt
from orchestrator.errors import SourceUnavailableError
from orchestrator.investigation import MemoryTurns
from orchestrator.model import Phase, Step, StepOutcome
from tests.support.agents import Call, PlainAgent, PricedAgent, ScriptedAgent
from tests.support.builders import hypothesis, incident, observation
from tests.support.clock import ManualClock, settle

Play = Callable[[Any], Awaitable[Any]]


class Slow:
    """Work that takes its time, and tells what became of it."""

    def __init__(self, clock: ManualClock, seconds: float, *, stubborn: int = 0) -> None:
        self._clock, self._seconds, self._stubborn = clock, seconds, stubborn
        self.cancelled = 0
        self.ended = False

    async def __call__(self, given: Any = None) -> Any:
        try:
            return await self._work()
        finally:
            self.ended = True

    async def _work(self) -> Any:
        while True:
            try:
                await self._clock.sleep(self._seconds)
            except asyncio.CancelledError:
                self.cancelled += 1
                if self.cancelled > self._stubborn:
                    await asyncio.sleep(0)
                    raise
            else:
                return []


def outcome(turns: MemoryTurns, phase: str, agent_id: str) -> tuple[StepOutcome, str]:
    ended = turns.ended(Step(phase=Phase(phase), agent_id=agent_id))
    assert ended is not None
    return ended.outcome, ended.note


async def test_an_agent_silent_for_two_minutes_is_cancelled_awaited_and_the_run_goes_on() -> None:
    clock, turns = ManualClock(), MemoryTurns()
    slow = Slow(clock, 500)
    agents = [ScriptedAgent("a", slow), ScriptedAgent("b", [observation("two", "b")])]
    running = asyncio.create_task(Orchestrator(agents, clock=clock, turns=turns).observe(incident()))
    await clock.advance(119.9)
    assert not running.done()
    assert (slow.cancelled, slow.ended) == (0, False)
    await clock.advance(0.1)
    assert [each.agent_id for each in await running] == ["b"]
    assert (slow.cancelled, slow.ended) == (1, True)
    assert outcome(turns, "observe", "a") == (StepOutcome.TIMED_OUT, "did not answer within 120 s")
    assert clock.sleepers == 0


async def test_an_answer_in_the_last_moment_counts() -> None:
    clock = ManualClock()

    async def just_in_time(given: Any) -> Any:
        await clock.sleep(119.999)
        return [observation()]

    running = asyncio.create_task(Orchestrator([ScriptedAgent("a", just_in_time)], clock=clock).observe(incident()))
    await clock.advance(120)
    assert len(await running) == 1


async def test_an_agent_that_answers_although_it_was_cancelled_is_too_late() -> None:
    clock, turns = ManualClock(), MemoryTurns()

    async def late(given: Any) -> Any:
        try:
            await clock.sleep(500)
        except asyncio.CancelledError:
            return [observation("late")]

    agent = ScriptedAgent("a", late)
    running = asyncio.create_task(Orchestrator([agent], clock=clock, turns=turns).observe(incident()))
    await clock.advance(120)
    assert await running == []
    assert outcome(turns, "observe", "a")[0] == StepOutcome.TIMED_OUT


async def test_an_agent_that_swallows_a_cancellation_is_cancelled_again() -> None:
    clock, turns = ManualClock(), MemoryTurns()
    stubborn = Slow(clock, 500, stubborn=1)
    running = asyncio.create_task(
        Orchestrator([ScriptedAgent("a", stubborn)], clock=clock, turns=turns).observe(incident())
    )
    await clock.advance(120 + PATIENCE_S)
    await running
    assert (stubborn.cancelled, stubborn.ended) == (2, True)
    assert outcome(turns, "observe", "a") == (StepOutcome.TIMED_OUT, "did not answer within 120 s")


async def test_an_agent_that_never_gives_in_is_given_up_and_that_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    clock = ManualClock()
    stubborn = Slow(clock, 10_000, stubborn=100)
    agents = [ScriptedAgent("a", stubborn), ScriptedAgent("b", [observation("two", "b")])]
    running = asyncio.create_task(Orchestrator(agents, clock=clock).observe(incident()))
    with caplog.at_level(logging.ERROR, "compass.clock"):
        await clock.advance(120 + TRIES * PATIENCE_S)
    assert [each.agent_id for each in await running] == ["b"]
    assert stubborn.cancelled == TRIES
    assert [each.name for each in caplog.records] == ["compass.clock"]
    await clock.advance(10_000)
    assert stubborn.ended


async def test_what_a_silent_agent_had_put_aside_counts_as_spent() -> None:
    clock = ManualClock()
    slow = Slow(clock, 500)
    agents = [PricedAgent("a", [Call("1.25"), Call("1")], on_sent=slow), ScriptedAgent("b")]
    orchestrator = Orchestrator(agents, clock=clock)
    running = asyncio.create_task(orchestrator.generate_hypotheses([]))
    await clock.advance(120)
    await running
    assert orchestrator.get_agent_costs() == {"a": Decimal("1.25"), "b": 0}


async def test_a_run_ends_within_five_minutes_and_says_who_had_no_time_left() -> None:
    clock, turns = ManualClock(), MemoryTurns()
    slow = [Slow(clock, 1000) for _ in range(4)]
    fifth = PlainAgent("e", [observation()], analyses=[hypothesis("plain", agent_id="e")])
    agents = [*(ScriptedAgent(name, each) for name, each in zip("abcd", slow, strict=True)), fifth]
    orchestrator = Orchestrator(agents, clock=clock, turns=turns)

    async def run() -> Any:
        return await orchestrator.generate_hypotheses(await orchestrator.observe(incident()))

    running = asyncio.create_task(run())
    await clock.advance(299)
    assert not running.done()
    await clock.advance(1)
    assert running.done()
    assert [each.statement for each in await running] == ["plain"]
    assert outcome(turns, "observe", "b") == (StepOutcome.TIMED_OUT, "did not answer within 120 s")
    assert outcome(turns, "observe", "c") == (StepOutcome.TIMED_OUT, "did not answer within 60 s")
    for name in "de":
        assert outcome(turns, "observe", name) == (StepOutcome.NOT_RUN, "the run had no time left")
    assert slow[3].cancelled == 0
    assert fifth.diary.asked == ["analyse:e"]


async def test_plain_analysis_that_hangs_or_fails_costs_only_what_it_would_have_said() -> None:
    clock = ManualClock()
    agents = [
        PlainAgent("a", analyses=Slow(clock, 1000)),
        PlainAgent("b", analyses=ValueError()),
        PlainAgent("c", analyses=7),
        PlainAgent("d", analyses=[hypothesis("plain", agent_id="d")]),
    ]
    running = asyncio.create_task(Orchestrator(agents, clock=clock).conclude("was stopped"))
    await clock.advance(30)
    assert [each.statement for each in await running] == ["plain"]


async def test_within_gives_the_result_or_the_works_own_error() -> None:
    async def answer() -> int:
        return 7

    async def fail() -> int:
        raise KeyError("its own")

    assert await within(ManualClock(), 1, answer()) == 7
    with pytest.raises(KeyError):
        await within(ManualClock(), 1, fail())


async def test_within_no_time_nothing_is_waited_for() -> None:
    slow = Slow(ManualClock(), 10)
    with pytest.raises(TimeoutError):
        await within(ManualClock(), 0, slow())
    assert slow.ended


async def test_cancelling_who_waits_cancels_the_work_and_waits_for_its_end() -> None:
    clock = ManualClock()
    slow = Slow(clock, 10)
    waiting = asyncio.create_task(within(clock, 100, slow()))
    await settle()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert slow.ended
    assert clock.sleepers == 0


async def test_a_second_cancellation_does_not_leave_the_work_behind() -> None:
    clock = ManualClock()
    slow = Slow(clock, 10, stubborn=1)
    waiting = asyncio.create_task(within(clock, 100, slow()))
    await settle()
    waiting.cancel()
    await settle()
    assert not waiting.done()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert (slow.cancelled, slow.ended) == (2, True)


async def test_a_cancellation_during_the_putting_down_of_late_work_goes_through() -> None:
    clock = ManualClock()
    waiting = asyncio.create_task(within(clock, 1, Slow(clock, 10, stubborn=1)()))
    await clock.advance(1)
    assert not waiting.done()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_work_that_fails_while_it_is_put_down_is_looked_at(caplog: pytest.LogCaptureFixture) -> None:
    clock = ManualClock()

    async def fail_at_the_end() -> None:
        try:
            await clock.sleep(10)
        finally:
            raise KeyError("at the end")

    waiting = asyncio.create_task(within(clock, 1, fail_at_the_end()))
    await clock.advance(1)
    with pytest.raises(TimeoutError):
        await waiting
    assert caplog.records == []


async def test_an_attempt_is_a_value_whatever_the_work_does() -> None:
    clock = ManualClock()

    async def ours() -> int:
        raise SourceUnavailableError("no answer")

    async def theirs() -> int:
        raise ZeroDivisionError

    async def fine() -> int:
        return 7

    good = await attempt(clock, 1, fine())
    assert (good.value, good.finished) == (7, True)
    refused = await attempt(clock, 1, ours())
    assert isinstance(refused.error, SourceUnavailableError)
    failed = await attempt(clock, 1, theirs())
    assert (failed.failure, failed.value, failed.finished, refused.finished) == (
        "ZeroDivisionError",
        None,
        False,
        False,
    )


async def test_a_cancellation_from_outside_is_no_result_of_an_attempt() -> None:
    clock = ManualClock()
    trying = asyncio.create_task(attempt(clock, 100, Slow(clock, 10)()))
    await settle()
    trying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await trying


async def test_undivided_work_goes_to_its_end_before_the_cancellation_goes_on() -> None:
    clock = ManualClock()
    done: list[str] = []

    async def write() -> str:
        await clock.sleep(1)
        done.append("written")
        return "kept"

    writing = asyncio.create_task(undivided(write()))
    await settle()
    writing.cancel()
    await settle()
    assert not writing.done()
    await clock.advance(1)
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert done == ["written"]
    again = asyncio.create_task(undivided(write()))
    await clock.advance(1)
    assert await again == "kept"


async def test_the_systems_clock_tells_utc_and_never_goes_back() -> None:
    clock = SystemClock()
    before = clock.monotonic()
    await clock.sleep(-1)
    assert clock.now().utcoffset() is not None
    assert str(clock.now().tzinfo) == "UTC"
    assert clock.monotonic() >= before
    await clock.sleep(0.001)
    assert clock.monotonic() >= before + 0.001
