"""An execution for people at a terminal, and for programs. Pure: makes texts, and hands lines to who writes them.

On a terminal the last line says how it stands and is written anew; anywhere else every event is a line of its own.
"""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, is_dataclass
from typing import Any

from orchestrator.engine.events import (
    EngineEvent,
    ExecutionBegan,
    ExecutionEnded,
    ExecutionHeartbeat,
    TaskEnded,
    TaskRetried,
    TaskStarted,
)
from orchestrator.engine.result import OrchestrationResult
from orchestrator.model import TaskResult, TaskStatus

CLEAR = "\r\x1b[K"
DEEPEST = 50


class Progress:
    """An engine's listener. `write` takes texts as they are to be shown; `width`: columns of a terminal, 0: there is none."""

    def __init__(self, write: Callable[[str], None], width: int = 0) -> None:
        self._write, self._width = write, width
        self._running: dict[str, None] = {}
        self._tasks = self._ended = self._unwell = 0

    def __call__(self, event: EngineEvent) -> None:
        """Show it."""
        self._count(event)
        line = _line_of(event)
        if not self._width:
            self._write(f"{line}\n" if line else "")
        elif isinstance(event, ExecutionEnded):
            self._write(CLEAR)
        else:
            stays = isinstance(event, TaskEnded | TaskRetried)
            self._write(f"{CLEAR}{line[: self._width] + chr(10) if stays else ''}{self._standing()[: self._width - 1]}")

    def _count(self, event: EngineEvent) -> None:
        if isinstance(event, ExecutionBegan):
            self._tasks = event.tasks
        elif isinstance(event, TaskStarted):
            self._running[event.task_id] = None
        elif isinstance(event, TaskRetried):
            self._running.pop(event.task_id, None)
        elif isinstance(event, TaskEnded):
            self._running.pop(event.task_id, None)
            self._ended += 1
            self._unwell += event.status is not TaskStatus.SUCCEEDED

    def _standing(self) -> str:
        unwell = f", {self._unwell} without success" if self._unwell else ""
        now = f"; at work: {', '.join(self._running)}" if self._running else ""
        return f"{self._ended} of {self._tasks} ended{unwell}{now}"


def _line_of(event: EngineEvent) -> str:
    match event:
        case ExecutionBegan():
            return f"{event.tasks} tasks"
        case TaskStarted():
            return f"{event.task_id} started{f', attempt {event.attempt}' if event.attempt > 1 else ''}"
        case TaskRetried():
            return f"{event.task_id} is tried again in {event.wait_s:.1f} s: {event.reason}"
        case TaskEnded():
            return f"{event.task_id} {_how(event)}{f': {event.reason}' if event.reason else ''}"
        case ExecutionHeartbeat():
            return f"{event.running} at work, {event.ready} ready, {event.ended} ended"
        case ExecutionEnded():
            return ""


def _how(ended: TaskEnded) -> str:
    succeeded = ended.status is TaskStatus.SUCCEEDED
    return f"{ended.status}{f' after {ended.duration_s:.1f} s' if succeeded or ended.attempts else ''}"


def as_text(result: OrchestrationResult) -> str:
    """A line for each task, and what all of it amounts to."""
    wide = max(map(len, result.tasks), default=0)
    lines = [_row(each, wide) for each in result.tasks.values()]
    metrics = result.metrics
    lines.append(f"{result.merged.summary} {metrics.wall_time:.1f} s, ${metrics.cost_estimate}.")
    lines += [
        f"They disagree on {each.key}: {', '.join(name for name, _ in each.said)}." for each in result.merged.conflicts
    ]
    return "\n".join(lines) + "\n"


def _row(task: TaskResult, wide: int) -> str:
    return f"{task.id:<{wide}}  {task.status:<11}  {task.duration_s:7.1f} s  ${task.cost}  {task.reason}".rstrip()


def as_json(result: OrchestrationResult) -> str:
    """The whole result; of artifacts whatever JSON can hold, and the `repr` of what it cannot."""
    metrics = result.metrics
    document = json.dumps(
        {
            "tasks": {name: _task(each) for name, each in result.tasks.items()},
            "metrics": {
                "wall_time": metrics.wall_time,
                "speedup_vs_serial": metrics.speedup_vs_serial,
                "cost_estimate": str(metrics.cost_estimate),
                "attempts": metrics.attempts,
            },
            "merged": plain(asdict(result.merged)),
        },
        indent=2,
        ensure_ascii=False,
    )
    return f"{document}\n"


def _task(task: TaskResult) -> dict[str, Any]:
    return {
        "agent": task.agent,
        "status": str(task.status),
        "started_at": task.started_at.isoformat() if task.started_at else None,
        "finished_at": task.finished_at.isoformat() if task.finished_at else None,
        "duration_s": task.duration_s,
        "attempts": task.attempts,
        "artifacts": [plain(each) for each in task.artifacts],
        "errors": [asdict(each) for each in task.errors],
        "cost": str(task.cost),
    }


def plain(value: Any, depth: int = 0) -> Any:
    """As JSON can hold it. What is nested deeper than anybody reads, or in itself, is cut there."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if depth > DEEPEST:
        return "…"
    if is_dataclass(value) and not isinstance(value, type):
        value = {name: getattr(value, name) for name in value.__dataclass_fields__}
    if isinstance(value, Mapping):
        return {str(key): plain(each, depth + 1) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(each, depth + 1) for each in value]
    return repr(value)
