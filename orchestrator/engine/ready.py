"""Ready tasks, and whose goes next. Every free place takes from here, so none is idle while an agent has something ready.

Both orders are deterministic: they depend on what was put in, and when, and on nothing else.
"""

import heapq
from collections import deque
from collections.abc import Callable
from typing import Protocol

from orchestrator.engine.node import Node
from orchestrator.engine.policy import Fairness

Held = Callable[[str], bool]
"""Whether that agent may not be given anything at the moment."""


class Ready(Protocol):
    """Ready tasks."""

    def put(self, node: Node) -> None:
        """One more."""
        ...

    def take(self, held: Held) -> Node | None:
        """The next one whose agent is not held back."""
        ...

    def __len__(self) -> int: ...


class RoundRobin:
    """A queue for each agent; agents take turns."""

    def __init__(self) -> None:
        self._queues: dict[str, deque[Node]] = {}
        self._turns: deque[str] = deque()

    def __len__(self) -> int:
        return sum(len(queue) for queue in self._queues.values())

    def put(self, node: Node) -> None:
        """At the end of its agent's queue."""
        queue = self._queues.get(node.agent)
        if queue is None:
            queue = self._queues[node.agent] = deque()
        if not queue:
            self._turns.append(node.agent)
        queue.append(node)

    def take(self, held: Held) -> Node | None:
        """The first of the agent whose turn it is."""
        for _ in range(len(self._turns)):
            agent = self._turns.popleft()
            if held(agent):
                self._turns.append(agent)
                continue
            queue = self._queues[agent]
            node = queue.popleft()
            if queue:
                self._turns.append(agent)
            return node
        return None


class ShortestFirst:
    """By estimate, then by arrival."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Node]] = []
        self._arrived = 0

    def __len__(self) -> int:
        return len(self._heap)

    def put(self, node: Node) -> None:
        """Behind those that are expected to be as short."""
        self._arrived += 1
        heapq.heappush(self._heap, (node.spec.estimate_s, self._arrived, node))

    def take(self, held: Held) -> Node | None:
        """The shortest."""
        passed, found = [], None
        while self._heap:
            entry = heapq.heappop(self._heap)
            if not held(entry[2].agent):
                found = entry[2]
                break
            passed.append(entry)
        for entry in passed:
            heapq.heappush(self._heap, entry)
        return found


def ready_by(fairness: Fairness) -> Ready:
    """An empty one of that order."""
    return RoundRobin() if fairness == Fairness.ROUND_ROBIN else ShortestFirst()
