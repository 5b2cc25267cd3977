"""Telemetry that vanished: a service that sent metrics all the time and sends none any more. That is a finding, not a gap."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import pairwise

from agents.incident.reading import Reading
from agents.incident.words import clock
from orchestrator.model import Aspect, MetricSeries, Observation, Signal

SCORE = 0.8
FEWEST = 10
LONGER_THAN_ANY_GAP = 3.0
LEAST_SHARE = 0.25


def silent_facts(reading: Reading, series: Sequence[MetricSeries]) -> list[Observation]:
    """Services whose metrics stop in the window and do not come back, while those of others go on."""
    points = _points(series)
    end = max((times[-1] for times in points.values()), default=0.0)
    silent = [service for service, times in sorted(points.items()) if _is_silent(times, reading.split, end)]
    return [_told(reading, service, points[service]) for service in silent] if len(silent) < len(points) else []


def _points(series: Iterable[MetricSeries]) -> dict[str, list[float]]:
    """When each service was heard of at all."""
    heard: dict[str, set[float]] = defaultdict(set)
    for each in series:
        heard[each.service].update(
            at for at, value in zip(each.times, each.values, strict=True) if math.isfinite(value)
        )
    return {service: sorted(times) for service, times in heard.items() if times}


def _is_silent(times: Sequence[float], split: float, end: float) -> bool:
    silence = end - times[-1]
    longest = max((later - earlier for earlier, later in pairwise(times)), default=math.inf)
    long_enough = silence > LONGER_THAN_ANY_GAP * longest and silence >= LEAST_SHARE * (end - split)
    return long_enough and times[-1] >= split and len(times) >= FEWEST


def _told(reading: Reading, service: str, times: Sequence[float]) -> Observation:
    assert reading.metrics is not None
    asked = reading.metrics.asked
    return Observation(
        agent_id=reading.agent_id,
        summary=f"{service} sends no metrics any more since {clock(times[-1])}, others do",
        signal=Signal.METRIC,
        aspect=Aspect.BEHAVIOUR,
        service=service,
        signal_name="metrics",
        score=SCORE,
        onset=datetime.fromtimestamp(times[-1], UTC),
        window=reading.window,
        source=asked.source,
        query=asked.query,
        link=asked.link,
        latest=asked.latest,
    )
