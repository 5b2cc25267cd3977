"""Who depends on whom, as far as anything told it."""

from collections import defaultdict
from collections.abc import Iterable
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

    def links_of(self, service: str) -> list[tuple[str, str]]:
        """The calls that the service makes or answers."""
        return [call for call in self.calls if service in call]

    def callees(self, service: str) -> set[str]:
        """Whom the service calls itself."""
        return self._callees.get(service, set())

    def depends_on(self, service: str) -> dict[str, int]:
        """Everything that the service needs, directly or through others, with the number of calls in between."""
        distance, edge = {service: 0}, [service]
        while edge:
            found = sorted({callee for each in edge for callee in self.callees(each)} - distance.keys())
            distance.update((each, distance[edge[0]] + 1) for each in found)
            edge = found
        del distance[service]
        return distance
