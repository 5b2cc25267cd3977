"""What makes two incidents alike: the same services, the same signals that stood out, the same words in the title.

Likeness is the weighted share of what either has that both have (a weighted Jaccard index, Ioffe 2010), so that it is
symmetric, 1 for the same features and 0 for nothing in common. A signal that stood out says more than a service, for a
service may break in many ways, and a word of a title says least.
"""

import re
from collections.abc import Iterable, Mapping

from orchestrator.model.base import Frozen
from orchestrator.model.evidence import Observation, Standing
from orchestrator.model.incident import Incident

STANDS_OUT = 0.3
MOST_SIGNALS = 40
LONGEST_NAME = 120
WEIGHTS: Mapping[str, float] = {"signal": 3.0, "service": 2.0, "word": 1.0}
_WORD = re.compile(r"[^\W\d_]{3,}")
_SAYS_NOTHING = frozenset(
    "after and are before during failing for from has have incident into not the that this was were when with".split()  # noqa: SIM905
)


class Feature(Frozen):
    """One thing that is remembered of an incident. `kind` is "signal", "service" or "word"; `name` is read by people."""

    kind: str
    name: str


def features_of(incident: Incident, observations: Iterable[Observation] = ()) -> tuple[Feature, ...]:
    """What is remembered of an incident, sorted: words of its title, services, and the strongest signals of each."""
    unusual = [each for each in observations if each.standing is Standing.UNUSUAL and each.score >= STANDS_OUT]
    loud = sorted(unusual, key=lambda each: (-each.score, each.service, each.signal_name))
    services = {*incident.affected_services, *(each.service for each in loud if each.service)}
    signals = [f"{each.service} {each.signal_name}".strip() for each in loud if each.signal_name]
    its_own_name = _WORD.findall(incident.incident_id.casefold())
    kinds = {
        "word": {*_WORD.findall(incident.title.casefold())} - _SAYS_NOTHING - {*its_own_name},
        "service": {each.casefold() for each in services},
        "signal": {each[:LONGEST_NAME] for each in list(dict.fromkeys(signals))[:MOST_SIGNALS]},
    }
    return tuple(Feature(kind=kind, name=name) for kind, names in sorted(kinds.items()) for name in sorted(names))


def likeness(one: Iterable[Feature], other: Iterable[Feature]) -> float:
    """How alike, in [0, 1]."""
    here, there = frozenset(one), frozenset(other)
    whole = _weight(here | there)
    return _weight(here & there) / whole if whole else 0.0


def in_common(one: Iterable[Feature], other: Iterable[Feature]) -> tuple[Feature, ...]:
    """What both have, what says most first."""
    return tuple(sorted(frozenset(one) & frozenset(other), key=lambda each: (-WEIGHTS.get(each.kind, 0.0), each.name)))


def _weight(features: Iterable[Feature]) -> float:
    return sum(WEIGHTS.get(each.kind, 0.0) for each in features)
