"""Changes as observations: each with where and when it went live and why it is suspected or not, in one line."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from agents.analyzers.effects import UNTOLD
from agents.analyzers.mechanisms import ANYTHING
from agents.analyzers.rollouts import Placed
from agents.incident.blame import NAMED
from agents.incident.outside import Outside
from agents.incident.reading import Reading
from agents.incident.symptoms import Symptoms
from agents.incident.weighed import Weighed
from agents.incident.words import clock, many, short_ids, shortened
from orchestrator.model import Asked, Aspect, Change, Observation, Signal, Standing
from orchestrator.redaction import redact

WHY = " · "
"""What stands between a change and why it is suspected."""

LONGEST_CHANGE = 150
MINUTE_S = 60.0
_SETTINGS = ("flag", "config", "configuration", "setting", "feature")
_GENERIC = (ANYTHING, *UNTOLD)
_BY_WHOM = re.compile(r"( at \d\d:\d\d(?::\d\d)?) by [^:]*?(?=: | · |$)")


def told_change(reading: Reading, each: Weighed) -> Observation:
    """One change at one place."""
    change, placed = each.placed.change, each.placed
    where = f"{placed.service} " if placed.service else ""
    summary, author = redact(change.summary), redact(change.author)
    what = f": {short_ids(summary)}" if summary else ""
    by = f" by {author}" if author else ""
    kind = f"{change.kind} that its deploy brought" if placed.by else change.kind
    said = shortened(f"{where}{kind} at {clock(placed.live)}{by}{what}", LONGEST_CHANGE)
    return _fact(
        reading,
        WHY.join([said, *_why(each)]),
        aspect=Aspect.CONFIGURATION if change.kind.lower() in _SETTINGS else Aspect.DEPLOY,
        service=placed.service,
        signal_name=change.change_id[:200],
        score=round(each.score, 4),
        onset=placed.live,
    )


def without_people(summary: str) -> str:
    """What is told of a change, without who made it: for those who need not know."""
    return _BY_WHOM.sub(r"\1", summary, count=1)


def told_unchanged(reading: Reading, troubled: Sequence[str], placed: Iterable[Placed]) -> Iterator[Observation]:
    """Services in trouble of which no change is recorded: what did not change belongs to an answer."""
    changed = {each.service for each in placed}
    same = [service for service in troubled if service not in changed]
    if same:
        yield _fact(
            reading,
            f"No change is recorded of {many(same, 'service')} in the {_lasting(_looked_back(reading))} before",
            standing=Standing.NORMAL,
            service=same[0] if len(same) == 1 else "",
        )


def told_unexplained(reading: Reading, scored: Sequence[Weighed]) -> Observation:
    """No change explains it; of the likeliest it is said why not."""
    count = len({each.placed.change.change_id for each in scored})
    nearest = scored[0] if scored else None
    but = f"; the likeliest, {_called(nearest.placed.change)}, {_why_not(nearest)}" if nearest else ""
    what = (
        f"None of {count} recorded changes explains it" if count > 1 else "The one recorded change does not explain it"
    )
    return _fact(reading, f"{what if count else 'No recorded change explains it'}{but}", standing=Standing.NORMAL)


def told_outside(reading: Reading, each: Outside, symptoms: Symptoms) -> Observation:
    """What speaks for a cause that nobody here changed."""
    since = symptoms.since.get(each.service) or symptoms.first
    asked = reading.logs.asked if reading.logs else _asked(reading)
    return Observation(
        agent_id=reading.agent_id,
        summary=f"{each.service}: {each.says}",
        signal=Signal.LOG,
        aspect=Aspect.OUTSIDE,
        service=each.service,
        signal_name=each.says,
        score=each.weight,
        onset=datetime.fromtimestamp(since[0], UTC) if since else None,
        window=reading.window,
        source=asked.source,
        query=asked.query,
        link=asked.link,
    )


def _why(each: Weighed) -> list[str]:
    """Why it is suspected, or what acquits it, each in a few words."""
    if each.too_late:
        return ["went live only after trouble began"]
    if each.harmless:
        return ["touches nothing that runs"]
    said = [each.effect.says] if each.effect and each.effect not in _GENERIC and each.effect.troubles else []
    if each.score >= NAMED and each.shared.telling:
        named = ", ".join(f"“{word}”" for word in each.shared.telling[:2])
        said.append(f"shares {named} with what is seen")
    if each.age is not None and each.score >= NAMED:
        said.append(f"live {_lasting(each.age)} before trouble began")
    return said


def _why_not(each: Weighed) -> str:
    if each.too_late:
        return "went live only after trouble began"
    if each.harmless:
        return "touches nothing that runs"
    early = each.age is not None and each.age > 30 * MINUTE_S
    return (
        f"was live for {_lasting(each.age or 0)} before trouble began"
        if early
        else "does nothing that fits what is seen"
    )


def _looked_back(reading: Reading) -> float:
    return reading.split - _asked(reading).window.start.timestamp()


def _lasting(seconds: float) -> str:
    if seconds < MINUTE_S:
        return "less than a minute"
    minutes = round(seconds / MINUTE_S)
    return f"{minutes} min" if minutes < 120 else f"{round(minutes / 60)} h"


def _called(change: Change) -> str:
    return shortened(short_ids(redact(change.summary or change.change_id)), 60)


def _asked(reading: Reading) -> Asked:
    assert reading.changes is not None
    return reading.changes.asked


def _fact(
    reading: Reading, summary: str, *, standing: Standing = Standing.UNUSUAL, aspect: Aspect = Aspect.DEPLOY,
    service: str = "", signal_name: str = "", score: float = 0.0, onset: datetime | None = None,
) -> Observation:  # fmt: skip
    asked = _asked(reading)
    return Observation(
        agent_id=reading.agent_id,
        summary=summary[:600],
        standing=standing,
        signal=Signal.CHANGE,
        aspect=aspect,
        service=service,
        signal_name=signal_name,
        score=score,
        onset=onset,
        window=asked.window,
        source=asked.source,
        query=asked.query,
        link=asked.link,
    )
