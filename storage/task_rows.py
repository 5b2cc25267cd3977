"""A task's result as a row, and back.

The law: what is kept comes back as it was, so that a run which goes on hands later tasks the same as one that was never
interrupted. What JSON would change (a tuple, a number as a key) or cannot hold is refused before anything is written; both
stores go through here. Money is rounded up to whole nano-dollars, as everywhere.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import TypeAlias

from orchestrator.errors import UnkeepableError
from orchestrator.model import TaskError, TaskResult, TaskStatus, from_nano
from storage import codec

Row: TypeAlias = tuple[str, str, str, str | None, str | None, float, int, str, str, int]
"""task_id, agent, status, started_at, finished_at, duration_s, attempts, artifacts, errors, cost_nano."""

NOTHING = "[]"
NOT_JSON = "what it made is no plain data"
CHANGED = "what it made would come back changed (tuples as lists, keys that are no text as text)"
TOO_MUCH = "what it cost is no amount of money within 9 billion dollars"


def written(results: Sequence[TaskResult]) -> list[Row]:
    """These as rows. Raises UnkeepableError that names all which cannot be kept."""
    rows, refused = [], {}
    for each in results:
        try:
            rows.append(_row(each))
        except _Unfit as unfit:
            refused[each.id] = unfit.rule
    if refused:
        (first, rule), more = next(iter(refused.items())), len(refused) - 1
        others = f" So it is with {more} more." if more else ""
        raise UnkeepableError(f"Task {first!r} cannot be kept: {rule}.{others}", details=refused)
    return rows


def read(row: Row) -> TaskResult:
    """The result that was written."""
    task_id, agent, status, started_at, finished_at, duration_s, attempts, artifacts, errors, cost_nano = row
    return TaskResult(
        task_id,
        agent,
        TaskStatus(status),
        _maybe(started_at),
        _maybe(finished_at),
        duration_s,
        attempts,
        () if artifacts == NOTHING else tuple(json.loads(artifacts)),
        () if errors == NOTHING else tuple(TaskError(*each) for each in json.loads(errors)),
        from_nano(cost_nano),
    )


class _Unfit(Exception):  # noqa: N818 - it never leaves this module
    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


def _row(result: TaskResult) -> Row:
    return (
        result.id,
        result.agent,
        result.status.value,
        codec.maybe(result.started_at),
        codec.maybe(result.finished_at),
        result.duration_s,
        result.attempts,
        _plain(result.artifacts) if result.artifacts else NOTHING,
        json.dumps([(each.kind, each.message, each.attempt) for each in result.errors]) if result.errors else NOTHING,
        _nano(result.cost) if result.cost else 0,
    )


def _nano(cost: Decimal) -> int:
    try:
        return codec.nano(cost)
    except (ArithmeticError, ValueError) as unfit:
        raise _Unfit(TOO_MUCH) from unfit


def _plain(artifacts: tuple[object, ...]) -> str:
    given = list(artifacts)
    try:
        text = json.dumps(given, ensure_ascii=False, allow_nan=False)
        text.encode()
        same = json.loads(text) == given
    except (TypeError, ValueError, RecursionError) as unfit:
        raise _Unfit(NOT_JSON) from unfit
    if not same:
        raise _Unfit(CHANGED)
    return text


def _maybe(at: str | None) -> datetime | None:
    return datetime.fromisoformat(at) if at else None
