"""What every store must keep of the engine's tasks."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from orchestrator import TaskGraph, TaskSpec, execute_graph
from orchestrator.engine import Assignment
from orchestrator.errors import ConflictError, UnkeepableError
from orchestrator.model import TaskError, TaskResult, TaskStatus
from orchestrator.ports import TaskJournal
from storage import MemoryStore, SqliteStore
from storage.errors import StorageClosedError
from tests.support.clock import NOON

TasksStore = SqliteStore | MemoryStore

UNFIT: dict[str, Any] = {
    "a set": {1},
    "no number": float("nan"),
    "a tuple": [(1, 2)],
    "a number as a key": {1: "one"},
    "bytes": b"x",
    "half a character": "\ud800",
    "an object": object(),
}


def result(task_id: str = "a", *artifacts: Any, **more: Any) -> TaskResult:
    return TaskResult(task_id, "agent", TaskStatus.SUCCEEDED, NOON, NOON, 0.25, 1, artifacts, **more)


def whole() -> TaskResult:
    """One in which nothing is left out."""
    errors = (
        TaskError("failed", "The agent failed (“é”).", 1),
        TaskError("timed_out", "It did not end within 3 s.", 2),
    )
    ends = NOON + timedelta(seconds=1.5)
    return TaskResult("b", "agent", TaskStatus.TIMED_OUT, NOON, ends, 1.5, 2, (), errors, Decimal("1.234567891"))


def graph_of(did: list[str], make: Callable[[Assignment], Any]) -> TaskGraph:
    """a, then b and c, then d, each of which writes down that it worked."""

    def agent() -> Any:
        async def work(assignment: Assignment) -> Any:
            did.append(assignment.task_id)
            return make(assignment)

        return work

    return TaskGraph([TaskSpec(agent, id=each) for each in "abcd"], {"b": ["a"], "c": ["a"], "d": ["b", "c"]})


class TaskContract:
    @pytest.fixture
    def journal(self, store: TasksStore) -> TaskJournal:
        return store.task_journal("T1", "e1")

    async def test_nothing_was_kept_at_first(self, journal: TaskJournal) -> None:
        assert list(await journal.kept()) == []

    async def test_results_come_back_as_they_were_in_the_order_in_which_they_were_kept(
        self, store: TasksStore, journal: TaskJournal
    ) -> None:
        first, skipped = result("z", {"found": ["ü", None, 1.5]}, "text"), TaskResult("c", "x", TaskStatus.SKIPPED)
        await journal.keep([first, whole()])
        await journal.keep([skipped])
        assert list(await journal.kept()) == [first, whole(), skipped]
        assert list(await store.task_journal("T1", "e1").kept()) == [first, whole(), skipped]

    async def test_an_execution_and_a_workspace_have_results_of_their_own(self, store: TasksStore) -> None:
        keys = [("T1", "e1"), ("T1", "e2"), ("T2", "e1")]
        for n, key in enumerate(keys):
            await store.task_journal(*key).keep([result("a", n)])
        assert [list(await store.task_journal(*key).kept()) for key in keys] == [[result("a", n)] for n in range(3)]

    async def test_they_survive_that_the_store_is_closed(self, store: TasksStore, journal: TaskJournal) -> None:
        await journal.keep([whole()])
        await store.aclose()
        for asked in (journal.kept(), journal.keep([result()])):
            with pytest.raises(StorageClosedError):
                await asked
        await store.open()
        assert list(await journal.kept()) == [whole()]

    @pytest.mark.parametrize("again", [["a"], ["b", "a", "c"], ["b", "b"]])
    async def test_a_second_result_of_a_task_is_refused_and_its_whole_group_with_it(
        self, journal: TaskJournal, again: Sequence[str]
    ) -> None:
        await journal.keep([result("a", "first")])
        with pytest.raises(ConflictError) as refused:
            await journal.keep([result(each, "second") for each in again])
        assert refused.value.details == {"execution_id": "e1", "task_id": "b" if again == ["b", "b"] else "a"}
        assert list(await journal.kept()) == [result("a", "first")]

    @pytest.mark.parametrize("what", UNFIT)
    async def test_what_would_not_come_back_as_it_was_is_refused_by_its_task_and_the_rule(
        self, journal: TaskJournal, what: str
    ) -> None:
        with pytest.raises(UnkeepableError, match="Task 'bad' cannot be kept: what it made ") as refused:
            await journal.keep([result("good", 1), result("bad", UNFIT[what])])
        assert list(refused.value.details) == ["bad"]
        assert list(await journal.kept()) == []

    async def test_all_that_cannot_be_kept_are_named_at_once(self, journal: TaskJournal) -> None:
        with pytest.raises(UnkeepableError, match="So it is with 1 more") as refused:
            await journal.keep([result("a", {1}), result("b"), result("c", cost=Decimal("1e10"))])
        assert list(refused.value.details) == ["a", "c"]

    async def test_what_is_finer_than_a_nano_dollar_counts_as_a_whole_one(self, journal: TaskJournal) -> None:
        await journal.keep([result(cost=Decimal("0.0000000001"))])
        assert [each.cost for each in await journal.kept()] == [Decimal("0.000000001")]

    async def test_a_graph_goes_on_with_what_was_kept_of_it(self, journal: TaskJournal) -> None:
        did: list[str] = []
        await journal.keep([result("a", "kept"), result("b", "kept")])
        ended = await execute_graph(graph_of(did, lambda given: min(given.inputs)), journal=journal)
        assert did == ["c", "d"]
        assert [ended.tasks[each].artifacts for each in "abcd"] == [("kept",), ("kept",), ("a",), ("b",)]
        assert {each.id for each in await journal.kept()} == set("abcd")

    async def test_a_task_that_made_what_cannot_be_kept_has_failed_and_no_other(self, journal: TaskJournal) -> None:
        graph = graph_of([], lambda given: {1} if given.task_id == "b" else given.task_id)
        ended = await execute_graph(graph, journal=journal)
        assert [str(ended.tasks[each].status) for each in "abcd"] == ["succeeded", "failed", "succeeded", "skipped"]
        assert ended.tasks["b"].reason == "It cannot be kept: what it made is no plain data."
        kept = {each.id: each for each in await journal.kept()}
        assert kept == {each: ended.tasks[each] for each in "abc"}
