"""What left its usual right when a blamed change went live, however long before the alert: the change's own traces.

The specialists compare the time of the incident with the time before it; what moved hours earlier, with a change, and
stayed there, is part of their "before". Whoever suspects a change looks at the minutes around it instead.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from agents.analyzers.departure import Departure
from agents.analyzers.meaning import meaning_of
from agents.analyzers.words import MetricPeers
from agents.incident.metric_facts import sketch
from agents.incident.reading import Reading
from agents.incident.symptoms import Symptoms
from agents.incident.weighed import Weighed
from agents.incident.words import clock, figure, plain
from orchestrator.model import Aspect, MetricSeries, Observation, Signal

SCORE = 0.8
MOST = 3
WITHIN_S = 3600.0
STEPS_EARLY = 2.0
LONG_BEFORE_S = 300.0


def since_change_facts(
    reading: Reading, blamed: Iterable[Weighed], symptoms: Symptoms, services: Iterable[str]
) -> list[Observation]:
    """For each blamed change at most three metrics of its service, one an aspect, that left their usual with it."""
    peers = MetricPeers(services)
    told: dict[tuple[str, Aspect], Observation] = {}
    for each in blamed:
        at, service = each.placed.live.timestamp(), each.placed.service
        left = [one for one in symptoms.departures.get(service, ()) if _with_it(one[1], at, reading.split)]
        for series, departure in sorted(left, key=lambda one: (one[1].onset, one[0].metric)):
            key = (service, meaning_of(series.metric).aspect)
            if not peers.of(service, series.metric) and sum(name == service for name, _ in told) < MOST:
                told.setdefault(key, _told(reading, series, departure, each))
    return list(told.values())


def _with_it(departure: Departure, live: float, split: float) -> bool:
    """Whether it left soon after the change, and so long before the window that no specialist would tell it."""
    soon = -STEPS_EARLY * departure.step <= departure.onset - live <= WITHIN_S
    return soon and departure.onset <= split - LONG_BEFORE_S


def _told(reading: Reading, series: MetricSeries, departure: Departure, each: Weighed) -> Observation:
    assert reading.metrics is not None
    asked, meaning, name = reading.metrics.asked, meaning_of(series.metric), plain(series.metric)
    value, usual = figure(departure.value, meaning.unit), figure(departure.usual, meaning.unit)
    change = "change" if each.placed.change.kind.lower() == "flag" else "deploy"
    return Observation(
        agent_id=reading.agent_id,
        summary=f"{series.service}: {name} {value} since {clock(departure.onset)}, {usual} until the {change} "
        f"at {clock(each.placed.live)}",
        signal=Signal.METRIC,
        aspect=meaning.aspect,
        service=series.service,
        signal_name=series.metric,
        score=SCORE,
        onset=datetime.fromtimestamp(departure.onset, UTC),
        value=departure.value,
        usual=departure.usual,
        unit=meaning.unit,
        window=reading.window,
        source=asked.source,
        query=f"{asked.query}: {series.service}__{series.metric}",
        link=asked.link,
        latest=asked.latest,
        sketch=sketch(series, f"{series.service} {name}", meaning.unit),
    )
