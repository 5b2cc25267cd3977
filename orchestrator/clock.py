"""Time, handed in. Nothing else in the house reads a clock or sleeps, so that every wait can be tested without waiting."""

import asyncio
import heapq
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

T = TypeVar("T")

PATIENCE_S = 2.0
TRIES = 3
"""So often is work cancelled, and given so many seconds each time to end, before it is given up."""


class Clock(Protocol):
    """What time is it, how much has passed, and wait."""

    def now(self) -> datetime:
        """The time of day, with zone UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds since some fixed moment; never goes back."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds`; 0 or less only yields to others."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))


class Pace:
    """At most `burst` at once and `per_second` on average, in the order asked."""

    def __init__(self, clock: Clock, *, per_second: float, burst: int) -> None:
        self._clock, self._per_second, self._burst = clock, per_second, float(burst)
        self._level, self._at = float(burst), clock.monotonic()
        self._turn = asyncio.Lock()

    async def take(self) -> None:
        """Return when the next one may be sent."""
        async with self._turn:
            self._refill()
            while self._level < 1 - 1e-9:
                await self._clock.sleep((1 - self._level) / self._per_second)
                self._refill()
            self._level -= 1

    @property
    def rested(self) -> bool:
        """Whether as much may be sent at once as ever."""
        self._refill()
        return self._level >= self._burst - 1e-9

    def _refill(self) -> None:
        now = self._clock.monotonic()
        self._level = min(self._burst, self._level + (now - self._at) * self._per_second)
        self._at = now


class Alarm:
    """Something that is to happen at a time, unless it is called off."""

    __slots__ = ("_alarms", "at", "ring")

    def __init__(self, at: float, ring: Callable[[], None], alarms: "Alarms") -> None:
        self.at, self.ring, self._alarms = at, ring, alarms

    def __lt__(self, other: "Alarm") -> bool:
        return self.at < other.at

    def off(self) -> None:
        """It shall not happen."""
        self._alarms.call_off(self)


class Alarms:
    """Many times, and one sleeper. A thousand tasks with a time limit each would else be a thousand sleeping tasks more.

    Alarms of the same time ring in any order. One that raises ends the others: they are for short code of ours.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._set: list[Alarm] = []
        self._off = 0
        self._sleeper: asyncio.Task[None] | None = None
        self._wakes_at = 0.0
        self._ringing = False

    def at(self, moment: float, ring: Callable[[], None]) -> Alarm:
        """Call `ring` at `moment` of the clock's `monotonic`."""
        alarm = Alarm(moment, ring, self)
        heapq.heappush(self._set, alarm)
        if not self._ringing and (self._sleeper is None or moment < self._wakes_at):
            self._sleep_anew()
        return alarm

    def call_off(self, alarm: Alarm) -> None:
        """Forget it. Their places are cleared when they are the greater part."""
        if alarm.ring is not _nothing:
            alarm.ring = _nothing
            self._off += 1
            if self._off > len(self._set) // 2 + 64:
                self._set = [each for each in self._set if each.ring is not _nothing]
                heapq.heapify(self._set)
                self._off = 0

    async def aclose(self) -> None:
        """None of them happens."""
        self._set.clear()
        if self._sleeper is not None:
            self._sleeper.cancel()
            await asyncio.wait([self._sleeper])
            self._sleeper = None

    def _sleep_anew(self) -> None:
        if self._sleeper is not None:
            self._sleeper.cancel()
        self._wakes_at = self._set[0].at
        self._sleeper = asyncio.ensure_future(self._watch())

    async def _watch(self) -> None:
        while self._set:
            self._wakes_at = self._set[0].at
            await self._clock.sleep(self._wakes_at - self._clock.monotonic())
            self._ringing = True
            try:
                self._ring_until(self._clock.monotonic())
            finally:
                self._ringing = False
        self._sleeper = None

    def _ring_until(self, now: float) -> None:
        while self._set and self._set[0].at <= now:
            alarm = heapq.heappop(self._set)
            ring, alarm.ring = alarm.ring, _nothing
            ring()


def _nothing() -> None:
    """What an alarm does that was called off, or has rung."""


async def outlast(work: "asyncio.Future[Any]", hurry: Callable[[], object] = _nothing) -> None:
    """Return when `work` is done, however often the caller is cancelled meanwhile; the last cancellation then goes on.

    `hurry` is called at each cancellation. How the work ended is for the caller to look at.
    """
    work.add_done_callback(_look_at)
    cancelled: asyncio.CancelledError | None = None
    while not work.done():
        try:
            await asyncio.wait([work])
        except asyncio.CancelledError as again:
            cancelled = again
            hurry()
    if cancelled is not None:
        raise cancelled


async def undivided(work: Awaitable[T]) -> T:
    """The result of `work`, which goes to its end also where the caller is cancelled; the cancellation then goes on."""
    task = asyncio.ensure_future(work)
    await outlast(task)
    return task.result()


async def within(clock: Clock, seconds: float, work: Awaitable[T]) -> T:
    """The result of `work`, or TimeoutError after `seconds` of `clock`; the work is then cancelled *and* awaited.

    Work that swallows its cancellation is given up after a while, and that is logged: nobody may be held up for ever.
    `asyncio.timeout` reads the event loop's own clock, which a test cannot hand in.
    """
    task = asyncio.ensure_future(work)
    task.add_done_callback(_look_at)
    try:
        if await _ends_within(clock, seconds, task):
            return task.result()
        raise TimeoutError
    finally:
        await put_down(clock, task)


async def _ends_within(clock: Clock, seconds: float, task: "asyncio.Future[T]") -> bool:
    alarm = asyncio.ensure_future(clock.sleep(seconds))
    try:
        either: set[asyncio.Future[Any]] = {task, alarm}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    finally:
        alarm.cancel()
    return task.done()


async def put_down(clock: Clock, task: "asyncio.Future[T]") -> None:
    """Cancel and await. A cancellation from outside meanwhile waits its turn: it must not leave the work running.

    What goes on all the same, after several times, is given up, and that is logged.
    """
    cancelled: asyncio.CancelledError | None = None
    for _ in range(TRIES):
        if task.done():
            break
        task.cancel()
        try:
            await _ends_within(clock, PATIENCE_S, task)
        except asyncio.CancelledError as again:
            cancelled = again
    if not task.done():
        logging.getLogger("compass.clock").error("work that was cancelled %d times goes on; it was given up", TRIES)
    if cancelled:
        raise cancelled


def _look_at(task: "asyncio.Future[T]") -> None:
    """Take note of how it ended; else asyncio complains of an exception nobody looked at."""
    if not task.cancelled():
        task.exception()
