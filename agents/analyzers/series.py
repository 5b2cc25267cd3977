"""One series against its own past: how far it went, for how long, and since when.

Not the wildest point of the window is measured but its wildest *stretch*, and it is held against all stretches of the
same length in the baseline: a series that has been there before is not unusual, and one that is always restless has to
go far. Yardstick are the median and the median absolute deviation (Rousseeuw & Croux 1993: 1.4826 · MAD estimates a
standard deviation and half of the points may be wild), with floors so that a flat line is no hair trigger.
"""

from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from agents.analyzers.meaning import Meaning, Worse
from agents.analyzers.order import Floats, median, middle, percentile, rolling_median
from orchestrator.model import Aspect

FEWEST_BASELINE = 5
MAD_TO_SIGMA = 1.4826
LEAST_SHARE_OF_USUAL = 0.05
LEAST_OF_NEW = 0.1
FAR = 4.0
FEWEST_RECENT = 12
LEAST_LOST = 0.001
LEAST_COUNT = 0.5
LOST_MATTERS = 0.05
FEWEST_WINDOWS = 20
BEYOND_HABIT = 2.5
HOLE = 4.0
MOST_BY_CHANCE = 10


@dataclass(frozen=True, slots=True)
class Shift:
    """How a series left what was usual: `deviation` in robust sigmas, `away` of the window's `points`.

    `change` is how much it matters: relative to the usual, and where successes are measured, the share that is lost.
    `lasted` is for how many seconds the points that were away stand: so many times the mean interval. `coverage`: how
    often there was a point before, for one in the window, at most 1.
    """

    usual: float
    value: float
    deviation: float
    change: float
    share: float
    away: int
    points: int
    onset: float
    lasted: float
    coverage: float


def as_rate(times: Floats, values: Floats) -> tuple[Floats, Floats]:
    """A counter's growth per second; what falls is a restart and counts from zero (as Prometheus' `rate` does)."""
    grown = np.diff(values)
    grown = np.where(grown < 0, values[1:], grown)
    return times[1:], grown / np.maximum(np.diff(times), 1e-9)


def is_counter(metric: str, values: "array[float]") -> bool:
    """Whether this is a running total: called so, and hardly ever falling while it grows."""
    level = np.asarray(values, dtype=np.float64)
    known = level[np.isfinite(level)]
    if known.size < FEWEST_BASELINE or not metric.lower().endswith(("_total", "_count", "_sum", "_counter")):
        return False
    steps = np.diff(known)
    return bool((steps < 0).mean() <= 0.02 and known[-1] > known[0])


def levels_of(times: "array[float]", values: "array[float]", *, counts: bool) -> tuple[Floats, Floats]:
    """When something is known of a series, and what; of a running total (`counts`) its growth per second."""
    at, level = np.asarray(times, dtype=np.float64), np.asarray(values, dtype=np.float64)
    if counts:
        at, level = as_rate(at, level)
    known = np.isfinite(level)
    return at[known], level[known]


def shift_of(
    metric: str, times: "array[float]", values: "array[float]", split: float, meaning: Meaning, among: int = 1
) -> Shift | None:
    """How the series left its usual after `split` (epoch seconds); None where it did not, or too little is known.

    `among` how many series it is looked at: the more there are, the more have one of their rare moments just now.
    """
    at, level = levels_of(times, values, counts=is_counter(metric, values))
    cut = int(at.searchsorted(split))
    if cut < FEWEST_BASELINE or cut == level.size:
        return None
    full = _full_share(level, cut, meaning)
    if full:
        return _measured(
            at, full - level, cut, full * LEAST_LOST, among, lambda lost: full - lost, 1.0 / (LOST_MATTERS * full)
        )
    sign = _sign(level[cut:], median(level[:cut]), meaning.worse)
    # Things that are counted one by one come and go: one more of them is no news.
    step = max(meaning.step, LEAST_COUNT) if bool(np.all(level == np.round(level))) else meaning.step
    return _measured(at, level * sign, cut, step, among, lambda turned: turned * sign) if sign else None


def _full_share(level: Floats, cut: int, meaning: Meaning) -> float:
    """100 or 1 for a share of successes, which is looked at as the share that is lost; else 0."""
    if meaning.aspect is not Aspect.ERRORS or meaning.worse is not Worse.DOWN:
        return 0.0
    highest = float(level.max())
    full = 1.0 if highest <= 1.0 else 100.0
    return full if highest <= full and float(level.min()) >= 0 and median(level[:cut]) >= 0.5 * full else 0.0


def _sign(window: Floats, usual: float, worse: Worse) -> int:
    if worse is Worse.UP:
        return 1
    if worse is Worse.DOWN:
        return -1
    up, down = float(window.max()) - usual, usual - float(window.min())
    middle = median(window) - usual
    return 1 if (middle > 0 or (middle == 0 and up >= down)) else -1


def _measured(  # `level` is turned so that trouble is up; `back` turns a value back
    at: Floats, level: Floats, cut: int, step: float, among: int, back: Callable[[float], float], matters: float = 0.0
) -> Shift | None:
    usual = median(level[:cut])
    if float(level[cut:].max()) - usual < FAR * max(LEAST_SHARE_OF_USUAL * abs(usual), step):
        return None
    deviation, value = max(_candidates(at, level, cut, usual, step, among), key=lambda each: each[0])
    if deviation < FAR:
        return None
    half = usual + 0.5 * (value - usual)
    away = level[cut:] >= half
    value = median(level[cut:][away])
    change = (value - usual) * (matters or 1.0 / max(abs(usual), abs(value) * 1e-3, 1e-12))
    onset = float(at[_onset(level, cut, half)])
    count = int(away.sum())
    lasted, coverage = count * _interval(at), _coverage(at, cut)
    return Shift(
        back(usual), back(value), deviation, change, count / away.size, count, away.size, onset, lasted, coverage
    )


def _interval(at: Floats) -> float:
    """For how long a point stands: the mean gap to the next, which is longer where points are lost; no hole counts whole."""
    gaps = np.diff(at)
    return float(np.minimum(gaps, HOLE * median(gaps)).mean())


def _coverage(at: Floats, cut: int) -> float:
    """How often there was a point before `cut`, for one since then, at most 1."""
    points = at.size - cut
    now = (at[-1] - at[cut]) / (points - 1) if points > 1 else np.diff(at).min()
    return min(1.0, float(now * cut / max(at[cut] - at[0], 1e-9)))


def _candidates(
    at: Floats, level: Floats, cut: int, usual: float, step: float, among: int
) -> Iterator[tuple[float, float]]:
    """The wildest stretch of each length and kind, and how far it deviates from the whole baseline and from its end.

    What had moved long before the window is no news, so the latest stretch of the baseline has to be left as well.
    """
    for length in stretch_lengths(at[cut:]):
        for rolling in (rolling_mean, rolling_median):
            value = float(rolling(level[cut:], length).max())
            clean = level[: _end_of_clean(level, cut, usual, value)]
            before = rolling(clean, min(length, clean.size))
            recent = median(clean[-max(FEWEST_RECENT, 3 * (level.size - cut)) :])
            ordered = np.sort(before)
            habit = _habit(before, ordered, length, level.size - cut, among)
            scale = _scale(ordered, habit, value, usual, step)
            yield min(value - middle(ordered), value - recent) / scale, value


def _scale(ordered: Floats, habit: tuple[float, float], value: float, usual: float, step: float) -> float:
    """The yardstick: the spread of the baseline's stretches or, if that is larger, how far the wildest of them reach."""
    between = middle(ordered)
    spread = MAD_TO_SIGMA * median(np.abs(ordered - between))
    wildest, rarest = habit
    reach = max((wildest - between) / BEYOND_HABIT, (rarest - between) / FAR)
    # What never left zero has no spread; the longer it stayed there, the less it takes.
    least = LEAST_SHARE_OF_USUAL * abs(usual) or min(LEAST_OF_NEW, ordered.size**-0.5) * abs(value)
    return max(spread, reach, least, step, 1e-9)


def _habit(before: Floats, ordered: Floats, length: int, window: int, among: int) -> tuple[float, float]:
    """The wildest stretches of past windows of as many points: of nearly all of them, and of all that count among many.

    For the wildest of one window is to be compared with the wildest of others, and some of a long past was trouble
    itself: the wildest twentieth is left out. Where the past is too short to tell habits from trouble, nearly the wildest
    stretch counts. But of very many series a few have a rare moment just now: the more series, the less is left out.
    """
    by_chance = 100.0 * MOST_BY_CHANCE / among
    stretches = window - length + 1
    windows = before.size // stretches
    if before.size < FEWEST_WINDOWS * window:
        return percentile(ordered, 99.0), percentile(ordered, 100.0 - min(1.0, by_chance))
    wildest = np.sort(before[before.size - windows * stretches :].reshape(windows, stretches).max(axis=1))
    return percentile(wildest, 95.0), percentile(wildest, 100.0 - min(5.0, by_chance))


def stretch_lengths(at: Floats) -> tuple[int, ...]:
    """Of how many points a stretch is: the whole window, half of it, a fifth of it; single points only where few are."""
    points = at.size
    if points < 3:
        return (points,)
    return tuple(sorted({points, max(2, points // 2), max(3, points // 5) if points >= 6 else 1}))


def rolling_mean(values: Floats, length: int) -> Floats:
    """The mean of every stretch of that many neighbours."""
    sums = np.concatenate(([0.0], np.cumsum(values)))
    return (sums[length:] - sums[:-length]) / length


def _end_of_clean(level: Floats, cut: int, usual: float, value: float) -> int:
    """Trouble often begins before anybody notices: the tail of the baseline that is in trouble already is not usual.

    But what has gone on for longer than the window itself, is.
    """
    half, first = usual + 0.5 * (value - usual), _earliest(level, cut)
    calm = np.flatnonzero(level[first:cut] < half)
    return first + int(calm[-1]) + 1 if calm.size else first


def _earliest(level: Floats, cut: int) -> int:
    return max(FEWEST_BASELINE, cut // 2, cut - (level.size - cut))


def _onset(level: Floats, cut: int, half: float) -> int:
    """The first point of the window that is far away with most of its followers, or before it where that goes on."""
    away = level >= half
    lasting = (at for at in range(cut, level.size) if away[at] and away[at : at + 4].mean() > 0.5)
    first = next(lasting, cut + int(np.argmax(away[cut:])))
    while _earliest(level, cut) < first <= cut and away[first - 1]:
        first -= 1
    return first
