"""Time, handed in. Nothing else in the house reads a clock or sleeps, so that every wait can be tested without waiting."""

import asyncio
import logging
import time
from collections.abc import Awaitable
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


async def undivided(work: Awaitable[T]) -> T:
    """The result of `work`, which goes to its end also where the caller is cancelled; the cancellation then goes on."""
    task = asyncio.ensure_future(work)
    task.add_done_callback(_look_at)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


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
        await _put_down(clock, task)


async def _ends_within(clock: Clock, seconds: float, task: "asyncio.Future[T]") -> bool:
    alarm = asyncio.ensure_future(clock.sleep(seconds))
    try:
        either: set[asyncio.Future[Any]] = {task, alarm}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    finally:
        alarm.cancel()
    return task.done()


async def _put_down(clock: Clock, task: "asyncio.Future[T]") -> None:
    """Cancel and await. A cancellation from outside meanwhile waits its turn: it must not leave the work running."""
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
