"""Order within a channel, no waiting across channels, and Slack's pace."""

import asyncio

from bot.slack.lanes import Lanes
from orchestrator.clock import Pace
from tests.support.clock import ManualClock, settle


async def test_a_burst_goes_at_once_and_the_rest_at_the_pace() -> None:
    clock = ManualClock()
    pace = Pace(clock, per_second=1.0, burst=3)
    sent: list[float] = []

    async def send() -> None:
        await pace.take()
        sent.append(clock.monotonic())

    everybody = asyncio.gather(*(send() for _ in range(6)))
    await settle()
    assert sent == [0, 0, 0]
    await clock.advance(3)
    await everybody
    assert sent == [0, 0, 0, 1, 2, 3]


async def test_a_pace_recovers_with_time_and_never_beyond_its_burst() -> None:
    clock = ManualClock()
    pace = Pace(clock, per_second=1.0, burst=2)
    await pace.take()
    await pace.take()
    assert not pace.rested
    await clock.advance(100)
    assert pace.rested
    await pace.take()
    await pace.take()
    assert not pace.rested


async def test_within_a_channel_one_comes_after_the_other_in_the_order_asked() -> None:
    lanes, order = Lanes(ManualClock()), list[str]()
    gate = asyncio.Event()

    async def post(name: str) -> None:
        async with lanes.turn("C1"):
            await gate.wait()
            order.append(name)
            await asyncio.sleep(0)
            order.append(f"{name}!")

    everybody = asyncio.gather(*(post(name) for name in "abc"))
    await settle()
    gate.set()
    await everybody
    assert order == ["a", "a!", "b", "b!", "c", "c!"]


async def test_one_channel_does_not_wait_for_another() -> None:
    lanes = Lanes(ManualClock())
    order: list[str] = []
    async with lanes.turn("C1"), asyncio.timeout(1):
        async with lanes.turn("C2") as pace:
            await pace.take()
            order.append("C2")
        order.append("C1")
    assert order == ["C2", "C1"]


async def test_a_lane_nobody_uses_is_forgotten_once_its_pace_has_recovered() -> None:
    clock = ManualClock()
    lanes = Lanes(clock, per_second=1.0, burst=2)
    for channel in ("C1", "C2", "C3"):
        async with lanes.turn(channel) as pace:
            await pace.take()
    assert len(lanes) == 3
    await clock.advance(10)
    async with lanes.turn("C4"):
        pass
    assert len(lanes) == 0


async def test_a_turn_that_is_cancelled_gives_the_channel_back() -> None:
    lanes = Lanes(ManualClock())

    async def hold() -> None:
        async with lanes.turn("C1"):
            await asyncio.Event().wait()

    task = asyncio.create_task(hold())
    await settle()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()
    had_it = False
    async with asyncio.timeout(1), lanes.turn("C1"):
        had_it = True
    assert had_it
