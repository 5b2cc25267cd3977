"""How much a change is to blame for what is seen: time × place × mechanism × words, each with a sentence.

- Time: the nearer before the trouble it went live, the likelier; what went live when the trouble had begun is hardly it.
- Place: where something is wrong itself, then where those that it calls or that call it are in trouble.
- Mechanism: what its diff can cause, against what is seen.
- Words: what it takes away or brings in, found again in what is logged and measured since.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from agents.analyzers.diffs import read_diff
from agents.analyzers.effects import UNTOLD, effects_of
from agents.analyzers.graph import Graph
from agents.analyzers.mechanisms import ANYTHING, Effect
from agents.analyzers.relevance import SELDOM, Shared, is_harmless, shared_words, words_of
from agents.analyzers.rollouts import CARRIED_COUNTS, Placed
from agents.analyzers.troubles import Trouble
from agents.incident.symptoms import Symptoms
from orchestrator.model import Change

K = TypeVar("K")
HALF_LIFE_S = 1800.0
SLACK_S = 5.0
BEGAN_BEFORE, UNKNOWN_TIME = 0.15, 0.5
ANY_CHANGE, BY_WORDS, BY_MECHANISM = 0.15, 0.42, 0.43
NEIGHBOURS_TELL = 0.6
NEXT_TO_TROUBLE, FAR_FROM_TROUBLE = 0.6, 0.3
OUTSIDE_COUNTS = 0.6
# Of what nobody told, time tells most: a deploy a minute before the trouble is suspected whatever is in it.
JUST_BEFORE, JUST_BEFORE_HALF_LIFE_S = 0.55, 300.0
ONLY_MOVED, KEPT_NEARLY_ALL = 0.5, 0.7


@dataclass(frozen=True, slots=True)
class Weighed:
    """A change at a place: how much it is to blame, in [0, 1], for how long it was live when trouble began, what tells it."""

    placed: Placed
    score: float
    age: float | None
    shared: Shared
    effect: Effect | None
    harmless: bool

    @property
    def too_late(self) -> bool:
        """Whether trouble had begun before it went live."""
        return self.age is not None and self.age < 0


def weighed(placed: Sequence[Placed], symptoms: Symptoms, graph: Graph, outside: float = 0.0) -> list[Weighed]:
    """Every placed change, in the order given. `outside`: how much speaks for a cause that is no change, in [0, 1]."""
    names = _names(placed, symptoms, graph)
    seen = [
        {word: tells for word, tells in _around(each.service, symptoms.words, graph).items() if word not in names}
        for each in placed
    ]
    related = shared_words([each.change for each in placed], seen)
    return [_weighed(each, shared, symptoms, graph, outside) for each, shared in zip(placed, related, strict=True)]


def _names(placed: Sequence[Placed], symptoms: Symptoms, graph: Graph) -> frozenset[str]:
    """The words of services' names: they say where, which is weighed already, and not what."""
    services = {*symptoms.since, *(each.service for each in placed), *(name for call in graph.calls for name in call)}
    return frozenset(word for service in services for word in words_of(service))


def _weighed(each: Placed, shared: Shared, symptoms: Symptoms, graph: Graph, outside: float) -> Weighed:
    age, harmless = _age(each, symptoms, graph), is_harmless(each.change)
    fit, effect = _mechanism(each.change, _around(each.service, symptoms.troubles, graph))
    what = ANY_CHANGE + BY_WORDS * shared.score + BY_MECHANISM * fit
    if each.by is None and effect in UNTOLD:
        what = max(what, JUST_BEFORE * _fading(age, JUST_BEFORE_HALF_LIFE_S))
    elsewhere = 1.0 - OUTSIDE_COUNTS * outside * (1.0 - fit)
    score = _fading(age, HALF_LIFE_S) * _place(each.service, symptoms, graph) * _risk(each, effect, harmless) * what
    return Weighed(each, score * elsewhere, age, shared, effect, harmless)


def _mechanism(change: Change, troubles: Mapping[Trouble, float]) -> tuple[float, Effect | None]:
    """The mechanism that fits best what is seen, and how well."""
    fits = [
        (effect.weight * max((troubles.get(each, 0.0) for each in effect.troubles), default=0.0), effect.says, effect)
        for effect in effects_of(change)
    ]
    best = max(fits, key=lambda one: one[:2], default=None)
    return (best[0], best[2]) if best else (0.0, None)


def _risk(each: Placed, effect: Effect | None, harmless: bool) -> float:
    risk = (SELDOM if harmless else 1.0) * (CARRIED_COUNTS if each.by else 1.0)
    only_moved = effect == ANYTHING and read_diff(each.change.details).kept >= KEPT_NEARLY_ALL
    return risk * (ONLY_MOVED if only_moved else 1.0)


def _age(each: Placed, symptoms: Symptoms, graph: Graph) -> float | None:
    """For how long the change had been live when trouble began there, or next to it, or anywhere."""
    near = [symptoms.since[name] for name in _neighbours(each.service, graph) if name in symptoms.since]
    began = symptoms.since.get(each.service) or min(near, default=None) or symptoms.first
    if began is None:
        return None
    since, step = began
    age = since - each.live.timestamp()
    return max(age, 0.0) if age >= -(SLACK_S + step) else age


def _fading(age: float | None, half_life: float) -> float:
    if age is None:
        return UNKNOWN_TIME
    return BEGAN_BEFORE if age < 0 else float(0.5 ** (age / half_life))


def _place(service: str, symptoms: Symptoms, graph: Graph) -> float:
    if not service:
        return FAR_FROM_TROUBLE
    if service in symptoms.since:
        return 1.0
    return NEXT_TO_TROUBLE if any(name in symptoms.since for name in _neighbours(service, graph)) else FAR_FROM_TROUBLE


def _neighbours(service: str, graph: Graph) -> list[str]:
    return sorted({other for call in graph.calls if service in call for other in call if other != service})


def _around(service: str, known: Mapping[str, Mapping[K, float]], graph: Graph) -> dict[K, float]:
    """What is seen at the service, and weaker what is seen of those next to it; of an unknown place, all."""
    around = _neighbours(service, graph) if service else sorted(known)
    found: dict[K, float] = dict(known.get(service, {}))
    for name in around:
        for key, weight in known.get(name, {}).items():
            found[key] = max(found.get(key, 0.0), NEIGHBOURS_TELL * weight)
    return found
