"""Work waits by priority, then by arrival, whatever else happens to the queue, and also after it was built again."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from orchestrator.errors import ConflictError, OrchestratorError
from orchestrator.hub import TaskQueue
from orchestrator.model import HubTask, HubTaskState
from tests.support.clock import NOON


def task(name: str, priority: int = 0) -> HubTask:
    return HubTask(task_id=name, summary=f"look at {name}", priority=priority, at=NOON)


def filled(*priorities: int) -> TaskQueue:
    queue = TaskQueue()
    for number, priority in enumerate(priorities):
        queue.enqueue_task(task(f"t{number}", priority))
    return queue


def drained(queue: TaskQueue) -> list[str]:
    found = []
    while given := queue.dequeue_task("database"):
        found.append(given.task_id)
    return found


def test_the_higher_priority_goes_first_and_of_equals_the_first() -> None:
    assert drained(filled(0, 5, -1, 5, 0)) == ["t1", "t3", "t0", "t4", "t2"]


def test_looking_takes_nothing() -> None:
    queue = filled(1, 2)
    assert [queue.peek_task().task_id for _ in range(3) if queue.peek_task()] == ["t1"] * 3  # type: ignore[union-attr]
    assert queue.get_pending_count() == 2
    assert TaskQueue().peek_task() is None
    assert TaskQueue().dequeue_task("database") is None


def test_who_is_given_a_task_has_it_until_it_is_done() -> None:
    queue = filled(0)
    given = queue.dequeue_task("database")
    assert given is not None
    assert (given.state, given.agent_id) == (HubTaskState.ASSIGNED, "database")
    assert queue.get_pending_count() == 0
    assert queue.finish_task("t0").state is HubTaskState.DONE
    assert queue.tasks[0].agent_id == "database"


def test_a_task_that_is_given_out_of_turn_is_not_given_again() -> None:
    queue = filled(1, 0)
    assert queue.assign_task("t0", "network").agent_id == "network"
    assert drained(queue) == ["t1"]


def test_what_cannot_be_is_refused_and_changes_nothing() -> None:
    queue = filled(0, 0)
    queue.assign_task("t0", "network")
    before = queue.tasks
    with pytest.raises(ConflictError, match="t0 is known already"):
        queue.enqueue_task(task("t0", 9))
    with pytest.raises(ConflictError, match="t0 is assigned, not queued"):
        queue.assign_task("t0", "database")
    with pytest.raises(ConflictError, match="t1 is queued, not assigned"):
        queue.finish_task("t1")
    with pytest.raises(OrchestratorError, match="no task t9") as refused:
        queue.finish_task("t9")
    assert refused.value.remedy == "Enqueue it first."
    assert queue.tasks == before


def test_what_a_change_would_be_can_be_had_before_it_is_made() -> None:
    queue = filled(0)
    placed, given = queue.placed(task("t1")), queue.assigned("t0", "database")
    assert (placed.order, given.state) == (2, HubTaskState.ASSIGNED)
    assert [each.state for each in queue.tasks] == [HubTaskState.QUEUED]


class QueueMachine(RuleBasedStateMachine):
    """Against a list that is sorted anew each time."""

    names = Bundle("names")

    def __init__(self) -> None:
        super().__init__()
        self.queue = TaskQueue()
        self.waiting: list[tuple[int, int, str]] = []
        self.taken: set[str] = set()
        self.count = 0

    @rule(target=names, priority=st.integers(-3, 3))
    def enqueue(self, priority: int) -> str:
        self.count += 1
        name = f"t{self.count}"
        assert self.queue.enqueue_task(task(name, priority)).state is HubTaskState.QUEUED
        self.waiting.append((-priority, self.count, name))
        return name

    @rule()
    def dequeue(self) -> None:
        given = self.queue.dequeue_task("database")
        assert (given.task_id if given else None) == (min(self.waiting)[2] if self.waiting else None)
        if given:
            self.waiting.remove(min(self.waiting))
            self.taken.add(given.task_id)

    @rule(name=names)
    def assign(self, name: str) -> None:
        if any(each[2] == name for each in self.waiting):
            self.queue.assign_task(name, "network")
            self.waiting = [each for each in self.waiting if each[2] != name]
            self.taken.add(name)
        else:
            with pytest.raises(OrchestratorError):
                self.queue.assign_task(name, "network")

    @rule(name=names)
    def finish(self, name: str) -> None:
        if name in self.taken:
            self.queue.finish_task(name)
            self.taken.remove(name)
        else:
            with pytest.raises(OrchestratorError):
                self.queue.finish_task(name)

    @rule(name=names, priority=st.integers(-3, 3))
    def enqueue_again(self, name: str, priority: int) -> None:
        if name in {each.task_id for each in self.queue.tasks}:
            with pytest.raises(ConflictError):
                self.queue.enqueue_task(task(name, priority))
        else:
            self.count += 1
            self.queue.enqueue_task(task(name, priority))
            self.waiting.append((-priority, self.count, name))

    @rule(name=names)
    def withdraw(self, name: str) -> None:
        self.queue.withdraw_task(name)
        self.queue.withdraw_task(name)
        self.waiting = [each for each in self.waiting if each[2] != name]
        self.taken.discard(name)

    @rule()
    def build_again(self) -> None:
        self.queue = TaskQueue(self.queue.tasks)

    @invariant()
    def waits_in_order(self) -> None:
        assert [each.task_id for each in self.queue.waiting] == [each[2] for each in sorted(self.waiting)]
        assert self.queue.get_pending_count() == len(self.waiting)
        first = self.queue.peek_task()
        assert (first.task_id if first else None) == (min(self.waiting)[2] if self.waiting else None)


TestQueueMachine = QueueMachine.TestCase
