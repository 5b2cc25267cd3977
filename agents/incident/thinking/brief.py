"""What a model is handed: the few lines of evidence that matter, with their ids, and what surrounds them.

The law: the same evidence gives the same bytes, at most `MOST_BYTES` of them. First the facts on which a suspicion rests,
then those of the asking agent, then the others', the loudest first, and of facts that say the same the loudest only. A fact
that is not shown cannot be cited. What people changed and what was alike is told as it was until the last fact was seen, so
that the same question is asked after a restart.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from agents.incident.change_telling import without_people
from agents.incident.explaining import told_by
from agents.incident.suspect import Suspect
from agents.incident.thinking.lines import Section, bounded, one_line
from agents.incident.words import clock, listed
from orchestrator.model import (
    AgentContext,
    Change,
    Consultation,
    Hypothesis,
    Incident,
    Observation,
    PastIncident,
    Signal,
    Standing,
    Verdict,
)

MOST_BYTES = 6_000
LONGEST_LINE, SHORT_LINE = 115, 80
LONGEST_CHANGES = (200, 90)
"""What is told of the change that is suspected most, and of every other."""
MOST_FACTS, MOST_CHANGES, MOST_NORMAL, MOST_UNSEEN = 13, 4, 3, 3
MOST_CALLERS, MOST_SIMILAR, MOST_IDS = 8, 2, 4
FACTS_OF_SUSPECTS = (5, 3)
"""So many facts are told of each of the first suspects."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that one agent reasons over. `ranked` are all suspects, likeliest first; `asked` what others answered."""

    agent_id: str
    observations: Sequence[Observation]
    ranked: Sequence[Suspect]
    incident: Incident | None = None
    context: AgentContext | None = None
    asked: Sequence[Consultation] = ()

    @property
    def wants_thought(self) -> bool:
        """Whether anything wants an explanation, and this agent has seen anything at all."""
        own = (each for each in self.observations if each.agent_id == self.agent_id)
        saw = any(each.standing is not Standing.NO_DATA for each in own)
        return saw and any(_is_trouble(each) for each in self.observations)


@dataclass(frozen=True, slots=True)
class Brief:
    """The text, and the facts that it shows, by their ids."""

    text: str
    shown: dict[str, Observation]


def brief(evidence: Evidence) -> Brief:
    """The lines for the question what explains the evidence."""
    facts = telling(evidence)
    changes = [each for each in _loudest(evidence.observations) if _is_change(each)][:MOST_CHANGES]
    changed = {each.observation_id: change_line(each, place) for place, each in enumerate(changes)}
    normal = _standing(evidence, Standing.NORMAL)[:MOST_NORMAL]
    unseen = _standing(evidence, Standing.NO_DATA)[:MOST_UNSEEN]
    cited = {each.observation_id for each in [*facts, *changes]}
    suspects = [_suspected(one, cited) for one in _plain(evidence)]
    sections = [
        Section("incident:", _incident(evidence), 0),
        Section("who calls whom:", calls(evidence), 4),
        Section("facts:", [fact_line(each) for each in facts], 1),
        Section("changes:", [*changed.values(), *_unplaced(evidence, changes)], 3),
        Section("normal:", [fact_line(each, SHORT_LINE) for each in normal], 5),
        Section("not known:", [one_line(each.summary, SHORT_LINE) for each in unseen], 8),
        Section("asked of others:", answers(evidence.asked), 6),
        Section("earlier incidents:", [_earlier(each) for each in _similar(evidence)], 7),
        Section("suspected so far, likeliest first:", suspects, 2),
    ]
    text = bounded(sections, MOST_BYTES)
    lines = set(text.splitlines())
    shown = {each.observation_id: each for each in facts if fact_line(each) in lines}
    shown |= {each.observation_id: each for each in changes if changed[each.observation_id] in lines}
    shown |= {each.observation_id: each for each in normal if fact_line(each, SHORT_LINE) in lines}
    return Brief(text, {each: fact for each, fact in shown.items() if each})


def fact_line(fact: Observation, most: int = LONGEST_LINE) -> str:
    """A fact with its id, as in `o53 orders-db: cpu 95.6 % since 02:37:03, was 0.2 %`."""
    return f"{fact.observation_id} {one_line(fact.summary, most)}"


def change_line(fact: Observation, place: int) -> str:
    """A change with its id, at that place among all: what and where and why it is suspected, and not who made it."""
    most = LONGEST_CHANGES[min(place, 1)]
    return f"{fact.observation_id} {one_line(without_people(fact.summary), most)}"


def telling(evidence: Evidence) -> list[Observation]:
    """The facts to be shown, most telling first: a suspicion's before the agent's own, and those before the others'."""
    first = zip(evidence.ranked, FACTS_OF_SUSPECTS, strict=False)
    rests = [word.fact for suspect, most in first for word in suspect.words[:most]]
    loudest = [each for each in _loudest(evidence.observations) if _is_trouble(each)]
    own = [each for each in loudest if each.agent_id == evidence.agent_id]
    said: dict[object, Observation] = {}
    for each in [*rests, *own[: MOST_FACTS // 3], *loudest, *own]:
        if each.observation_id:
            said.setdefault((each.service, each.peer, each.signal, each.aspect), each)
    return list(said.values())[:MOST_FACTS]


def calls(evidence: Evidence) -> list[str]:
    """Who calls whom, a line a caller; those first that are suspected or were reported, and who calls them."""
    known = _links(evidence)
    matter = _that_matter(evidence)
    near = {link[0] for link in known if any(name.casefold() in matter for name in link)}
    callers = sorted({caller for caller, _ in known}, key=lambda each: (each not in near, each))
    told = ((each, sorted(callee for caller, callee in known if caller == each)) for each in callers[:MOST_CALLERS])
    return [one_line(f"{caller} calls {', '.join(callees)}", 2 * LONGEST_LINE) for caller, callees in told]


def _links(evidence: Evidence) -> set[tuple[str, str]]:
    """All (caller, callee) that were seen in traces or stand in the catalogue."""
    catalogue = evidence.context.catalogue if evidence.context else ()
    listed_there = {(each.service, callee) for each in catalogue for callee in each.calls}
    return listed_there.union(*(each.calls for each in evidence.observations))


def _that_matter(evidence: Evidence) -> set[str]:
    """The services that are suspected or were reported, by how they are compared."""
    reported = evidence.incident.affected_services if evidence.incident else ()
    suspected = (each.service for each in evidence.ranked[: len(FACTS_OF_SUSPECTS)])
    return {name.casefold() for name in (*suspected, *reported)}


def answers(asked: Iterable[Consultation]) -> list[str]:
    """What others were asked, and what they said."""
    return [
        one_line(f"{each.question.text} {each.advice.text}", 2 * LONGEST_LINE) for each in asked if each.advice.text
    ]


def _incident(evidence: Evidence) -> list[str]:
    if evidence.incident is None:
        return [f"you look at it as: {evidence.agent_id}"]
    incident = evidence.incident
    where = f", reported of {listed(incident.affected_services)}" if incident.affected_services else ""
    what = one_line(f"{incident.title}, from {clock(incident.start_time)}{where}", 2 * LONGEST_LINE)
    return [what, f"you look at it as: {evidence.agent_id}"]


def _plain(evidence: Evidence) -> list[Hypothesis]:
    """What plain analysis says of the first suspects, whoever asserts it."""
    first = evidence.ranked[: len(FACTS_OF_SUSPECTS)]
    agents = dict.fromkeys(each.words[0].fact.agent_id for each in first)
    told = [each for agent_id in agents for each in told_by(agent_id, first)]
    return sorted(told, key=lambda each: -each.initial_confidence)


def _suspected(told: Hypothesis, shown: Collection[str]) -> str:
    cited = " ".join([each for each in told.supporting if each in shown][:MOST_IDS])
    return f"{told.service} / {told.fault_kind}: {one_line(told.statement, LONGEST_LINE)} ({cited})"


def _unplaced(evidence: Evidence, told: Sequence[Observation]) -> list[str]:
    """Recent changes that are no fact yet, the latest first; what came after the last look is not told."""
    if evidence.context is None:
        return []
    known = {each.signal_name for each in told}
    until = max((each.window.end for each in evidence.observations if each.window), default=None)
    recent = [
        each for each in evidence.context.changes if each.change_id not in known and (until is None or each.at <= until)
    ]
    return [_changed(each) for each in reversed(recent)][: max(0, MOST_CHANGES - len(told))]


def _changed(change: Change) -> str:
    where = f"{change.service} " if change.service else ""
    return one_line(f"{where}{change.kind} at {clock(change.at)}: {change.summary or change.change_id}", LONGEST_LINE)


def _similar(evidence: Evidence) -> Sequence[PastIncident]:
    return evidence.context.similar[:MOST_SIMILAR] if evidence.context else ()


def _earlier(past: PastIncident) -> str:
    said = (
        {Verdict.ACCEPTED: "accepted", Verdict.REJECTED: "rejected"}.get(past.verdict) if past.verdict else "undecided"
    )
    return one_line(f"{past.incident_id} {past.title}: {past.statement or 'no cause named'} ({said})", LONGEST_LINE)


def _standing(evidence: Evidence, standing: Standing) -> list[Observation]:
    """Those, the agent's own first; all that have an id can be cited."""
    found = [each for each in evidence.observations if each.standing is standing]
    return sorted(found, key=lambda each: each.agent_id != evidence.agent_id)


def _loudest(observations: Sequence[Observation]) -> list[Observation]:
    return sorted(observations, key=lambda each: -each.score)


def _is_change(fact: Observation) -> bool:
    return fact.signal is Signal.CHANGE and fact.standing is Standing.UNUSUAL


def _is_trouble(fact: Observation) -> bool:
    return fact.standing is Standing.UNUSUAL and fact.signal is not Signal.CHANGE
