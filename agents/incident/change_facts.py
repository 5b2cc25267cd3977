"""What people changed before it began: where each change is live since when, how risky it is, and what did not change.

Where no change explains what is seen, that is told too, with what speaks for a cause that nobody here changed.
"""

from collections.abc import Iterable, Sequence

from agents.analyzers.graph import Graph
from agents.analyzers.rollouts import rollouts
from agents.incident.blame import NAMED
from agents.incident.change_telling import told_change, told_outside, told_unchanged, told_unexplained
from agents.incident.outside import outside_causes
from agents.incident.reading import Reading
from agents.incident.since_change import since_change_facts
from agents.incident.symptoms import symptoms_of
from agents.incident.weighed import weighed
from orchestrator.model import Observation

MOST = 8
WORTH_TELLING = 0.1


def change_facts(
    reading: Reading, facts: Iterable[Observation], services: Sequence[str], graph: Graph
) -> list[Observation]:
    """The changes that score highest, what began with the blamed ones, and what did not change.

    `facts` are what stands out to the agent that asks.
    """
    if reading.changes is None or not reading.changes.changes:
        return []
    live = [each for each in reading.changes.changes if each.at < reading.window.end]
    symptoms = symptoms_of(reading, facts)
    outside = outside_causes(symptoms, graph, services)
    weight = max((each.weight for each in outside), default=0.0)
    placed = rollouts(live, services)
    scored = sorted(weighed(placed, symptoms, graph, weight), key=lambda each: -each.score)
    blamed = [each for each in scored if each.score >= NAMED]
    told = [told_change(reading, each) for each in scored[:MOST] if each.score >= WORTH_TELLING or not each.placed.by]
    told += since_change_facts(reading, blamed, symptoms, services)
    told += told_unchanged(reading, sorted(symptoms.since), placed)
    if symptoms.since and not blamed:
        told += [told_unexplained(reading, scored), *(told_outside(reading, each, symptoms) for each in outside[:1])]
    return sorted(told, key=lambda each: (each.standing, str(each.onset), each.signal_name, each.summary))
