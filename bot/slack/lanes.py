"""One lane a channel: what is posted there goes one after the other, at Slack's pace; other channels do not wait for it.

A lane nobody uses is forgotten once its pace has recovered, so a long life leaves nothing behind. There are no tasks here:
who wants to post waits in the lane itself, first come first served.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from orchestrator.clock import Clock, Pace


@dataclass(slots=True)
class _Lane:
    pace: Pace
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0


class Lanes:
    """All lanes of a workspace."""

    def __init__(self, clock: Clock, *, per_second: float = 1.0, burst: int = 6) -> None:
        self._clock, self._per_second, self._burst = clock, per_second, burst
        self._lanes: dict[str, _Lane] = {}

    @asynccontextmanager
    async def turn(self, channel: str) -> AsyncIterator[Pace]:
        """Hold the channel: nobody else posts there meanwhile. Take from the pace before each post."""
        lane = self._lanes.setdefault(channel, self._new())
        lane.users += 1
        try:
            async with lane.turn:
                yield lane.pace
        finally:
            lane.users -= 1
            self._forget()

    def __len__(self) -> int:
        return len(self._lanes)

    def _new(self) -> _Lane:
        return _Lane(Pace(self._clock, per_second=self._per_second, burst=self._burst))

    def _forget(self) -> None:
        self._lanes = {name: lane for name, lane in self._lanes.items() if lane.users or not lane.pace.rested}
