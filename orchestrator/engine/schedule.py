"""Which task may start next, and what the end of one means to the others. Pure: no clock, no await, no agent.

The laws: a task becomes ready when all it builds on have ended; it is handed out only if its agent's breaker admits it and
the purse holds the most that it may cost; what never can fit is said at once, what may fit once others have settled waits.
The same calls in the same order give the same schedule.
"""

import heapq
import math
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from orchestrator.engine.graph import TaskGraph
from orchestrator.engine.node import Node
from orchestrator.engine.policy import Cancellation, OrchestrationPolicy
from orchestrator.engine.purse import Purse
from orchestrator.engine.ready import ready_by
from orchestrator.engine.tasks import agent_name
from orchestrator.model import ZERO, TaskError, TaskResult, TaskStatus
from orchestrator.retry import Breaker

SUCCEEDED = TaskStatus.SUCCEEDED


@dataclass(frozen=True, slots=True)
class Refused:
    """A task that is not started, and why."""

    node: Node
    status: TaskStatus
    error: TaskError


class Schedule:
    """The state of one execution. `breakers` by agent, where they outlive it."""

    def __init__(
        self, graph: TaskGraph, policy: OrchestrationPolicy, breakers: dict[str, Breaker] | None = None
    ) -> None:
        self._graph, self._policy = graph, policy
        self.purse = Purse(policy.cost_budget)
        self.breakers = breakers if breakers is not None and policy.breaker is not None else {}
        self._probes: dict[str, Node] = {}
        self.nodes = {
            name: Node(spec=spec, agent=agent_name(spec), waits_for=len(graph.after[name]))
            for name, spec in graph.tasks.items()
        }
        self._ready = ready_by(policy.fairness)
        self._parked: list[tuple[Decimal, int, Node]] = []
        self._parkings = 0
        self._dearest = ZERO
        self.unfinished = len(self.nodes)

    def open(self, kept: Mapping[str, TaskResult]) -> Iterator[tuple[Node, TaskResult]]:
        """Put what builds on nothing into the queue. Gives back what had ended in an earlier process, to be `ended` again."""
        for node in self.nodes.values():
            node.settled = node.settled or node.spec.id in kept
            if not node.settled and not node.waits_for:
                self._ready.put(node)
        for name in self._graph.order():
            if name in kept:
                self.purse.settled += kept[name].cost
                yield self.nodes[name], kept[name]

    def next(self, now: float) -> Node | Refused | None:
        """The next task to start, its cost put aside; or one that will not start; None: nothing can start at the moment."""
        while (node := self._candidate()) is not None:
            if node.settled:
                continue
            refused = self._refusal(node, now)
            if refused is not None:
                return refused
            if self.purse.fits(node.spec.cost):
                self.purse.reserve(node.spec.cost)
                return node
            self._park(node)
        return None

    def again(self, node: Node) -> None:
        """Its wait before the next attempt is over."""
        self._ready.put(node)

    def settle(self, node: Node, cost: Decimal) -> list[Refused]:
        """An attempt is over and has cost so much. Gives back those that had to wait for money and now never can fit."""
        self.purse.settle(node.spec.cost, cost)
        node.cost += cost
        if self.purse.could_fit(self._dearest):
            return []
        never = sorted(entry for entry in self._parked if not self.purse.could_fit(entry[0]))
        self._parked = [entry for entry in self._parked if self.purse.could_fit(entry[0])]
        heapq.heapify(self._parked)
        self._dearest = max((entry[0] for entry in self._parked), default=ZERO)
        return [self._unaffordable(node) for _, _, node in never if not node.settled]

    def judge(self, node: Node, now: float, *, succeeded: bool | None) -> None:
        """Tell the agent's breaker how an attempt went; None: nobody knows, as it was cancelled.

        While one finds out whether the agent is well again, what was begun before has nothing to say.
        """
        breaker = self.breakers.get(node.agent)
        probes = self._probes.get(node.agent) is node
        if breaker is None or (breaker.probing and not probes):
            return
        if probes:
            del self._probes[node.agent]
        if succeeded is None:
            breaker.let_go()
        elif succeeded:
            breaker.succeeded()
        else:
            breaker.failed(now)

    def ended(self, node: Node, result: TaskResult) -> list[tuple[Node, TaskError]]:
        """A task has ended: those that build on it may be ready now. Those that will not run for it, nearest first."""
        node.result, node.settled = result, True
        self.unfinished -= 1
        if result.status is not SUCCEEDED and self._policy.cancellation is Cancellation.CASCADING:
            return self._behind(node, result.status)
        for name in self._graph.before[node.spec.id]:
            after = self.nodes[name]
            after.waits_for -= 1
            if not after.waits_for and not after.settled:
                self._ready.put(after)
        return []

    def waiting(self) -> list[Node]:
        """Those of which it is not decided how they end, in the order of the graph."""
        return [node for node in self.nodes.values() if not node.settled]

    def inputs_of(self, node: Node) -> dict[str, tuple[object, ...]]:
        """What the tasks it builds on made."""
        needed = self._graph.after[node.spec.id]
        if not needed:
            return {}
        made = {name: self.nodes[name].result for name in needed}
        return {name: result.artifacts for name, result in made.items() if result and result.status is SUCCEEDED}

    @property
    def ready(self) -> int:
        """How many could start but for a free place, their turn, or money that is put aside for others."""
        return len(self._ready) + len(self._parked)

    def _candidate(self) -> Node | None:
        """Those that had to wait for money come first, for they came first; the cheapest of them, if there is enough now."""
        while self._parked and self.purse.fits(self._parked[0][0]):
            node = heapq.heappop(self._parked)[2]
            if not self._held(node.agent):
                return node
            self._ready.put(node)
        return self._ready.take(self._held)

    def _park(self, node: Node) -> None:
        """It has to wait until others have settled."""
        if self._probes.get(node.agent) is node:
            self.judge(node, 0.0, succeeded=None)
        self._parkings += 1
        self._dearest = max(self._dearest, node.spec.cost)
        heapq.heappush(self._parked, (node.spec.cost, self._parkings, node))

    def _held(self, agent: str) -> bool:
        """While one attempt finds out whether the agent is well again, the others wait for what it finds."""
        return agent in self._probes

    def _refusal(self, node: Node, now: float) -> Refused | None:
        if not self.purse.could_fit(node.spec.cost):
            return self._unaffordable(node)
        if self._policy.breaker is None:
            return None
        breaker = self.breakers.get(node.agent)
        if breaker is None:
            breaker = self.breakers[node.agent] = Breaker(self._policy.breaker)
        if breaker.admits(now):
            if breaker.probing:
                self._probes[node.agent] = node
            return None
        return Refused(
            node, TaskStatus.FAILED, TaskError("breaker_open", _left_alone(node, breaker, now), node.attempts)
        )

    def _unaffordable(self, node: Node) -> Refused:
        message = f"It may cost ${node.spec.cost}; ${self.purse.left} of ${self._policy.cost_budget} is left."
        return Refused(node, TaskStatus.OVER_BUDGET, TaskError("budget_exceeded", message, node.attempts))

    def _behind(self, node: Node, status: TaskStatus) -> list[tuple[Node, TaskError]]:
        """All that build on it, over any number of steps, and have not ended."""
        ahead, skipped, seen = deque([node.spec.id]), [], {node.spec.id}
        while ahead:
            cause = ahead.popleft()
            for name in self._graph.before[cause]:
                if name not in seen and not self.nodes[name].settled:
                    seen.add(name)
                    ahead.append(name)
                    why = TaskError("skipped", f"It builds on {node.spec.id}, which ended {status}.")
                    skipped.append((self.nodes[name], why))
        return skipped


def _left_alone(node: Node, breaker: Breaker, now: float) -> str:
    """A probe of another execution is not waited for: nobody here would hear of its end."""
    after = f"after {breaker.in_a_row} failures in a row"
    if breaker.probing:
        return f"{node.agent} is being tried by another execution {after}; ask again when that is known."
    return f"{node.agent} is left alone for {math.ceil(breaker.resting_s(now))} s more {after}."
