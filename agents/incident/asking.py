"""What an agent asks others while it explains: whether another explanation of the same trouble holds.

The law: only who decides the leading explanation asks, only where that is worth a headline, and only what nobody has told
yet and the asked one's telemetry may know. Two questions at most, about those that somebody would ask first: was the store
that it calls at its limits or held up by locks, was the way to it bad, did it get more to do, was the other end slow by itself.
A "no" speaks for the explanation, a "yes" against it, and neither changes how sure it is: that comes from all observations.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from agents.analyzers.graph import Graph
from agents.incident.suspect import Suspect
from agents.incident.territory import APPLICATION, DATABASE, NETWORK, is_store
from agents.incident.testimony import Role
from agents.incident.words import clock
from orchestrator.model import THE_BAR, Aspect, Consultation, FaultKind, Hypothesis, Observation, Question, Standing

MOST_QUESTIONS = 2
LIMITS = (Aspect.SATURATION, Aspect.LOCKS, Aspect.CPU, Aspect.DISK)
COVERS = {
    Aspect.SATURATION: LIMITS,
    Aspect.LOCKS: (Aspect.LOCKS,),
    Aspect.NETWORK: (Aspect.NETWORK,),
    Aspect.TRAFFIC: (Aspect.TRAFFIC,),
    Aspect.LATENCY: (Aspect.LATENCY,),
}
"""What about a service is looked at for a question about that."""
TEXTS = {
    Aspect.SATURATION: "was {service} at its limits at {at}?",
    Aspect.LOCKS: "did anything wait for locks in {service} at {at}?",
    Aspect.NETWORK: "was the link from {service} to {peer} bad at {at}?",
    Aspect.TRAFFIC: "did {service} get more requests than usual at {at}?",
    Aspect.LATENCY: "was {service} itself slow at {at}?",
}
FELT = (Aspect.LATENCY, Aspect.ERRORS, Aspect.SATURATION)
PASSES_ON = (FaultKind.LATENCY, FaultKind.ERROR, FaultKind.SATURATION, FaultKind.DEPENDENCY, FaultKind.UNKNOWN)
"""Kinds of trouble that may come from further down."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A question to a type of specialist."""

    specialist: str
    question: Question


def questions(agent_id: str, ranked: Sequence[Suspect], observations: Sequence[Observation]) -> list[Ask]:
    """What that agent would ask, one question of each other agent. `ranked` are all suspects, likeliest first."""
    if not ranked or ranked[0].words[0].fact.agent_id != agent_id or ranked[0].confidence < THE_BAR:
        return []
    leader = ranked[0]
    if leader.onset is None:
        return []
    at = datetime.fromtimestamp(leader.onset, UTC)
    graph = Graph(call for each in observations for call in each.calls)
    wanted = _rivals(agent_id, leader, graph)
    asks = [_ask(whom, aspect, service, peer, at) for whom, aspect, service, peer in wanted if whom != agent_id]
    told: dict[str, Ask] = {}
    for each in asks:
        if each.specialist not in told and _is_news(each, observations):
            told[each.specialist] = each
    return list(told.values())[:MOST_QUESTIONS]


def with_answer(hypothesis: Hypothesis, told: Consultation, observations: Sequence[Observation]) -> Hypothesis:
    """The hypothesis with what was cited in answer: for it where the other explanation does not hold, against it where it does.

    Where the hypothesis is that something further down is to blame, a yes speaks for it, and a no of one of them for nothing.
    An answer that cites nothing that was observed changes nothing.
    """
    known = {each.observation_id for each in observations} - {*hypothesis.supporting, *hypothesis.refuting, ""}
    cited = tuple(each for each in dict.fromkeys(told.advice.cites) if each in known)
    if not cited or not told.advice.known or told.advice.supports is None:
        return hypothesis
    if hypothesis.fault_kind is FaultKind.DEPENDENCY and not told.advice.supports:
        return hypothesis
    if told.advice.supports and hypothesis.fault_kind is not FaultKind.DEPENDENCY:
        return hypothesis.model_copy(update={"refuting": (*hypothesis.refuting, *cited)})
    return hypothesis.model_copy(update={"supporting": (*hypothesis.supporting, *cited)})


_Wanted = Iterator[tuple[str, Aspect, str, str]]
"""Whom to ask, about what, of which service, and of which other end."""


def _rivals(agent_id: str, leader: Suspect, graph: Graph) -> _Wanted:
    """The other explanations of what the leader's trouble looks like."""
    if agent_id == NETWORK:
        yield from ((APPLICATION, Aspect.LATENCY, peer, "") for _, peer in _links(leader))
        return
    if leader.kind in PASSES_ON:
        for store in _stores(leader, graph):
            yield from ((DATABASE, aspect, store, "") for aspect in (Aspect.SATURATION, Aspect.LOCKS))
        yield from ((NETWORK, Aspect.NETWORK, service, peer) for service, peer in _waits(leader))
    if agent_id == DATABASE:
        yield from ((APPLICATION, Aspect.TRAFFIC, caller, "") for caller in _callers(leader, graph))


def _stores(leader: Suspect, graph: Graph) -> list[str]:
    """The store that it waits for, or the only one that it calls."""
    called = [callee for caller, callee in graph.calls if caller == leader.service and is_store(callee)]
    waited = [peer for service, peer in _waits(leader) if service == leader.service and peer in called]
    return waited[:1] or (called if len(called) == 1 else [])


def _waits(leader: Suspect) -> list[tuple[str, str]]:
    """The calls that are felt most: those that it makes itself before those that are made to it."""
    felt = [word.fact for word in leader.words if word.fact.peer and word.fact.aspect in FELT]
    felt.sort(key=lambda fact: (fact.service != leader.service, -fact.score, fact.service, fact.peer))
    return list(dict.fromkeys((fact.service, fact.peer) for fact in felt))


def _links(leader: Suspect) -> list[tuple[str, str]]:
    """The link that is to blame; its called end may be slow by itself."""
    links = (word.fact for word in leader.words if word.role is Role.LINK and word.fact.peer)
    return [(fact.service, fact.peer) for fact in islice(links, 1)]


def _callers(leader: Suspect, graph: Graph) -> list[str]:
    """Who asks most of it, as far as that is told: the caller that feels it most, or the only one."""
    felt = [service for service, peer in _waits(leader) if peer == leader.service]
    callers = sorted(graph.callers(leader.service))
    return felt or (callers if len(callers) == 1 else [])


def _ask(whom: str, aspect: Aspect, service: str, peer: str, at: datetime) -> Ask:
    text = TEXTS[aspect].format(service=service, peer=peer, at=clock(at))
    return Ask(whom, Question(text=text[:500], service=service, peer=peer, aspect=aspect, at=at))


def _is_news(ask: Ask, observations: Iterable[Observation]) -> bool:
    """Whether nobody has told it, and whether who is asked has looked at metrics at all."""
    asked, looked = ask.question, False
    assert asked.aspect is not None
    for each in observations:
        same = (each.service, each.peer) == (asked.service, asked.peer)
        if same and each.standing is Standing.UNUSUAL and each.aspect in COVERS[asked.aspect]:
            return False
        looked |= each.agent_id == ask.specialist and each.standing is not Standing.NO_DATA
    return looked
