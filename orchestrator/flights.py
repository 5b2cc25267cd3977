"""A bounded cache with one flight per key: who asks for what is being fetched waits for the same fetch."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Flights(Generic[T]):
    """Keeps the `most` newest results. A fetch that failed is not kept; one that nobody waits for any more is cancelled."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, T] = OrderedDict()
        self._flying: dict[Hashable, tuple[asyncio.Task[T], list[None]]] = {}

    async def get(self, key: Hashable, fetch: Callable[[], Awaitable[T]]) -> T:
        """What is kept under `key`, or the result of the one fetch for it."""
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        task, waiting = self._flying.get(key) or (asyncio.ensure_future(self._fly(key, fetch)), [])
        self._flying[key] = (task, waiting)
        waiting.append(None)
        try:
            return await asyncio.shield(task)
        finally:
            waiting.pop()
            if not waiting and not task.done():
                self._flying.pop(key, None)
                task.cancel()

    async def _fly(self, key: Hashable, fetch: Callable[[], Awaitable[T]]) -> T:
        try:
            result = await fetch()
        finally:
            flying = self._flying.get(key)
            if flying is not None and flying[0] is asyncio.current_task():
                del self._flying[key]
        self._kept[key] = result
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return result
