"""One execution of a graph: starts what may start, and ends when all has ended, or nothing can go on.

The laws: at most `max_concurrency` attempts run at once, and none is left behind, however it ends. Who goes next is decided in
`schedule`, how an attempt ends in `performing`, what becomes of a task in `course`; here is only what follows.
"""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial

from orchestrator.clock import Clock, outlast
from orchestrator.engine.course import Course
from orchestrator.engine.events import EngineListener
from orchestrator.engine.graph import TaskGraph
from orchestrator.engine.node import Node
from orchestrator.engine.performing import Performing
from orchestrator.engine.places import Places
from orchestrator.engine.policy import OrchestrationPolicy
from orchestrator.engine.quality import Audit
from orchestrator.engine.schedule import Schedule
from orchestrator.engine.telling import Telling
from orchestrator.model import TaskError, TaskResult, TaskStatus
from orchestrator.ports import TaskJournal
from orchestrator.retry import Breaker

CANCELLED = TaskError("cancelled", "It was cancelled from outside.")
OUT_OF_TIME = TaskError("timed_out", "The time for the whole was over.")


class Execution:
    """A graph on its way; `run` it once. `results` has what ended so far, at any time, also after a cancellation.

    `heard` is told of every result when it counts; nothing is started while `room` says that nobody could take more.
    """

    def __init__(
        self,
        graph: TaskGraph,
        policy: OrchestrationPolicy,
        *,
        clock: Clock,
        listeners: Sequence[EngineListener] = (),
        audit: Audit | None = None,
        journal: TaskJournal | None = None,
        breakers: dict[str, Breaker] | None = None,
        heard: Callable[[TaskResult], None] = lambda _: None,
        room: Callable[[], bool] = lambda: True,
    ) -> None:
        self._policy, self._clock, self._journal, self._room = policy, clock, journal, room
        self._schedule = Schedule(graph, policy, breakers)
        self._places = Places(policy.max_concurrency)
        self._telling = Telling(listeners, clock)
        self._course = Course(
            self._schedule,
            policy,
            Performing(self._places, audit),
            journal,
            clock=clock,
            telling=self._telling,
            changed=self.pump,
            broken=self._break,
            heard=heard,
        )
        self._broken: BaseException | None = None
        self._begun = self._opened = self._pumping = self._again = False
        self._ended = asyncio.Event()

    @property
    def results(self) -> dict[str, TaskResult]:
        """What has ended so far."""
        return self._course.results

    async def run(self) -> None:
        """To the end, which every task has then. A cancellation goes on when nothing is left running.

        Raises what the journal raises where it fails, and what must end the program; then too nothing is left running.
        """
        if self._begun:
            raise RuntimeError("an execution is run once; make another one of the same graph")
        self._begun = True
        try:
            await self._open()
            await self._ended.wait()
        except asyncio.CancelledError:
            self.cancel()
            raise
        except Exception as failure:  # noqa: BLE001 - it is raised below, when nothing is left running
            self._break(failure)
        finally:
            await self._down()
        if self._broken is not None:
            raise self._broken

    def cancel(self, why: TaskError = CANCELLED) -> None:
        """End it: what runs is cancelled and awaited, what has not started does not. `run` returns as always.

        Where it is not known yet what was kept, it ends as soon as that is known.
        """
        self._course.over = self._course.over or why
        if self._opened:
            self._course.put_an_end()
            self._look_whether_ended()

    def pump(self) -> None:
        """Start what may start now. Called from within itself it only goes round once more."""
        self._again = True
        if self._pumping:
            return
        self._pumping = True
        while self._again and self._course.over is None:
            self._again = False
            while self._course.over is None and self._course.running < self._policy.max_concurrency and self._room():
                move = self._schedule.next(self._clock.monotonic())
                if move is None:
                    break
                if isinstance(move, Node):
                    self._course.begin(move)
                else:
                    self._course.refuse(move)
        self._pumping = False
        self._look_whether_ended()

    async def _open(self) -> None:
        self._telling.began(len(self._schedule.nodes))
        now = self._clock.monotonic()
        if self._policy.total_timeout_s is not None:
            self._course.alarms.at(now + self._policy.total_timeout_s, partial(self.cancel, OUT_OF_TIME))
        if self._telling:
            self._course.alarms.at(now + self._policy.heartbeat_s, self._beat)
        try:
            kept = await self._journal.kept() if self._journal else ()
        finally:
            self._opened = True
        self._course.end_all(list(self._schedule.open({each.id: each for each in kept})))
        if self._course.over is not None:
            self.cancel()

    def _beat(self) -> None:
        self._telling.alive(self._course.running, self._schedule.ready, len(self.results))
        self._course.alarms.at(self._clock.monotonic() + self._policy.heartbeat_s, self._beat)

    def _break(self, failure: BaseException) -> None:
        """Results cannot be kept, or the program is to end: nothing goes on, and `run` raises it."""
        self._broken = self._broken or failure
        self.cancel(TaskError("cancelled", f"The execution broke off ({type(failure).__name__})."))

    def _look_whether_ended(self) -> None:
        if not self._course.running and not self._schedule.unfinished:
            self._ended.set()

    async def _down(self) -> None:
        """When nothing runs any more. Further cancellations wait for that, and then go on."""
        closing = asyncio.ensure_future(self._close())
        await outlast(closing, self.cancel)
        closing.result()

    async def _close(self) -> None:
        await self._ended.wait()
        await self._course.aclose()
        await self._places.aclose()
        succeeded = sum(each.status is TaskStatus.SUCCEEDED for each in self.results.values())
        self._telling.closed(succeeded, len(self._schedule.nodes))
