"""Since when a series has been elsewhere than in its calm beginning, however late somebody noticed.

An alert comes after the trouble: minutes where a rule waits, hours where something grows. So the beginning of the time
before is what is usual, and the departure is the first moment from which the series stays away until the alert. It must
be far (in robust deviations of the beginning) and large: what only wanders is no departure.
"""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from math import log

import numpy as np

from agents.analyzers.meaning import Meaning, Worse
from agents.analyzers.order import Floats, median, percentile, rolling_median
from agents.analyzers.series import MAD_TO_SIGMA, is_counter, levels_of

CALM_SHARE = 0.25
FEWEST_CALM = 5
FAR = 6.0
BEYOND_REACH = 1.5
LARGE = 0.5
OF_THE_PEAK = 0.1
STAYS = 0.9
FEWEST_AWAY = 3
TIMES_AS_MANY = 3.0
LEAST_LIKELIHOOD = 6.0


@dataclass(frozen=True, slots=True)
class Departure:
    """When it left, where it went, and how far apart its points are (the least that can be told of when), in seconds."""

    onset: float
    usual: float
    value: float
    step: float


def departure_of(
    metric: str, times: "array[float]", values: "array[float]", split: float, meaning: Meaning
) -> Departure | None:
    """The departure that still lasts at `split` (epoch seconds) or begins after it; None where there is none."""
    at, level = levels_of(times, values, counts=is_counter(metric, values))
    level = _smoothed(level)
    cut = int(at.searchsorted(split))
    calm = max(FEWEST_CALM, int(CALM_SHARE * cut))
    if cut < FEWEST_CALM or level.size < calm + FEWEST_AWAY:
        return None
    usual = median(level[:calm])
    turned = (usual - level) if meaning.worse is Worse.DOWN else (level - usual)
    if meaning.worse is Worse.EITHER:
        turned = np.abs(level - usual)
    least = max(LARGE * abs(usual), 2 * meaning.step, 1e-9)
    if float(np.max(turned[calm:])) < least:
        return None
    peak = percentile(np.sort(turned[max(calm, cut - FEWEST_AWAY) :]), 90.0)
    spread = MAD_TO_SIGMA * median(np.abs(level[:calm] - usual))
    reach = BEYOND_REACH * float(np.max(turned[:calm]))
    far = max(FAR * spread, reach, OF_THE_PEAK * peak, least)
    away = turned >= far
    found = _first_that_stays(away, cut)
    if found is None:
        return None
    return Departure(float(at[found]), usual, median(level[found:][away[found:]]), median(np.diff(at)))


def _smoothed(level: Floats) -> Floats:
    """Each point as the middle one of itself and its neighbours, so that a single wild one is no beginning."""
    if level.size < 3:
        return level
    return np.concatenate((level[:1], rolling_median(level, 3), level[-1:]))


def _first_that_stays(away: "np.ndarray[tuple[int], np.dtype[np.bool_]]", cut: int) -> int | None:
    """The first point away from which on, until the alert and a little beyond, nearly all are away."""
    end = min(away.size, cut + FEWEST_AWAY)
    total = 0
    first: int | None = None
    for index in range(end - 1, -1, -1):
        total += int(away[index])
        length = end - index
        if away[index] and total >= STAYS * length and total >= min(FEWEST_AWAY, length):
            first = index
    later = np.flatnonzero(away[cut:])
    if first is None and later.size >= FEWEST_AWAY:
        first = cut + int(later[0])
    return first


def rise_of(times: Sequence[float], start: float) -> float | None:
    """Since when events come far more often than from `start` on (all in epoch seconds, ascending); None where they do not.

    The most likely moment at which a Poisson process changed its rate once, up to the last event: the likelihood ratio of
    two rates to one (Raftery & Akman 1986), and the later rate several times the earlier.
    """
    if len(times) < FEWEST_AWAY:
        return None
    whole = len(times) * log(len(times) / max(times[-1] - start, 1.0))
    best, found = LEAST_LIKELIHOOD, None
    for before, at in enumerate(times[: len(times) - FEWEST_AWAY + 1]):
        after = len(times) - before
        calm, busy = max(at - start, 1.0), max(times[-1] - at, 1.0) * (1 + 1 / after)
        if after / busy < TIMES_AS_MANY * before / calm:
            continue
        likelihood = after * log(after / busy) + (before * log(before / calm) if before else 0.0) - whole
        if likelihood > best:
            best, found = likelihood, at
    return found
