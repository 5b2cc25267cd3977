"""Work that goes on after Slack was answered. Every task is owned: at the end they get a moment, then they are cancelled."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from orchestrator.clock import Clock, within

GRACE_S = 5.0


class Jobs:
    """Tasks under way."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None], name: str) -> "asyncio.Task[None]":
        """Let this go on by itself."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def drain(self) -> None:
        """Wait until everything started so far, and what that started, has ended."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def aclose(self) -> None:
        """Let what is under way end, for a few seconds; then end it."""
        try:
            await within(self._clock, GRACE_S, self.drain())
        except TimeoutError:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
