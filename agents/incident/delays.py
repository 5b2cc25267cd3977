"""How much slowness there is to explain: one that lost 2 ms does not explain another that lost 2 seconds."""

from collections import defaultdict
from collections.abc import Iterable

from agents.analyzers.graph import Graph
from agents.analyzers.scoring import portion
from agents.analyzers.words import vocabulary, words
from agents.incident.testimony import Role, Testimony
from orchestrator.model import Aspect, Observation

# A callee may be called more than once for one call of its caller.
CALLS_PER_CALL = 2.0
_SECONDS = {"ms": 0.001, "s": 1.0}
_STATISTICS = tuple(
    vocabulary(names) for names in ("p50 50 median", "avg average mean", "p90 90", "p95 95", "p99 99 max")
)
_MEAN = 1

_Rise = tuple[str, int, float]
"""Unit, rank of the statistic, and by how much it rose."""


class Delays:
    """By how much each service got slower, as far as latencies tell.

    Rises are compared in the same unit only, and a cause's lower statistic never with an effect's higher one: a mean
    that rose by little may well be a 99th percentile that rose by much, but not the other way round.
    """

    def __init__(self, said: Iterable[Testimony], graph: Graph) -> None:
        self._graph = graph
        self._rises: dict[str, list[_Rise]] = defaultdict(list)
        self._on_links: dict[tuple[str, int], float] = defaultdict(float)
        for word in said:
            unit, rank, rise = _rise(word.fact)
            if word.role is Role.LINK:
                self._on_links[unit, rank] = max(self._on_links[unit, rank], rise)
            elif word.fact.aspect is Aspect.LATENCY:
                self._rises[word.service].append((unit, rank, rise))

    def explained(self, service: str, callee: str) -> float:
        """How much of the service's slowness its callee's explains, in [0, 1]; all of it where that is not known."""
        shares = [self._share(cause, service) for cause in self._rises.get(callee, ())]
        return max((1.0 if each is None else each for each in shares), default=1.0)

    def felt(self, word: Testimony) -> float:
        """How much of what a caller suffers this delay could be, at most; all of it where nobody's is known.

        What a link loses counts against the link that loses most as well: the same requests go over both.
        """
        callers = [*self._graph.needed_by(word.service)]
        if word.role is Role.LINK:
            callers = [word.fact.service, *self._graph.needed_by(word.fact.service)]
        cause = _rise(word.fact)
        shares = [self._share(cause, caller) for caller in callers]
        felt = max((each for each in shares if each is not None), default=1.0)
        unit, rank, rise = cause
        return min(felt, portion(CALLS_PER_CALL * rise, self._on_links[unit, rank])) if word.role is Role.LINK else felt

    def _share(self, cause: _Rise, effect: str) -> float | None:
        """The share of the effect's slowness that the cause may be; None where they cannot be compared."""
        unit, rank, rise = cause
        needed = [
            other for its_unit, its_rank, other in self._rises.get(effect, ()) if its_unit == unit and its_rank <= rank
        ]
        return portion(CALLS_PER_CALL * rise, max(needed)) if needed else None


def _rise(fact: Observation) -> _Rise:
    factor = _SECONDS.get(fact.unit)
    rise = max(0.0, (fact.value or 0.0) - (fact.usual or 0.0))
    parts = frozenset(words(fact.signal_name))
    rank = next((number for number, names in enumerate(_STATISTICS) if names & parts), _MEAN)
    return ("s", rank, rise * factor) if factor else (fact.unit, rank, rise)
