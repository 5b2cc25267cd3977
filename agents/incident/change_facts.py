"""What people changed before it began: where each change is live since when, how risky it is, and what did not change."""

from collections.abc import Iterable, Sequence

from agents.analyzers.graph import Graph
from agents.analyzers.masks import without_secrets
from agents.analyzers.rollouts import rollouts
from agents.incident.blame import NAMED
from agents.incident.outside import outside_causes
from agents.incident.reading import Reading
from agents.incident.since_change import since_change_facts
from agents.incident.symptoms import symptoms_of
from agents.incident.weighed import Weighed, weighed
from agents.incident.words import clock, short_ids
from orchestrator.model import Aspect, Change, Observation, Signal

MOST = 12
_SETTINGS = ("flag", "config", "configuration", "setting", "feature")


def change_facts(
    reading: Reading, facts: Iterable[Observation], services: Sequence[str], graph: Graph
) -> list[Observation]:
    """The changes that score highest, ascending by time. `facts` are what stands out to the agent that asks."""
    if reading.changes is None or not reading.changes.changes:
        return []
    live = [each for each in reading.changes.changes if each.at < reading.window.end]
    placed = rollouts(live, services)
    symptoms = symptoms_of(reading, facts)
    outside = outside_causes(symptoms, graph, services)
    weight = max((each.weight for each in outside), default=0.0)
    scored = sorted(weighed(placed, symptoms, graph, weight), key=lambda each: -each.score)
    told = [_told(reading, each) for each in scored[:MOST]]
    blamed = [each for each in scored if each.score >= NAMED]
    told += since_change_facts(reading, blamed, symptoms, services)
    return sorted(told, key=lambda each: (str(each.onset), each.signal_name, each.summary))


def _told(reading: Reading, each: Weighed) -> Observation:
    assert reading.changes is not None
    asked = reading.changes.asked
    change, placed = each.placed.change, each.placed
    where = f"{placed.service} " if placed.service else ""
    summary, author = without_secrets(change.summary), without_secrets(change.author)
    what = f": {short_ids(summary)}" if summary else ""
    by = f" by {author}" if author else ""
    return Observation(
        agent_id=reading.agent_id,
        summary=f"{where}{change.kind} at {clock(placed.live)}{by}{what}"[:300],
        signal=Signal.CHANGE,
        aspect=_aspect(change),
        service=placed.service,
        signal_name=change.change_id[:200],
        score=round(each.score, 4),
        onset=placed.live,
        window=asked.window,
        source=asked.source,
        query=asked.query,
        link=asked.link,
    )


def _aspect(change: Change) -> Aspect:
    return Aspect.CONFIGURATION if change.kind.lower() in _SETTINGS else Aspect.DEPLOY
