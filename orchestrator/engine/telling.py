"""Tells listeners of events. One that raises is logged by its type, and hurts neither the execution nor the others."""

import logging
from collections.abc import Sequence

from orchestrator.clock import Clock
from orchestrator.engine.events import (
    EngineEvent,
    EngineListener,
    ExecutionBegan,
    ExecutionEnded,
    ExecutionHeartbeat,
    TaskEnded,
    TaskRetried,
    TaskStarted,
)
from orchestrator.engine.node import Node
from orchestrator.model import TaskResult


class Telling:
    """In the order in which they listen. Without listeners it is false, and no event is made."""

    def __init__(self, listeners: Sequence[EngineListener], clock: Clock) -> None:
        self._listeners, self._clock = tuple(listeners), clock
        self._log = logging.getLogger("compass.engine")

    def __bool__(self) -> bool:
        return bool(self._listeners)

    def began(self, tasks: int) -> None:
        """The execution has begun."""
        if self._listeners:
            self._tell(ExecutionBegan(self._clock.now(), tasks))

    def started(self, node: Node) -> None:
        """An attempt has."""
        if self._listeners:
            self._tell(TaskStarted(self._clock.now(), node.spec.id, node.agent, node.attempts))

    def retried(self, node: Node, wait_s: float, reason: str) -> None:
        """An attempt failed, and there is to be another."""
        if self._listeners:
            self._tell(TaskRetried(self._clock.now(), node.spec.id, node.agent, node.attempts, wait_s, reason))

    def ended(self, result: TaskResult) -> None:
        """A task has ended, so."""
        if self._listeners:
            how = (result.status, result.attempts, result.duration_s, result.reason)
            self._tell(TaskEnded(self._clock.now(), result.id, result.agent, *how))

    def alive(self, running: int, ready: int, ended: int) -> None:
        """It goes on."""
        if self._listeners:
            self._tell(ExecutionHeartbeat(self._clock.now(), running, ready, ended))

    def closed(self, succeeded: int, tasks: int) -> None:
        """Nothing runs any more."""
        if self._listeners:
            self._tell(ExecutionEnded(self._clock.now(), succeeded, tasks))

    def _tell(self, event: EngineEvent) -> None:
        for listener in self._listeners:
            try:
                listener(event)
            except Exception as failure:  # noqa: BLE001 - a listener's failure is its own
                self._log.warning("engine listener failed (%s)", type(failure).__name__)
