"""Results are kept in groups: those that end while one group is being written are the next one.

The law: a result is handed on only after it was kept. A journal that cannot keep ends the execution: what is not kept has not
happened, and going on would pay twice. A task that made what no journal can hold has failed by that, and it alone. (Grouped,
because each write waits for the disk, and the wait is the same for many.)
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace

from orchestrator.clock import undivided
from orchestrator.engine.node import Node
from orchestrator.errors import UnkeepableError
from orchestrator.model import TaskError, TaskResult, TaskStatus
from orchestrator.ports import TaskJournal

Group = list[tuple[Node, TaskResult]]


class Keeping:
    """Writes to `journal`; `hand_on` hears what was kept, `lost` that the journal failed, and of what."""

    def __init__(
        self,
        journal: TaskJournal,
        hand_on: Callable[[Group], None],
        lost: Callable[[BaseException, Group], None],
    ) -> None:
        self._journal, self._hand_on, self._lost = journal, hand_on, lost
        self._waiting: Group = []
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
                group = await self._kept(group)
            except BaseException as failure:  # noqa: BLE001 - whatever it is, it ends the execution, which raises it
                group += self._waiting
                self._waiting = []
                self._lost(failure, group)
                break
            self._hand_on(group)
        self._writer = None

    async def _kept(self, group: Group) -> Group:
        """The group as it was kept: those that made what cannot be have failed, and the others lose nothing by it."""
        try:
            await self._journal.keep([result for _, result in group])
        except UnkeepableError as error:
            group = [(node, _without_artifacts(result, error.details)) for node, result in group]
            await self._journal.keep([result for _, result in group])
        return group


def _without_artifacts(result: TaskResult, rules: Mapping[str, str]) -> TaskResult:
    rule = rules.get(result.id)
    if rule is None:
        return result
    error = TaskError("unkeepable", f"It cannot be kept: {rule}.", result.attempts)
    return replace(result, status=TaskStatus.FAILED, artifacts=(), errors=(*result.errors, error))
