"""Handing work from agent to agent by name: one call, or a chain in which each receives what the one before it returned.

The law: every attempt leaves an entry in the execution log, whatever came of it. A chain is a graph: it runs on the engine,
like everything here, so there is no second scheduler, timeout or retry.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from orchestrator.clock import Clock, SystemClock
from orchestrator.engine import Answer, Assignment, OrchestrationPolicy, TaskSpec, call, chained, execute_graph
from orchestrator.errors import (
    AgentExecutionError,
    AgentNotFoundError,
    AgentTimeoutError,
    ConflictError,
    OrchestratorError,
)
from orchestrator.model import TaskResult, TaskStatus
from orchestrator.retry import Breaker

CALL_TIMEOUT_S = 30.0

Handler: TypeAlias = Callable[[Any], Awaitable[Any] | Any]
"""Is handed the context and returns what the next one gets. One that blocks runs in a thread."""


@dataclass(frozen=True, slots=True)
class ExecutionLogEntry:
    """One call of one agent. `status` is a TaskStatus; `error` is in words of ours, "" where it succeeded."""

    agent_name: str
    status: TaskStatus
    started_at: datetime | None
    duration_s: float
    error: str = ""


class AgentHandoffManager:
    """Knows agents by name.

    `policy` says how often a call is tried, and when an agent that keeps failing is left alone; the time limits are those
    of the calls.
    """

    def __init__(self, *, clock: Clock | None = None, policy: OrchestrationPolicy | None = None) -> None:
        self._clock, self._policy = clock or SystemClock(), policy or OrchestrationPolicy()
        self._handlers: dict[str, Handler] = {}
        self._breakers: dict[str, Breaker] = {}
        self.execution_log: list[ExecutionLogEntry] = []

    def register_agent(self, name: str, handler: Handler) -> None:
        """Know this one. Raises ConflictError for a name that is taken, ValueError and TypeError for what is no agent."""
        if not name:
            raise ValueError("an agent needs a name")
        if not callable(handler):
            raise TypeError(f"{name} is called with the context: it has to be a function, async or not")
        if name in self._handlers:
            raise ConflictError(f"An agent named {name} is registered already.", remedy="Give it another name.")
        self._handlers[name] = handler

    async def call_agent(self, name: str, context: Any, timeout: float = CALL_TIMEOUT_S) -> Any:
        """What the agent returns.

        Raises AgentNotFoundError, AgentTimeoutError after `timeout` seconds, AgentExecutionError where it failed, or the
        OrchestratorError that it raised itself.
        """
        return await self.handoff_chain([name], context, timeout)

    async def handoff_chain(self, names: Sequence[str], context: Any, timeout: float = CALL_TIMEOUT_S) -> Any:
        """What the last one returns; each has `timeout` seconds. Raises as `call_agent` does, for the first that failed.

        All names are looked up before the first is called; an empty chain returns the context.
        """
        calls = [_Call(name, self._handler(name), timeout, self._clock, self.execution_log) for name in names]
        if not calls:
            return context
        specs = [
            TaskSpec(
                each.itself, id=f"{n}:{each.name}", agent=each.name, timeout_s=timeout, params={"context": context}
            )
            for n, each in enumerate(calls, start=1)
        ]
        result = await execute_graph(chained(specs), self._policy, clock=self._clock, breakers=self._breakers)
        for each, ended in zip(calls, result.tasks.values(), strict=True):
            if ended.status is not TaskStatus.SUCCEEDED:
                raise each.why(ended)
        return ended.artifacts[0]

    def _handler(self, name: str) -> Handler:
        if name not in self._handlers:
            raise AgentNotFoundError.registered(name, self._handlers)
        return self._handlers[name]


class _Call:
    """One agent's turn in a chain; remembers what it raised, if that was ours."""

    def __init__(self, name: str, handler: Handler, timeout: float, clock: Clock, log: list[ExecutionLogEntry]) -> None:
        self.name = name
        self._error: OrchestratorError | None = None
        self._handler, self._timeout, self._clock, self._log = handler, timeout, clock, log
        self._ends: float | None = None
        self._under_way: tuple[datetime, float] | None = None

    def itself(self) -> "_Call":
        return self

    async def run(self, assignment: Assignment) -> Answer:
        """Call the handler with what the one before it returned; leave an entry, whatever comes of it."""
        self._under_way = self._clock.now(), self._clock.monotonic()
        self._ends = self._under_way[1] + self._timeout if self._ends is None else self._ends
        self._error = None
        try:
            answer = await call(self._handler, _context_of(assignment), assignment)
        except BaseException as failure:
            self._error = failure if isinstance(failure, OrchestratorError) else None
            self._note(TaskStatus.FAILED, self._error.message if self._error else type(failure).__name__)
            raise
        self._note(TaskStatus.SUCCEEDED)
        return Answer((answer,))

    def why(self, ended: TaskResult) -> OrchestratorError:
        """What to raise for a call that did not succeed. One that was not made, or is given up, is logged here."""
        if not ended.attempts:
            self._log.append(ExecutionLogEntry(self.name, ended.status, None, 0.0, ended.reason))
        self._note(ended.status, ended.reason)
        if ended.status is TaskStatus.TIMED_OUT:
            return AgentTimeoutError(self._too_late)
        return self._error or AgentExecutionError(f"{self.name}: {ended.reason}")

    def _note(self, status: TaskStatus, error: str = "") -> None:
        """The attempt that is under way has ended so; cut short, it has ended by that, whatever it still did."""
        if self._under_way is None or self._ends is None:
            return
        (at, begun), self._under_way = self._under_way, None
        task, now = asyncio.current_task(), self._clock.monotonic()
        if task is not None and task.cancelling():
            late = now >= self._ends
            status, error = (
                (TaskStatus.TIMED_OUT, self._too_late) if late else (TaskStatus.CANCELLED, "It was cancelled.")
            )
        self._log.append(ExecutionLogEntry(self.name, status, at, now - begun, error))

    @property
    def _too_late(self) -> str:
        return f"{self.name} did not answer within {self._timeout:g} s."


def _context_of(assignment: Assignment) -> Any:
    """What the one before it returned; the first one gets what the chain was given."""
    for made in assignment.inputs.values():
        return made[0]
    return assignment.params["context"]
