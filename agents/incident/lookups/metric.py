"""One series: what it was before and since, and its course in a few points."""

from array import array
from collections.abc import Iterator, Sequence

import numpy as np

from agents.analyzers.meaning import meaning_of
from agents.analyzers.order import Floats
from agents.analyzers.series import as_rate, is_counter
from agents.incident.lookups.remit import Remit, Wish, nearest, one_of
from agents.incident.lookups.text import fitted, nothing, partly, safe, said
from agents.incident.words import clock, figure
from orchestrator.model import Metrics, MetricSeries, Window
from orchestrator.ports import Lookup, Tool

MOST_POINTS = 24
MOST_SERIES = 3
MOST_NAMES = 40
DESCRIPTION = "A metric, minutes around the start; no metric: names"


class MetricWish(Wish):
    """`metric` as the source names it."""

    service: str
    metric: str = ""
    minutes: int = 0


def metric_tool(remit: Remit) -> Tool:
    """The lookup of a metric."""

    async def run(wish: MetricWish) -> str:
        return await look_up(remit, wish)

    return Tool("metric", DESCRIPTION, MetricWish, run)


async def look_up(remit: Remit, wish: MetricWish) -> str:
    """What is known of it. Raises ParameterExtractionError for what may not be asked, SourceUnavailableError."""
    source = remit.telemetry.metrics
    if source is None:
        return "Nothing there: no source of metrics is configured."
    window = remit.around(wish.minutes)
    read = await remit.answered(source.read_metrics(remit.whole), "Metrics")
    service = one_of("service", wish.service, {each.service for each in read.series} | remit.known, "service")
    found = _meant(read.series, service, wish.metric)
    if not found and wish.metric and read.asked.left_out:
        narrow = Lookup.again(remit.incident, remit.whole.window, [(service, wish.metric)], remit.whole.window)
        read_again = await remit.answered(source.read_metrics(narrow), "Metrics")
        found = _meant(read_again.series, service, wish.metric)
    return told(remit, wish, read, found, window, service)


def told(
    remit: Remit, wish: MetricWish, read: Metrics, found: Sequence[MetricSeries], window: Window, service: str
) -> str:
    """The answer in words."""
    names = sorted({each.metric for each in read.series if each.service == service})
    if not wish.metric and names:
        return fitted([f"{service} has {len(names)} metrics:", *names[:MOST_NAMES], *partly(read.asked)], cut="names")
    if not found:
        what = f"no metric {safe(wish.metric, 80)!r} of {service}" if wish.metric else f"no metric of {service}"
        return nothing(what, read.asked, window, nearest(wish.metric, names))
    lines = [line for each in found[:MOST_SERIES] for line in _lines(each, remit.split, window)]
    more = [f"(cut: {len(found) - MOST_SERIES} more series of that name)"] if len(found) > MOST_SERIES else []
    return fitted([*lines, *more, *partly(read.asked)])


def _meant(series: Sequence[MetricSeries], service: str, metric: str) -> list[MetricSeries]:
    wanted = metric.strip().casefold()
    return [each for each in series if each.service == service and each.metric.casefold() == wanted]


def _lines(series: MetricSeries, split: float, window: Window) -> Iterator[str]:
    """Counters are told as what is added a second, as everywhere."""
    unit = series.unit or meaning_of(series.metric, series.aspect).unit
    times, values = floats(series.times), floats(series.values)
    per_second = ""
    if is_counter(series.metric, series.values):
        (times, values), per_second = as_rate(times, values), " a second"
    inside = (times >= window.start.timestamp()) & (times < window.end.timestamp()) & np.isfinite(values)
    times, values = times[inside], values[inside]
    named = f"{series.service} {series.metric}{per_second}, {said(window)} UTC, unit {unit or 'not known'}"
    if not times.size:
        yield f"{named}: no points"
        return
    yield f"{named}, {times.size} points"
    for words, part in (("before", values[times < split]), ("since", values[times >= split])):
        yield f"{words} {clock(split)}: {summed(part, unit)}"
    yield "course: " + ", ".join(course(times, values, unit))


def summed(values: Floats, unit: str) -> str:
    """The least, the middle and the most of it."""
    if not values.size:
        return "no points"
    low, middle, high = (figure(float(each), unit) for each in np.quantile(values, (0.0, 0.5, 1.0)))
    return f"min {low}, median {middle}, max {high} ({values.size} points)"


def course(times: Floats, values: Floats, unit: str, most: int = MOST_POINTS) -> Iterator[str]:
    """The median of each of at most so many even parts."""
    for part in np.array_split(np.arange(times.size), min(most, times.size)):
        yield f"{clock(float(times[part[0]]) // 1)} {figure(float(np.median(values[part])), unit)}"


def floats(column: "array[float]") -> Floats:
    """A column as it is calculated with."""
    return np.asarray(column, dtype=np.float64)
