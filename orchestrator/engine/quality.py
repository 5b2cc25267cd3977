"""Gates for what tasks make: an audit of each one's artifacts, and one merge of all of them. Both are optional hooks.

The law: a refusal is a result and not an exception. A hook that breaks refuses nothing away: the audited task fails and says
that its audit did; a merge that breaks leaves every result as it was.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from orchestrator.model import TaskResult, TaskStatus


@dataclass(frozen=True, slots=True)
class Refusal:
    """An audit does not take what was made. `reason` is a sentence for people."""

    reason: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """Tasks that made different things of one key: (task id, value) each, in the order of the tasks."""

    key: str
    said: tuple[tuple[str, object], ...]


@dataclass(frozen=True, slots=True)
class Merged:
    """What all of it amounts to, in a sentence, and where it disagrees. `value` is what a merge of your own makes."""

    summary: str
    conflicts: tuple[Conflict, ...] = ()
    value: object = None


Audit: TypeAlias = Callable[[str, tuple[Any, ...]], Refusal | Awaitable[Refusal | None] | None]
"""Is given a task's id and its artifacts before they count."""
Merge: TypeAlias = Callable[[Sequence[TaskResult]], Merged]
"""Is given every result, in the order of the tasks, when all have ended."""


def merge_mappings(results: Sequence[TaskResult]) -> Merged:
    """How many succeeded, and the mappings among their artifacts as one; keys that were given two values are conflicts.

    Of a conflict `value` holds what the first task said.
    """
    said: dict[str, list[tuple[str, object]]] = defaultdict(list)
    for result in results:
        for artifact in result.artifacts:
            if isinstance(artifact, Mapping):
                for key, value in artifact.items():
                    said[str(key)].append((result.id, value))
    conflicts = tuple(
        Conflict(key, tuple(each)) for key, each in said.items() if any(value != each[0][1] for _, value in each)
    )
    return Merged(summary_of(results), conflicts, {key: each[0][1] for key, each in said.items()})


def summary_of(results: Sequence[TaskResult]) -> str:
    """`2 of 4 tasks succeeded; 1 timed_out (b), 1 skipped (c).`"""
    others: dict[TaskStatus, list[str]] = defaultdict(list)
    for result in results:
        if result.status is not TaskStatus.SUCCEEDED:
            others[result.status].append(result.id)
    rest = ", ".join(
        f"{len(ids)} {status} ({', '.join(ids[:3])}{', …' * (len(ids) > 3)})" for status, ids in others.items()
    )
    done = len(results) - sum(map(len, others.values()))
    return f"{done} of {len(results)} tasks succeeded{'; ' + rest if rest else ''}."
