"""Time as the sandbox sees it, handed in so that no test waits: nothing else in this room reads a clock.

Slack's deadlines (3 s to acknowledge, 3 s for a trigger, 30 minutes for a response URL) all run on `Clock`. Under
`ManualClock` they pass when a test says so.
"""

import asyncio
import heapq
import itertools
import time
from typing import Protocol

SETTLING_TURNS = 10


class Clock(Protocol):
    """What the sandbox needs of time."""

    def now(self) -> float:
        """Seconds since 1970, UTC."""

    def monotonic(self) -> float:
        """Seconds since some moment, never going back."""

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds`."""


class SystemClock:
    """The machine's time."""

    def now(self) -> float:
        """Seconds since 1970, UTC."""
        return time.time()  # noqa: TID251 - this is the clock that is handed in

    def monotonic(self) -> float:
        """Seconds since some moment, never going back."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds` of real time."""
        await asyncio.sleep(seconds)


class ManualClock:
    """Time that stands still until `advance` moves it; sleepers wake in the order of their alarms."""

    def __init__(self, start: float = 1_700_000_000.0) -> None:
        """Begin at `start`, seconds since 1970."""
        self._start = start
        self._passed = 0.0
        self._order = itertools.count()
        self._alarms: list[tuple[float, int, asyncio.Future[None]]] = []

    def now(self) -> float:
        """Seconds since 1970, UTC."""
        return self._start + self._passed

    def monotonic(self) -> float:
        """Seconds since the start."""
        return self._passed

    async def sleep(self, seconds: float) -> None:
        """Return once `advance` has passed this much time."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        alarm: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._alarms, (self._passed + seconds, next(self._order), alarm))
        await alarm

    async def advance(self, seconds: float) -> None:
        """Let `seconds` pass, waking whoever sleeps until then, each before the time goes on."""
        until = self._passed + seconds
        await _settle()
        while self._alarms and self._alarms[0][0] <= until:
            due, _, alarm = heapq.heappop(self._alarms)
            self._passed = max(self._passed, due)
            if not alarm.done():
                alarm.set_result(None)
                await _settle()
        self._passed = until
        await _settle()

    @property
    def sleepers(self) -> int:
        """How many wait for an alarm: a test can see that a deadline is running before it lets time pass."""
        return sum(not alarm.done() for _, _, alarm in self._alarms)


async def _settle() -> None:
    """Let the tasks that are ready run until they wait."""
    for _ in range(SETTLING_TURNS):
        await asyncio.sleep(0)
