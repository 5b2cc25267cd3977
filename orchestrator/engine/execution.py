"""One execution of a graph: starts what may start, hears how it ended, and tells.

The laws: at most `max_concurrency` attempts run at once, and none is left behind. Every task ends once. What is kept is kept
before anything is built on it, and before anybody hears of it. Who goes next is decided in `schedule`, how an attempt ends in
`performing`; here is only what follows.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from random import Random

from orchestrator.clock import Alarms, Clock, SystemClock
from orchestrator.engine.events import (
    ExecutionBegan,
    ExecutionEnded,
    ExecutionHeartbeat,
    TaskRetried,
    TaskStarted,
    ended_event,
)
from orchestrator.engine.graph import TaskGraph
from orchestrator.engine.keeping import Keeping
from orchestrator.engine.node import Node
from orchestrator.engine.performing import Ended, Performing
from orchestrator.engine.places import Places
from orchestrator.engine.policy import OrchestrationPolicy
from orchestrator.engine.quality import Audit
from orchestrator.engine.schedule import Refused, Schedule
from orchestrator.engine.slots import OVER, Slots
from orchestrator.engine.tasks import Assignment
from orchestrator.engine.telling import Telling
from orchestrator.model import TaskError, TaskResult, TaskStatus
from orchestrator.ports import TaskJournal
from orchestrator.retry import Breaker

CANCELLED = TaskError("cancelled", "It was cancelled from outside.")
OUT_OF_TIME = TaskError("timed_out", "The time for the whole was over.")
UNWELL = (TaskStatus.FAILED, TaskStatus.TIMED_OUT)


class Execution:
    """A graph on its way; `run` it once. `results` has what ended so far, at any time, also after a cancellation.

    `heard` is told of every result when it counts; nothing is started while `room` says that nobody could take more.
    """

    def __init__(
        self,
        graph: TaskGraph,
        policy: OrchestrationPolicy,
        *,
        clock: Clock | None = None,
        telling: Telling | None = None,
        audit: Audit | None = None,
        journal: TaskJournal | None = None,
        breakers: dict[str, Breaker] | None = None,
        heard: Callable[[TaskResult], None] = lambda _: None,
        room: Callable[[], bool] = lambda: True,
    ) -> None:
        self.schedule = Schedule(graph, policy, breakers)
        self.results: dict[str, TaskResult] = {}
        self._policy, self._journal, self._heard, self._room = policy, journal, heard, room
        self._clock, self._telling = clock or SystemClock(), telling or Telling(())
        self._alarms = Alarms(self._clock)
        self._places = Places(policy.max_concurrency)
        self._slots = Slots(Performing(self._places, audit), self._clock, self._attempt_ended, self._break)
        self._keeping = Keeping(journal, self._end_all, self._break) if journal else None
        self._over: TaskError | None = None
        self._broken: BaseException | None = None
        self._pumping = self._again = False
        self._ended = asyncio.Event()

    async def run(self) -> None:
        """To the end, which every task has then. A cancellation goes on when nothing is left running.

        Raises what the journal raises where it fails, and what must end the program; then too nothing is left running.
        """
        try:
            await self._open()
            await self._ended.wait()
        except asyncio.CancelledError:
            self.cancel()
            await self._all_down()
            raise
        finally:
            await self._close()
        if self._broken is not None:
            raise self._broken

    def cancel(self, why: TaskError = CANCELLED) -> None:
        """End it: what runs is cancelled and awaited, what has not started does not. `run` returns as always."""
        if self._over is not None:
            return
        self._over = why
        for node in self.schedule.waiting():
            if node.work is not None:
                self._slots.cut_short(node, why)
            elif not node.settled:
                self._settle(node, OVER[why.kind], why)
        self._look_whether_ended()

    def pump(self) -> None:
        """Start what may start now. Called from within itself it only goes round once more."""
        self._again = True
        if self._pumping:
            return
        self._pumping = True
        while self._again and self._over is None:
            self._again = False
            while self._slots.running < self._policy.max_concurrency and self._room():
                move = self.schedule.next(self._clock.monotonic())
                if move is None:
                    break
                if isinstance(move, Node):
                    self._begin(move)
                else:
                    self._refuse(move)
        self._pumping = False

    async def _open(self) -> None:
        kept = await self._journal.kept() if self._journal else ()
        if self._telling:
            self._telling.tell(ExecutionBegan(self._clock.now(), len(self.schedule.nodes)))
        self._end_all(list(self.schedule.open({each.id: each for each in kept})))
        now = self._clock.monotonic()
        if self._policy.total_timeout_s is not None:
            self._alarms.at(now + self._policy.total_timeout_s, partial(self.cancel, OUT_OF_TIME))
        if self._telling:
            self._alarms.at(now + self._policy.heartbeat_s, self._beat)
        self._look_whether_ended()

    def _begin(self, node: Node) -> None:
        spec, now = node.spec, self._clock.now()
        node.attempts += 1
        if node.started_at is None:
            node.started_at, node.begun = now, self._clock.monotonic()
            limit = spec.timeout_s or self._policy.timeout_s
            if limit is not None:
                node.deadline = self._alarms.at(node.begun + limit, partial(self._expire, node, limit))
        if self._telling:
            self._telling.tell(TaskStarted(now, spec.id, node.agent, node.attempts))
        inputs = self.schedule.inputs_of(node)
        self._slots.begin(node, Assignment(spec.id, node.agent, spec.prompt, spec.params, inputs, node.attempts))

    def _attempt_ended(self, node: Node, ended: Ended) -> None:
        cost = ended.cost if ended.cost is not None else node.spec.cost
        now = self._clock.monotonic()
        unaffordable = self.schedule.settle(node, cost)
        succeeded = None if ended.status is TaskStatus.CANCELLED else ended.status not in UNWELL
        self.schedule.judge(node, now, succeeded=succeeded)
        wait = self._wait_before_next(node, now) if ended.passing else None
        if wait is None:
            self._settle(node, ended.status, ended.error, ended.artifacts)
        else:
            self._rest(node, ended, now, wait)
        for refused in unaffordable:
            self._refuse(refused)
        self.pump()
        self._look_whether_ended()

    def _wait_before_next(self, node: Node, now: float) -> float | None:
        """Seconds until the next attempt; None: there is none, or no time for it."""
        node.dice = node.dice or Random(f"{self._policy.seed}:{node.spec.id}")  # noqa: S311 - waits, not secrets
        wait = self._policy.retry.decide(node.attempts, node.dice)
        if wait is None or self._over is not None:
            return None
        return wait if node.deadline is None or now + wait < node.deadline.at else None

    def _rest(self, node: Node, ended: Ended, now: float, wait: float) -> None:
        """It waits for its next attempt, and holds up nobody."""
        assert ended.error is not None
        node.errors += (ended.error,)
        if self._telling:
            spec, why = node.spec, ended.error.message
            self._telling.tell(TaskRetried(self._clock.now(), spec.id, node.agent, node.attempts, wait, why))
        node.pause = self._alarms.at(now + wait, partial(self._rested, node))

    def _rested(self, node: Node) -> None:
        node.pause = None
        self.schedule.again(node)
        self.pump()

    def _expire(self, node: Node, limit: float) -> None:
        error = TaskError("timed_out", f"It did not end within {limit:g} s.", node.attempts)
        if node.work is not None:
            self._slots.cut_short(node, error)
        elif not node.settled:
            self._settle(node, TaskStatus.TIMED_OUT, error)
            self.pump()

    def _refuse(self, refused: Refused) -> None:
        self._settle(refused.node, refused.status, refused.error)

    def _settle(
        self, node: Node, status: TaskStatus, error: TaskError | None, artifacts: tuple[object, ...] = ()
    ) -> None:
        """It is decided how it ends. What was worked on, and not cut off with the whole, is kept first."""
        node.settled = True
        for alarm in (node.deadline, node.pause):
            if alarm is not None:
                alarm.off()
        result = self._result(node, status, error, artifacts)
        cut_off = self._broken is not None or (error is not None and error is self._over)
        if self._keeping is not None and node.attempts and not cut_off:
            self._keeping.keep(node, result)
        else:
            self._end_all([(node, result)])

    def _result(
        self, node: Node, status: TaskStatus, error: TaskError | None, artifacts: tuple[object, ...] = ()
    ) -> TaskResult:
        errors = node.errors if error is None else (*node.errors, error)
        if node.started_at is None:
            return TaskResult(node.spec.id, node.agent, status, errors=errors)
        took = self._clock.monotonic() - node.begun
        times = (node.started_at, self._clock.now(), took)
        return TaskResult(node.spec.id, node.agent, status, *times, node.attempts, artifacts, errors, node.cost)

    def _end_all(self, ended: list[tuple[Node, TaskResult]]) -> None:
        """These have ended, for all others too; and so have those that will not run for it."""
        for node, result in ended:
            skipped = self.schedule.ended(node, result)
            self._tell(result)
            for other, _ in skipped:
                other.settled = True
            for other, why in skipped:
                left_out = self._result(other, TaskStatus.SKIPPED, why)
                self.schedule.ended(other, left_out)
                self._tell(left_out)
        self.pump()
        self._look_whether_ended()

    def _tell(self, result: TaskResult) -> None:
        self.results[result.id] = result
        if self._telling:
            self._telling.tell(ended_event(result, self._clock.now()))
        self._heard(result)

    def _beat(self) -> None:
        now = self._clock.now()
        self._telling.tell(ExecutionHeartbeat(now, self._slots.running, self.schedule.ready, len(self.results)))
        self._alarms.at(self._clock.monotonic() + self._policy.heartbeat_s, self._beat)

    def _break(self, failure: BaseException) -> None:
        """Results cannot be kept, or the program is to end: nothing goes on, and `run` raises it."""
        if self._broken is None:
            self._broken = failure
            self.cancel(TaskError("cancelled", f"The execution broke off ({type(failure).__name__})."))

    def _look_whether_ended(self) -> None:
        if not self._slots.running and (self._broken is not None or not self.schedule.unfinished):
            self._ended.set()

    async def _all_down(self) -> None:
        """Further cancellations wait: nothing may be left running."""
        while not self._ended.is_set():
            try:
                await self._ended.wait()
            except asyncio.CancelledError:
                continue

    async def _close(self) -> None:
        await self._slots.aclose()
        if self._keeping is not None:
            await self._keeping.aclose()
        await self._alarms.aclose()
        await self._places.aclose()
        if self._telling:
            done = sum(each.status is TaskStatus.SUCCEEDED for each in self.results.values())
            self._telling.tell(ExecutionEnded(self._clock.now(), done, len(self.schedule.nodes)))
