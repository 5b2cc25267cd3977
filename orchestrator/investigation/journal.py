"""The journal: an event is stored, then folded, then told. In this order, and one after the other within a run.

A listener that raises is logged by its type and forgotten for that event; it hurts nobody else. The views used last stay
in memory; the store has all of them.
"""

import asyncio
import logging
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from orchestrator.clock import Clock, undivided
from orchestrator.errors import InvestigationNotFoundError
from orchestrator.events import Event, InvestigationView, Recorded, fold, replay
from orchestrator.ports import InvestigationStore, Listener

Key = tuple[str, str]

KEPT_VIEWS = 200


class Journal:
    """Appends events and hands out views."""

    def __init__(self, store: InvestigationStore, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._listeners: list[Listener] = []
        self._views: OrderedDict[Key, InvestigationView] = OrderedDict()
        self._locks: dict[Key, asyncio.Lock] = {}
        self._users: Counter[Key] = Counter()
        self._log = logging.getLogger("compass.journal")

    def listen(self, listener: Listener) -> None:
        """Tell this one too, of every event from now on."""
        self._listeners.append(listener)

    async def append(self, workspace: str, investigation_id: str, event: Event) -> InvestigationView:
        """Store the event, fold it, tell the listeners; the view after it.

        Cancelling the caller does not tear this apart: what is stored is also folded and told before the cancellation goes
        on. Raises what the store raises, and then nothing has happened.
        """
        return await undivided(self._append((workspace, investigation_id), event))

    async def view(self, workspace: str, investigation_id: str) -> InvestigationView:
        """The latest view. Raises InvestigationNotFoundError."""
        key = (workspace, investigation_id)
        async with self._alone_with(key):
            found = await self._load(key)
        if found is None:
            raise InvestigationNotFoundError(f"No investigation {investigation_id} in this workspace.")
        return found

    async def _append(self, key: Key, event: Event) -> InvestigationView:
        async with self._alone_with(key):
            before = await self._load(key)
            recorded = await self._store.append(*key, event, self._clock.now())
            view = fold(before, recorded)
            self._views[key] = view
            self._views.move_to_end(key)
            self._tell(recorded, view)
        return view

    async def _load(self, key: Key) -> InvestigationView | None:
        if key not in self._views:
            view = replay(await self._store.events(*key))
            if view is None:
                return None
            self._views[key] = view
        self._views.move_to_end(key)
        return self._views[key]

    def _tell(self, recorded: Recorded, view: InvestigationView) -> None:
        for listener in self._listeners:
            try:
                listener.heard(recorded, view)
            except Exception as failure:  # noqa: BLE001 - a listener's failure must not reach the run or the others
                self._log.warning("listener %s failed (%s)", type(listener).__name__, type(failure).__name__)

    @asynccontextmanager
    async def _alone_with(self, key: Key) -> AsyncIterator[None]:
        """One after the other within a run. The lock lives as long as somebody holds it or waits for it."""
        self._users[key] += 1
        try:
            async with self._locks.setdefault(key, asyncio.Lock()):
                yield
        finally:
            self._users[key] -= 1
            if not self._users[key]:
                del self._users[key], self._locks[key]
            self._forget()

    def _forget(self) -> None:
        """Drop the views longest unused; the store has them. What somebody works on stays."""
        for key in list(self._views)[: max(0, len(self._views) - KEPT_VIEWS)]:
            if key not in self._users:
                del self._views[key]
