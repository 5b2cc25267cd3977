"""A clock that stands still until a test moves it. Nobody who waits on it waits for real."""

import asyncio
import heapq
from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)


class ManualClock:
    """Implements `orchestrator.clock.Clock`. `advance(seconds)` wakes, in order, everybody whose time has come."""

    def __init__(self, start: datetime = NOON) -> None:
        self._start = start
        self._elapsed = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._count = 0

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._elapsed)

    def monotonic(self) -> float:
        return self._elapsed

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        self._count += 1
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._elapsed + seconds, self._count, woken))
        await woken

    @property
    def sleepers(self) -> int:
        """How many are waiting."""
        return sum(1 for _, _, woken in self._sleepers if not woken.done())

    async def advance(self, seconds: float) -> None:
        """Let so much time pass; everything that becomes ready on the way has run when this returns."""
        until = self._elapsed + seconds
        await settle()
        while self._sleepers and self._sleepers[0][0] <= until:
            at, _, woken = heapq.heappop(self._sleepers)
            self._elapsed = max(self._elapsed, at)
            if not woken.done():
                woken.set_result(None)
            await settle()
        self._elapsed = until
        await settle()


async def settle(turns: int = 20) -> None:
    """Let every task that is ready run until it waits."""
    for _ in range(turns):
        await asyncio.sleep(0)


class HurriedClock:
    """Implements `Clock` for tests with real sockets: short waits pass at once, long ones are alarms that `ring` sets off.

    `waits` keeps what was waited for. Without this a test would have to sleep, or to guess how many turns of the event
    loop a socket takes.
    """

    def __init__(self, start: datetime = NOON, *, alarms_from: float = 15.0) -> None:
        self._start, self._alarms_from = start, alarms_from
        self._elapsed = 0.0
        self._rung = asyncio.Event()
        self.waits: list[float] = []

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._elapsed)

    def monotonic(self) -> float:
        return self._elapsed

    async def sleep(self, seconds: float) -> None:
        if seconds >= self._alarms_from:
            rung = self._rung
            await rung.wait()
            self._elapsed += seconds
            return
        await settle()
        self.waits.append(seconds)
        self._elapsed += max(0.0, seconds)

    def skip(self, seconds: float) -> None:
        """So much time has passed."""
        self._elapsed += seconds

    def ring(self) -> None:
        """Every alarm that is set now goes off."""
        rung, self._rung = self._rung, asyncio.Event()
        rung.set()
