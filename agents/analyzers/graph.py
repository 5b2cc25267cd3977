"""Who depends on whom, as far as anything told it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property


class Graph:
    """Services and the calls between them: (caller, callee) pairs. Cycles are allowed, for systems have them."""

    def __init__(self, calls: Iterable[tuple[str, str]]) -> None:
        self.calls = tuple(sorted({(caller, callee) for caller, callee in calls if caller != callee}))

    @cached_property
    def _callees(self) -> dict[str, set[str]]:
        callees: dict[str, set[str]] = defaultdict(set)
        for caller, callee in self.calls:
            callees[caller].add(callee)
        return callees

    @cached_property
    def _callers(self) -> dict[str, set[str]]:
        callers: dict[str, set[str]] = defaultdict(set)
        for caller, callee in self.calls:
            callers[callee].add(caller)
        return callers

    def depends_on(self, service: str) -> dict[str, int]:
        """Everything that the service needs, directly or through others, with the number of calls in between."""
        return _reached(service, self._callees)

    def needed_by(self, service: str) -> dict[str, int]:
        """Everything that needs the service, directly or through others, with the number of calls in between."""
        return _reached(service, self._callers)

    def callers(self, service: str) -> frozenset[str]:
        """Who calls the service directly."""
        return frozenset(self._callers.get(service, ()))

    def siblings(self, service: str) -> frozenset[str]:
        """What else the direct callers of the service call."""
        called = {each for caller in self.callers(service) for each in self._callees[caller]}
        return frozenset(called - {service})


def _reached(start: str, neighbours: Mapping[str, set[str]]) -> dict[str, int]:
    distance, edge, steps = {start: 0}, [start], 0
    while edge:
        steps += 1
        edge = sorted({each for one in edge for each in neighbours.get(one, ())} - distance.keys())
        distance.update(dict.fromkeys(edge, steps))
    del distance[start]
    return distance
