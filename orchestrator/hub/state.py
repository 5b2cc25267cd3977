"""What everybody at the hub of one investigation may know of the work: facts by name, kept.

The law: a fact is stored before anybody is told, and nobody who was told can change it for others.
"""

import asyncio
from collections.abc import Mapping
from copy import deepcopy

from pydantic import JsonValue

from orchestrator.clock import undivided
from orchestrator.model import redacted
from orchestrator.ports import HubStore


class ProjectState:
    """The facts of one investigation."""

    def __init__(self, key: tuple[str, str], store: HubStore) -> None:
        self._key, self._store = key, store
        self._facts: dict[str, JsonValue] = {}
        self._turn = asyncio.Lock()

    async def open(self) -> None:
        """Know again what an earlier process knew."""
        self._facts = dict(await self._store.facts(*self._key))

    async def update(self, facts: Mapping[str, JsonValue]) -> None:
        """Later facts replace earlier ones of the same name. Raises UnkeepableError for what is no plain data."""
        await undivided(self._update(redacted(deepcopy(dict(facts)))))

    def told(self) -> dict[str, JsonValue]:
        """All of them."""
        return deepcopy(self._facts)

    async def _update(self, facts: dict[str, JsonValue]) -> None:
        async with self._turn:
            await self._store.keep_facts(*self._key, facts)
            self._facts |= facts
