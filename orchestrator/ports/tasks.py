"""Where the engine keeps what its tasks came to, so that a restart runs nothing twice that had ended."""

from collections.abc import Sequence
from typing import Protocol

from orchestrator.model import TaskResult


class TaskJournal(Protocol):
    """The memory of one execution. Artifacts that are kept are plain data: what JSON gives back as it was."""

    async def kept(self) -> Sequence[TaskResult]:
        """Every result kept so far, in the order in which they were."""
        ...

    async def keep(self, results: Sequence[TaskResult]) -> None:
        """Keep these, all or none. When this returns they survive the loss of power.

        Raises UnkeepableError for artifacts that are no plain data, and ConflictError where a task has a result already.
        """
        ...
