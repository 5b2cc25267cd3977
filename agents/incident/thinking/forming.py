"""From what was taken of a model's answer to hypotheses: its words and citations, our confidence and our advice.

The law: what plain analysis says of a suspect stays and comes first, for it holds the fact that tells most, since when, and
after which change, all measured; a model's words stand behind it, and are always named as a model's. What to check, what
would disprove it and what to consider first are ours: a model tells nobody what to do.
"""

from collections.abc import Mapping, Sequence

from agents.incident.explaining import MOST_AGAINST, MOST_SUPPORT, decided_by
from agents.incident.phrases import DISPROVE, VERIFY
from agents.incident.suspect import Suspect
from agents.incident.thinking.accepting import Accepted
from agents.incident.thinking.settling import Settling
from agents.incident.words import clock
from orchestrator.model import FaultKind, Hypothesis, Observation

OF_A_MODEL = "model: "
"""Stands before whatever a model said."""


def formed_with(
    plain: Sequence[Hypothesis],
    said: Sequence[Accepted],
    settling: Settling,
    facts: Mapping[str, Observation],
    agent_id: str,
) -> list[Hypothesis]:
    """Plain analysis with the model's words, and what the model adds, likeliest first; the model's order breaks ties.

    What another agent asserts by plain analysis is that agent's to say: then its confidence is settled in one place.
    """
    words = {(each.service, each.kind): each for each in said}
    told = [reworded(each, words.get((each.service, each.fault_kind))) for each in plain]
    suspected = {(each.service, each.kind) for each in settling.ranked}
    new = [each for each in said if (each.service, each.kind) not in suspected]
    added = [_added(each, settling.added(each.service, each.supports), facts, agent_id) for each in new]
    return sorted([*told, *added], key=lambda each: -each.initial_confidence)


def reworded(plain: Hypothesis, said: Accepted | None) -> Hypothesis:
    """The same explanation, with what the model says of it behind, and with what else was cited."""
    if said is None:
        return plain
    supporting = _more(plain.supporting, said.supports, but=plain.refuting, most=MOST_SUPPORT)
    refuting = _more(plain.refuting, said.against, but=supporting, most=MOST_AGAINST)
    return plain.model_copy(
        update={
            "statement": _with_words(plain.statement, said.statement),
            "supporting": supporting,
            "refuting": refuting,
        }
    )


def _with_words(plain: str, said: str) -> str:
    """Both, the measured first: where there is little room the end is cut."""
    words = said.rstrip(".")
    return plain if words.casefold() in plain.casefold() else f"{plain} ({OF_A_MODEL}{words})"


def _added(said: Accepted, confidence: float, facts: Mapping[str, Observation], agent_id: str) -> Hypothesis:
    cited = [facts[each] for each in said.supports if each in facts]
    onsets = [each.onset for each in cited if each.onset and said.service in (each.service, each.peer)]
    links = ((each.service, each.peer) for each in cited if each.peer and said.service in (each.service, each.peer))
    link = next(links, ("others", said.service))
    since = clock(min(onsets)) if onsets else "the start"
    names = {"service": said.service, "since": since, "caller": link[0], "callee": link[1]}
    other = link[1] if link[0] == said.service else link[0]
    return Hypothesis(
        agent_id=agent_id,
        statement=f"{OF_A_MODEL}{said.statement}",
        initial_confidence=round(confidence, 4),
        service=said.service,
        peer=other if said.kind is FaultKind.NETWORK else "",
        fault_kind=said.kind,
        supporting=said.supports,
        refuting=said.against,
        verify=(VERIFY[said.kind].format(**names),),
        disprove=(DISPROVE[said.kind].format(**names),),
    )


def leads(plain: Sequence[Hypothesis], ranked: Sequence[Suspect], agent_id: str) -> bool:
    """Whether this agent asserts the leading explanation of all."""
    return bool(plain and ranked) and decided_by(ranked[0]) == agent_id


def _more(first: Sequence[str], then: Sequence[str], *, but: Sequence[str], most: int) -> tuple[str, ...]:
    """All of the first, and of the others as many as there is room for."""
    new = [each for each in then if each not in first and each not in but]
    return (*first, *new[: max(0, most + 1 - len(first))])
