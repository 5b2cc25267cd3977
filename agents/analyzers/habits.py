"""What always came together in one call and no longer does: a service that stops midway says less than it used to.

A service that returns early or fails without a word logs nothing that could be found by its words. But whenever it had
logged one thing in a call of that operation, it always logged another; now it does not. That holds whatever traffic
there is, because it compares calls that got equally far. The trouble may begin anywhere in the window, so the calls
before the best split count as usual ones, and the deviation is lessened by as much as the choice of the split is worth.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt

import numpy as np
from numpy.typing import NDArray

from agents.analyzers.scoring import share_deviations, share_surprises

ALWAYS = 0.95
FEWEST_USUAL = 5
FEWEST_MISSING = 3
MOST_SAYINGS = 120
FEWEST_TELLING = 10
PLAY = 3.0
FAR = 4.0
THE_CALL_ITSELF = ""

Operation = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Handled:
    """One call of an operation: when it began, in which trace, and what was said in it."""

    at: float
    trace_id: str
    said: frozenset[str]


@dataclass(frozen=True, slots=True)
class Break:
    """In calls of that operation in which `given` was said, `missing` always was, and now is not.

    `usual` and `value` are shares of calls; `broken` the traces in which it is missing; `deviation` in standard errors.
    """

    service: str
    operation: str
    given: str
    missing: str
    usual: float
    value: float
    calls: int
    deviation: float
    onset: float
    broken: frozenset[str]


def breaks(handled: Mapping[Operation, Sequence[Handled]], split: float) -> list[Break]:
    """The broken habits of every service, the farthest first: one for each thing that is missing."""
    best: dict[tuple[str, str], Break] = {}
    tables = [_table(*each, split) for each in handled.items()]
    known_tables = [each for each in tables if each is not None]
    kept = kept_share(each.said[: each.before] for each in known_tables)
    for table in known_tables:
        for each in _of_operation(table, kept):
            known = best.get((each.service, each.missing))
            if known is None or _order(each) < _order(known):
                best[each.service, each.missing] = each
    return sorted(best.values(), key=_order)


def _order(each: Break) -> tuple[float, str, str, str, str]:
    return -each.deviation, each.service, each.missing, each.operation, each.given


@dataclass(frozen=True, slots=True)
class _Table:
    """The calls of an operation, ascending; what is said in them; and which said what (calls by sayings)."""

    operation: Operation
    calls: Sequence[Handled]
    before: int
    sayings: Sequence[str]
    said: "NDArray[np.float32]"


def _table(operation: Operation, handled: Sequence[Handled], split: float) -> _Table | None:
    """None where too little is known of that operation."""
    calls = sorted(handled, key=lambda call: (call.at, call.trace_id))
    before = sum(call.at < split for call in calls)
    if before < FEWEST_USUAL or len(calls) - before < FEWEST_MISSING:
        return None
    sayings = _usual_sayings(calls[:before])
    if len(sayings) < 2:
        return None
    said = np.zeros((len(calls), len(sayings)), dtype=np.float32)
    index = {saying: column for column, saying in enumerate(sayings)}
    for row, call in enumerate(calls):
        said[row, 0] = 1.0
        for saying in call.said:
            if saying in index:
                said[row, index[saying]] = 1.0
    return _Table(operation, calls, before, sayings, said)


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


def _of_operation(table: _Table, kept: float) -> Iterable[Break]:
    said, before, calls, sayings = table.said, table.before, table.calls, table.sayings
    usual, now = said[:before].T @ said[:before], said[before:].T @ said[before:]
    of_usual, of_now = np.diag(usual)[:, None], np.diag(now)[:, None]
    always = ALWAYS * kept * of_usual - PLAY * np.sqrt(kept * (1.0 - kept) * of_usual)
    candidates = (usual >= always) & (of_usual >= FEWEST_USUAL) & (of_now - now >= FEWEST_MISSING)
    candidates[:, 0] = False
    for given, missing in np.argwhere(candidates):
        rows = np.flatnonzero(said[:, given])
        found = _split_at_best(said[rows, missing] > 0, int(of_usual[given, 0]), kept)
        if found:
            first, deviation, shares = found
            gone = [calls[row] for row in rows[first:] if not said[row, missing]]
            yield Break(
                *(*table.operation, sayings[given], sayings[missing], *shares, len(rows) - first, deviation),
                *(gone[0].at, frozenset(call.trace_id for call in gone)),
            )


def _usual_sayings(calls: Iterable[Handled]) -> list[str]:
    counts: dict[str, int] = defaultdict(int)
    for call in calls:
        for saying in call.said:
            counts[saying] += 1
    often = [saying for saying, count in counts.items() if count >= FEWEST_USUAL]
    return [THE_CALL_ITSELF, *sorted(often, key=lambda saying: (-counts[saying], saying))[:MOST_SAYINGS]]


def _split_at_best(hit: "NDArray[np.bool_]", before: int, kept: float) -> tuple[int, float, tuple[float, float]] | None:
    """From which call on the habit is broken, how far that is, and the shares before and from there."""
    hits = np.concatenate(([0], np.cumsum(hit)))
    firsts = np.arange(before, len(hit) - FEWEST_MISSING + 1)
    early, late = hits[firsts], hits[-1] - hits[firsts]
    compare = share_deviations if kept == 1.0 else share_surprises
    deviations = compare(early, firsts, late, len(hit) - firsts)
    # One call without it among the last few would look far, as few calls say little: it has to be missing repeatedly.
    deviations[len(hit) - firsts - late < FEWEST_MISSING] = 0.0
    best = int(np.argmin(deviations))
    deviation = sqrt(max(0.0, float(deviations[best]) ** 2 - 2.0 * log(len(firsts))))
    if deviations[best] >= 0 or deviation < FAR:
        return None
    first = int(firsts[best])
    return first, deviation, (float(early[best]) / first, float(late[best]) / (len(hit) - first))
