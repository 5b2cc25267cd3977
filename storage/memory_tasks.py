"""What came of the engine's tasks, in a dict: the rows that SQLite would have, by the tasks' ids."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from orchestrator.model import TaskResult
from storage import rules, task_rows
from storage.task_rows import Row

Kept: TypeAlias = dict[str, Row]


class MemoryTasks:
    """Implements `orchestrator.ports.TaskJournal` for one execution. `check_open` raises where its store is closed."""

    def __init__(self, rows: Kept, execution_id: str, check_open: Callable[[], None]) -> None:
        self._rows, self._execution_id, self._check_open = rows, execution_id, check_open

    async def kept(self) -> Sequence[TaskResult]:
        """See `TaskJournal.kept`."""
        self._check_open()
        return [task_rows.read(row) for row in self._rows.values()]

    async def keep(self, results: Sequence[TaskResult]) -> None:
        """See `TaskJournal.keep`."""
        self._check_open()
        new: Kept = {}
        for row in task_rows.written(results):
            if row[0] in self._rows or row[0] in new:
                raise rules.kept_before(self._execution_id, row[0])
            new[row[0]] = row
        self._rows.update(new)
