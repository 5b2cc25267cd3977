"""Work that waits, by priority: the higher first, within one first in, first out. Pure."""

import heapq
from collections.abc import Iterable

from orchestrator.errors import ConflictError, OrchestratorError
from orchestrator.model import HubTask, HubTaskState


class TaskQueue:
    """`tasks` are those of an earlier process; what waited then waits again, in the same order."""

    def __init__(self, tasks: Iterable[HubTask] = ()) -> None:
        self._tasks = {each.task_id: each for each in tasks}
        self._heap = [_rank(each) for each in self._tasks.values() if each.state is HubTaskState.QUEUED]
        heapq.heapify(self._heap)
        self._last = max((each.order for each in self._tasks.values()), default=0)

    def enqueue_task(self, task: HubTask) -> HubTask:
        """Put it behind those of its priority; the task with its place. Raises ConflictError for an id that is taken."""
        if task.task_id in self._tasks:
            raise ConflictError(f"A task {task.task_id} is known already.")
        self._last += 1
        placed = task.model_copy(update={"order": self._last, "state": HubTaskState.QUEUED, "agent_id": ""})
        self._tasks[placed.task_id] = placed
        heapq.heappush(self._heap, _rank(placed))
        return placed

    def peek_task(self) -> HubTask | None:
        """The one that is next; it stays."""
        while self._heap and self._tasks[self._heap[0][2]].state is not HubTaskState.QUEUED:
            heapq.heappop(self._heap)
        return self._tasks[self._heap[0][2]] if self._heap else None

    def dequeue_task(self, agent_id: str = "") -> HubTask | None:
        """The one that is next, assigned to `agent_id`; None where nothing waits."""
        task = self.peek_task()
        return self.assign_task(task.task_id, agent_id) if task else None

    def assign_task(self, task_id: str, agent_id: str) -> HubTask:
        """Give that one to that agent, out of turn. Raises ConflictError where it does not wait any more."""
        return self._move(task_id, HubTaskState.QUEUED, HubTaskState.ASSIGNED, agent_id)

    def finish_task(self, task_id: str) -> HubTask:
        """It is done. Raises ConflictError where nobody works on it."""
        return self._move(task_id, HubTaskState.ASSIGNED, HubTaskState.DONE, None)

    def get_pending_count(self) -> int:
        """How many wait."""
        return sum(each.state is HubTaskState.QUEUED for each in self._tasks.values())

    @property
    def tasks(self) -> list[HubTask]:
        """All of them, by their order."""
        return sorted(self._tasks.values(), key=lambda each: each.order)

    def _move(self, task_id: str, before: HubTaskState, after: HubTaskState, agent_id: str | None) -> HubTask:
        known = self._tasks.get(task_id)
        if known is None:
            raise OrchestratorError(f"There is no task {task_id}.", remedy="Enqueue it first.")
        if known.state is not before:
            raise ConflictError(f"Task {task_id} is {known.state} already.")
        update = {"state": after} if agent_id is None else {"state": after, "agent_id": agent_id}
        self._tasks[task_id] = known.model_copy(update=update)
        return self._tasks[task_id]


def _rank(task: HubTask) -> tuple[int, int, str]:
    return (-task.priority, task.order, task.task_id)
