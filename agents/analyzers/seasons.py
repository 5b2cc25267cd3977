"""Seasons: whether what is seen now was there at the same time of earlier days, as far away and for as long.

A baseline of an hour does not know the night. What a series does at this time every day, or every week, is a habit of
it and no incident, however far it is from the hour before. Only the series itself is compared, at the same clock time:
a job that starts a few minutes earlier or later is the same job, one that takes the machine twice as far is not.
"""

from array import array
from dataclasses import dataclass

import numpy as np

from agents.analyzers.order import Floats
from agents.analyzers.series import is_counter, levels_of, rolling_mean

DAYS_BACK = (1, 2, 7, 14)
"""Yesterday and the day before tell of a nightly job; the same weekday twice tells of a weekly one."""
DAY_S = 86_400.0
SLACK_S = 900.0
AS_FAR, AS_LONG = 0.75, 0.75
HALF = 0.5
FEWEST_DAYS = 2


@dataclass(frozen=True, slots=True)
class Spell:
    """A stretch in which a series was away from its usual: from when until when (epoch seconds), how far, for how long.

    `counts`: whether the series is a running total, which an earlier day cannot tell: it may have stood still all day.
    """

    since: float
    until: float
    usual: float
    value: float
    lasted: float
    counts: bool


@dataclass(frozen=True, slots=True)
class Season:
    """On which of the earlier days a spell was there too, out of those of which something is known; in days back."""

    days: tuple[int, ...] = ()
    known: tuple[int, ...] = ()

    @property
    def habit(self) -> bool:
        """Whether it comes every day, as far as is known, or every week. Once before may have been trouble as well."""
        daily = self.days == self.known and len(self.days) >= FEWEST_DAYS
        return daily or {7, 14} <= set(self.days)


NO_SEASON = Season()


def spell_of(
    metric: str, times: "array[float]", values: "array[float]", split: float, usual: float, value: float
) -> Spell | None:
    """The points after `split` that are at least half of the way from `usual` to `value`; None where there are none."""
    counts = is_counter(metric, values)
    at, level = levels_of(times, values, counts=counts)
    after = at >= split
    away = at[after & (_turned(level, usual, value) >= HALF * abs(value - usual))]
    if away.size == 0 or value == usual:
        return None
    interval = _interval(at)
    return Spell(float(away[0]), float(away[-1]) + interval, usual, value, away.size * interval, counts)


def showed(spell: Spell, times: "array[float]", values: "array[float]", back_s: float) -> bool | None:
    """Whether an earlier window of the series, so many seconds before, held that spell too; None where too little is known.

    It did where, around the same time, a stretch of that length had nearly as many points that were away, and these were
    nearly as far away on the same side.
    """
    at, level = levels_of(times, values, counts=spell.counts)
    since, until = spell.since - back_s - SLACK_S, spell.until - back_s + SLACK_S
    there = (at >= since) & (at < until)
    at, level = at[there], level[there]
    interval = _interval(at)
    if at.size * interval < HALF * (until - since):
        return None
    gone, far = _turned(level, spell.usual, spell.value), abs(spell.value - spell.usual)
    away = gone >= HALF * far
    stretch = max(1, min(at.size, round((spell.until - spell.since) / interval)))
    longest = rolling_mean(away.astype(np.float64), stretch).max() * stretch * interval
    return bool(longest >= AS_LONG * spell.lasted and np.median(gone[away]) >= AS_FAR * far)


def _turned(level: Floats, usual: float, value: float) -> Floats:
    """How far from the usual, towards the value."""
    return (level - usual) * (1.0 if value > usual else -1.0)


def _interval(at: Floats) -> float:
    return float(np.median(np.diff(at))) if at.size > 1 else 0.0
