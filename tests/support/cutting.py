"""A store that dies at a chosen event, so that a test can end a process at every point of a run."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from orchestrator.events import Event, Recorded
from orchestrator.model import Change, Feature
from orchestrator.ports import InvestigationSummary, OutboxEntry, Remembered, Store


class Killed(BaseException):
    """No Exception: nothing in the program gets to handle that its process is gone."""


class Cut(StrEnum):
    """BEFORE: all until this event was done, but it is not stored. AFTER: it is stored, and nobody learns of it."""

    BEFORE = "before"
    AFTER = "after"


class CuttingStore:
    """Implements Store over another one, which outlives it. From the cut on it answers nothing any more."""

    def __init__(self, inner: Store, at: int, cut: Cut) -> None:
        self._inner, self._at, self._cut = inner, at, cut
        self.appended = 0
        self.dead = False

    async def append(self, workspace: str, investigation_id: str, event: Event, at: datetime) -> Recorded:
        self._alive()
        self.appended += 1
        if self.appended == self._at and self._cut == Cut.BEFORE:
            self._die()
        recorded = await self._inner.append(workspace, investigation_id, event, at)
        if self.appended == self._at:
            self._die()
        return recorded

    async def events(self, workspace: str, investigation_id: str, after: int = 0) -> Sequence[Recorded]:
        self._alive()
        return await self._inner.events(workspace, investigation_id, after)

    async def keep_changes(self, workspace: str, changes: Sequence[Change]) -> int:
        self._alive()
        return await self._inner.keep_changes(workspace, changes)

    async def changes_between(self, workspace: str, start: datetime, end: datetime) -> Sequence[Change]:
        self._alive()
        return await self._inner.changes_between(workspace, start, end)

    async def unfinished(self) -> Sequence[tuple[str, str]]:
        self._alive()
        return await self._inner.unfinished()

    async def unfinished_of(self, workspace: str, incident_id: str) -> str | None:
        self._alive()
        return await self._inner.unfinished_of(workspace, incident_id)

    async def recent(self, workspace: str, *, limit: int = 10, incident_id: str = "") -> Sequence[InvestigationSummary]:
        self._alive()
        return await self._inner.recent(workspace, limit=limit, incident_id=incident_id)

    async def resembling(
        self, workspace: str, features: Sequence[Feature], *, but_not: str = "", limit: int = 20
    ) -> Sequence[Remembered]:
        self._alive()
        return await self._inner.resembling(workspace, features, but_not=but_not, limit=limit)

    async def find_post(self, workspace: str, key: str) -> OutboxEntry | None:
        self._alive()
        return await self._inner.find_post(workspace, key)

    async def find_message(self, workspace: str, place: str, message_id: str) -> OutboxEntry | None:
        self._alive()
        return await self._inner.find_message(workspace, place, message_id)

    async def keep_post(self, entry: OutboxEntry) -> None:
        self._alive()
        await self._inner.keep_post(entry)

    async def posts_of(self, workspace: str, investigation_id: str) -> Sequence[OutboxEntry]:
        self._alive()
        return await self._inner.posts_of(workspace, investigation_id)

    def __getattr__(self, name: str) -> Any:
        """What is kept of hubs: it has no part in where a run is cut, but dies with the rest."""
        self._alive()
        return getattr(self._inner, name)

    async def open(self) -> None:
        """The inner store is open already."""

    async def aclose(self) -> None:
        """The inner store stays open: it is what the process leaves behind."""

    def _alive(self) -> None:
        if self.dead:
            raise Killed

    def _die(self) -> None:
        self.dead = True
        raise Killed
