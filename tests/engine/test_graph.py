"""A graph that was built can be run; what cannot be is refused, and the message says what to mend."""

from itertools import pairwise

import pytest

from orchestrator.engine import GraphError, TaskGraph, TaskSpec, chained
from tests.engine.stage import play, statuses, task


def tasks(names: str) -> list[TaskSpec]:
    return [task(name) for name in names.split()]


def test_a_circle_is_told_with_its_path_in_the_order_in_which_the_tasks_would_run() -> None:
    with pytest.raises(GraphError) as refused:
        TaskGraph(tasks("a b c"), {"b": ["a"], "c": ["b"], "a": ["c"]})
    message = str(refused.value)
    assert message.startswith("Tasks wait for each other in a circle: ")
    path = message.removeprefix("Tasks wait for each other in a circle: ").rstrip(".").split(" → ")
    assert path[0] == path[-1]
    assert list(pairwise(path)) in [[(x, y), (y, z), (z, x)] for x, y, z in ("abc", "bca", "cab")]


def test_a_task_that_waits_for_itself_is_a_circle() -> None:
    with pytest.raises(GraphError, match="in a circle: a → a"):
        TaskGraph(tasks("a"), {"a": ["a"]})


def test_what_lies_behind_a_circle_is_named_as_never_reached() -> None:
    with pytest.raises(GraphError, match=r"circle: .*\. Never reached behind it: c, d\.$"):
        TaskGraph(tasks("a b c d"), {"a": ["b"], "b": ["a"], "c": ["b"], "d": ["c"]})


@pytest.mark.parametrize(
    ("after", "message"),
    [
        ({"analyse": ["colect"]}, r"There is no task 'colect'\. Did you mean 'collect'\?"),
        ({"analyze": ["collect"]}, r"There is no task 'analyze'\. Did you mean 'analyse'\?"),
        ({"analyse": ["zzz"]}, r"There is no task 'zzz'\.$"),
    ],
)
def test_an_unknown_task_is_refused_with_the_nearest_known_name(after: dict[str, list[str]], message: str) -> None:
    with pytest.raises(GraphError, match=message):
        TaskGraph(tasks("collect analyse"), after)


def test_a_text_where_a_list_of_ids_belongs_is_refused_and_not_read_letter_by_letter() -> None:
    with pytest.raises(GraphError, match=r"What task 'ab' comes after is a list of ids: \['a'\], not 'a'"):
        TaskGraph(tasks("a ab"), {"ab": "a"})


def test_two_tasks_of_one_id_are_refused_by_its_name() -> None:
    with pytest.raises(GraphError, match="Two tasks have the id 'b'"):
        TaskGraph(tasks("a b c b"))


def test_what_cannot_be_reached_from_the_entry_is_refused() -> None:
    with pytest.raises(GraphError, match=r"Cannot be reached from a: c, d\."):
        TaskGraph(tasks("a b c d"), {"b": ["a"], "d": ["c"]}, entry=["a"])
    assert len(TaskGraph(tasks("a b"), {"b": ["a"]}, entry=["a"])) == 2


def test_of_very_many_tasks_only_the_first_are_named() -> None:
    many = [task(f"t{n}") for n in range(30)]
    with pytest.raises(GraphError, match="t10 and 19 more"):
        TaskGraph([task("entry"), *many[1:]], entry=["entry"])


def test_tasks_without_an_id_are_numbered_by_their_place() -> None:
    assert list(TaskGraph([task("a"), task(""), task("")]).tasks) == ["a", "task-2", "task-3"]


def test_what_is_named_twice_as_a_predecessor_is_waited_for_once() -> None:
    assert TaskGraph(tasks("a b"), {"b": ["a", "a"]}).after["b"] == ("a",)


async def test_no_tasks_at_all_end_at_once() -> None:
    result = await play([])
    assert (statuses(result), result.merged.summary) == ({}, "0 of 0 tasks succeeded.")


def test_a_chain_is_each_after_the_one_before_it() -> None:
    assert chained(tasks("a b c")).after == {"a": (), "b": ("a",), "c": ("b",)}
