"""Which calls of an operation said what, as a table; how many lines were lost; and from where on a line is missing."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import log, log2, sqrt

import numpy as np
from numpy.typing import NDArray

ALWAYS = 0.95
FEWEST_USUAL = 5
FEWEST_MISSING = 3
MOST_SAYINGS = 120
FEWEST_TELLING = 10
THE_CALL_ITSELF = ""

Operation = tuple[str, str]
Compare = Callable[
    ["NDArray[np.int64]", "NDArray[np.int64]", "NDArray[np.int64]", "NDArray[np.int64]"], "NDArray[np.float64]"
]


@dataclass(frozen=True, slots=True)
class Handled:
    """One call of an operation: when it began, in which trace, and what was said in it."""

    at: float
    trace_id: str
    said: frozenset[str]


@dataclass(frozen=True, slots=True)
class Table:
    """The calls of an operation, ascending; what is said in them; and which said what (calls by sayings)."""

    operation: Operation
    calls: Sequence[Handled]
    before: int
    sayings: Sequence[str]
    said: "NDArray[np.float32]"


def table_of(
    operation: Operation, handled: Sequence[Handled], split: float, fewest: int = FEWEST_USUAL
) -> Table | None:
    """None where too little is known of that operation. What is said in fewer than `fewest` of the usual calls is left out."""
    calls = sorted(handled, key=lambda call: (call.at, call.trace_id))
    before = sum(call.at < split for call in calls)
    if before < FEWEST_USUAL or len(calls) - before < FEWEST_MISSING:
        return None
    sayings = _usual_sayings(calls[:before], fewest)
    if len(sayings) < 2:
        return None
    said = np.zeros((len(calls), len(sayings)), dtype=np.float32)
    index = {saying: column for column, saying in enumerate(sayings)}
    for row, call in enumerate(calls):
        said[row, 0] = 1.0
        for saying in call.said:
            if saying in index:
                said[row, index[saying]] = 1.0
    return Table(operation, calls, before, sayings, said)


def kept_share(usual: Iterable["NDArray[np.float32]"]) -> float:
    """The share of lines that reach the store, in (0, 1]: how often what goes together most closely is found together.

    Of each saying that was common enough, the one that comes with it most often in every other call, measured in the
    calls between those: who is chosen for a high share has one by chance, too. Of all these, the lower quartile, for what
    is said several times in a call is seldom missed. Where nothing is lost, most lines have one they always come with.
    """
    closest: list[float] = []
    for said in usual:
        chosen, measured = (half.T @ half for half in (said[::2, 1:], said[1::2, 1:]))
        common = np.flatnonzero((np.diag(measured) >= FEWEST_TELLING) & (np.diag(chosen) >= FEWEST_TELLING))
        if len(common) >= 2:
            np.fill_diagonal(chosen, -1.0)
            best = common[np.argmax(chosen[np.ix_(common, common)], axis=1)]
            closest.extend(measured[common, best] / np.diag(measured)[common])
    if len(closest) < FEWEST_USUAL:
        return 1.0
    lower, middle = np.percentile(closest, (25, 50))
    return float(lower) if middle < ALWAYS else 1.0


def _usual_sayings(calls: Iterable[Handled], fewest: int) -> list[str]:
    counts: dict[str, int] = defaultdict(int)
    for call in calls:
        for saying in call.said:
            counts[saying] += 1
    often = [saying for saying, count in counts.items() if count >= fewest]
    return [THE_CALL_ITSELF, *sorted(often, key=lambda saying: (-counts[saying], saying))[:MOST_SAYINGS]]


@dataclass(frozen=True, slots=True)
class Lack:
    """A saying that is missing (by column) in calls (by row) in which a given one tells that it should be there.

    From the `first` of those calls on it is; `deviation` says how far, `usual` and `value` are the shares before and from
    there.
    """

    table: Table
    given: int
    missing: int
    calls: "NDArray[np.int64]"
    first: int
    deviation: float
    usual: float
    value: float


def lack_of(table: Table, given: int, missing: int, calls: "NDArray[np.int64]", compare: Compare) -> Lack | None:
    """From which call on that saying is missing; None where it comes as often as before.

    Splits next to each other compare nearly the same calls, so that there are about as many to choose from as the calls
    can be halved; the deviation is lessened by what such a choice is worth.
    """
    hit = table.said[calls, missing] > 0
    firsts = np.arange(int(np.searchsorted(calls, table.before)), len(hit) - FEWEST_MISSING + 1)
    if not firsts.size or not firsts[0]:
        return None
    hits = np.concatenate(([0], np.cumsum(hit)))
    early, late = hits[firsts], hits[-1] - hits[firsts]
    deviations = compare(early, firsts, late, len(hit) - firsts)
    # One call without it among the last few would look far, as few calls say little: it has to be missing repeatedly.
    deviations[len(hit) - firsts - late < FEWEST_MISSING] = 0.0
    best = int(np.argmin(deviations))
    if deviations[best] >= 0:
        return None
    first = int(firsts[best])
    deviation = sqrt(max(0.0, float(deviations[best]) ** 2 - 2.0 * log(1.0 + log2(len(firsts)))))
    shares = float(early[best]) / first, float(late[best]) / (len(hit) - first)
    return Lack(table, given, missing, calls, first, deviation, *shares)
