"""The way of each task: begun, tried again, out of time, kept, ended.

The laws: every task ends once, whoever cuts in meanwhile. What is kept is kept before anything is built on it, and before
anybody hears of it. A task that waits for its next attempt holds up nobody.
"""

from collections.abc import Callable
from functools import partial
from random import Random

from orchestrator.clock import Alarms, Clock
from orchestrator.engine.keeping import Keeping
from orchestrator.engine.node import Node
from orchestrator.engine.performing import Ended, Performing
from orchestrator.engine.policy import OrchestrationPolicy
from orchestrator.engine.schedule import Refused, Schedule
from orchestrator.engine.slots import OVER, Slots
from orchestrator.engine.tasks import Assignment
from orchestrator.engine.telling import Telling
from orchestrator.model import TaskError, TaskResult, TaskStatus
from orchestrator.ports import TaskJournal


class Course:
    """`results` has what ended so far. `over` is set when all of it is to end, and says why.

    `changed` is called when something may start or all may have ended, `broken` with what nothing can go on after, `heard`
    with every result when it counts.
    """

    def __init__(
        self,
        schedule: Schedule,
        policy: OrchestrationPolicy,
        performing: Performing,
        journal: TaskJournal | None,
        *,
        clock: Clock,
        telling: Telling,
        changed: Callable[[], None],
        broken: Callable[[BaseException], None],
        heard: Callable[[TaskResult], None],
    ) -> None:
        self.results: dict[str, TaskResult] = {}
        self.over: TaskError | None = None
        self.alarms = Alarms(clock)
        self._schedule, self._policy, self._clock, self._telling = schedule, policy, clock, telling
        self._changed, self._broken, self._heard = changed, broken, heard
        self._slots = Slots(performing, clock, self._attempt_ended, broken)
        self._keeping = Keeping(journal, self.end_all, self._not_kept) if journal else None

    @property
    def running(self) -> int:
        """How many attempts run."""
        return self._slots.running

    async def aclose(self) -> None:
        """Wait for what was cut short and for what is being written; no alarm rings any more."""
        await self._slots.aclose()
        if self._keeping is not None:
            await self._keeping.aclose()
        await self.alarms.aclose()

    def begin(self, node: Node) -> None:
        """The next attempt at a task."""
        spec = node.spec
        node.attempts += 1
        if node.started_at is None:
            node.started_at, node.begun = self._clock.now(), self._clock.monotonic()
            limit = spec.timeout_s or self._policy.timeout_s
            if limit is not None:
                node.deadline = self.alarms.at(node.begun + limit, partial(self._expire, node, limit))
        inputs = self._schedule.inputs_of(node)
        self._slots.begin(node, Assignment(spec.id, node.agent, spec.prompt, spec.params, inputs, node.attempts))
        self._telling.started(node)

    def refuse(self, refused: Refused) -> None:
        """It is not started, or not again."""
        self._settle(refused.node, refused.status, refused.error)

    def put_an_end(self) -> None:
        """For the reason that `over` says: what runs is cut short, what has not started does not. May be called again."""
        why = self.over
        assert why is not None
        for node in self._schedule.waiting():
            if node.work is not None:
                self._slots.cut_short(node, why)
            else:
                self._settle(node, OVER[why.kind], why)

    def end_all(self, ended: list[tuple[Node, TaskResult]]) -> None:
        """These have ended, for all others too; and so have those that will not run for it."""
        for node, result in ended:
            skipped = self._schedule.ended(node, result)
            for other, _ in skipped:
                other.settled = True
            self._tell(result)
            for other, why in skipped:
                left_out = other.ends(self._clock, TaskStatus.SKIPPED, why)
                self._schedule.ended(other, left_out)
                self._tell(left_out)
        self._changed()

    def _attempt_ended(self, node: Node, ended: Ended) -> None:
        cost = ended.cost if ended.cost is not None else node.spec.cost
        now = self._clock.monotonic()
        unaffordable = self._schedule.settle(node, cost)
        self._schedule.judge(node, now, succeeded=self._was_well(ended))
        wait = self._wait_before_next(node, now) if ended.passing else None
        if wait is None:
            self._settle(node, ended.status, ended.error, ended.artifacts)
        else:
            self._rest(node, ended, now, wait)
        for refused in unaffordable:
            self.refuse(refused)
        self._changed()

    def _was_well(self, ended: Ended) -> bool | None:
        """Whether the agent was: who says what is wrong with the question is well. None: it could not show."""
        if ended.error is None:
            return True
        if ended.status is TaskStatus.CANCELLED or ended.error is self.over:
            return None
        return not ended.passing and ended.status is not TaskStatus.TIMED_OUT

    def _wait_before_next(self, node: Node, now: float) -> float | None:
        """Seconds until the next attempt; None: there is none, or no time for it."""
        node.dice = node.dice or Random(f"{self._policy.seed}:{node.spec.id}")  # noqa: S311 - waits, not secrets
        wait = self._policy.retry.decide(node.attempts, node.dice)
        if wait is None or self.over is not None:
            return None
        return wait if node.deadline is None or now + wait < node.deadline.at else None

    def _rest(self, node: Node, ended: Ended, now: float, wait: float) -> None:
        assert ended.error is not None
        node.errors += (ended.error,)
        node.pause = self.alarms.at(now + wait, partial(self._rested, node))
        self._telling.retried(node, wait, ended.error.message)

    def _rested(self, node: Node) -> None:
        node.pause = None
        self._schedule.again(node)
        self._changed()

    def _expire(self, node: Node, limit: float) -> None:
        error = TaskError("timed_out", f"It did not end within {limit:g} s.", node.attempts)
        if node.work is not None:
            self._slots.cut_short(node, error)
        else:
            self._settle(node, TaskStatus.TIMED_OUT, error)

    def _settle(
        self, node: Node, status: TaskStatus, error: TaskError | None, artifacts: tuple[object, ...] = ()
    ) -> None:
        """It is decided how it ends. What was worked on, and not cut off with the whole, is kept first.

        A listener that was just told of something may have ended it all: what is decided stays.
        """
        if node.settled:
            return
        node.settled = True
        if node.deadline is not None:
            node.deadline.off()
        if node.pause is not None:
            node.pause.off()
        result = node.ends(self._clock, status, error, artifacts)
        cut_off = error is not None and error is self.over
        if self._keeping is not None and node.attempts and not cut_off:
            self._keeping.keep(node, result)
        else:
            self.end_all([(node, result)])

    def _not_kept(self, failure: BaseException, lost: list[tuple[Node, TaskResult]]) -> None:
        """What is not kept has not happened, also if it had gone well."""
        self._broken(failure)
        why = TaskError("not_kept", f"What came of it could not be kept ({type(failure).__name__}).")
        self.end_all([(node, node.ends(self._clock, TaskStatus.CANCELLED, why)) for node, _ in lost])

    def _tell(self, result: TaskResult) -> None:
        self.results[result.id] = result
        self._telling.ended(result)
        try:
            self._heard(result)
        except Exception as failure:  # noqa: BLE001 - `run` raises it, when nothing is left running
            self._heard = _deaf
            self._broken(failure)


def _deaf(result: TaskResult) -> None:
    """Who failed to hear of one result is told of no other."""
