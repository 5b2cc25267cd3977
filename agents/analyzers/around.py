"""One series around one moment, whether or not it stands out in the whole window: what it was then, and what is usual.

The law: of the points around the moment the worst tells, so that "as before" is never said of a series that had a bad
minute. Whether it had left its usual by then is measured as everywhere else, on what was there until then.
"""

from array import array
from dataclasses import dataclass

import numpy as np

from agents.analyzers.meaning import Meaning, Worse
from agents.analyzers.order import Floats, median, rolling_median
from agents.analyzers.series import FEWEST_BASELINE, Shift, is_counter, levels_of, shift_of

AROUND_S = 60.0
FEWEST = 3
TOO_FAR_S = 600.0


@dataclass(frozen=True, slots=True)
class Around:
    """`value` is the worst around the moment, `usual` the median before the incident; `shift` where it had left that."""

    value: float
    usual: float
    shift: Shift | None


def around(  # as everywhere: `split` and `at` in epoch seconds, `among` how many series are looked at
    metric: str,
    times: "array[float]",
    values: "array[float]",
    split: float,
    at: float,
    meaning: Meaning,
    among: int = 1,
) -> Around | None:
    """None where nothing is known of the time before, or nothing near the moment."""
    until = int(np.asarray(times).searchsorted(at + AROUND_S, side="right"))
    times, values = times[:until], values[:until]
    when, level = levels_of(times, values, counts=is_counter(metric, values))
    before = level[when < split]
    near = _near(when, at)
    if before.size < FEWEST_BASELINE or not near.size:
        return None
    usual = median(before)
    shift = shift_of(metric, times, values, split, meaning, among)
    return Around(_worst(level[near], usual, meaning.worse), usual, shift)


def _near(when: Floats, at: float) -> "np.ndarray[tuple[int], np.dtype[np.intp]]":
    """The points within a minute of the moment, or the few nearest ones where that is less."""
    away = np.abs(when - at)
    within = np.flatnonzero(away <= AROUND_S)
    if within.size >= FEWEST:
        return within
    nearest = np.sort(np.argsort(away, kind="stable")[:FEWEST])
    return nearest[away[nearest] <= TOO_FAR_S]


def _worst(level: Floats, usual: float, worse: Worse) -> float:
    """Of the medians of three neighbours, so that a single point is no minute."""
    smooth = rolling_median(level, min(FEWEST, level.size))
    if worse is Worse.UP:
        return float(smooth.max())
    if worse is Worse.DOWN:
        return float(smooth.min())
    return float(smooth[int(np.argmax(np.abs(smooth - usual)))])
