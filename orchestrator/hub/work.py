"""The queue of one investigation, kept: what waits, who has what, what is done.

The law: a change is stored before it counts, one after the other, and to its end also where who asked for it is cancelled.
So a store that fails changes nothing, no task is given to two, and a hub that is opened again finds the same order.
"""

import asyncio
import secrets
from collections.abc import Callable

from orchestrator.clock import Clock, undivided
from orchestrator.errors import ConflictError
from orchestrator.hub.queue import TaskQueue
from orchestrator.hub.registry import AgentRegistry
from orchestrator.model import AgentStatus, HubTask
from orchestrator.ports import HubStore
from orchestrator.redaction import redact


class Work:
    """The tasks of one investigation."""

    def __init__(self, key: tuple[str, str], store: HubStore, clock: Clock, registry: AgentRegistry) -> None:
        self._key, self._store, self._clock, self._registry = key, store, clock, registry
        self._queue = TaskQueue()
        self._turn = asyncio.Lock()

    async def open(self) -> None:
        """Know again what an earlier process knew."""
        self._queue = TaskQueue(await self._store.hub_tasks(*self._key))

    async def enqueue(self, summary: str, priority: int, task_id: str) -> HubTask:
        """The task with its place. Raises ConflictError for an id that is taken."""
        name = task_id or f"task-{secrets.token_hex(5)}"
        task = HubTask(task_id=name, summary=redact(summary), priority=priority, at=self._clock.now())
        return await self._change(lambda: self._queue.placed(task))

    async def dequeue(self, agent_id: str) -> HubTask | None:
        """The next one, given to that agent. Raises AgentNotFoundError, or ConflictError where it may be given nothing."""
        return await undivided(self._given_next(agent_id))

    async def assign(self, task_id: str, agent_id: str) -> HubTask:
        """That one, out of turn. Raises as `dequeue` does, and ConflictError where it does not wait any more."""

        def given() -> HubTask:
            self._check_free(agent_id)
            return self._queue.assigned(task_id, agent_id)

        return await self._change(given)

    async def finish(self, task_id: str) -> HubTask:
        """It is done. Raises ConflictError where nobody works on it."""
        return await self._change(lambda: self._queue.finished(task_id))

    def peek(self) -> HubTask | None:
        """The one that is next; it stays."""
        return self._queue.peek_task()

    @property
    def pending(self) -> int:
        """How many wait."""
        return self._queue.get_pending_count()

    @property
    def tasks(self) -> list[HubTask]:
        """All of them, by their order."""
        return self._queue.tasks

    async def _given_next(self, agent_id: str) -> HubTask | None:
        async with self._turn:
            self._check_free(agent_id)
            task = self._queue.peek_task()
            return await self._keep(self._queue.assigned(task.task_id, agent_id)) if task else None

    async def _change(self, change: Callable[[], HubTask]) -> HubTask:
        return await undivided(self._changed(change))

    async def _changed(self, change: Callable[[], HubTask]) -> HubTask:
        async with self._turn:
            return await self._keep(change())

    async def _keep(self, task: HubTask) -> HubTask:
        await self._store.keep_task(*self._key, task)
        return self._queue.put(task)

    def _check_free(self, agent_id: str) -> None:
        status = self._registry.get_agent(agent_id).status
        if status in (AgentStatus.PAUSED, AgentStatus.STOPPED):
            raise ConflictError(f"{agent_id} is {status} and is given no work.", remedy="Give it to another agent.")
