"""Tasks and what they build on, checked before anything runs.

The law: a graph that was built can be run to its end. Duplicate ids, unknown dependencies, cycles (told with their path)
and tasks that can never be reached are refused here, all of them ValueErrors that name what to mend.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from itertools import pairwise

from orchestrator.engine.tasks import TaskSpec

MOST_TOLD = 10


class GraphError(ValueError):
    """The graph cannot be run. The message is ours and names the tasks."""


class TaskGraph:
    """Tasks in the order given, and `after`: for a task's id the ids of those that end before it starts.

    A task without an id gets `task-N`, N its place from 1. `entry`, where given, names the tasks that may start the work:
    what cannot be reached from them is refused.
    """

    def __init__(
        self,
        tasks: Iterable[TaskSpec],
        after: Mapping[str, Sequence[str]] | None = None,
        *,
        entry: Sequence[str] | None = None,
    ) -> None:
        self.tasks = _by_id(tasks)
        given = after or {}
        _refuse_texts(given)
        self._refuse_unknown([*given, *(name for names in given.values() for name in names), *(entry or ())])
        self.after = {name: tuple(dict.fromkeys(given.get(name, ()))) for name in self.tasks}
        self.before = _turned_round(self.after)
        self._refuse_cycles()
        if entry is not None:
            self._refuse_unreached(entry)

    def __len__(self) -> int:
        return len(self.tasks)

    def order(self) -> list[str]:
        """The ids, each after those it builds on; as far as that is possible."""
        waiting = {name: len(needed) for name, needed in self.after.items()}
        ready = deque(name for name, number in waiting.items() if not number)
        order = []
        while ready:
            order.append(name := ready.popleft())
            for each in self.before[name]:
                waiting[each] -= 1
                if not waiting[each]:
                    ready.append(each)
        return order

    def _refuse_unknown(self, names: Iterable[str]) -> None:
        for name in names:
            if name not in self.tasks:
                near = get_close_matches(name, self.tasks, n=1)
                meant = f" Did you mean {near[0]!r}?" if near else ""
                raise GraphError(f"There is no task {name!r}.{meant}")

    def _refuse_cycles(self) -> None:
        stuck = set(self.tasks) - set(self.order())
        if not stuck:
            return
        cycle = self._cycle_in(stuck)
        behind = sorted(stuck - set(cycle))
        never = f" Never reached behind it: {_some(behind)}." if behind else ""
        raise GraphError(f"Tasks wait for each other in a circle: {' → '.join([*cycle, cycle[0]])}.{never}")

    def _cycle_in(self, stuck: set[str]) -> list[str]:
        """Against the arrows: every stuck task waits for one that is stuck, so that this comes round."""
        seen: dict[str, int] = {}
        path: list[str] = []
        name = next(each for each in self.tasks if each in stuck)
        while name not in seen:
            seen[name] = len(path)
            path.append(name)
            name = next(each for each in self.after[name] if each in stuck)
        return path[seen[name] :][::-1]

    def _refuse_unreached(self, entry: Sequence[str]) -> None:
        reached, ahead = set(entry), deque(entry)
        while ahead:
            for each in self.before[ahead.popleft()]:
                if each not in reached:
                    reached.add(each)
                    ahead.append(each)
        unreached = [name for name in self.tasks if name not in reached]
        if unreached:
            raise GraphError(f"Cannot be reached from {_some(list(entry))}: {_some(unreached)}.")


def _refuse_texts(given: Mapping[str, Sequence[str]]) -> None:
    """A text is a sequence too, of letters, and nobody means those."""
    for name, needed in given.items():
        if isinstance(needed, str):
            raise GraphError(f"What task {name!r} comes after is a list of ids: [{needed!r}], not {needed!r}.")


def chained(tasks: Sequence[TaskSpec]) -> TaskGraph:
    """Each task after the one before it."""
    named = list(TaskGraph(tasks).tasks.values())
    return TaskGraph(named, {later.id: (earlier.id,) for earlier, later in pairwise(named)})


def _by_id(tasks: Iterable[TaskSpec]) -> dict[str, TaskSpec]:
    found: dict[str, TaskSpec] = {}
    for number, each in enumerate(tasks, start=1):
        task = each if each.id else replace(each, id=f"task-{number}")
        if task.id in found:
            raise GraphError(f"Two tasks have the id {task.id!r}; every id stands for one task.")
        found[task.id] = task
    return found


def _turned_round(after: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """For each task those that build on it."""
    before: dict[str, list[str]] = {name: [] for name in after}
    for name, needed in after.items():
        for each in needed:
            before[each].append(name)
    return before


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_TOLD} more" if len(names) > MOST_TOLD else ""
    return ", ".join(names[:MOST_TOLD]) + more
