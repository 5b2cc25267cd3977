"""From the testimony of all observations to suspects: which service is the cause, and how sure that is.

The rules, in the order in which they work:
1. What a service does wrong itself counts in full; words of one group count once, the strongest.
2. What a service suffers counts as far as nothing that it depends on explains it: trouble runs from callee to caller, so
   who is at the end of the chain keeps the blame. Half so for what it says of its own failures. A delay explains another
   only as far as it is as long.
3. A bad link has two ends and one cause. The end whose other links are bad too is the likelier; where that does not
   tell, the one that is called.
4. One signal alone is weak, however loud: independent signals have to agree before a suspicion becomes confidence, and
   somebody has to feel it.
5. A change of that service shortly before its trouble began makes a strong suspicion stronger, and what happens to those
   that it calls explains it less: they do what they are asked. What it says of them, it may as well say of itself. A
   change makes no suspicion by itself.
6. An address is what callers see of something. What else they call may stand behind it, and explains what is seen there.
7. Trouble of a kind that the affected services do not have counts half.
8. The likeliest is surer where those who need it suffer as it does, and where no rival comes near.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from agents.analyzers.addresses import is_address
from agents.analyzers.graph import Graph
from agents.analyzers.scoring import portion, together
from agents.incident.blame import blamed_change
from agents.incident.calm import Calm
from agents.incident.delays import Delays
from agents.incident.links import link_of, shares_of_blame
from agents.incident.rivals import apart
from agents.incident.suspect import WEIGHS, Suspect, onset_of, strongest
from agents.incident.testimony import Role, Testimony, testimonies
from orchestrator.model import Aspect, FaultKind, Observation, Signal, Standing

EXPLAINED_BY_CALLEE = {Role.OWN: 0.0, Role.SAID: 0.5, Role.FELT: 0.85}
# What kind of fault it is, is told by what the service does wrong itself rather than by what that does to others.
# A resource that is used up tells more than that everything takes longer, and so does that others are to blame.
DECIDES = {Role.OWN: 1.0, Role.SAID: 0.85, Role.LINK: 0.8, Role.FELT: 0.7}
RESOURCES = {FaultKind.CPU: 1.2, FaultKind.MEMORY: 1.2, FaultKind.SATURATION: 1.1, FaultKind.EXTERNAL: 1.3}
AS_IT_FAILS = 0.5
AGREEMENT = {1: 0.6, 2: 0.85}
COUNTS_AS_SIGNAL = 0.2
ECHOED = 1.5
FELT_BY_SOMEBODY = 0.35
LEAST = 0.02
HIGHEST = 0.97
TIMES = ("ms", "s")
CHANGE_COUNTS = 0.3
SUSPICION = 0.8
CHANGE_KEEPS_BLAME = 0.6


def suspects(observations: Sequence[Observation]) -> list[Suspect]:
    """All suspects, the likeliest first; no two are equally likely."""
    return Weighing(observations).suspects()


class Weighing:
    """All words of all observations on one graph."""

    def __init__(self, observations: Sequence[Observation]) -> None:
        known = [each for each in observations if each.standing is Standing.UNUSUAL]
        words = [word for fact in known for word in testimonies(fact)]
        changes = [each for each in known if each.signal is Signal.CHANGE]
        self._words: dict[str, list[Testimony]] = defaultdict(list)
        for word in words:
            self._words[word.service].append(word)
        self._graph = graph = Graph(call for each in observations for call in each.calls)
        self._calm = Calm(observations, graph)
        self._delays = Delays(words, graph)
        self._links = shares_of_blame(words, self._matters)
        self._felt = max((_symptom(word.fact) for word in words), default=0.0)
        self._trouble = {service: self._troubled(said) for service, said in self._words.items()}
        self._blamed = {
            service: blamed_change(service, onset_of(said), changes) for service, said in self._words.items()
        }

    def suspects(self) -> list[Suspect]:
        """All suspects, the likeliest first; no two are equally likely."""
        found = [self.suspect(service) for service in sorted(self._words)]
        ranked = sorted((each for each in found if each.confidence >= LEAST), key=lambda one: -one.confidence)
        return apart([*map(self.confirmed, ranked[:1]), *ranked[1:]], self._graph)

    def share(self, service: str, cited: Collection[str]) -> float:
        """What the facts with these ids say against that service, as a share of what all facts say, in [0, 1].

        The more facts, the more they say. Words are weighed as among all others: what is explained otherwise stays so.
        """
        words = self._words.get(service, [])
        parts: dict[str, float] = {}
        for word in words:
            if word.fact.observation_id in cited:
                parts[word.group] = max(self._weight(word), parts.get(word.group, 0.0))
        whole = self._strength({group: self._weight(word) for group, word in strongest(words).items()})
        return min(1.0, self._strength(parts) / whole) if whole else 0.0

    def suspect(self, service: str) -> Suspect:
        """What all words about one service come to."""
        words = self._words[service]
        parts = {group: self._weight(word) for group, word in strongest(words).items()}
        sure = self._strength(parts)
        change, recent = self._blamed[service]
        sure = min(HIGHEST, sure + CHANGE_COUNTS * recent * portion(sure, SUSPICION))
        fails = any(word.kind is FaultKind.ERROR and parts[word.group] >= COUNTS_AS_SIGNAL for word in words)
        ordered = sorted(
            words, key=lambda word: (-parts[word.group] * _decides(word, fails), -word.weight, word.fact.summary)
        )
        return Suspect(service, sure, ordered[0].kind, tuple(ordered), change)

    def confirmed(self, leader: Suspect) -> Suspect:
        """The likeliest suspect, surer where those who need it suffer alike: what it does shows where it should."""
        aspects = {word.fact.aspect for word in leader.words if word.weight >= WEIGHS}
        echoes = (
            word.weight * self._calm.counts(word)
            for caller in self._graph.needed_by(leader.service)
            for word in self._words.get(caller, ())
            if word.role is Role.FELT and word.fact.service == caller and word.fact.aspect in aspects
        )
        doubt = 1.0 - leader.confidence
        sure = leader.confidence * (1.0 + ECHOED * max(echoes, default=0.0) * doubt)
        return replace(leader, confidence=min(HIGHEST, sure))

    def _strength(self, parts: Mapping[str, float]) -> float:
        """What words of these groups, weighed, come to together."""
        signals = sum(weight >= COUNTS_AS_SIGNAL for weight in parts.values())
        agreed = AGREEMENT.get(signals, 1.0) if signals else AGREEMENT[1] / 2
        return together(parts.values()) * agreed * (0.5 + 0.5 * portion(self._felt, FELT_BY_SOMEBODY))

    def _weight(self, word: Testimony) -> float:
        """What is left of a word's weight once everything that explains it otherwise is taken off."""
        slow = word.fact.aspect is Aspect.LATENCY
        felt = self._matters(word)
        if word.role is Role.LINK:
            return word.weight * felt * self._links[word.service, link_of(word)]
        below = (
            self._trouble.get(callee, 0.0) * (self._delays.explained(word.service, callee) if slow else 1.0)
            for callee in self._behind(word.service)
        )
        explained = EXPLAINED_BY_CALLEE[word.role] * (1.0 - CHANGE_KEEPS_BLAME * self._blamed[word.service][1])
        return word.weight * felt * self._believed(word) * (1.0 - explained * max(below, default=0.0))

    def _believed(self, word: Testimony) -> float:
        """How far a caller's complaint is about whom it calls: who was changed just before, says as much of itself."""
        fact = word.fact
        if not fact.peer or word.role is not Role.FELT or fact.service not in self._blamed:
            return 1.0
        doubt = CHANGE_KEEPS_BLAME * self._blamed[fact.service][1]
        return 1.0 - doubt if word.service == fact.peer else 1.0 + doubt

    def _troubled(self, words: Iterable[Testimony]) -> float:
        """How much trouble a service is in, whoever is to blame."""
        own = (word for word in words if word.role is not Role.LINK)
        return together(word.weight * self._calm.counts(word) for word in strongest(own).values())

    def _behind(self, service: str) -> set[str]:
        """Whose trouble may be the cause of the service's: all that it depends on.

        Behind an address may be whatever else its callers call.
        """
        needed = set(self._graph.depends_on(service))
        if is_address(service):
            needed.update(each for each in self._graph.siblings(service) if not is_address(each))
        return needed

    def _matters(self, word: Testimony) -> float:
        """How much of what is felt a delay can be; what is no delay matters as it is, if somebody has such trouble."""
        is_delay = word.fact.aspect is Aspect.LATENCY or word.fact.unit in TIMES
        return (self._delays.felt(word) if is_delay else 1.0) * self._calm.counts(word)


def _symptom(fact: Observation) -> float:
    """How much somebody feels of that fact: errors and slowness, wherever they show."""
    return fact.score if fact.aspect in (Aspect.ERRORS, Aspect.LATENCY, Aspect.NETWORK) else 0.0


def _decides(word: Testimony, fails: bool) -> float:
    """How much a word has to say on what kind of fault it is; of a service that fails, what it then leaves out says less."""
    openly = AS_IT_FAILS if fails and word.kind is FaultKind.WRONG_RESULT else 1.0
    return DECIDES[word.role] * RESOURCES.get(word.kind, 1.0) * openly
