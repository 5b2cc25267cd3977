"""The switch that stops all queries at once, those under way too: a sick server must not be made sicker by us."""

import asyncio
import logging
from collections.abc import Awaitable
from typing import Any, TypeVar

T = TypeVar("T")


class QueriesOffError(Exception):
    """Queries are off, or were switched off while this one was under way. Never leaves the wire."""


class Switch:
    """One for all servers. On until somebody turns it off; may be turned while queries are under way."""

    def __init__(self, *, on: bool = True) -> None:
        self._on = on
        self._under_way: set[asyncio.Future[Any]] = set()
        self._log = logging.getLogger("compass.wire")

    @property
    def is_on(self) -> bool:
        """Whether anything may be asked."""
        return self._on

    def turn_off(self) -> None:
        """From now on nothing is asked; what is under way is cancelled. Call it from the event loop's own thread."""
        self._on = False
        self._log.warning(
            "queries to telemetry servers are switched off; %d under way are stopped", len(self._under_way)
        )
        for each in self._under_way:
            each.cancel()

    def turn_on(self) -> None:
        """Queries may be sent again."""
        self._on = True
        self._log.warning("queries to telemetry servers are switched on")

    async def run(self, work: Awaitable[T]) -> T:
        """The result of `work`, or QueriesOffError as soon as queries are off; then the work has been cancelled."""
        task = asyncio.ensure_future(work)
        task.add_done_callback(_look_at)
        if not self._on:
            task.cancel()
        self._under_way.add(task)
        try:
            await asyncio.wait([task])
        finally:
            self._under_way.discard(task)
            if not task.done():
                task.cancel()
                await asyncio.wait([task])
        if task.cancelled():
            raise QueriesOffError
        return task.result()


def _look_at(task: "asyncio.Future[Any]") -> None:
    """Take note of how it ended; else asyncio complains of an exception nobody looked at."""
    if not task.cancelled():
        task.exception()
