"""Asks what the series that stand out were at the same time of earlier days, as far as the store keeps them.

Few are asked for, after the first look: those that would be told. A day that cannot be read is not known, which is no
reason to stop: then the hour before is all there is to compare with, as ever.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from agents.analyzers.seasons import DAY_S, DAYS_BACK, SLACK_S, Season, Spell, showed, spell_of
from agents.incident.reading import Reading, SeriesKey
from orchestrator.errors import SourceUnavailableError
from orchestrator.model import Metrics, MetricSeries, Observation, Signal, Standing, Window
from orchestrator.ports import Lookup, MetricSource

MOST_ASKED = 20


@dataclass(frozen=True, slots=True)
class _Asked:
    """A series that stands out, and how."""

    series: MetricSeries
    spell: Spell

    @property
    def key(self) -> SeriesKey:
        return self.series.service, self.series.metric


async def seasons_of(
    reading: Reading, facts: Iterable[Observation], source: MetricSource | None
) -> Mapping[SeriesKey, Season]:
    """For the strongest of these facts that are of one series: on which earlier days that was so too. The rest is left out."""
    asked = _asked(reading, facts)
    if source is None or not asked:
        return {}
    windows = {days: window for days in DAYS_BACK if (window := _window(reading, asked, days)) is not None}
    answers = await asyncio.gather(*(_earlier(source, reading, asked, window) for window in windows.values()))
    earlier = {days: answer for days, answer in zip(windows, answers, strict=True) if answer is not None}
    return {each.key: _season(each, earlier) for each in asked}


def _asked(reading: Reading, facts: Iterable[Observation]) -> list[_Asked]:
    known = {(each.service, each.metric): each for each in (reading.metrics.series if reading.metrics else ())}
    moved = sorted((each for each in facts if _of_a_series(each)), key=lambda each: -each.score)
    asked = []
    for fact in moved[:MOST_ASKED]:
        series = known.get((fact.service, fact.signal_name))
        if series is not None and fact.usual is not None and fact.value is not None:
            spell = spell_of(series.metric, series.times, series.values, reading.split, fact.usual, fact.value)
            asked += [_Asked(series, spell)] if spell else []
    return asked


def _of_a_series(fact: Observation) -> bool:
    return fact.signal is Signal.METRIC and fact.standing is Standing.UNUSUAL and fact.score > 0


def _window(reading: Reading, asked: Sequence[_Asked], days: int) -> Window | None:
    """When all this would have been so many days ago; None where that is not over before the trouble of today begins."""
    first, last = min(each.spell.since for each in asked), max(each.spell.until for each in asked)
    start, end = first - SLACK_S - days * DAY_S, last + SLACK_S - days * DAY_S
    if end > min(reading.split, first):
        return None
    return Window(start=datetime.fromtimestamp(start, UTC), end=datetime.fromtimestamp(end, UTC))


async def _earlier(source: MetricSource, reading: Reading, asked: Sequence[_Asked], window: Window) -> Metrics | None:
    assert reading.metrics is not None
    keys = [each.key for each in asked]
    try:
        return await source.read_metrics(Lookup.again(reading.incident, window, keys, reading.metrics.asked.window))
    except SourceUnavailableError:
        return None


def _season(each: _Asked, earlier: Mapping[int, Metrics]) -> Season:
    known: dict[int, bool] = {}
    for days, metrics in earlier.items():
        for series in metrics.series:
            if (series.service, series.metric) == each.key:
                was = showed(each.spell, series.times, series.values, days * DAY_S)
                known.update({days: was} if was is not None else {})
    return Season(tuple(days for days, was in known.items() if was), tuple(known))
