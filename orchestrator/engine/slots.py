"""The attempts that run: begun, heard when they end, cut short where they must not go on.

The law: an attempt is an asyncio task of its own and is told to have ended exactly once: when it has, or when it was cancelled
again and again and would not (it is then given up, and says so).
"""

import asyncio
from collections.abc import Callable
from functools import partial

from orchestrator.clock import Clock, put_down
from orchestrator.engine.node import Node
from orchestrator.engine.performing import Ended, Performing, failed
from orchestrator.engine.tasks import Assignment
from orchestrator.model import TaskError, TaskStatus

OVER = {"timed_out": TaskStatus.TIMED_OUT, "cancelled": TaskStatus.CANCELLED}
"""How a task has ended that was cut short for that kind of reason."""


class Slots:
    """`ended` is called with every attempt's end; `broken` with what must end the program, before that."""

    def __init__(
        self,
        performing: Performing,
        clock: Clock,
        ended: Callable[[Node, Ended], None],
        broken: Callable[[BaseException], None],
    ) -> None:
        self._performing, self._clock, self._ended, self._broken = performing, clock, ended, broken
        self._downs: set[asyncio.Future[None]] = set()
        self.running = 0

    def begin(self, node: Node, assignment: Assignment) -> None:
        """Start an attempt. It does nothing before the event loop's next turn."""
        node.assignment = assignment
        node.work = work = asyncio.create_task(self._performing.perform(node.spec, assignment))
        self.running += 1
        work.add_done_callback(partial(self._came_back, node))

    def cut_short(self, node: Node, why: TaskError) -> None:
        """Cancel what runs, and see to it that it ends."""
        if node.cut_short is None and node.work is not None:
            node.cut_short = why
            down = asyncio.ensure_future(self._put_down(node, node.work))
            self._downs.add(down)
            down.add_done_callback(self._downs.discard)

    async def aclose(self) -> None:
        """Wait for what was cut short."""
        while self._downs:
            await asyncio.wait(self._downs)

    def _came_back(self, node: Node, work: "asyncio.Future[Ended]") -> None:
        if node.work is not work:
            return  # given up before
        failure = _fatal(work)
        if failure is not None:
            self._broken(failure)
        node.work = None
        self.running -= 1
        self._ended(node, _how(node, work))

    async def _put_down(self, node: Node, work: "asyncio.Future[Ended]") -> None:
        await put_down(self._clock, work)
        if not work.done():
            self._came_back(node, work)


def _fatal(work: "asyncio.Future[Ended]") -> BaseException | None:
    """What came of an attempt that is no value: it must end the program."""
    return work.exception() if work.done() and not work.cancelled() else None


def _how(node: Node, work: "asyncio.Future[Ended]") -> Ended:
    """What was cut short has not succeeded, even if it came to its end just then: nobody waited for it any more."""
    assert node.assignment is not None
    failure = _fatal(work)
    if failure is not None:
        return failed(failure, node.assignment)
    if node.cut_short is not None:
        return Ended(OVER[node.cut_short.kind], cost=node.assignment.told_cost, error=node.cut_short)
    return failed(asyncio.CancelledError(), node.assignment) if work.cancelled() else work.result()
