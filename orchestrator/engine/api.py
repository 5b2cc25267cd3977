"""How tasks are run: all of them, or a graph, to one result; or one result after the other as they come.

Every call takes the same: the `policy`; a `clock`; `listeners`, told of every event; an `audit` of artifacts and a `merge` of
results; a `journal` that keeps what came of each task, from which a second call with the same graph goes on; `breakers` by
agent's name, where what is known of agents is to outlive the call.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from typing import TypedDict, Unpack

from orchestrator.clock import Clock, SystemClock, outlast
from orchestrator.engine.events import EngineListener
from orchestrator.engine.execution import Execution
from orchestrator.engine.graph import TaskGraph
from orchestrator.engine.policy import OrchestrationPolicy
from orchestrator.engine.quality import Audit, Merge, Merged, merge_mappings, summary_of
from orchestrator.engine.result import Metrics, OrchestrationResult
from orchestrator.engine.tasks import TaskSpec
from orchestrator.model import ZERO, TaskResult
from orchestrator.ports import TaskJournal
from orchestrator.retry import Breaker


class Options(TypedDict, total=False):
    """What may be handed in beside the graph and the policy."""

    clock: Clock
    listeners: Sequence[EngineListener]
    audit: Audit
    journal: TaskJournal
    breakers: dict[str, Breaker]


async def execute_parallel(
    tasks: Iterable[TaskSpec],
    policy: OrchestrationPolicy | None = None,
    *,
    merge: Merge = merge_mappings,
    **options: Unpack[Options],
) -> OrchestrationResult:
    """Tasks that build on nothing. Raises GraphError for two of the same id."""
    return await execute_graph(TaskGraph(tasks), policy, merge=merge, **options)


async def execute_graph(
    graph: TaskGraph,
    policy: OrchestrationPolicy | None = None,
    *,
    merge: Merge = merge_mappings,
    **options: Unpack[Options],
) -> OrchestrationResult:
    """Run the graph to its end. Failures of tasks are results; only the journal's own failure is raised."""
    running = Running(graph, policy, merge=merge, **options)
    return await running.result()


class Running:
    """A graph being run by somebody who may want to end it early."""

    def __init__(
        self,
        graph: TaskGraph,
        policy: OrchestrationPolicy | None = None,
        *,
        merge: Merge = merge_mappings,
        heard: Callable[[TaskResult], None] = lambda _: None,
        room: Callable[[], bool] = lambda: True,
        **options: Unpack[Options],
    ) -> None:
        self._graph, self._merge = graph, merge
        self._clock = options.get("clock") or SystemClock()
        self._execution = Execution(
            graph,
            policy or OrchestrationPolicy(),
            clock=self._clock,
            listeners=options.get("listeners", ()),
            audit=options.get("audit"),
            journal=options.get("journal"),
            breakers=options.get("breakers"),
            heard=heard,
            room=room,
        )
        self._begun = self._ended = 0.0
        self._going = False

    async def result(self) -> OrchestrationResult:
        """Run to the end. Cancelling this cancels and awaits all that runs; `so_far` then says what had finished."""
        self._begun, self._going = self._clock.monotonic(), True
        try:
            await self._execution.run()
        finally:
            self._ended, self._going = self._clock.monotonic(), False
        return self.so_far()

    def cancel(self) -> None:
        """End it: what runs is cancelled and awaited, the rest does not start, and `result` says so of each."""
        self._execution.cancel()

    def go_on(self) -> None:
        """There is room again for what comes of tasks."""
        self._execution.pump()

    def so_far(self) -> OrchestrationResult:
        """What has ended, in the order of the graph."""
        ended = self._execution.results
        tasks = {name: ended[name] for name in self._graph.tasks if name in ended}
        serial = sum(each.duration_s for each in tasks.values())
        wall = (self._clock.monotonic() if self._going else self._ended) - self._begun
        metrics = Metrics(
            wall_time=wall,
            speedup_vs_serial=serial / wall if wall > 0 else 0.0,
            cost_estimate=sum((each.cost for each in tasks.values()), ZERO),
            attempts=sum(each.attempts for each in tasks.values()),
        )
        return OrchestrationResult(tasks, metrics, self._merged(tuple(tasks.values())))

    def _merged(self, results: Sequence[TaskResult]) -> Merged:
        try:
            return self._merge(results)
        except Exception as failure:  # noqa: BLE001 - a hook of others; the results stand without it
            return Merged(f"{summary_of(results)} They could not be merged ({type(failure).__name__}).")


async def stream_graph(
    graph: TaskGraph, policy: OrchestrationPolicy | None = None, **options: Unpack[Options]
) -> AsyncGenerator[TaskResult, None]:
    """Each result as it comes. While `max_unconsumed` of them wait for who iterates, nothing further is started.

    Closing the iterator cancels and awaits what runs.
    """
    policy = policy or OrchestrationPolicy()
    news: deque[TaskResult] = deque()
    arrived = asyncio.Event()

    def heard(result: TaskResult) -> None:
        news.append(result)
        arrived.set()

    running = Running(graph, policy, heard=heard, room=lambda: len(news) < policy.max_unconsumed, **options)
    work = asyncio.ensure_future(running.result())
    work.add_done_callback(lambda _: arrived.set())
    try:
        while not (work.done() and not news):
            await arrived.wait()
            arrived.clear()
            while news:
                result = news.popleft()
                running.go_on()
                yield result
        work.result()
    finally:
        work.cancel()
        await outlast(work)
