"""What is wrong where and since when, across all telemetry: what the changes are held against.

It asks more coarsely than the specialists do, and further back: a change made hours before an alert is found only by
somebody who looks at when things really began.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from agents.analyzers.departure import Departure, departure_of, rise_of
from agents.analyzers.gravity import Gravity, gravity
from agents.analyzers.meaning import Reach, meaning_of
from agents.analyzers.relevance import joined
from agents.analyzers.seasons import NO_SEASON
from agents.analyzers.troubles import Trouble, troubles_in, troubles_of
from agents.analyzers.words import vocabulary, words
from agents.incident.reading import Reading
from orchestrator.model import Logs, MetricSeries, Observation, Signal

Key = TypeVar("Key")
KEPT_TEXTS = 6
KEPT_HEALTHY = 200
HEAD = 70
HEALTHY_TOO = 0.35
OF_A_FACT_S = 60.0
COUNTS_AS_BEGUN = 0.3
OF_A_METRIC = 0.7
_REQUESTS = vocabulary("requests rps qps")
_NOT_ALL = vocabulary(
    "error errors failed failures 4xx 5xx slow client outbound upstream upstreams downstream retry retries inflight flight "
    "active pending queued rejected query db"
)
_DIGITS = str.maketrans("", "", "0123456789")
_OF_GRAVITY = {Gravity.ERROR: 1.0, Gravity.WARNING: 0.8, Gravity.INFO: 0.3}

_HEALTHY = frozenset(("INFO", "DEBUG", "TRACE"))


@dataclass
class Symptoms:
    """Of each service: since when (epoch seconds, and how exact that is), its words, and what trouble it shows.

    `texts` are some of its new grave lines as they were logged, to compare with and never to show; `traffic` is how
    all its requests left their usual, if they did.
    """

    onsets: dict[str, list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))
    words: dict[str, dict[str, float]] = field(default_factory=lambda: defaultdict(dict))
    troubles: dict[str, dict[Trouble, float]] = field(default_factory=lambda: defaultdict(dict))
    texts: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    traffic: dict[str, Departure] = field(default_factory=dict)
    departures: dict[str, list[tuple[MetricSeries, Departure]]] = field(default_factory=lambda: defaultdict(list))

    @cached_property
    def since(self) -> dict[str, tuple[float, float]]:
        """When trouble began at each service: of several signals the earliest, of many the earliest quarter's last.

        Ordered by when each has surely begun, for a coarse signal only says that it had by the end of its step.
        """
        return {
            service: sorted(told, key=lambda one: (sum(one), one))[(len(told) - 1) // 4]
            for service, told in self.onsets.items()
        }

    @property
    def first(self) -> tuple[float, float] | None:
        """When the first of all began."""
        return min(self.since.values(), default=None)


@dataclass(slots=True)
class _Kind:
    """Lines of one kind: how grave, when, and some of them."""

    weight: float
    times: list[float] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)


def symptoms_of(reading: Reading, facts: Iterable[Observation]) -> Symptoms:
    """What is wrong. `facts` are what the specialist who asks found unusual; the rest is looked up here."""
    found = Symptoms()
    _of_metrics(reading, found)
    healthy = _of_logs(reading.logs, reading, found) if reading.logs else {}
    for fact in facts:
        _of_fact(fact, found)
    for service in {*reading.incident.affected_services, *found.words}:
        _add(found.words[service], joined([reading.incident.title], 1.0))
        for word in healthy.get(service, ()):
            if word in found.words[service]:
                found.words[service][word] *= HEALTHY_TOO
    return found


def _of_metrics(reading: Reading, found: Symptoms) -> None:
    busiest: dict[str, float] = {}
    for each in reading.metrics.series if reading.metrics else ():
        meaning = meaning_of(each.metric)
        if meaning.reach is Reach.HOST or reading.seasons.get((each.service, each.metric), NO_SEASON).habit:
            continue
        left = departure_of(each.metric, each.times, each.values, reading.split, meaning)
        if _is_requests(each.metric) and max(each.values, default=0.0) > busiest.get(each.service, 0.0):
            busiest[each.service] = max(each.values)
            found.traffic.pop(each.service, None)
            if left is not None:
                found.traffic[each.service] = left
        if left is not None:
            found.onsets[each.service].append((left.onset, left.step))
            found.departures[each.service].append((each, left))
            _add(found.words[each.service], joined([each.metric], OF_A_METRIC))
            _add(found.troubles[each.service], dict.fromkeys(troubles_of(each.metric, meaning.aspect), 1.0))


def _is_requests(metric: str) -> bool:
    """Whether a metric counts all requests that a service gets."""
    said = frozenset(words(metric))
    return bool(said & _REQUESTS) and not said & _NOT_ALL


def _heard_from(reading: Reading) -> float:
    """Since when anything is known: stores may reach back less far than is asked, and nothing rises with their beginning.

    Complaints alone do not tell: where nobody prints anything else, the time before them was quiet.
    """
    asked = reading.baseline.start.timestamp()
    firsts = [each.times[0] for each in (reading.metrics.series if reading.metrics else ()) if each.times]
    if reading.logs is not None:
        healthy = zip(reading.logs.times, reading.logs.levels, strict=True)
        firsts += [next((at for at, level in healthy if level.upper() in _HEALTHY), asked)]
    first = min(firsts, default=asked)
    return max(asked, first) if first < reading.split else asked


def _of_logs(logs: Logs, reading: Reading, found: Symptoms) -> Mapping[str, Iterable[str]]:
    """New kinds of grave lines; returns the words of healthy ones, which tell less."""
    kinds, healthy = _kinds(logs, reading)
    start = _heard_from(reading)
    for (service, _), kind in kinds.items():
        began = rise_of(kind.times, start)
        if began is None:
            continue
        if kind.weight >= _OF_GRAVITY[Gravity.WARNING]:
            found.onsets[service].append((began, 0.0))
        _add(found.words[service], joined(kind.texts, kind.weight))
        found.texts[service] += kind.texts
        _add(found.troubles[service], dict.fromkeys(troubles_in(kind.texts[0]), kind.weight))
    return {service: joined(texts, 1.0) for service, texts in healthy.items()}


def _kinds(logs: Logs, reading: Reading) -> tuple[dict[tuple[str, str], _Kind], dict[str, list[str]]]:
    kinds: dict[tuple[str, str], _Kind] = {}
    healthy: dict[str, list[str]] = defaultdict(list)
    for at, service, level, message in zip(logs.times, logs.services, logs.levels, logs.messages, strict=True):
        key = (service, message[:HEAD].translate(_DIGITS))
        kind = kinds.get(key)
        if kind is None:
            kind = kinds[key] = _Kind(_OF_GRAVITY[gravity(level, message[:400])])
        kind.times.append(at)
        if len(kind.texts) < KEPT_TEXTS:
            kind.texts.append(message[:400])
        if kind.weight <= _OF_GRAVITY[Gravity.INFO] and at < reading.split and len(healthy[service]) < KEPT_HEALTHY:
            healthy[service].append(message[:200])
    return kinds, healthy


def _of_fact(fact: Observation, found: Symptoms) -> None:
    if fact.signal is Signal.CHANGE or not fact.service:
        return
    told = (
        f"{fact.signal_name} {fact.summary.removeprefix(fact.service)}"
        if fact.signal is Signal.TRACE
        else fact.signal_name
    )
    _add(found.words[fact.service], joined([told], fact.score))
    _add(found.troubles[fact.service], dict.fromkeys(troubles_of(told, fact.aspect), fact.score))
    if fact.onset and fact.signal is Signal.TRACE and fact.score >= COUNTS_AS_BEGUN:
        found.onsets[fact.service].append((fact.onset.timestamp(), OF_A_FACT_S))


def _add(known: dict[Key, float], more: Mapping[Key, float]) -> None:
    for key, weight in more.items():
        known[key] = max(known.get(key, 0.0), weight)
