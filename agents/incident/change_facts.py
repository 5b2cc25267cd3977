"""What people changed before it began: every deploy and setting of that day, the nearest first."""

from agents.incident.reading import Reading
from agents.incident.words import clock
from orchestrator.model import Aspect, Change, Observation, Signal

MOST = 12
HALF_LIFE_S = 1800.0
_SETTINGS = ("flag", "config", "configuration", "setting", "feature")


def change_facts(reading: Reading) -> list[Observation]:
    """Changes that say where they went live; one that names no service is told only where nothing else is known."""
    if reading.changes is None:
        return []
    live = [each for each in reading.changes.changes if each.at < reading.window.end]
    placed = [each for each in live if each.service] or live
    nearest = sorted(placed, key=lambda each: (abs(_age(reading, each)), each.change_id))[:MOST]
    return [_told(reading, each) for each in sorted(nearest, key=lambda each: (each.at, each.change_id))]


def _age(reading: Reading, change: Change) -> float:
    return reading.split - change.at.timestamp()


def _told(reading: Reading, change: Change) -> Observation:
    assert reading.changes is not None
    asked = reading.changes.asked
    where = f"{change.service} " if change.service else ""
    what = f": {change.summary}" if change.summary else ""
    by = f" by {change.author}" if change.author else ""
    return Observation(
        agent_id=reading.agent_id,
        summary=f"{where}{change.kind} at {clock(change.at)}{by}{what}"[:300],
        signal=Signal.CHANGE,
        aspect=Aspect.CONFIGURATION if change.kind.lower() in _SETTINGS else Aspect.DEPLOY,
        service=change.service,
        signal_name=change.change_id[:200],
        score=round(0.5 * 0.5 ** (max(0.0, _age(reading, change)) / HALF_LIFE_S), 4),
        onset=change.at,
        window=asked.window,
        source=asked.source,
        query=asked.query,
        link=asked.link,
    )
