"""What is normal: the aspects in which no metric moved, told only where nothing else of that agent says otherwise.

A reader takes "normal" for "ruled out", so that word is for services of which the same agent found nothing unusual in
that aspect, in any signal; and where metrics alone were looked at, it says so. That the affected services suffer no
errors or no slowness gets a line of its own, for it rules out much; never where the incident complains of just that.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from agents.analyzers.meaning import complaints, meaning_of
from agents.incident.metric_facts import series_of
from agents.incident.reading import Reading
from agents.incident.scene import Scene
from agents.incident.words import FEW_NAMES, many
from orchestrator.model import Aspect, Observation, Signal, Standing

_NAMES = {
    Aspect.CPU: "CPU",
    Aspect.MEMORY: "memory",
    Aspect.DISK: "disk",
    Aspect.ERRORS: "error metrics",
    Aspect.LATENCY: "latency metrics",
    Aspect.SATURATION: "saturation",
    Aspect.LOCKS: "locks",
    Aspect.NETWORK: "network",
}
NORMAL_IN = ": normal in "
_Subject = tuple[str, str]


def normal_facts(reading: Reading, scene: Scene, facts: Iterable[Observation]) -> list[Observation]:
    """One line for all aspects that are normal in the same services and links. `facts` are all that the agent found."""
    uneasy = {
        (fact.aspect, subject)
        for fact in facts
        for subject in ((fact.service, ""), (fact.peer, ""), (fact.service, fact.peer))
    }
    calm: dict[Aspect, set[_Subject]] = defaultdict(set)
    for series, peer in series_of(reading, scene):
        aspect = meaning_of(series.metric, series.aspect).aspect
        lasts = bool(series.times) and series.times[-1] >= reading.split
        if aspect in _NAMES and lasts and (aspect, (series.service, peer)) not in uneasy:
            calm[aspect].add((series.service, peer))
    return [*_unhurt(reading, calm), *_together(reading, calm)]


def tells_of_normal(
    agent_id: str, aspects: Collection[Aspect], service: str, observations: Iterable[Observation]
) -> tuple[str, ...]:
    """The ids of that agent's lines that say so of these aspects of a service, by its name or among others."""
    names = {_NAMES[each].lower() for each in aspects if each in _NAMES}
    return tuple(
        fact.observation_id
        for fact in observations
        if fact.agent_id == agent_id
        and fact.standing is Standing.NORMAL
        and fact.observation_id
        and names.intersection(_said_of(fact))
        and fact.service in ("", service)
    )


def _said_of(fact: Observation) -> list[str]:
    """The aspects that such a line names, in small letters; none for other lines."""
    said, normal, _ = fact.summary.partition(NORMAL_IN)
    return said.lower().split(", ") if normal else []


def _unhurt(reading: Reading, calm: dict[Aspect, set[_Subject]]) -> list[Observation]:
    """What the affected services do not suffer, taken out of what is calm."""
    told = []
    for aspect in sorted({Aspect.ERRORS, Aspect.LATENCY} - complaints(reading.incident.title)):
        for service in reading.incident.affected_services:
            if (service, "") in calm.get(aspect, ()):
                calm[aspect].remove((service, ""))
                told.append(_told(reading, service, [aspect], {(service, "")}))
    return told


def _together(reading: Reading, calm: Mapping[Aspect, set[_Subject]]) -> list[Observation]:
    said: dict[str, list[Aspect]] = defaultdict(list)
    for aspect in (each for each in _NAMES if calm.get(each)):
        said[_where(calm[aspect])].append(aspect)
    return [_told(reading, where, aspects, calm[aspects[0]]) for where, aspects in said.items()]


def _where(subjects: Iterable[_Subject]) -> str:
    known = sorted(subjects)
    services = [service for service, peer in known if not peer]
    links = [f"{service} → {peer}" for service, peer in known if peer]
    at_most = FEW_NAMES if len(known) <= FEW_NAMES else 0
    parts = (many(services, "service", at_most), many(links, "link", at_most))
    return " and ".join(part for part in parts if part)


def _told(reading: Reading, where: str, aspects: list[Aspect], subjects: set[_Subject]) -> Observation:
    assert reading.metrics is not None
    asked = reading.metrics.asked
    names = ", ".join(_NAMES[each] for each in aspects)
    service, peer = next(iter(subjects)) if len(subjects) == 1 else ("", "")
    return Observation(
        agent_id=reading.agent_id,
        summary=f"{names[0].upper()}{names[1:]}{NORMAL_IN}{where}"[:600],
        standing=Standing.NORMAL,
        signal=Signal.METRIC,
        aspect=aspects[0],
        service=service,
        peer=peer,
        window=reading.window,
        source=asked.source,
        query=asked.query,
        link=asked.link,
        latest=asked.latest,
    )
