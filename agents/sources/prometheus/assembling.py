"""From rows of answers to series of services. Pure."""

import math
from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from agents.sources.catalogue import Corrections, service_of
from agents.sources.prometheus.answers import Series
from agents.sources.prometheus.budget import Chosen
from agents.sources.prometheus.edges import callee_of
from agents.sources.prometheus.rules import Merge
from orchestrator.model import MetricSeries

_Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Told:
    """What one ask brought: its query and the rows."""

    chosen: Chosen
    query: str
    rows: Sequence[Series]


def series_of(answers: Iterable[Told], corrections: Corrections) -> tuple[MetricSeries, ...]:
    """One series for each service and metric. Where two asks tell the same under one name, the first counts."""
    made: dict[_Key, MetricSeries] = {}
    counted: set[_Key] = set()
    for told in answers:
        for (service, callee), rows in _by_service(told, corrections).items():
            key = (service, _name(told, callee))
            if key not in made:
                made[key] = _merged(*key, told, rows)
                if told.chosen.ask.rule.counts:
                    counted.add(key)
    heard = _heard(made.values())
    return tuple(_from_zero(each, heard[key[0]]) if key in counted else each for key, each in made.items())


def _by_service(told: Told, corrections: Corrections) -> dict[_Key, list[Series]]:
    """The rows of each service, and of each that it calls where the rows are a client's.

    A service that appeared since discovery is named by the labels that came with it.
    """
    ask, only = told.chosen.ask, told.chosen.services
    grouping = ask.grouping
    found: dict[_Key, list[Series]] = defaultdict(list)
    for row in told.rows:
        service = grouping.services.get(grouping.key(row.labels))
        if service is None:
            service = service_of({**row.labels, "__name__": told.chosen.ask.rule.metrics[0]}, corrections)
        if service and (not only or service in only):
            callee = corrections.service(callee_of(row.labels.get(ask.callee, ""))) if ask.callee else ""
            found[service, callee].append(row)
    return found


def _name(told: Told, callee: str) -> str:
    """What the series is told as: a client's begins with whom it calls, so that analysis finds the other end."""
    name = told.chosen.ask.rule.told
    return f"{callee}_{name}" if callee else name


def _merged(service: str, metric: str, told: Told, rows: Sequence[Series]) -> MetricSeries:
    rule, ask = told.chosen.ask.rule, told.chosen.ask
    first = rows[0]
    times, values = (first.times, first.values) if len(rows) == 1 else _together(rows, rule.merge)
    return MetricSeries(service, metric, times, values, rule.unit, aspect=ask.aspect, query=told.query)


def _together(rows: Sequence[Series], merge: Merge) -> "tuple[array[float], array[float]]":
    at: dict[float, list[float]] = defaultdict(list)
    for row in rows:
        for time, value in zip(row.times, row.values, strict=True):
            if not math.isnan(value):
                at[time].append(value)
    times = sorted(at)
    return array("d", times), array("d", (_one(at[time], merge) for time in times))


def _one(values: Sequence[float], merge: Merge) -> float:
    if merge is Merge.SUM:
        return sum(values)
    if merge is Merge.MEAN:
        return sum(values) / len(values)
    return max(values) if merge is Merge.MOST else min(values)


def _heard(series: Iterable[MetricSeries]) -> dict[str, list[float]]:
    """When each service was heard of at all."""
    found: dict[str, set[float]] = defaultdict(set)
    for each in series:
        found[each.service].update(each.times)
    return {service: sorted(times) for service, times in found.items()}


def _from_zero(series: MetricSeries, heard: Sequence[float]) -> MetricSeries:
    """A counter appears with its first event: before it, while its service was heard of, nothing had happened."""
    first = series.times[0] if series.times else math.inf
    before = array("d", (at for at in heard if at < first))
    values = array("d", bytes(before.itemsize * len(before)))
    return replace(series, times=before + series.times, values=values + series.values) if before else series
