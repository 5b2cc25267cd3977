"""How much one server is asked: so many questions a second, so many at once, and none while it keeps failing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from orchestrator.clock import Clock, Pace
from orchestrator.retry import BreakerPolicy, RetryPolicy


@dataclass(frozen=True, slots=True)
class Limits:
    """What we allow ourselves towards one server.

    `per_second` questions on average, `at_once` under way together; a connection within `connect_s`; an answer of at most
    `answer_bytes`, unpacked. A question is tried as `retry` says, all its tries together within twice the time of one.
    """

    per_second: float = 10.0
    at_once: int = 4
    connect_s: float = 5.0
    answer_bytes: int = 32 * 2**20
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    breaker: BreakerPolicy = field(default_factory=BreakerPolicy)

    def __post_init__(self) -> None:
        if not (self.per_second > 0 and self.at_once >= 1 and self.connect_s > 0 and self.answer_bytes >= 1):
            raise ValueError("limits towards a server are more than nothing")


class Throttle:
    """Who wants to ask waits in line here, first come first served."""

    def __init__(self, clock: Clock, limits: Limits) -> None:
        self._pace = Pace(clock, per_second=limits.per_second, burst=max(1, limits.at_once))
        self._places = asyncio.Semaphore(limits.at_once)

    @asynccontextmanager
    async def place(self) -> AsyncIterator[Pace]:
        """Hold one of the places; take from the pace before each request."""
        async with self._places:
            yield self._pace
