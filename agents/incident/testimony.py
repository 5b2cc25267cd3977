"""What one observation says about which service: whether it does wrong itself, suffers, or sits at the end of a bad link.

A table of the field's experience, nothing of any system: a full CPU is a cause, a slow answer is a symptom that may come
from further down, and a caller's complaint speaks about the one it calls.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from agents.analyzers.addresses import is_address
from agents.analyzers.meaning import Reach, meaning_of
from agents.analyzers.refusals import nobody_listens
from orchestrator.model import Aspect, FaultKind, Observation, Signal


class Role(StrEnum):
    """OWN: it does wrong itself. SAID: it says that it fails, and may only pass on what fails further down.

    FELT: it suffers, perhaps from another. LINK: the way between two is bad.
    """

    OWN = "own"
    SAID = "said"
    FELT = "felt"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Testimony:
    """One observation's word about one service. Words of one `group` say the same thing and do not add up."""

    service: str
    role: Role
    weight: float
    kind: FaultKind
    group: str
    fact: Observation


SEEN_FROM_OUTSIDE = 0.75

_METRIC_OWN = {
    Aspect.CPU: (0.85, FaultKind.CPU),
    Aspect.MEMORY: (0.75, FaultKind.MEMORY),
    Aspect.DISK: (0.7, FaultKind.SATURATION),
    Aspect.LOCKS: (0.75, FaultKind.SATURATION),
    Aspect.NETWORK: (0.4, FaultKind.NETWORK),
    Aspect.BEHAVIOUR: (0.6, FaultKind.ERROR),
    Aspect.OTHER: (0.2, FaultKind.UNKNOWN),
}
_METRIC_FELT = {
    Aspect.SATURATION: (0.5, FaultKind.SATURATION),
    Aspect.ERRORS: (0.6, FaultKind.ERROR),
    Aspect.LATENCY: (0.55, FaultKind.LATENCY),
    Aspect.TRAFFIC: (0.1, FaultKind.UNKNOWN),
}
_METRIC_ELSE = _METRIC_OWN[Aspect.OTHER]
"""Of what else a metric may tell: agents of others may call theirs what ours never are."""


def testimonies(fact: Observation) -> Iterator[Testimony]:
    """Everything that an unusual observation says of services; nothing if it names none."""
    if not fact.service:
        return
    said = {Signal.METRIC: _of_metric, Signal.LOG: _of_log, Signal.TRACE: _of_trace}.get(fact.signal)
    if said is None:
        return
    for service, role, weight, kind in said(fact):
        group = f"{fact.signal} {fact.aspect} {role}"
        yield Testimony(service, role, weight * fact.score, kind, group, fact)


def is_link(fact: Observation) -> bool:
    """Whether a fact from traces is about the way between two services, and not about either of them."""
    return bool(fact.peer) and fact.signal_name == f"{fact.service} → {fact.peer}"


def is_broken_habit(fact: Observation) -> bool:
    """Whether a fact from logs is about calls in which something that always was said is missing."""
    return fact.signal is Signal.LOG and fact.unit == "%"


_Said = Iterator[tuple[str, Role, float, FaultKind]]


def _of_metric(fact: Observation) -> _Said:
    if meaning_of(fact.signal_name).reach is Reach.HOST:
        yield fact.service, Role.OWN, 0.2, FaultKind.UNKNOWN
    elif fact.peer and fact.aspect is Aspect.NETWORK:
        yield fact.service, Role.LINK, 0.7, FaultKind.NETWORK
        yield fact.peer, Role.LINK, 0.7, FaultKind.NETWORK
    elif fact.peer:
        weight, kind = {**_METRIC_OWN, **_METRIC_FELT}.get(fact.aspect, _METRIC_ELSE)
        yield fact.peer, Role.FELT, SEEN_FROM_OUTSIDE * weight, kind
        yield fact.service, Role.FELT, 0.4 * weight, FaultKind.DEPENDENCY
    elif meaning_of(fact.signal_name).reach is Reach.CALLS:
        yield fact.service, Role.FELT, 0.5, FaultKind.DEPENDENCY
    elif fact.aspect not in _METRIC_FELT:
        yield fact.service, Role.OWN, *_METRIC_OWN.get(fact.aspect, _METRIC_ELSE)
    else:
        weight, kind = _METRIC_FELT[fact.aspect]
        yield fact.service, Role.FELT, weight * (SEEN_FROM_OUTSIDE if is_address(fact.service) else 1.0), kind


def _of_log(fact: Observation) -> _Said:
    if fact.aspect is Aspect.OUTSIDE:
        yield fact.service, Role.SAID, 0.7, FaultKind.EXTERNAL
    elif is_broken_habit(fact):
        yield fact.service, Role.SAID, 0.9, FaultKind.WRONG_RESULT
    elif fact.aspect is Aspect.BEHAVIOUR:
        yield fact.service, Role.SAID, 0.6, FaultKind.WRONG_RESULT
    elif fact.peer and nobody_listens(fact.signal_name):
        yield fact.peer, Role.OWN, 0.8, FaultKind.ERROR
        yield fact.service, Role.FELT, 0.3, FaultKind.DEPENDENCY
    elif fact.peer and fact.aspect is Aspect.NETWORK:
        yield fact.service, Role.LINK, 0.5, FaultKind.NETWORK
        yield fact.peer, Role.LINK, 0.6, FaultKind.NETWORK
    elif fact.peer:
        yield fact.peer, Role.FELT, 0.5, FaultKind.ERROR
        yield fact.service, Role.FELT, 0.3, FaultKind.DEPENDENCY
    elif fact.aspect is Aspect.NETWORK:
        yield fact.service, Role.FELT, 0.5, FaultKind.NETWORK
    else:
        yield fact.service, Role.SAID, 0.7, FaultKind.ERROR


def _of_trace(fact: Observation) -> _Said:
    if fact.aspect is Aspect.BEHAVIOUR:
        yield fact.service, Role.SAID, 0.4, FaultKind.WRONG_RESULT
    elif fact.aspect is Aspect.ERRORS:
        if fact.peer:
            yield fact.peer, Role.FELT, 0.6, FaultKind.ERROR
            yield fact.service, Role.FELT, 0.4, FaultKind.DEPENDENCY
        else:
            yield fact.service, Role.OWN, 0.75, FaultKind.ERROR
    elif is_link(fact):
        yield fact.service, Role.LINK, 0.9, FaultKind.NETWORK
        yield fact.peer, Role.LINK, 0.9, FaultKind.NETWORK
    elif fact.peer:
        yield fact.peer, Role.FELT, 0.7, FaultKind.LATENCY
        yield fact.service, Role.FELT, 0.3, FaultKind.DEPENDENCY
    else:
        yield fact.service, Role.OWN, 0.8, FaultKind.LATENCY
