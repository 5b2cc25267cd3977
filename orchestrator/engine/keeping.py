"""Results are kept in groups: those that end while one group is being written are the next one.

The law: a result is handed on only after it was kept. A journal that cannot keep ends the execution: what is not kept has not
happened, and going on would pay twice. (Grouped, because each write waits for the disk, and the wait is the same for many.)
"""

import asyncio
from collections.abc import Callable

from orchestrator.clock import undivided
from orchestrator.engine.node import Node
from orchestrator.model import TaskResult
from orchestrator.ports import TaskJournal

HandOn = Callable[[list[tuple[Node, TaskResult]]], None]


class Keeping:
    """Writes to `journal`; `hand_on` hears what was kept, `broken` that the journal failed."""

    def __init__(self, journal: TaskJournal, hand_on: HandOn, broken: Callable[[BaseException], None]) -> None:
        self._journal, self._hand_on, self._broken = journal, hand_on, broken
        self._waiting: list[tuple[Node, TaskResult]] = []
        self._writer: asyncio.Task[None] | None = None

    def keep(self, node: Node, result: TaskResult) -> None:
        """Keep this one with the next group."""
        self._waiting.append((node, result))
        if self._writer is None:
            self._writer = asyncio.ensure_future(self._write())

    async def aclose(self) -> None:
        """Wait for what is being written."""
        if self._writer is not None:
            await undivided(asyncio.wait([self._writer]))

    async def _write(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting, []
            try:
                await self._journal.keep([result for _, result in group])
            except BaseException as failure:  # noqa: BLE001 - whatever it is, it ends the execution, which raises it
                self._broken(failure)
                break
            self._hand_on(group)
        self._writer = None
