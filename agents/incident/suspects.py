"""From the testimony of all observations to suspects: which service is the cause, and how sure that is.

The rules, in the order in which they work:
1. What a service does wrong itself counts in full; words of one group count once, the strongest.
2. What a service suffers counts as far as nothing that it depends on explains it: trouble runs from callee to caller, so
   who is at the end of the chain keeps the blame. Half so for what it says of its own failures.
3. A bad link has two ends and one cause. The end whose other links are bad too is the likelier; where that does not
   tell, the one that is called.
4. One signal alone is weak, however loud: independent signals have to agree before a suspicion becomes confidence, and
   somebody has to feel it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from agents.analyzers.graph import Graph
from agents.analyzers.scoring import portion, together
from agents.incident.testimony import Role, Testimony, testimonies
from orchestrator.model import Aspect, FaultKind, Observation, Signal, Standing

EXPLAINED_BY_CALLEE = {Role.OWN: 0.0, Role.SAID: 0.5, Role.FELT: 0.85}
OTHER_END = 0.3
CALLER_IS_LESS_LIKELY = 0.9
AGREEMENT = {0: 0.0, 1: 0.6, 2: 0.85}
COUNTS_AS_SIGNAL = 0.2
FELT_BY_SOMEBODY = 0.35
LEAST = 0.02
HIGHEST = 0.97


@dataclass(frozen=True, slots=True)
class Suspect:
    """A service under suspicion, with the words for it, strongest first."""

    service: str
    confidence: float
    kind: FaultKind
    words: tuple[Testimony, ...]

    @property
    def onset(self) -> float | None:
        """When its own trouble began: the earliest of the facts that weigh."""
        told = [each.fact.onset.timestamp() for each in self.words if each.fact.onset and each.weight >= 0.1]
        return min(told, default=None)


def suspects(observations: Iterable[Observation]) -> list[Suspect]:
    """All suspects, the likeliest first."""
    known = list(observations)
    facts = [each for each in known if each.standing is Standing.UNUSUAL and each.signal is not Signal.CHANGE]
    graph = Graph(call for each in known for call in each.calls)
    words: dict[str, list[Testimony]] = defaultdict(list)
    for fact in facts:
        for word in testimonies(fact):
            words[word.service].append(word)
    felt = max((_symptom(each) for each in facts), default=0.0)
    trouble = {service: _trouble(said) for service, said in words.items()}
    links = _link_shares(words)
    found = [_suspect(service, said, trouble, graph, links, felt) for service, said in words.items()]
    ranked = sorted(
        (each for each in found if each.confidence >= LEAST), key=lambda one: (-one.confidence, one.service)
    )
    return _apart(ranked)


def _symptom(fact: Observation) -> float:
    """How much somebody feels of that fact: errors and slowness, wherever they show."""
    return fact.score if fact.aspect in (Aspect.ERRORS, Aspect.LATENCY, Aspect.NETWORK) else 0.0


def _strongest(words: Sequence[Testimony], role: Role) -> dict[str, float]:
    best: dict[str, float] = defaultdict(float)
    for word in words:
        if word.role is role:
            best[word.group] = max(best[word.group], word.weight)
    return best


def _trouble(words: Sequence[Testimony]) -> float:
    return together(weight for role in EXPLAINED_BY_CALLEE for weight in _strongest(words, role).values())


def _suspect(
    service: str, words: list[Testimony], trouble: dict[str, float], graph: Graph, links: dict[str, float], felt: float
) -> Suspect:
    below = max((trouble.get(callee, 0.0) for callee in graph.depends_on(service)), default=0.0)
    parts = {
        group: weight * (1.0 - explained * below)
        for role, explained in EXPLAINED_BY_CALLEE.items()
        for group, weight in _strongest(words, role).items()
    }
    parts |= {group: weight * links.get(service, 0.0) for group, weight in _strongest(words, Role.LINK).items()}
    signals = sum(weight >= COUNTS_AS_SIGNAL for weight in parts.values())
    agreed = AGREEMENT.get(signals, 1.0) if signals else AGREEMENT[1] / 2
    confidence = together(parts.values()) * agreed * (0.5 + 0.5 * portion(felt, FELT_BY_SOMEBODY))
    ordered = sorted(words, key=lambda word: (-parts[word.group], -word.weight, word.fact.summary))
    return Suspect(service, min(HIGHEST, confidence), ordered[0].kind, tuple(ordered))


def _link_shares(words: Mapping[str, Sequence[Testimony]]) -> dict[str, float]:
    """For each end of a bad link, how much of the blame for its bad links it takes.

    The fewest causes that explain all bad links: again and again the service with most of the blame that is left takes
    it, and where both ends have as much, the one that is called.
    """
    left: dict[tuple[str, str], float] = {}
    for word in (each for said in words.values() for each in said if each.role is Role.LINK):
        link = (word.fact.service, word.fact.peer)
        left[link] = max(left.get(link, 0.0), word.weight)
    shares = {end: OTHER_END for link in left for end in link}
    while left:
        blame: dict[str, float] = defaultdict(float)
        for (caller, callee), weight in sorted(left.items()):
            blame[caller] += CALLER_IS_LESS_LIKELY * weight
            blame[callee] += weight
        culprit = max(sorted(blame), key=lambda end: blame[end])
        shares[culprit] = 1.0
        left = {link: weight for link, weight in left.items() if culprit not in link}
    return shares


def _apart(ranked: list[Suspect]) -> list[Suspect]:
    """Confidence also says how far the first is ahead of the second: two equal suspects are none."""
    if len(ranked) < 2:
        return ranked
    first, second = ranked[0], ranked[1]
    ahead = 1.0 - second.confidence / first.confidence
    likely = max(second.confidence, first.confidence * (0.75 + 0.25 * portion(ahead, 0.5)))
    return [Suspect(first.service, likely, first.kind, first.words), *ranked[1:]]
