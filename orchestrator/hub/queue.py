"""Work that waits, by priority: the higher first, within one first in, first out. Pure.

The law: what is next depends on priorities and arrivals alone, so a queue that is built again of the same tasks goes on in the
same order. Each change can be had before it is made (`placed`, `assigned`, `finished`), so that whoever keeps a queue stores
the task first and puts it in afterwards.
"""

import heapq
from collections.abc import Iterable

from orchestrator.errors import ConflictError, OrchestratorError
from orchestrator.model import HubTask, HubTaskState


class TaskQueue:
    """`tasks` are those of an earlier process; what waited then waits again, in the same order."""

    def __init__(self, tasks: Iterable[HubTask] = ()) -> None:
        self._tasks: dict[str, HubTask] = {}
        self._heap: list[tuple[int, int, str]] = []
        self._last = 0
        for each in tasks:
            self.put(each)

    def enqueue_task(self, task: HubTask) -> HubTask:
        """Put it behind those of its priority; the task with its place. Raises ConflictError for an id that is taken."""
        return self.put(self.placed(task))

    def peek_task(self) -> HubTask | None:
        """The one that is next; it stays."""
        while self._heap and not self._is_current(self._heap[0]):
            heapq.heappop(self._heap)
        return self._tasks[self._heap[0][2]] if self._heap else None

    def dequeue_task(self, agent_id: str = "") -> HubTask | None:
        """The one that is next, assigned to `agent_id`; None where nothing waits."""
        task = self.peek_task()
        return self.assign_task(task.task_id, agent_id) if task else None

    def assign_task(self, task_id: str, agent_id: str) -> HubTask:
        """Give that one to that agent, out of turn. Raises ConflictError where it does not wait any more."""
        return self.put(self.assigned(task_id, agent_id))

    def finish_task(self, task_id: str) -> HubTask:
        """It is done. Raises ConflictError where nobody works on it."""
        return self.put(self.finished(task_id))

    def withdraw_task(self, task_id: str) -> None:
        """Forget it, whatever it is at; one that is not known is forgotten already."""
        self._tasks.pop(task_id, None)

    def get_pending_count(self) -> int:
        """How many wait."""
        return sum(each.state is HubTaskState.QUEUED for each in self._tasks.values())

    @property
    def tasks(self) -> list[HubTask]:
        """All of them, by their order."""
        return sorted(self._tasks.values(), key=lambda each: each.order)

    @property
    def waiting(self) -> list[HubTask]:
        """Those that wait, the next one first."""
        return sorted((each for each in self._tasks.values() if each.state is HubTaskState.QUEUED), key=_rank)

    def placed(self, task: HubTask) -> HubTask:
        """As it would stand in the queue. Raises ConflictError for an id that is taken."""
        if task.task_id in self._tasks:
            raise ConflictError(f"A task {task.task_id} is known already.", remedy="Give it another id.")
        return task.model_copy(update={"order": self._last + 1, "state": HubTaskState.QUEUED, "agent_id": ""})

    def assigned(self, task_id: str, agent_id: str) -> HubTask:
        """As it would be when given to that agent. Raises ConflictError where it does not wait any more."""
        return self._moved(task_id, HubTaskState.QUEUED, {"state": HubTaskState.ASSIGNED, "agent_id": agent_id})

    def finished(self, task_id: str) -> HubTask:
        """As it would be when done. Raises ConflictError where nobody works on it."""
        return self._moved(task_id, HubTaskState.ASSIGNED, {"state": HubTaskState.DONE})

    def put(self, task: HubTask) -> HubTask:
        """Know it as it stands, in place of what was known of it."""
        self._tasks[task.task_id] = task
        self._last = max(self._last, task.order)
        if task.state is HubTaskState.QUEUED:
            heapq.heappush(self._heap, _rank(task))
        return task

    def _is_current(self, rank: tuple[int, int, str]) -> bool:
        """Not of a task that was given away or withdrawn since it was put in."""
        known = self._tasks.get(rank[2])
        return known is not None and known.state is HubTaskState.QUEUED and _rank(known) == rank

    def _moved(self, task_id: str, before: HubTaskState, update: dict[str, object]) -> HubTask:
        known = self._tasks.get(task_id)
        if known is None:
            raise OrchestratorError(f"There is no task {task_id}.", remedy="Enqueue it first.")
        if known.state is not before:
            raise ConflictError(f"Task {task_id} is {known.state}, not {before}.")
        return known.model_copy(update=update)


def _rank(task: HubTask) -> tuple[int, int, str]:
    return (-task.priority, task.order, task.task_id)
