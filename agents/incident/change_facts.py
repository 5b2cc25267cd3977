"""What people changed before it began: the deploys and settings nearest to it, and what they have to do with what is seen."""

from collections import defaultdict
from collections.abc import Iterable

from agents.analyzers.masks import without_secrets
from agents.analyzers.relevance import SELDOM, is_harmless, relevance
from agents.incident.reading import Reading
from agents.incident.words import clock, short_ids
from orchestrator.model import Aspect, Change, Observation, Signal

MOST = 12
HALF_LIFE_S = 1800.0
OF_ANY_CHANGE = 0.3
OF_A_RELATED_ONE = 0.6
_SETTINGS = ("flag", "config", "configuration", "setting", "feature")


def change_facts(reading: Reading, facts: Iterable[Observation]) -> list[Observation]:
    """Changes that say where they went live; one that names no service is told only where nothing else is known.

    `facts` are what stands out; a change that speaks of the same things as its service's facts scores higher.
    """
    if reading.changes is None:
        return []
    live = [each for each in reading.changes.changes if each.at < reading.window.end]
    placed = [each for each in live if each.service] or live
    nearest = sorted(placed, key=lambda each: (abs(_age(reading, each)), each.change_id))[:MOST]
    seen: dict[str, list[str]] = defaultdict(list)
    for fact in facts:
        seen[fact.service].append(f"{fact.signal_name} {fact.summary.removeprefix(fact.service)}")
    related = relevance(nearest, [seen[each.service] for each in nearest])
    told = [_told(reading, change, share) for change, share in zip(nearest, related, strict=True)]
    return sorted(told, key=lambda each: (str(each.onset), each.signal_name, each.summary))


def _age(reading: Reading, change: Change) -> float:
    return reading.split - change.at.timestamp()


def _score(reading: Reading, change: Change, related: float) -> float:
    recent = 0.5 ** (max(0.0, _age(reading, change)) / HALF_LIFE_S)
    return float(recent * (OF_ANY_CHANGE * (SELDOM if is_harmless(change) else 1.0) + OF_A_RELATED_ONE * related))


def _told(reading: Reading, change: Change, related: float) -> Observation:
    assert reading.changes is not None
    asked = reading.changes.asked
    where = f"{change.service} " if change.service else ""
    summary, author = without_secrets(change.summary), without_secrets(change.author)
    what = f": {short_ids(summary)}" if summary else ""
    by = f" by {author}" if author else ""
    return Observation(
        agent_id=reading.agent_id,
        summary=f"{where}{change.kind} at {clock(change.at)}{by}{what}"[:300],
        signal=Signal.CHANGE,
        aspect=Aspect.CONFIGURATION if change.kind.lower() in _SETTINGS else Aspect.DEPLOY,
        service=change.service,
        signal_name=change.change_id[:200],
        score=round(_score(reading, change, related), 4),
        onset=change.at,
        window=asked.window,
        source=asked.source,
        query=asked.query,
        link=asked.link,
    )
