"""Who may run now. The law: only so many run at once, the others wait by severity, then by arrival.

The places live in memory: after a restart every unfinished run asks again, in the order in which it was asked for, before the
first of them is admitted.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from orchestrator.hub import TaskQueue
from orchestrator.investigation.journal import Key
from orchestrator.model import HubTask, HubTaskState, Investigation, Severity

PRIORITY = {Severity.SEV1: 3, Severity.SEV2: 2, Severity.SEV3: 1, Severity.UNKNOWN: 1, Severity.SEV4: 0}
"""What nobody has rated goes with SEV3: it may turn out worse than what somebody looked at and called minor."""


class Admission:
    """`places`: so many may run at once. To be called from one event loop."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._queue = TaskQueue()
        self._ids: dict[Key, str] = {}
        self._turns: dict[str, asyncio.Future[None]] = {}
        self._count = 0
        self._shut = 0

    def enqueue(self, wanted: Investigation) -> None:
        """Let it wait behind those as bad or worse. It gives its place back with `leave`, whether it ever had one or not."""
        key = wanted.key
        self.leave(key)
        self._count += 1
        name = self._ids[key] = f"run-{self._count}"
        self._turns[name] = asyncio.get_running_loop().create_future()
        priority, at = PRIORITY[wanted.incident.severity], wanted.requested_at
        self._queue.enqueue_task(HubTask(task_id=name, summary=wanted.investigation_id, priority=priority, at=at))
        self._admit()

    async def admitted(self, key: Key) -> None:
        """Return when that run may begin."""
        await self._turns[self._ids[key]]

    def leave(self, key: Key) -> None:
        """It has ended, or waits no more. One that is not known has left already."""
        name = self._ids.pop(key, None)
        if name is not None:
            self._queue.withdraw_task(name)
            self._turns.pop(name).cancel()
            self._admit()

    def place_of(self, key: Key) -> int:
        """How many it is from its turn: 1 for the next one, 0 where it does not wait."""
        waiting = [each.task_id for each in self._queue.waiting]
        name = self._ids.get(key)
        return waiting.index(name) + 1 if name in waiting else 0

    @contextmanager
    def shut(self) -> Iterator[None]:
        """Admit nobody until all are there, so that who was taken up first does not go before who is worse off."""
        self._shut += 1
        try:
            yield
        finally:
            self._shut -= 1
            self._admit()

    def _admit(self) -> None:
        while not self._shut and self._running < self._places and (task := self._queue.dequeue_task()):
            turn = self._turns[task.task_id]
            if not turn.done():
                turn.set_result(None)

    @property
    def _running(self) -> int:
        return sum(each.state is HubTaskState.ASSIGNED for each in self._queue.tasks)
