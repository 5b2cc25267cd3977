"""Which suspects are rivals of the first, and which are the same explanation seen from another place.

A link has two ends, and a service that was changed asks other things of those that it calls: their trouble is a part of
its explanation. Such a suspect stays, for people see all, but clearly behind, and takes no confidence from the first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from agents.analyzers.graph import Graph
from agents.analyzers.scoring import portion, together
from agents.incident.suspect import Suspect, strongest
from agents.incident.testimony import Testimony

EXPLAINED_WITH_THE_FIRST = 0.5
CLEARLY_AHEAD = 0.5
OF_TWO_ALIKE = 0.75
ONE_STEP = 0.0005


def apart(ranked: Sequence[Suspect], graph: Graph) -> list[Suspect]:
    """The suspects with the first set apart from the others; no two are equally likely.

    Confidence also says how far the first is ahead of its first rival: two equal suspects are none.
    """
    if not ranked:
        return []
    first, others = ranked[0], [_behind(ranked[0], each, graph) for each in ranked[1:]]
    others.sort(key=lambda each: -each.confidence)
    if others:
        ahead = portion(1.0 - others[0].confidence / first.confidence, CLEARLY_AHEAD)
        likely = first.confidence * (OF_TWO_ALIKE + (1.0 - OF_TWO_ALIKE) * ahead)
        first = replace(first, confidence=min(max(others[0].confidence + ONE_STEP, likely), first.confidence))
    return _in_steps([first, *others])


def explained_with(first: Suspect, other: Suspect, graph: Graph) -> float:
    """How much of the suspicion against the other belongs to the first's explanation, in [0, 1]."""
    if first.change and not other.change and other.service in graph.depends_on(first.service):
        return 1.0
    told = {id(word.fact) for word in first.words}
    whole = _sum(other.words)
    return 1.0 - _sum(word for word in other.words if id(word.fact) not in told) / whole if whole else 0.0


def _behind(first: Suspect, other: Suspect, graph: Graph) -> Suspect:
    left = 1.0 - EXPLAINED_WITH_THE_FIRST * explained_with(first, other, graph)
    return replace(other, confidence=other.confidence * left)


def _sum(words: Iterable[Testimony]) -> float:
    return together(word.weight for word in strongest(words).values())


def _in_steps(ranked: Iterable[Suspect]) -> list[Suspect]:
    told: list[Suspect] = []
    for each in ranked:
        most = told[-1].confidence - ONE_STEP if told else 1.0
        told.append(replace(each, confidence=max(0.0, min(each.confidence, most))))
    return told
