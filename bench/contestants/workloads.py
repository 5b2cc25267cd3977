"""What is to be done: the same tasks for everybody. A task returns its name, after so many seconds of sleep."""

from collections.abc import Mapping
from dataclasses import dataclass

CONCURRENCY = 8


@dataclass(frozen=True, slots=True)
class Workload:
    """`after`: the names of the tasks that each one waits for, in an order in which they could be done."""

    name: str
    title: str
    after: Mapping[str, tuple[str, ...]]
    seconds: float = 0.0

    def behind(self) -> dict[str, list[str]]:
        """Who waits for each."""
        behind: dict[str, list[str]] = {name: [] for name in self.after}
        for name, needed in self.after.items():
            for each in needed:
                behind[each].append(name)
        return behind

    def layers(self) -> list[list[str]]:
        """The tasks by the longest way to them, for who can only go step by step."""
        depth: dict[str, int] = {}
        for name, needed in self.after.items():
            depth[name] = 1 + max((depth[each] for each in needed), default=-1)
        return [[name for name in self.after if depth[name] == n] for n in range(1 + max(depth.values()))]


def independent(name: str, title: str, number: int, seconds: float = 0.0) -> Workload:
    """Tasks that wait for nothing."""
    return Workload(name, title, {f"t{n}": () for n in range(number)}, seconds)


def layered(name: str, title: str, layers: int, width: int) -> Workload:
    """Each task waits for three of the layer before."""
    steps = (0, 1, width // 2)
    after = {
        f"l{layer}-{n}": tuple(f"l{layer - 1}-{(n + step) % width}" for step in steps) if layer else ()
        for layer in range(layers)
        for n in range(width)
    }
    return Workload(name, title, after)


def chains(name: str, title: str, number: int, length: int) -> Workload:
    """Each task waits for the one before it in its chain."""
    after = {f"c{n}-{link}": (f"c{n}-{link - 1}",) if link else () for n in range(number) for link in range(length)}
    return Workload(name, title, after)


WORKLOADS = {
    each.name: each
    for each in (
        independent("noop", "1,000 no-ops", 1000),
        layered("dag", "10 × 100, three parents", 10, 100),
        chains("chains", "100 chains of 3", 100, 3),
        independent("sleep", "64 × 50 ms", 64, 0.05),
    )
}
WARM_UP = {
    each.name: each
    for each in (
        independent("noop", "", 100),
        layered("dag", "", 3, 20),
        chains("chains", "", 20, 3),
        independent("sleep", "", 16, 0.001),
    )
}
"""The same in small, before the first time that counts."""
