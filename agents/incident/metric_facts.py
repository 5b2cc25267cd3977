"""What metrics say: a series that left its usual, told once for each thing about a service that it is about."""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import sqrt

from agents.analyzers.meaning import Meaning, meaning_of
from agents.analyzers.scoring import portion, strength
from agents.analyzers.seasons import NO_SEASON
from agents.analyzers.series import FAR, Shift, shift_of
from agents.incident.levels import Levels
from agents.incident.reading import Reading
from agents.incident.scene import Scene
from agents.incident.silence import silent_facts
from agents.incident.territory import owner_of_metric
from agents.incident.words import before, clock, figure, plain
from orchestrator.model import Asked, Aspect, MetricSeries, Observation, Signal, Sketch, Standing

MOST_SKETCHED = 240
MATERIAL_CHANGE = 0.4
LASTING_POINTS = 3.0
LASTING_S = 600.0
LASTING_SHARE = 0.15
KNOWN_SHARE = 0.25
OF_AN_IDLE_SERVICE = 0.3
BESIDE_THE_AFFECTED = 0.5
OF_WHAT_CALLS_DO_NOT_SHOW = 0.5


@dataclass(frozen=True, slots=True)
class Moved:
    """A series that moved."""

    series: MetricSeries
    meaning: Meaning
    peer: str
    shift: Shift
    score: float


def metric_facts(reading: Reading, scene: Scene) -> list[Observation]:
    """The unusual series of one agent's territory, one for each service, peer and aspect."""
    if reading.metrics is None:
        return []
    mine = series_of(reading, scene)
    levels = Levels(reading.metrics.series, scene.graph, reading.split)
    among = len(reading.metrics.series)
    found = (_moved(each, peer, reading.split, levels, among) for each, peer in mine)
    moved = [replace(each, score=each.score * _place(each, scene)) for each in found if each]
    told = [_told(reading, reading.metrics.asked, each) for each in _strongest(moved)]
    return told + silent_facts(reading, [each for each, _ in mine])


def series_of(reading: Reading, scene: Scene) -> list[tuple[MetricSeries, str]]:
    """The series of one agent's territory, each with the peer that its name holds."""
    return [
        (each, peer)
        for each in (reading.metrics.series if reading.metrics else ())
        if owner_of_metric(each.service, each.metric, peer := scene.peers.of(each.service, each.metric), each.aspect)
        == reading.agent_id
    ]


def _moved(series: MetricSeries, peer: str, split: float, levels: Levels, among: int) -> Moved | None:
    meaning = meaning_of(series.metric, series.aspect)
    shift = shift_of(series.metric, series.times, series.values, split, meaning, among)
    if shift is None:
        return None
    score = strength(shift.deviation, FAR) * portion(shift.change, MATERIAL_CHANGE) * _lasting(shift) * _known(shift)
    if meaning.aspect is Aspect.LATENCY and not peer:
        score *= levels.felt(series.service, series.metric, shift.value - shift.usual)
    return Moved(series, meaning, peer, shift, score)


def _lasting(shift: Shift) -> float:
    """Whether it went on: for a few points or, where a point tells of minutes, for that long; and for a fair share."""
    points = portion(shift.away, min(LASTING_POINTS, shift.points))
    return min(max(points, portion(shift.lasted, LASTING_S)), sqrt(portion(shift.share, LASTING_SHARE)))


def _known(shift: Shift) -> float:
    """Whether its usual is known: what used to be asked for once in a while, and is often now, was never seen at work."""
    return sqrt(portion(shift.coverage, KNOWN_SHARE))


def _place(moved: Moved, scene: Scene) -> float:
    """How much it can have to do with the incident, by where it is: what nobody there calls hurts by its host at most.

    A latency that no recorded call shows is that of something else: a job, a poll, a connection kept open.
    """
    if moved.series.service in scene.idle:
        return OF_AN_IDLE_SERVICE
    if moved.series.service in scene.beside and moved.meaning.aspect in (Aspect.ERRORS, Aspect.LATENCY):
        return BESIDE_THE_AFFECTED
    if moved.series.service in scene.quick and moved.meaning.aspect is Aspect.LATENCY and not moved.peer:
        return OF_WHAT_CALLS_DO_NOT_SHOW
    return 1.0


def _strongest(moved: Iterable[Moved]) -> list[Moved]:
    best: dict[tuple[str, str, Aspect, str], Moved] = {}
    for each in moved:
        key = (each.series.service, each.peer, each.meaning.aspect, each.meaning.reach)
        if key not in best or _order(each) < _order(best[key]):
            best[key] = each
    return sorted(best.values(), key=_order)


def _order(each: Moved) -> tuple[float, str, str]:
    return (-each.score, each.series.service, each.series.metric)


def _told(reading: Reading, asked: Asked, each: Moved) -> Observation:
    shift, unit, service = each.shift, each.meaning.unit, each.series.service
    whom = f"{service} to {each.peer}" if each.peer else service
    value, usual = figure(shift.value, unit), figure(shift.usual, unit)
    said = f"{whom}: {plain(each.series.metric, each.peer)} {value} since {clock(shift.onset)}, was {usual}"
    season = reading.seasons.get((service, each.series.metric), NO_SEASON)
    return Observation(
        agent_id=reading.agent_id,
        summary=f"{said}{before(season)}"[:600],
        standing=Standing.NORMAL if season.habit else Standing.UNUSUAL,
        signal=Signal.METRIC,
        aspect=each.meaning.aspect,
        service=service,
        peer=each.peer,
        signal_name=each.series.metric,
        score=0.0 if season.habit else round(each.score, 4),
        onset=datetime.fromtimestamp(shift.onset, UTC),
        value=shift.value,
        usual=shift.usual,
        unit=unit,
        window=reading.window,
        source=asked.source,
        query=each.series.query or f"{asked.query}: {service}__{each.series.metric}",
        link=each.series.link or asked.link,
        latest=asked.latest,
        sketch=sketch(each.series, f"{whom} {plain(each.series.metric, each.peer)}", unit),
    )


def sketch(series: MetricSeries, label: str, unit: str) -> Sketch:
    """The series thin enough to draw: of every few points the one farthest from the middle, so that spikes stay."""
    times, values = series.times, series.values
    step = -(-len(times) // MOST_SKETCHED) or 1
    picked = [_farthest(values, at, min(at + step, len(values))) for at in range(0, len(times), step)]
    return Sketch(
        label=label,
        unit=unit,
        times=tuple(times[at] for at in picked),
        values=tuple(None if values[at] != values[at] else values[at] for at in picked),
    )


def _farthest(values: "array[float]", start: int, end: int) -> int:
    known = [at for at in range(start, end) if values[at] == values[at]]
    return max(known, key=lambda at: (abs(values[at]), -at)) if known else start
